"""Policy against baseline: paired runs, effects, bands, winners and losers."""

from sim.core.deprecated import old_names

__getattr__ = old_names(__name__)
