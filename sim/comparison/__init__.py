"""Policy against baseline: paired runs, differences, intervals, winners and losers."""

from sim.core.deprecated import old_names

__getattr__ = old_names(__name__)
