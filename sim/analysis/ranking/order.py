"""The order of instruments: what a billion buys of each, which differences are real, and their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.ranking.columns import COLUMNS
from sim.analysis.ranking.instruments import NO_NET_COST, NOTES, RANKED, SPENDS_NOTHING, UNCLEAR
from sim.analysis.ranking.runs import NET, PUBLIC, per_seed
from sim.analysis.ranking.sizes import Trial
from sim.comparison.intervals import mean_and_interval, verdict
from sim.results.outcomes import OUTCOMES
from sim.scenario.instruments import Instrument
from sim.scenario.loading import USUAL_REFERENCE

FALSE_SHARE = 0.05  # of the differences that are called real, as expected
BILLION = 1e9


def ranked_table(
    rows: pd.DataFrame,
    chosen: Sequence[Instrument],
    notes: Mapping[str, str],
    trials: Mapping[str, Trial],
    keys: Sequence[str],
    years: int,
    budget: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table of the ranking, outcome by outcome, and its pairs."""
    spent = per_seed(rows, PUBLIC, years, is_flow=True)
    net = per_seed(rows, NET, years, is_flow=True)
    tables, pairs = [], []
    for key in keys:
        levels = per_seed(rows, key, years, is_flow=OUTCOMES[key].kind == "flow")
        found, values = [], {}
        for one in chosen:
            row: dict[str, Any] = {
                "outcome": key,
                "instrument": one.slug,
                "title": one.main.label.en,
                "title_zh": one.main.label.zh,
                "family": one.family,
                "evidence": one.main.evidence,
                "unit": OUTCOMES[key].unit,
                "note": notes[one.slug],
            }
            if one.slug in trials:
                gain, cost, paid = (part[one.slug] - part[USUAL_REFERENCE] for part in (levels, net, spent))
                row |= _effect(gain, cost, paid, years)
                row |= {"size": trials[one.slug].size, "size_note": ""}
                if row["note"] == RANKED:
                    row["note"] = _why_not(cost, paid, row["verdict"])
                    row["size_note"] = trials[one.slug].note(row["spending_per_year_yuan"], budget)
                if row["note"] == RANKED:
                    values[one.slug] = per_billion(gain, cost)
                    mean, low, high = mean_and_interval(values[one.slug])
                    row |= {"per_billion": mean, "per_billion_low": low, "per_billion_high": high}
                if row["note"] in (RANKED, NO_NET_COST, UNCLEAR):
                    mean, low, high = mean_and_interval(per_billion(gain, paid))
                    row |= {
                        "per_billion_spent": mean,
                        "per_billion_spent_low": low,
                        "per_billion_spent_high": high,
                    }
            found.append(row)
        told = differences(values, OUTCOMES[key].good == "lower")
        pairs.append(told.assign(outcome=key))
        tables.append(_in_order(pd.DataFrame(found), told, OUTCOMES[key].good == "lower"))
    return (
        pd.concat(tables, ignore_index=True).reindex(columns=list(COLUMNS["ranking"])),
        pd.concat(pairs, ignore_index=True)[list(COLUMNS["pairs"])],
    )


def _effect(gain: np.ndarray, cost: np.ndarray, paid: np.ndarray, years: int) -> dict[str, Any]:
    """The effect with its interval, and the money that it took a year."""
    mean, low, high = (float(end) for end in mean_and_interval(gain))
    return {
        "effect": mean,
        "low": low,
        "high": high,
        "verdict": verdict(gain, low, high),
        "spending_per_year_yuan": float(paid.mean()) / years,
        "net_cost_per_year_yuan": float(cost.mean()) / years,
    }


def _why_not(cost: np.ndarray, paid: np.ndarray, verdict: str) -> str:
    """Why nothing can be said per billion: nothing is spent, or effect or net cost is not told from zero."""
    if not paid.mean() > 0:
        return SPENDS_NOTHING
    if verdict not in ("higher", "lower"):
        return UNCLEAR
    return RANKED if mean_and_interval(cost)[1] > 0 else NO_NET_COST


def per_billion(gain: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """What a billion yuan buys, a value for each seed: their mean is the ratio of the means, and their spread
    that of the ratio to the first order.

    >>> per_billion(np.array([10.0, 10.0]), np.array([2e9, 2e9])).tolist()
    [5.0, 5.0]
    """
    ratio = gain.mean() / cost.mean()
    return BILLION * (ratio + (gain - ratio * cost) / cost.mean())


def differences(values: Mapping[str, np.ndarray], is_lower_better: bool = False) -> pd.DataFrame:
    """A row for each pair of instruments: the better one, by how much, and whether the difference is real.

    values: by instrument what a billion buys under each seed.
    """
    sign = -1.0 if is_lower_better else 1.0
    order = sorted(values, key=lambda name: -sign * values[name].mean())
    rows = []
    for place, name in enumerate(order):
        for other in order[place + 1 :]:
            beyond = values[name] - values[other]
            mean, low, high = (float(end) for end in mean_and_interval(beyond))
            rows.append(
                {
                    "instrument": name,
                    "other": other,
                    "difference": mean,
                    "low": low,
                    "high": high,
                    "p": paired_p(beyond),
                }
            )
    found = pd.DataFrame(rows, columns=["instrument", "other", "difference", "low", "high", "p"])
    return found.assign(is_real=picked(found["p"].to_numpy(float)))


def paired_p(differences: np.ndarray) -> float:
    """How often Student's t is as far from zero by chance alone; 1 for one seed, or where nothing differs."""
    count = len(differences)
    if count < 2 or not np.any(differences):
        return 1.0
    error = differences.std(ddof=1) / np.sqrt(count)
    if error == 0.0:
        return 0.0
    # the tail of t with so many degrees of freedom is one of cos(x) to the power of one less, t = tan(x) root
    freedom = count - 1
    start = np.arctan(abs(differences.mean() / error) / np.sqrt(freedom))
    areas = []
    for first in (start, 0.0):
        x = np.linspace(first, np.pi / 2, 4001)
        heights = np.cos(x) ** (freedom - 1)
        areas.append(float((heights[1:] + heights[:-1]).sum()) * (x[1] - x[0]))
    return areas[0] / areas[1]


def picked(p: np.ndarray, share: float = FALSE_SHARE) -> np.ndarray:
    """Which of several findings to believe so that no more than a ``share`` of them is expected to be false
    (Benjamini and Hochberg 1995).

    >>> picked(np.array([0.001, 0.2, 0.02, 0.04])).tolist()
    [True, False, True, False]
    """
    if not len(p):
        return np.zeros(0, dtype=bool)
    order = np.argsort(p, kind="stable")
    allowed = share * np.arange(1, len(p) + 1) / len(p)
    passing = np.nonzero(p[order] <= allowed)[0]
    found = np.zeros(len(p), dtype=bool)
    if len(passing):
        found[order[: passing[-1] + 1]] = True
    return found


def _in_order(table: pd.DataFrame, pairs: pd.DataFrame, is_lower_better: bool) -> pd.DataFrame:
    """The rows of one outcome, the best first, then what is not ranked; with the place and its bounds."""
    if "per_billion" not in table:
        table["per_billion"] = np.nan
    real = pairs[pairs["is_real"]]
    better, worse = real["other"].value_counts(), real["instrument"].value_counts()
    is_ranked = table["note"] == RANKED
    count = int(is_ranked.sum())
    sign = -1.0 if is_lower_better else 1.0
    table = table.assign(
        place=[NOTES.index(note) for note in table["note"]],
        key=(-sign * table["per_billion"].astype(float)).fillna(0.0),
    ).sort_values(["place", "key"], kind="stable", ignore_index=True)
    ranks = np.where(table["note"] == RANKED, np.arange(1, len(table) + 1), 0)
    best = 1 + table["instrument"].map(better).fillna(0).to_numpy(int)
    worst = count - table["instrument"].map(worse).fillna(0).to_numpy(int)
    table["rank"] = ranks
    table["rank_best"], table["rank_worst"] = np.where(ranks, best, 0), np.where(ranks, worst, 0)
    return table
