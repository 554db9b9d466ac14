"""Every behavioural number, with unit, bounds, source and status."""

from sim.core.deprecated import old_names

__getattr__ = old_names(__name__)
