"""What the model is held against, as data: ``sim/data/targets.csv``, one target a row.

``table`` says where the official values lie: ``annual`` and ``quarterly`` in the official series (a later
year dropped into them is compared at once, as an unseen one), ``stylised_fact`` in the row itself,
``corridor`` in the census tables of moves. Years to ``LAST_FIT_YEAR`` were open to whoever set the
parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.world.data import Data

FIRST_YEAR, LAST_FIT_YEAR = 2014, 2019


@dataclass(frozen=True, slots=True)
class Target:
    """One target. Tolerances are percent for counts and yuan, otherwise in the target's own unit.

    ``tolerance_kind`` is ``sampling``, ``rounding`` or ``judgement``; ``fitted`` says whether the
    calibration uses it; ``value`` is NaN where the official series hold the values.
    """

    id: str
    table: str
    indicator: str
    group: str
    label: str
    unit: str
    year: str
    value: float
    tolerance: float
    tolerance_unseen: float
    tolerance_kind: str
    tolerance_reason: str
    role: str
    headline: bool
    fitted: bool
    definition: str
    source: str

    def allowed(self, period: str) -> float:
        """The tolerance in the ``fit`` or the ``unseen`` years."""
        return self.tolerance if period == "fit" else self.tolerance_unseen


def read_targets(data: Data, table: str = "annual") -> tuple[Target, ...]:
    """The targets whose values lie in ``table``, in the order of the file."""
    rows = data.targets[data.targets["table"] == table].to_dict("records")
    for row in rows:
        row.update(headline=row["headline"] == "yes", fitted=row["fitted"] == "yes")
    return tuple(Target(**row) for row in rows)


def period_of(year: int) -> str:
    """``fit`` or ``unseen``."""
    return "fit" if year <= LAST_FIT_YEAR else "unseen"
