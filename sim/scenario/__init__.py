"""What a scenario file may say, and reading it."""

from sim.core.deprecated import old_names

__getattr__ = old_names(__name__)
