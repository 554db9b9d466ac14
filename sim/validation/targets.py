"""What the model is held against, as data: ``sim/data/targets.csv``, one target a row.

``table`` says where the official values lie: ``annual`` and ``quarterly`` in the official series (a later
year dropped into them is compared at once), ``stylised_fact`` in the row itself, ``corridor`` in the census
tables of moves. Parameters are set on the years to ``LAST_FIT_YEAR`` and on the changes since ``NEW_SAMPLE``,
when the survey drew a new sample: its levels do not continue the earlier ones. The years between are unseen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.world.data import Data

FIRST_YEAR, LAST_FIT_YEAR = 2014, 2019
NEW_SAMPLE = 2023  # the first year of the present sample of the survey
PERIODS = ("fit", "unseen", "new sample")
LAST_USED_YEAR = 2024  # no parameter is set on figures of later years


@dataclass(frozen=True, slots=True)
class Target:
    """One target. Tolerances are percent for counts and yuan, otherwise in the target's own unit.

    ``tolerance_kind`` is ``rule`` (``sim.validation.tolerances`` works it out, and ``tolerance`` is NaN),
    ``sampling``, ``range`` (what the sources span) or ``aim``. ``fitted`` says whether the calibration uses
    it; ``discrepancy`` is what a model that is right enough may differ by, of which the calibration takes
    half as one standard deviation. ``value`` is NaN where the official series hold the values.
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
    tolerance_kind: str
    tolerance_reason: str
    discrepancy: float
    role: str
    headline: bool
    fitted: bool
    definition: str
    source: str


def read_targets(data: Data, table: str = "annual") -> tuple[Target, ...]:
    """The targets whose values lie in ``table``, in the order of the file."""
    rows = data.targets[data.targets["table"] == table].to_dict("records")
    for row in rows:
        row.update(headline=row["headline"] == "yes", fitted=row["fitted"] == "yes")
    return tuple(Target(**row) for row in rows)


def period_of(year: int) -> str:
    """``fit``, ``unseen`` or ``new sample``."""
    if year >= NEW_SAMPLE:
        return "new sample"
    return "fit" if year <= LAST_FIT_YEAR else "unseen"
