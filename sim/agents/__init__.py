"""One worker, seen as a person."""
