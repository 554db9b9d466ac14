"""Questions put to many runs: which part of a package did what, what hangs on what, how sure an effect is.

from sim.analysis import attribute
attribute("combined", over="levers", outcomes=["settled"], seeds=4).shares
"""

from sim.analysis.attribution import Attribution, attribute
from sim.analysis.sensitivity import answer
from sim.analysis.uncertainty import carry_uncertainty, compare_with_bands

__all__ = ["Attribution", "answer", "attribute", "carry_uncertainty", "compare_with_bands"]
