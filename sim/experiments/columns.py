"""What every column of a sweep's table is: unit and meaning, as they are written into the Parquet file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sim.experiments.design import parameter_in
from sim.parameters.behaviour import PARAMETERS
from sim.results.outcomes import OUTCOMES

RUN_COLUMNS = {  # column: (unit, meaning)
    "run": ("", "number of the run in the experiment, from 0"),
    "run_id": ("", "hash of all that the run's result depends on"),
    "scenario": ("", "the scenario, as the experiment names it"),
    "seed": ("", "seed of the run's random draws"),
    "year": ("year", "calendar year"),
}
_MEAN = "mean of the year's months"
_PERIOD = {"flow": "total of the year", "stock": _MEAN, "rate": _MEAN}


def described(factors: Mapping[str, Any], outcomes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """``(unit, meaning)`` of every column. ``factors`` as in a sweep's manifest.

    A factor that sets a parameter has its unit; the unit of any other stands in its label.
    """
    return {
        **RUN_COLUMNS,
        **{
            name: (_unit(factor), f"{factor['label']['en']}; sets {', '.join(factor['keys'])}")
            for name, factor in factors.items()
        },
        **{
            key: (
                OUTCOMES[key].unit,
                f"{OUTCOMES[key].label_en}, {_PERIOD[OUTCOMES[key].kind]}: {OUTCOMES[key].definition}",
            )
            for key in outcomes
        },
    }


def _unit(factor: Mapping[str, Any]) -> str:
    named = [parameter_in(key) for key in factor["keys"]]
    return next((PARAMETERS[name].unit for name in named if name in PARAMETERS), "see its label")
