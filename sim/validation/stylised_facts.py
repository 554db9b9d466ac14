"""Stylised facts that a run must show although no official series holds them.

Most are measured from a run's tables; the peer effect follows from the run's parameters alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.parameters.behaviour import PARAMETERS
from sim.results.results import Results
from sim.validation.targets import Target

_FESTIVAL = ("02", "03")


class Counted(NamedTuple):
    """A figure of the official table: less that of another group, or in percent of it, where one is named."""

    indicator: str
    group: str
    less: str | None = None
    over: str | None = None


def stylised_facts_table(runs: Sequence[Results], targets: Sequence[Target]) -> pd.DataFrame:
    """One row a fact: the target, the runs' mean, the error, whether it is within the tolerance.

    ``verdict`` is ``met``, ``missed`` or ``not measured`` (the run's tables do not hold it).
    """
    rows = []
    for target in targets:
        values = [value for run in runs if (value := _measured(run, target)) is not None]
        model = float(np.mean(values)) if values else np.nan
        error = model - target.value
        verdict = "not measured" if not values else "met" if abs(error) <= target.tolerance else "missed"
        rows.append(
            {
                "id": target.id,
                "label": target.label,
                "unit": target.unit,
                "years": target.year,
                "official": target.value,
                "official_year": _figure_year(target),
                "model": model,
                "error": error,
                "tolerance": target.tolerance,
                "tolerance_kind": target.tolerance_kind,
                "role": target.role,
                "verdict": verdict,
                "source": target.source,
            }
        )
    return pd.DataFrame(rows)


def _figure_year(target: Target) -> str:
    """The year of the official figure where that is not the year of the run it is held against."""
    found = re.search(r"\.csv (\d{4})$", target.source)
    return found[1] if found and found[1] != target.year else ""


def _measured(run: Results, target: Target) -> float | None:
    if target.id == "peer_effect":
        scenario = run.manifest.get("scenario")
        return None if scenario is None else peer_effect(scenario.get("parameters", {}))
    first, _, last = target.year.partition("-")
    if target.id in COUNTED:
        return _counted(run, COUNTED[target.id], int(first), int(last or first))
    measure = MEASURES.get(re.sub(r"_\d{4}$", "", target.id))  # one measure may serve several years
    months = run.national["month"].str
    inside = run.national[(months[:4] >= first) & (months[:4] <= (last or first))]
    return measure(inside) if measure is not None and len(inside) else None


def _counted(run: Results, figure: Counted, first: int, last: int) -> float | None:
    """Mean over the years of a figure that each year's count of the workers holds."""
    table = run.tables.get("official")
    if table is None:
        return None
    rows = table[(table["indicator"] == figure.indicator) & table["year"].between(first, last)]
    means = rows.groupby("group")["value"].mean()
    if not {figure.group, figure.less or figure.group, figure.over or figure.group} <= set(means.index):
        return None
    value = float(means[figure.group])
    if figure.over is not None:
        value *= 100.0 / float(means[figure.over])
    return value - (0.0 if figure.less is None else float(means[figure.less]))


def _ratio(part: float, whole: float) -> float | None:
    """None where the run has no such event at all."""
    return float(part / whole) if whole > 0 else None


def job_length(months: pd.DataFrame) -> float | None:
    """Years that a job lasts: jobs held over jobs that end in a month, by loss or by change."""
    held = months[["migrant_work", "local_work", "settled_work"]].sum(axis=1).sum()
    return _ratio(held / 12, (months["separations"] + months["job_changes"]).sum())


def unemployment(months: pd.DataFrame) -> float | None:
    """Percent of the out-of-township who look for work, mean over the months."""
    return float(months["searching_rate"].mean())


def settlement_rate(months: pd.DataFrame) -> float | None:
    """Percent of the out-of-township who move registration in a year."""
    return _ratio(1200 * months["settlements"].sum(), months["out"].sum())


def return_rate(months: pd.DataFrame) -> float | None:
    """Percent of the out-of-township who come back to the home township in a year."""
    return _ratio(1200 * months["returns"].sum(), months["out"].sum())


def seasonal_departures(months: pd.DataFrame) -> float | None:
    """Percent of departures from home that fall into February and March."""
    in_season = months["month"].str[5:].isin(_FESTIVAL)
    return _ratio(100 * months.loc[in_season, "departures"].sum(), months["departures"].sum())


def farm_workers(months: pd.DataFrame) -> float | None:
    """Million workers who farm or are idle at home, mean over the months."""
    return float(months["farm"].mean()) / 1e6


# --- by rule ------------------------------------------------------------------------------------------

AWAY = 0.38  # share of the rural labour force away at which the peer effect is taken (G23)
_MONTHS = 3000


def peer_effect(parameters: Mapping[str, float]) -> float:
    """Points by which the long-run share away rises with ten more points of fellow villagers away (A11).

    A chain between home and away, both left at the logit of the gain less the switching cost, with the
    amenity that makes ``AWAY`` its resting point.
    """

    def value(name: str) -> float:
        return float(parameters.get(name, PARAMETERS[name].default))

    network, cost = value("network_coefficient"), value("switching_cost")
    amenity = resting_amenity(AWAY, network, cost)
    return 100.0 * (long_run_share(amenity, network, cost, fellow=AWAY + 0.1) - AWAY)


def long_run_share(
    amenity: float, network: float, cost: float, fellow: float | None = None, start: float = AWAY
) -> float:
    """Share away at rest, from ``start``; ``fellow`` fixes the share of fellow villagers who are away."""

    def moves(fellows: float) -> tuple[float, float]:
        """How many of those at home leave, and of those away return, of all who reconsider."""
        gain = amenity + network * fellows
        return _logistic(gain - cost), _logistic(-gain - cost)

    share = start
    fixed = None if fellow is None else moves(fellow)
    for _ in range(_MONTHS):
        leave, back = fixed or moves(share)
        share += 0.2 * (leave * (1.0 - share) - back * share)
    return share


def resting_amenity(share: float, network: float, cost: float) -> float:
    """The amenity at which that share rests when as many fellow villagers are away, by halving."""
    low, high = -5.0, 5.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        at_rest = long_run_share(middle, network, cost, fellow=share)
        low, high = (middle, high) if at_rest < share else (low, middle)
    return 0.5 * (low + high)


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))


MEASURES: dict[str, Callable[[pd.DataFrame], float | None]] = {
    function.__name__: function
    for function in (
        job_length,
        unemployment,
        settlement_rate,
        return_rate,
        seasonal_departures,
        farm_workers,
    )
}
# Facts that the count of the workers at the end of a year holds.
COUNTED = {
    "willingness": Counted("willing_to_settle_share", "out"),
    "insured_out": Counted("social_insurance_share", "pension_out"),
    "age_gap": Counted("mean_age", "local", less="out"),
    "central_pay": Counted("monthly_income", "dest_central", over="dest_east"),
    "west_pay": Counted("monthly_income", "dest_west", over="dest_east"),
}
