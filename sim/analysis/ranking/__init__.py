"""Which instrument, for how much: every instrument alone at one yearly budget, by its effect per yuan.

    from sim.analysis.ranking import rank
    found = rank(20e9, ["local", "settled"], families=["return-and-enterprise"])
    found.table         # a row per instrument and outcome, the best first
    found.pairs         # which differences between instruments are real

Each instrument is laid on the baseline at the size that spends the budget, within its credible range: runs
at the documented size tell what that spends, and a few more find the size. Then base and instruments are run
under the same seeds. What a billion buys is the effect in the last of the policy years, or a flow's total
over them, over the net cost to government in these years; its interval, over seeds, holds the error of both.
An instrument whose effect is lost in chance, or whose contributions may pay for it, has no such figure and
stands apart; of the latter what a billion of spending buys is told. A difference between two instruments is
*real* where it is one of those that Benjamini and Hochberg's rule picks from all pairs: of these at most one
in twenty is expected to be chance.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.kept_runs import ASKED, asked_hash, fingerprint, finished
from sim.analysis.ranking.bands import with_bands
from sim.analysis.ranking.columns import COLUMNS
from sim.analysis.ranking.instruments import (
    FREE,
    NO_EFFECT,
    NO_NET_COST,
    NOT_COSTED,
    NOTES,
    OTHERS_PAY,
    RANKED,
    SPENDS_NOTHING,
    THROUGH_OTHERS,
    UNCLEAR,
    checked_outcomes,
    chosen_instruments,
    is_run,
    kind_of,
)
from sim.analysis.ranking.order import differences, paired_p, per_billion, picked, ranked_table
from sim.analysis.ranking.runs import KIND, MAIN, STAGES, Runs
from sim.analysis.ranking.sizes import Trial, find_sizes
from sim.comparison.bands import parameter_draws
from sim.comparison.compare import checked_seeds
from sim.core.arguments import parse_month, parse_scale, whole_number
from sim.core.errors import Problem, UsageError
from sim.core.language import _
from sim.core.months import add_months
from sim.experiments.execution import Simulate
from sim.experiments.sweep import program
from sim.parameters.posterior import load_posterior
from sim.results.results import read_folder
from sim.scenario.loading import USUAL_REFERENCE, load_scenario

__all__ = [
    "COLUMNS",
    "FREE",
    "KIND",
    "NOTES",
    "NOT_COSTED",
    "NO_EFFECT",
    "NO_NET_COST",
    "OTHERS_PAY",
    "RANKED",
    "SPENDS_NOTHING",
    "STAGES",
    "THROUGH_OTHERS",
    "UNCLEAR",
    "Ranking",
    "checked_outcomes",
    "chosen_instruments",
    "differences",
    "paired_p",
    "per_billion",
    "picked",
    "rank",
]

YEARS = 5  # of the policy: policies act slowly
BEGIN = "2026-01"


@dataclass(frozen=True)
class Ranking:
    """The instruments by what a billion buys: ``table``, ``pairs`` of instruments, and what was asked."""

    table: pd.DataFrame
    pairs: pd.DataFrame
    about: dict[str, Any]

    @classmethod
    def load(cls, folder: str | os.PathLike) -> Ranking:
        """Read a folder of a ranking. Raises ``ResultsError``."""
        return cls.of(*read_folder(folder, KIND))

    @classmethod
    def of(cls, tables: dict[str, pd.DataFrame], about: dict[str, Any]) -> Ranking:
        """The ranking of the tables and the manifest of its folder."""
        return cls(tables["ranking"], tables["pairs"], about)


def rank(
    budget: float,
    outcomes: Sequence[str],
    *,
    document: str | None = None,
    families: Iterable[str] = (),
    instruments: Iterable[str] = (),
    seeds: int | Iterable[int] = 8,
    scale: int | str = 5000,
    begin: Any = BEGIN,
    years: int = YEARS,
    members: int = 0,
    jobs: int = 2,
    folder: str | os.PathLike | None = None,
    earlier: str | os.PathLike | None = None,
    progress: Callable[..., None] | None = None,
    simulate: Simulate | None = None,
) -> Ranking:
    """Rank instruments by what they do per billion yuan, each alone at the yearly ``budget`` (yuan).

    ``outcomes`` are keys of ``OUTCOMES``, or ``real_income``. The instruments are those of a ``document``, of
    ``families`` or named; by default all of the catalogue. ``begin`` is the first month of the policy, which
    is judged in the last of its ``years``. With ``members`` of the calibrated ensemble, and as many draws of
    the size of levers, what the ranked buy has bands (``sim.comparison.bands``). Runs are kept in ``folder``,
    where the same call goes on; a ranking in the folder ``earlier`` that answers the same call is read, and
    nothing is run. ``progress`` is called with (stage, done, total, failed); the stages are
    STAGES. Raises ``UsageError`` for what makes no sense, ``RunsFailed`` when a run fails.
    """
    if not np.isfinite(budget) or budget <= 0:
        raise UsageError(Problem(_("a budget is a sum above nought"), key="budget", value=budget))
    keys = checked_outcomes(outcomes)
    chosen = chosen_instruments(document, tuple(families), tuple(instruments))
    seeds, scale, jobs = checked_seeds(seeds), parse_scale(scale), whole_number(jobs, "jobs", least=1)
    if len(seeds) < 2:
        raise UsageError(
            Problem(
                _("one seed cannot tell which differences are real"),
                key="seeds",
                value=len(seeds),
                allowed=_("2 and more; 8 or more are better"),
            )
        )
    if members:  # a mistake is told before anything runs
        parameter_draws(members, load_posterior())
    years, begin = whole_number(years, "years", least=1), parse_month(begin, "begin")
    end = add_months(begin, 12 * years - 1)
    base = load_scenario(USUAL_REFERENCE)
    if end > base.period.to or begin <= base.period.from_:
        raise UsageError(
            Problem(
                _(
                    "the policy years, {begin} to {end}, do not lie in the baseline's period",
                    begin=begin,
                    end=end,
                ),
                key="begin",
                value=begin,
                allowed=_("after {from_}, and over by {to}", from_=base.period.from_, to=base.period.to),
            )
        )
    about = {
        "budget_yuan_per_year": budget,
        "outcomes": list(keys),
        "document": document,
        "families": list(families),
        "begin": begin,
        "end": end,
        "years": years,
        "seeds": list(seeds),
        "scale": scale,
        "members": members,
        "instruments": {
            one.slug: {"title": one.main.label.model_dump(), "family": one.family} for one in chosen
        },
    }
    about[ASKED] = asked_hash(
        {
            **about,
            "base": base.content(),
            "levers": [[part.model_dump(mode="json") for part in one.parts] for one in chosen],
            "posterior": fingerprint(load_posterior().about) if members else "",
        }
    )
    if done := finished(earlier, KIND, about[ASKED], progress):
        return Ranking.of(*done)
    notes = {one.slug: kind_of(one) for one in chosen}
    runs = Runs(base, scale, begin, end, keys, jobs, folder, progress, simulate)
    trials = {one.slug: Trial(one, base, begin, end, budget) for one in chosen if is_run(notes[one.slug])}
    sized = {slug: trial for slug, trial in trials.items() if notes[slug] == RANKED}
    find_sizes(sized, runs, budget, years)
    rows = runs.made(MAIN, {slug: trial.scenario() for slug, trial in trials.items()}, seeds)
    table, pairs = ranked_table(rows, chosen, notes, trials, keys, years, budget)
    if members:
        table = with_bands(table, runs, trials, members, years)
    about |= {"sizes": {slug: trial.size for slug, trial in trials.items()}, **program()}
    return Ranking(table, pairs, about)
