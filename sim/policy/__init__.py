"""A scenario laid out over places and months; budgets and the ledger."""
