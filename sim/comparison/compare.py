"""Policies compared with a baseline: paired runs under the same seeds.

``compare`` runs the baseline and all policies of one seed in one process and makes tables over the seeds:
``effects`` (per outcome and year in which the policy is judged), ``paths`` (month by month), ``winners``,
``costs``, ``accounts`` (who bears what) and ``by_group`` (by place and by group of workers); and, to compare
the baseline with official statistics, ``baseline`` and ``official``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.comparison.accounts import accounts_over_seeds
from sim.comparison.breakdown import breakdown
from sim.comparison.comparison import Comparison
from sim.comparison.effects import NOT_COSTED, effects, paths
from sim.comparison.focus import checked_province, focus_tables
from sim.comparison.horizons import checked_horizons, main_year, policy_years
from sim.comparison.paired_runs import PairedPlan, run_seeds
from sim.comparison.reach import reach_warnings
from sim.comparison.references import another_reference, by_reference
from sim.comparison.winners import winners_over_seeds
from sim.core.arguments import as_list, parse_month, parse_scale, whole_number
from sim.core.errors import Problem, UsageError
from sim.core.language import _, each_in_every_language, in_language, speaking
from sim.core.months import month_index
from sim.policy.budgets import bound_by
from sim.results.columns import COMPARISON_TABLES, FOCUS_TABLES, empty_table
from sim.results.outcomes import OUTCOMES
from sim.results.results import Results
from sim.scenario.shared_history import BranchPoint, shared_histories
from sim.world.data import load_data
from sim.world.series import consumer_prices

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

_LEDGER_SUMS = ["served", "spending_yuan", "budget_yuan", "unspent_yuan", "queue", "queue_for_places"]
_LEDGER_MONTHS = ["months_short_of_money", "months_short_of_places"]  # the same in all rows of a lever's year


def compare(
    base: Scenario | str | Path | None,
    policies: Scenario | str | Path | Iterable[Scenario | str | Path],
    *,
    seeds: int | Iterable[int] = 20,
    scale: int | str = 5000,
    start: Any = "2014-01",
    end: Any = "2035-12",
    horizons: Iterable[str] | str | None = None,
    jobs: int = 2,
    progress: Callable[[int, int], None] | None = None,
    simulate: Callable[..., Results] | None = None,
    focus: str | None = None,
) -> Comparison:
    """Run ``base`` and each of the ``policies`` under the same seeds and compare them, pair by pair.

    All are scenarios, or their names or paths; ``base`` None is the reference that the policies name
    (``compare_with``), or the common base of policies that name several. ``scale`` is real workers per
    simulated one, 5000 or ``"1:5000"``; ``start`` and ``end`` are the first and the last month reported,
    ``YYYY-MM`` or dates.
    ``horizons`` names the years in which policies are judged (``sim.comparison.horizons``): ``+5`` (the
    policy's fifth), ``2028`` or ``end``.
    ``seeds`` is a number (1 to that number) or the seeds themselves; ``jobs`` processes share them;
    ``progress(done, total)`` is called as seeds finish, first with none. ``simulate`` replaces the
    simulator, for tests. ``focus`` is a province of which more is kept (``sim.comparison.focus``); by default
    that which the policies name.
    A policy's first year starts with the first month of the earliest lever that the base does not have.
    Raises ``UsageError`` for impossible seeds or names given twice, ``ScenarioError`` for a scenario that
    cannot be loaded, and whatever a run raises.
    """
    base, given, said = with_base(base, policies)
    seeds, jobs, scale = checked_seeds(seeds), whole_number(jobs, "jobs", least=1), parse_scale(scale)
    start, end, words = parse_month(start, "from"), parse_month(end, "to"), checked_horizons(horizons)
    _check_names(base, given)
    focus = focus_named(focus, given)
    levers = [_own_levers(base, policy) for policy in given]
    _check_months(base, given, levers, end)
    starts = tuple(max(start, _first_month(found, start)) for found in levers)
    years = _years_of(words, given, starts, end, levers)
    branch_points = _shared(base, given, starts, end) if simulate is None else (None,) * (len(given) + 1)
    threads = 1 if jobs > 1 else 2
    plan = PairedPlan(
        base, tuple(given), starts, years, scale, start, end, threads, simulate, branch_points, focus
    )
    runs = []
    if progress:
        progress(0, len(seeds))
    for run in run_seeds(plan, seeds, min(jobs, len(seeds))):
        runs.append(run)
        if progress:
            progress(len(runs), len(seeds))
    runs.sort(key=lambda run: seeds.index(run["seed"]))
    described = [_described(*row) for row in zip(given, starts, years, levers, strict=True)]
    _tell_apart(base, described)
    about = {**_manifest(plan, runs, seeds, described), "horizons": list(words), "reference": said}
    if focus:
        about["focus"] = focus
    tables = _tables(plan, runs)
    own = {policy.name: found for policy, found in zip(given, levers, strict=True)}
    about["run_warnings"] = about["warnings"]
    about["warnings"] = [
        *about["warnings"],
        *each_in_every_language(
            lambda: reach_warnings(tables["costs"], own, float(about["scale"]), _titles(described))
        ),
    ]
    return Comparison(tables, about)


def _titles(described: list[dict[str, Any]]) -> dict[str, str]:
    """The titles of policies by name, in the language in use."""
    return {one["name"]: in_language(one["title"]) for one in described}


def with_base(
    base: Scenario | str | Path | None,
    policies: Scenario | str | Path | Iterable[Scenario | str | Path],
) -> tuple[Scenario, list[Scenario], list[dict[str, str]]]:
    """The scenarios of a comparison, loaded: base and policies; and what is to be said of the base
    in every language.

    ``base`` None is the reference that the policies name (``sim.comparison.references``).
    """
    given = _loaded(as_list(policies))
    if base is None:
        if not given:
            raise UsageError(Problem(_("at least one policy is needed"), key="policies"))
        return by_reference(given)
    [loaded] = _loaded([base])
    return loaded, given, another_reference(loaded, given)


def focus_named(word: str | None, policies: Sequence[Any]) -> str | None:
    """The province that is looked at closely: that named, or the first that a policy's file names.

    Raises ``UsageError`` for what is no province.
    """
    named = [word, *(policy.content().get("focus") for policy in policies)]
    return next((checked_province(one) for one in named if one is not None), None)


def _years_of(
    words: Sequence[str],
    policies: Sequence[Scenario],
    starts: Sequence[str],
    end: str,
    levers: Sequence[Mapping[str, dict]],
) -> tuple[tuple[int, ...], ...]:
    """Which of its years each policy is judged in. Raises ``UsageError`` where those named are in none."""
    pairs = zip(starts, levers, strict=True)
    years = tuple(policy_years(words, start, end, own) for start, own in pairs)
    if words != checked_horizons(None) and not any(years):
        begin = ", ".join(f"{one.name} {start}" for one, start in zip(policies, starts, strict=True))
        raise UsageError(
            Problem(
                _(
                    "no policy has such a year before {end}, the end of the run (they begin: {begin})",
                    end=end,
                    begin=begin,
                ),
                key="horizons",
                value=",".join(words),
            )
        )
    return years


def _shared(
    base: Scenario, policies: list[Scenario], starts: Sequence[str], end: str
) -> tuple[BranchPoint | None, ...]:
    """Where each run branches from another: at its policy's start at the latest, whose year is kept."""
    return tuple(shared_histories([base, *policies], [end, *(min(month, end) for month in starts)]))


# --- from seeds to tables ---------------------------------------------------------------------------


def _prices(policy: Scenario, months: Sequence[str]) -> np.ndarray:
    """Consumer prices of the months, as the scenario assumes them to go on."""
    prices = consumer_prices(load_data(), policy.future_assumptions.consumer_price_inflation)
    return prices[[month_index(month) for month in months]]


def _tables(plan: PairedPlan, runs: list[dict]) -> dict[str, pd.DataFrame]:
    months = runs[0]["months"]
    base = np.stack([run["monthly"][0] for run in runs])
    found: dict[str, list[pd.DataFrame]] = {
        name: [] for name in ("effects", "paths", "winners", "costs", "accounts", "by_group")
    }
    if plan.focus:
        found |= {name: [] for name in FOCUS_TABLES}
    scale = float(runs[0]["manifest"]["scale"])
    for index, (policy, start) in enumerate(zip(plan.policies, plan.starts, strict=True)):
        uncosted = not_costed(_own_levers(plan.base, policy))
        changed = np.stack([run["monthly"][index + 1] for run in runs])
        parts = {
            "effects": effects(
                base, changed, months, start, plan.years[index], not uncosted, _prices(policy, months)
            ),
            "paths": paths(base, changed, months),
            "winners": _winners_table([run["winners"][index] for run in runs], plan.winner_months(index)),
            "costs": _with_uncosted(_costs_table([run["ledgers"][index] for run in runs]), uncosted, start),
            "accounts": accounts_over_seeds([run["accounts"][index] for run in runs]),
            "by_group": breakdown([run["cells"][index] for run in runs], scale),
        }
        if plan.focus:
            parts |= focus_tables([run["focus"][index] for run in runs], plan.winner_months(index))
        for name, table in parts.items():
            if len(table):
                found[name].append(table.assign(policy=policy.name))
    tables = {name: _stacked(name, parts) for name, parts in found.items()}
    tables["baseline"] = _by_seed(runs, "national", "baseline")
    tables["official"] = _by_seed(runs, "official", "official")
    return tables


def _stacked(name: str, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The policies' tables as one, in the documented order of columns."""
    columns = COMPARISON_TABLES[name]
    return pd.concat(parts, ignore_index=True)[list(columns)] if parts else empty_table(name, columns)


def _winners_table(seeds: list[dict[int, pd.DataFrame]], months: Mapping[int, str]) -> pd.DataFrame:
    tables = [
        winners_over_seeds([seed[horizon] for seed in seeds]).assign(
            horizon_years=horizon, year=int(months[horizon][:4])
        )
        for horizon in seeds[0]
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _costs_table(ledgers: list[pd.DataFrame | None]) -> pd.DataFrame:
    """Served, spent, budget and queue by year, lever and payer, mean over seeds, provinces together."""
    kept = [ledger for ledger in ledgers if ledger is not None and len(ledger)]
    if not kept:
        return pd.DataFrame()
    keys = ["year", "lever", "payer"]
    sums = pd.concat(kept).groupby(keys)[_LEDGER_SUMS].sum(min_count=1)
    months = pd.concat([one.groupby(keys)[_LEDGER_MONTHS].max() for one in kept]).groupby(keys).sum()
    found = pd.concat([sums, months], axis=1) / len(ledgers)
    queues = zip(found["queue"], found["queue_for_places"], strict=True)
    return found.assign(bound_by=[bound_by(*one) for one in queues]).reset_index()


def _with_uncosted(costs: pd.DataFrame, uncosted: Sequence[str], start: str) -> pd.DataFrame:
    """The table of costs with a row in the policy's first year, without figures, for each lever that is not
    costed.
    """
    known = [costs.assign(cost_note="")] if len(costs) else []
    unknown = [
        {
            "year": int(start[:4]),
            "lever": name,
            "payer": "",
            **dict.fromkeys(_LEDGER_SUMS + _LEDGER_MONTHS, np.nan),
            "bound_by": "",
        }
        for name in uncosted
    ]
    if unknown:
        known.append(pd.DataFrame(unknown).assign(cost_note=NOT_COSTED))
    return pd.concat(known, ignore_index=True) if known else costs


def _by_seed(runs: list[dict], table: str, name: str) -> pd.DataFrame:
    """A table of the baseline's runs one below the other, as the comparison's table of that name."""
    kept = [run[table].assign(seed=run["seed"]) for run in runs if run[table] is not None]
    return pd.concat(kept, ignore_index=True) if kept else empty_table(name, COMPARISON_TABLES[name])


# --- what was asked for -----------------------------------------------------------------------------


def _loaded(scenarios: list[Scenario | str | Path]) -> list[Scenario]:
    from sim.scenario.loading import load_scenario

    return [load_scenario(s) if isinstance(s, (str, os.PathLike)) else s for s in scenarios]


def checked_seeds(seeds: int | Iterable[int]) -> list[int]:
    """The seeds: 1 to a number, or those given. Raises ``UsageError`` for none, or for one given twice."""
    if isinstance(seeds, Iterable) and not isinstance(seeds, str) and getattr(seeds, "ndim", 1) > 0:
        chosen = [whole_number(seed, "seeds") for seed in seeds]
    else:
        chosen = list(range(1, 1 + whole_number(seeds, "seeds", least=1)))
    if not chosen:
        raise UsageError(Problem(_("at least one seed is needed"), key="seeds", value=chosen))
    if len(set(chosen)) < len(chosen):
        raise UsageError(Problem(_("a seed is named twice"), key="seeds", value=chosen))
    return chosen


def _check_names(base: Scenario, policies: list[Scenario]) -> None:
    if not policies:
        raise UsageError(Problem(_("at least one policy is needed"), key="policies"))
    names = [scenario.name for scenario in (base, *policies)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(Problem(_("two scenarios have the same name"), key="name", value=", ".join(twice)))


def _check_months(
    base: Scenario, policies: list[Scenario], levers: Sequence[dict[str, dict]], end: str
) -> None:
    """Refuse a run that ends before a policy begins: every difference would be nought."""
    problems = []
    for policy, own in zip(policies, levers, strict=True):
        begins = _first_month(own, end)
        if begins > end and _apart_from_levers(policy, own) == _apart_from_levers(base, own):
            problems.append(
                Problem(
                    _(
                        "no month of the policy {name}, which begins in {begins}, is in this run",
                        name=policy.name,
                        begins=begins,
                    ),
                    key="to",
                    value=end,
                    allowed=_("{month} or later", month=begins),
                )
            )
    if problems:
        raise UsageError(problems)


def _apart_from_levers(scenario: Scenario, levers: Mapping[str, dict]) -> dict[str, Any]:
    """What a scenario says but for some levers and its names, by which a run does not differ."""
    content = dict(scenario.content())
    for name in ("name", "title", "description", "compare_with", "focus", "period"):
        content.pop(name, None)
    others = {name: lever for name, lever in content.pop("levers", {}).items() if name not in levers}
    return {**content, "levers": others}


def _own_levers(base: Scenario, policy: Scenario) -> dict[str, dict]:
    """The levers of the policy that the base lacks or has with other keys, as plain maps."""
    present = base.content().get("levers", {})
    return {
        name: lever
        for name, lever in policy.content().get("levers", {}).items()
        if lever != present.get(name)
    }


def not_costed(levers: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The levers, as plain maps, that act and have no cost: spending is too low without theirs.

    What taking a part of the reference away would save is not counted either.
    """
    found = []
    for name, lever in levers.items():
        acting = lever.get("strength", 1.0) - lever.get("baseline_share", 0.0)
        says_its_cost = bool(lever.get("unit_cost") or lever.get("no_cost"))
        if acting and not lever.get("no_effect") and (acting < 0.0 or not says_its_cost):
            found.append(name)
    return found


def _first_month(levers: dict[str, dict], otherwise: str) -> str:
    return min((lever["window"]["from"] for lever in levers.values()), default=otherwise)


def _described(policy: Scenario, start: str, years: Sequence[int], levers: dict[str, dict]) -> dict[str, Any]:
    content = policy.content()
    return {
        "name": policy.name,
        "title": content.get("title", {}),
        "description": content.get("description", ""),
        "start": start,
        "years": list(years),
        "main_year": main_year(years, start, levers),
        "levers": levers,
        "scenario": content,
    }


def _tell_apart(base: Scenario, described: list[dict]) -> None:
    """Add the name to titles that several policies share, so that tables distinguish them."""
    titles = [base.content().get("title", {}).get("en"), *(one["title"].get("en") for one in described)]
    for one in described:
        if titles.count(one["title"].get("en")) > 1:
            one["title"] = {language: f"{title} ({one['name']})" for language, title in one["title"].items()}


def _cited(policies: list[dict]) -> dict[str, Any]:
    """What the policies' levers cite and change, for the reader: documents, rows of evidence, parameters."""
    from sim.parameters.behaviour import PARAMETERS
    from sim.scenario.references import documents, evidence, instrument_evidence

    levers = [lever for policy in policies for lever in policy["levers"].values()]
    cited = {citation["document"] for lever in levers for citation in lever["citation"]}
    changed = {name for lever in levers for name in lever["effects"]}
    words = set(re.findall(r"\w+", json.dumps(levers, ensure_ascii=False, default=str)))
    words = words.union(
        *map(instrument_evidence, levers),
        re.findall(r"\w+", " ".join(PARAMETERS[name].source for name in changed)),
    )
    described = ("meaning", "unit", "default", "low", "high", "status", "source")
    fields = ("title_en", "title_zh", "number", "issuing_bodies", "date", "source")
    return {
        "evidence": {name: row for name, row in evidence().items() if name in words},
        "documents": {
            name: {field: getattr(document, field) for field in fields}
            for name, document in documents().items()
            if name in cited
        },
        "parameters": {
            name: {field: getattr(parameter, field) for field in described}
            for name, parameter in PARAMETERS.items()
            if name in changed
        },
    }


def _each_once(warnings: Iterable[Any]) -> list[Any]:
    """Warnings in the order of their words in English, each once."""

    def in_english(warning: Any) -> str:
        with speaking("en"):
            return in_language(warning)

    found = {in_english(warning): warning for warning in warnings}
    return [found[words] for words in sorted(found)]


def _manifest(plan: PairedPlan, runs: list[dict], seeds: list[int], policies: list[dict]) -> dict[str, Any]:
    first = runs[0]["manifest"]
    content = plan.base.content()
    return {
        "base": {
            "name": plan.base.name,
            "title": content.get("title", {}),
            "description": content.get("description", ""),
            "scenario": content,
        },
        "policies": policies,
        **_cited(policies),
        "outcomes": list(OUTCOMES),
        "seeds": seeds,
        **{name: first.get(name) for name in ("scale", "workers", "versions", "code_hash", "created")},
        "start": plan.start,
        "end": plan.end,
        "run_ids": [run["manifest"].get("run_id") for run in runs],
        "warnings": _each_once(warning for run in runs for warning in run["warnings"]),
    }
