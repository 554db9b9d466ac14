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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.kept_runs import kept_rows
from sim.comparison.bands import DEFAULT, Draw, in_all, parameter_draws, parts_of
from sim.comparison.compare import checked_seeds
from sim.comparison.intervals import mean_and_interval, verdict
from sim.comparison.lever_draws import lever_draws
from sim.core.arguments import parse_month, parse_scale, whole_number
from sim.core.errors import Problem, ScenarioError, UsageError, nearest
from sim.core.language import N_, _
from sim.core.months import add_months
from sim.experiments.execution import Bundle, Simulate
from sim.experiments.experiment import Run
from sim.experiments.sharing import LARGEST_BUNDLE
from sim.experiments.sweep import program
from sim.parameters.posterior import load_posterior
from sim.results.outcomes import OUTCOMES, monthly, outcome
from sim.results.results import Results
from sim.scenario.fields import PUBLIC_PAYERS
from sim.scenario.instruments import Instrument, checked_instruments
from sim.scenario.lever import Lever
from sim.scenario.loading import USUAL_REFERENCE, catalogue, load_scenario, with_overrides
from sim.scenario.references import documents as known_documents
from sim.scenario.scenario import Period, Scenario

KIND = "ranking"
YEARS = 5  # of the policy: policies act slowly
BEGIN = "2026-01"
SIZING = ("1st sizes", "2nd sizes", "3rd sizes")
STAGES = (*SIZING, "runs", "runs behind the bands")
SIZING_SEEDS = (1, 2)
CLOSE = 0.03  # of the budget: a size that spends so nearly the budget is kept
SMALLEST_SIZE = 0.02  # of the documented one, where the range begins at nothing
FALSE_SHARE = 0.05  # of the differences that are called real, as expected
ALIASES = {"real_income": "mean_income", "income": "mean_income"}
PUBLIC = "public_spending_yuan"
NET = "net_public_cost"
BILLION = 1e9

# Why an instrument is not ranked.
RANKED = ""
NOT_COSTED = "not costed"
OTHERS_PAY = "others pay"
FREE = "costs nothing"
THROUGH_OTHERS = "acts through others"
NO_EFFECT = "no effect of its own"
SPENDS_NOTHING = "spends nothing"
NO_NET_COST = "no net cost told"
UNCLEAR = "effect not told"
NOTES = (
    RANKED,
    NO_NET_COST,
    UNCLEAR,
    SPENDS_NOTHING,
    OTHERS_PAY,
    FREE,
    NOT_COSTED,
    THROUGH_OTHERS,
    NO_EFFECT,
)

COLUMNS: dict[str, dict[str, tuple[str, str]]] = {
    "ranking": {
        "outcome": ("name", "outcome (see sim.results.outcomes)"),
        "rank": ("number", "place by effect per billion; 0 for what is not ranked"),
        "rank_best": ("number", "the place if all differences that are not real went its way"),
        "rank_worst": ("number", "the place if none did"),
        "instrument": ("name", "instrument of the catalogue"),
        "title": ("name", "its label"),
        "title_zh": ("name", "its label in Chinese"),
        "family": ("name", "its family"),
        "evidence": ("name", "grade of the evidence on its effect"),
        "size": ("number", "multiple of the documented size at which it spends the budget, or comes nearest"),
        "size_note": ("name", "why it does not spend the budget; empty where it does"),
        "spending_per_year_yuan": ("yuan", "spent by government a year, mean over the policy years"),
        "net_cost_per_year_yuan": ("yuan", "the same less contributions and levy received"),
        "unit": ("name", "unit of the outcome"),
        "effect": ("unit of the outcome", "in the last policy year; of a flow the total of all policy years"),
        "low": ("unit of the outcome", "lower end of its 95 % interval over seeds"),
        "high": ("unit of the outcome", "upper end of it"),
        "verdict": ("name", "higher, lower, identical, or cannot tell: the interval spans zero"),
        "per_billion": ("unit of the outcome", "effect per billion yuan of net cost in these years"),
        "per_billion_low": ("unit of the outcome", "lower end of its 95 % interval over seeds"),
        "per_billion_high": ("unit of the outcome", "upper end of it"),
        "band_low": (
            "unit of the outcome",
            "lower end of its 95 % band, with all uncertainty; if asked for",
        ),
        "band_high": ("unit of the outcome", "upper end of it"),
        "per_billion_spent": ("unit of the outcome", "effect per billion yuan spent, contributions left out"),
        "per_billion_spent_low": ("unit of the outcome", "lower end of its 95 % interval over seeds"),
        "per_billion_spent_high": ("unit of the outcome", "upper end of it"),
        "note": ("name", "why it is not ranked; empty where it is"),
    },
    "pairs": {
        "outcome": ("name", "outcome"),
        "instrument": ("name", "the better one"),
        "other": ("name", "the worse one"),
        "difference": ("unit of the outcome", "in effect per billion yuan"),
        "low": ("unit of the outcome", "lower end of its 95 % interval over seeds"),
        "high": ("unit of the outcome", "upper end of it"),
        "p": ("share", "how often chance alone would give as large a difference"),
        "is_real": ("flag", "whether the difference is real, by Benjamini and Hochberg's rule"),
    },
}


@dataclass(frozen=True)
class Ranking:
    """The instruments by what a billion buys: ``table``, ``pairs`` of instruments, and what was asked."""

    table: pd.DataFrame
    pairs: pd.DataFrame
    about: dict[str, Any]


@dataclass(frozen=True)
class Ranked:
    """What an executor needs, in the words of an experiment: scenarios, and a row for each policy year."""

    bases: Mapping[str, Scenario]
    scale: int
    period: Period
    begin: str
    outcomes: tuple[str, ...]
    tables: tuple[str, ...] = ("national",)

    def rows_of(self, results: Results) -> pd.DataFrame:
        """One row for each policy year: ``year``, the outcomes, net cost and public spending."""
        national = results.national
        keys = dict.fromkeys((*self.outcomes, NET))
        values = monthly(national, keys)
        months = values.index
        rows: list[dict[str, Any]] = []
        year = 1
        while (last := add_months(self.begin, 12 * year - 1)) <= self.period.to:
            inside = (months >= add_months(self.begin, 12 * (year - 1))) & (months <= last)
            of_year = {key: OUTCOMES[key].over(values.loc[inside, key].to_numpy()) for key in keys}
            rows.append({"year": year, **of_year, PUBLIC: float(national.loc[inside, PUBLIC].sum())})
            year += 1
        return pd.DataFrame(rows)


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
    progress: Callable[..., None] | None = None,
    simulate: Simulate | None = None,
) -> Ranking:
    """Rank instruments by what they do per billion yuan, each alone at the yearly ``budget`` (yuan).

    ``outcomes`` are keys of ``OUTCOMES``, or ``real_income``. The instruments are those of a ``document``, of
    ``families`` or named; by default all of the catalogue. ``begin`` is the first month of the policy, which
    is judged in the last of its ``years``. With ``members`` of the calibrated ensemble, and as many draws of
    the size of levers, what the ranked buy has bands (``sim.comparison.bands``). Runs are kept in ``folder``,
    where the same call goes on. ``progress`` is called with (stage, done, total, failed); the stages are
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
    notes = {one.slug: _kind_of(one) for one in chosen}
    runs = _Runs(base, scale, begin, end, keys, jobs, folder, progress, simulate)
    trials = {one.slug: _Trial(one, base, begin, end, budget) for one in chosen if _is_run(notes[one.slug])}
    sized = {slug: trial for slug, trial in trials.items() if notes[slug] == RANKED}
    _find_sizes(sized, runs, budget, years)
    rows = runs.made(STAGES[3], {slug: trial.scenario() for slug, trial in trials.items()}, seeds)
    table, pairs = _ranked(rows, chosen, notes, trials, keys, years, budget)
    if members:
        table = _with_bands(table, runs, trials, members, years)
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
        "sizes": {slug: trial.size for slug, trial in trials.items()},
        **program(),
    }
    return Ranking(table, pairs, about)


def checked_outcomes(words: Iterable[str]) -> tuple[str, ...]:
    """The outcomes named, each once. Raises ``UsageError``."""
    named = [part.strip() for word in words for part in word.split(",")]
    found = [outcome(ALIASES.get(name, name)).key for name in named]
    if not found:
        raise UsageError(Problem(_("names no outcome"), key="outcome", allowed=_("such as local,settled")))
    return tuple(dict.fromkeys(found))


def chosen_instruments(
    document: str | None, families: Sequence[str], named: Sequence[str]
) -> list[Instrument]:
    """The instruments of a document, of families or named; all without any. Raises ``UsageError``."""
    every = checked_instruments(catalogue())
    problems = []
    known = tuple(dict.fromkeys(one.family for one in every.values()))
    for key, missing, words, allowed in (
        (
            "document",
            N_("no such document"),
            [document] if document is not None else [],
            tuple(known_documents()),
        ),
        ("family", N_("no such family"), families, known),
        ("instrument", N_("no such instrument"), named, tuple(every)),
    ):
        problems += [
            Problem(
                _(missing),
                key=key,
                value=word,
                allowed=allowed,
                nearest=nearest(word, allowed),
            )
            for word in words
            if word not in allowed
        ]
    if problems:
        raise UsageError(problems)
    found = [
        one
        for one in every.values()
        if (document is None or document in one.documents)
        and (not families or one.family in families)
        and (not named or one.slug in named)
    ]
    if not found:
        raise UsageError(
            Problem(_("no instrument is in all that was named"), key="family", value=", ".join(families))
        )
    return found


# --- one instrument ---------------------------------------------------------------------------------


def _kind_of(instrument: Instrument) -> str:
    """Why an instrument cannot be ranked by its cost; empty if it may be."""
    parts = instrument.parts
    if all(part.no_effect for part in parts):
        return NO_EFFECT
    acting = [part for part in parts if part.effects]
    if not acting:
        return THROUGH_OTHERS
    if any(part.not_costed or not (part.unit_cost or part.no_cost) for part in acting):
        return NOT_COSTED
    payers = {payer for part in acting if part.unit_cost for payer in part.unit_cost.shares}
    if payers & set(PUBLIC_PAYERS):
        return RANKED
    return OTHERS_PAY if payers else FREE


def _is_run(note: str) -> bool:
    return note in (RANKED, NOT_COSTED, OTHERS_PAY, FREE)


class _Trial:
    """An instrument alone on the baseline, at a size that is looked for."""

    def __init__(self, instrument: Instrument, base: Scenario, begin: str, end: str, budget: float):
        self.size = 1.0
        self.tried: list[tuple[float, float]] = []  # sizes, and what they spend a year
        names = [
            instrument.slug.replace("-", "_") + (f"_{part.part.replace('-', '_')}" if part.part else "")
            for part in instrument.parts
        ]
        self.levers = dict(zip(names, instrument.parts, strict=True))
        window = {"from": begin, "to": end}
        content = base.content()
        content["levers"] = {
            **(content.get("levers") or {}),
            **{name: _alone(part, window, budget) for name, part in self.levers.items()},
        }
        label = instrument.main.label.model_dump()
        self._whole = Scenario.model_validate(
            {**content, "name": instrument.slug, "title": label, "compare_with": base.name}
        )
        span = instrument.main.strength_range
        low, high = span.credible if span else (1.0, 1.0)
        self.range = (max(low, SMALLEST_SIZE), self._largest(high))

    def scenario(self, size: float | None = None) -> Scenario:
        """The scenario at a size, by default at the one that was found."""
        at = self.size if size is None else size
        return with_overrides(self._whole, {f"levers.{name}.strength": float(at) for name in self.levers})

    def _largest(self, high: float) -> float:
        """The largest size up to ``high`` at which no parameter leaves its bounds."""
        good, bad = 1.0, high
        if self._is_possible(high):
            return high
        for __ in range(20):
            middle = 0.5 * (good + bad)
            good, bad = (middle, bad) if self._is_possible(middle) else (good, middle)
        return round(good, 3)

    def _is_possible(self, size: float) -> bool:
        try:
            self.scenario(size)
        except ScenarioError:
            return False
        return True

    def learn(self, spent: float, budget: float) -> None:
        """Take what the size spends a year, and choose a size that comes nearer to the budget."""
        self.tried.append((self.size, spent))
        if spent <= 0 or abs(spent / budget - 1.0) <= CLOSE:
            return
        power = 1.0  # of the size, with which spending grows
        if len(self.tried) > 1:
            (size, before) = self.tried[-2]
            if size != self.size and before > 0 and spent != before:
                power = float(np.log(spent / before) / np.log(self.size / size))
        power = min(max(power, 0.5), 3.0)
        wanted = self.size * float(budget / spent) ** (1.0 / power)
        self.size = float(f"{min(max(wanted, self.range[0]), self.range[1]):.4g}")

    def note(self, spent: float, budget: float) -> str:
        """Why the size that was found does not spend the budget; empty if it does."""
        if spent < budget * (1.0 - 2 * CLOSE):
            if self.size >= self.range[1] * (1.0 - 1e-3):
                return N_("the most of its range")
            return N_("spends less")
        if spent > budget * (1.0 + 2 * CLOSE):
            is_least = self.size <= self.range[0] * (1.0 + 1e-3)
            return N_("the least of its range") if is_least else N_("spends more")
        return ""


def _alone(part: Lever, window: dict[str, str], budget: float) -> dict[str, Any]:
    """A part of an instrument as a lever of a scenario, in force in the window; a budget of its own is that
    asked for."""
    said = part.model_dump(mode="json", by_alias=True, exclude_none=True)
    said["window"] = {**said["window"], **window}
    if part.budget is not None:
        said["budget"] = {"yuan_per_year": float(budget), "release": "monthly"}
    return said


def _find_sizes(trials: Mapping[str, _Trial], runs: _Runs, budget: float, years: int) -> None:
    """Look for the sizes that spend the budget, in as many rounds as there are stages for it."""
    for stage in SIZING:
        missing = {
            slug: trial
            for slug, trial in trials.items()
            if trial.size not in [size for size, __ in trial.tried]
        }
        if not missing:
            return
        rows = runs.made(stage, {slug: trial.scenario() for slug, trial in missing.items()}, SIZING_SEEDS)
        spent = _per_seed(rows, PUBLIC, years, is_flow=True)
        for slug, trial in missing.items():
            beyond = spent[slug] - spent[USUAL_REFERENCE]
            trial.learn(float(beyond.mean()) / years, budget)


# --- runs -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Runs:
    """Where and how the runs of a ranking are made."""

    base: Scenario
    scale: int
    begin: str
    end: str
    outcomes: tuple[str, ...]
    jobs: int
    folder: str | os.PathLike | None
    progress: Callable[..., None] | None
    simulate: Simulate | None

    def made(self, stage: str, scenarios: Mapping[str, Scenario], seeds: Sequence[int]) -> pd.DataFrame:
        """The rows of the base and of each scenario under all seeds, kept ones included."""
        bases = {self.base.name: self.base, **scenarios}
        return self._kept(stage, bases, list(_bundles(list(bases), seeds)), {"seeds": list(seeds)})

    def _kept(
        self, stage: str, bases: Mapping[str, Scenario], bundles: Sequence[Bundle], more: dict[str, Any]
    ) -> pd.DataFrame:
        """The rows of the runs, kept ones included."""
        period = Period.model_validate({"from": self.base.period.from_, "to": self.end})
        declared = Ranked(bases, self.scale, period, self.begin, self.outcomes)
        settings = {
            "scenarios": {name: one.content() for name, one in bases.items()},
            "scale": self.scale,
            "period": period.model_dump(by_alias=True),
            "begin": self.begin,
            "outcomes": list(self.outcomes),
            **more,
            **program(),
        }
        columns = {"year": ("year", "year of the policy"), PUBLIC: ("yuan", "spent by government on levers")}
        shown = self.progress
        return kept_rows(
            declared,
            bundles,
            {"kind": KIND, "name": stage, "settings": settings, "columns": columns},
            self.folder,
            jobs=self.jobs,
            progress=None if shown is None else lambda *counts: shown(stage, *counts),
            simulate=self.simulate,
            failed=N_("{count} runs of the ranking failed, the first in {stage}: {message}"),
            instead=_(
                "the same command, which runs again what failed; fewer instruments; or a coarser --scale"
            ),
        )

    def drawn(self, stage: str, scenarios: Mapping[str, Scenario], draws: Sequence[Draw]) -> pd.DataFrame:
        """The rows of base and scenarios under each draw of assumptions, which is the column ``draw``."""
        bases = {self.base.name: self.base, **scenarios}
        planned = [
            (draw, name, overrides, seed)
            for draw in draws
            for seed in draw.seeds
            for name, overrides in draw.scenarios(list(bases))
        ]
        runs = [
            Run(number, name, {"draw": draw.name}, seed, overrides)
            for number, (draw, name, overrides, seed) in enumerate(planned)
        ]
        alike = groupby(runs, key=lambda run: (run.point["draw"], run.seed))
        parted = [list(group) for __, group in alike]
        bundles = [
            tuple(group[first : first + LARGEST_BUNDLE])
            for group in parted
            for first in range(0, len(group), LARGEST_BUNDLE)
        ]
        more = [[run.scenario, run.point["draw"], run.seed, dict(run.overrides)] for run in runs]
        return self._kept(stage, bases, bundles, {"draws": more})


def _bundles(names: Sequence[str], seeds: Sequence[int]) -> Iterator[Bundle]:
    """Runs of one seed that one process makes together, since they share the months before the policy."""
    parts = -(-len(names) // LARGEST_BUNDLE)
    number = 0
    for seed in seeds:
        for part in range(parts):
            own = names[len(names) * part // parts : len(names) * (part + 1) // parts]
            yield tuple(Run(number + place, name, {}, seed, {}) for place, name in enumerate(own))
            number += len(own)


def _per_seed(rows: pd.DataFrame, column: str, years: int, is_flow: bool) -> dict[str, np.ndarray]:
    """By scenario what each seed has of a column: a flow's total over the years, else the last year."""
    used = rows[rows["year"] <= years] if is_flow else rows[rows["year"] == years]
    sums = used.groupby(["scenario", "seed"])[column].sum().unstack()
    return {str(name): values.to_numpy(float) for name, values in sums.iterrows()}


# --- bands ------------------------------------------------------------------------------------------


def _with_bands(
    table: pd.DataFrame, runs: _Runs, trials: Mapping[str, _Trial], members: int, years: int
) -> pd.DataFrame:
    """The table with bands of what a billion buys, of the ranked."""
    ranked = table[table["note"] == RANKED]
    slugs = list(dict.fromkeys(ranked["instrument"]))
    if not slugs:
        return table
    scenarios = {slug: trials[slug].scenario() for slug in slugs}
    draws = parameter_draws(members, load_posterior())
    draws += lever_draws(members, runs.base, list(scenarios.values()))
    rows = runs.drawn(STAGES[4], scenarios, draws)
    by_draw = {str(name): own for name, own in rows.groupby("draw")}
    ends = {}
    for row in ranked.itertuples():
        bought = _by_draw(by_draw, str(row.instrument), str(row.outcome), years)
        error = 0.5 * (row.per_billion_high - row.per_billion_low)
        down, up = in_all(parts_of(error, bought)[0])
        ends[row.Index] = (row.per_billion - down, row.per_billion + up)
    for column, which in (("band_low", 0), ("band_high", 1)):
        table[column] = [ends[index][which] if index in ends else np.nan for index in table.index]
    return table


def _by_draw(by_draw: Mapping[str, pd.DataFrame], slug: str, key: str, years: int) -> pd.DataFrame:
    """What a billion buys by draw (rows) and seed (columns); draws without a base have the defaults'."""
    is_flow = OUTCOMES[key].kind == "flow"
    found = {}
    for draw, rows in by_draw.items():
        seeds = np.sort(rows.loc[rows["scenario"] == slug, "seed"].unique())
        if not len(seeds):  # a draw of sizes, of which this instrument has none that is uncertain
            continue
        base = rows if (rows["scenario"] == USUAL_REFERENCE).any() else by_draw[DEFAULT]
        base = base[base["seed"].isin(seeds)]
        gain, cost = (
            _per_seed(rows, column, years, flow)[slug] - _per_seed(base, column, years, flow)[USUAL_REFERENCE]
            for column, flow in ((key, is_flow), (NET, True))
        )
        found[draw] = pd.Series(BILLION * gain / cost.mean(), index=seeds)
    return pd.DataFrame(found).T


# --- the order --------------------------------------------------------------------------------------


def _ranked(
    rows: pd.DataFrame,
    chosen: Sequence[Instrument],
    notes: Mapping[str, str],
    trials: Mapping[str, _Trial],
    keys: Sequence[str],
    years: int,
    budget: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table of the ranking, outcome by outcome, and its pairs."""
    spent = _per_seed(rows, PUBLIC, years, is_flow=True)
    net = _per_seed(rows, NET, years, is_flow=True)
    tables, pairs = [], []
    for key in keys:
        levels = _per_seed(rows, key, years, is_flow=OUTCOMES[key].kind == "flow")
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
