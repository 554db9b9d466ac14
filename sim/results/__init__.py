"""What a run leaves: tables, their columns, outcomes."""

from sim.core.deprecated import old_names

__getattr__ = old_names(__name__)
