"""A comparison in plain sentences, with what it cannot tell said as plainly as what it can."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.comparison.comparison import Comparison
from sim.comparison.effects import NOT_COSTED
from sim.present.text.bands import band_sentences
from sim.present.text.numbers import amount, listing, month_in_words, number, ordinal, with_interval
from sim.results.outcomes import HEADLINE, OUTCOMES, Outcome

PRIOR_ONLY = "D"
USUAL_REFERENCE = "baseline"
FEW_SEEDS = 5
MOST_NAMED = 4  # levers without a cost that are named


def headline(comparison: Comparison) -> list[str]:
    """The answer policy by policy, then how far to trust it. Each sentence stands alone."""
    sentences = [said] if (said := reference_sentence(comparison)) else []
    for policy in comparison.policies:
        sentences += policy_sentences(comparison, policy)
    return [*sentences, *trust_sentences(comparison)]


def reference_sentence(comparison: Comparison) -> str:
    """What "the baseline" stands for, where policies are held against another scenario; else empty.

    Before it, which policies are made to be compared with something else, or were put on a common base.
    """
    base = comparison.manifest["base"]
    sentences = [_ended(said) for said in comparison.manifest.get("reference") or ()]
    if base["name"] != USUAL_REFERENCE:
        sentences += [
            f"What is called the baseline here is the scenario {base['name']}: {title_of(base)}.",
            "Official statistics describe history as it was, not that scenario.",
        ]
    return " ".join(sentences)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(".") else f"{sentence}."


def policy_sentences(comparison: Comparison, policy: dict[str, Any]) -> list[str]:
    """What one policy changes in its fifth year (or the last it has), what it costs, what is unclear."""
    table = comparison.judged
    table = table[table["policy"] == policy["name"]]
    title = title_of(policy)
    if table.empty:
        return [f"{title}: the run ends before the policy's first year does, so nothing can be said."]
    horizon = main_horizon(policy)
    year = table[table["horizon_years"] == horizon].set_index("outcome")
    period = period_words(year["from_month"].iloc[0], year["to_month"].iloc[0])
    when = f"in its {ordinal(horizon)} year ({period})"
    rows = year.loc[[key for key in HEADLINE if key in year.index]]
    if (rows["verdict"] == "identical").all():
        return [f"{title}: {when}, every headline outcome is exactly the baseline's."]
    sentences = [_spending(title, horizon, year)]
    clear = rows[rows["verdict"].isin(["higher", "lower"])]
    if len(clear):
        changes = [_change(OUTCOMES[row.Index], row) for row in clear.itertuples()]
        sentences.append(f"{title}: {when}, against the baseline: {'; '.join(changes)}.")
    unclear = [_lower_first(OUTCOMES[key].label) for key in rows.index[rows["verdict"] == "cannot tell"]]
    if unclear:
        sentences.append(
            f"{title}: {when}, the runs cannot tell in which direction these move: {listing(unclear)}."
        )
    if (rows["cost_note"] == NOT_COSTED).any():
        sentences.append(f"{title}: {_uncosted(comparison, policy)}")
    costs = [_cost(OUTCOMES[row.Index], row, horizon) for row in rows.itertuples() if row.cost_note == ""]
    if costs:
        sentences.append(
            f"{title}: the net cost to government of its first {_years(horizon)}, set against one outcome at a time: "
            f"{'; '.join(costs)}."
        )
    return sentences


def trust_sentences(comparison: Comparison) -> list[str]:
    """What the ranges cover, and how many levers rest on a prior alone."""
    seeds = len(comparison.manifest["seeds"])
    pairs = f"{seeds} paired seeds"
    if seeds == 1:
        sentences = [
            "One seed gives no interval, so chance cannot be told from the policy: use at least "
            f"{FEW_SEEDS} seeds before relying on any of this."
        ]
        return [*sentences, *_prior_sentences(comparison)]
    sentences = band_sentences(comparison) or [
        f"Ranges in brackets are 95 % intervals over {pairs}: they hold the Monte Carlo error, not the "
        "uncertainty of the model's assumptions, which may well be larger."
    ]
    if seeds < FEW_SEEDS:
        sentences.append(
            f"With {pairs} the intervals over seeds are rough themselves, and one may be empty by accident: "
            f"use at least {FEW_SEEDS} seeds before relying on them."
        )
    return [*sentences, *_prior_sentences(comparison)]


def _prior_sentences(comparison: Comparison) -> list[str]:
    levers = {name: lever for policy in comparison.policies for name, lever in policy["levers"].items()}
    grades = {name: lever.get("evidence") for name, lever in levers.items()}
    priors = sum(grade == PRIOR_ONLY for grade in grades.values())
    if not priors:
        return []
    return [
        f"{priors} of {len(grades)} levers {'rests' if priors == 1 else 'rest'} on evidence grade "
        f"{PRIOR_ONLY}: an assumption of a size that nobody has measured, so results that hang on it are "
        "what-ifs, not findings."
    ]


def years_to(horizon: int) -> str:
    """The years of a policy up to one, in words: ``years 1 to 5``."""
    return "year 1" if horizon == 1 else f"years 1 to {horizon}"


def gained_in(outcome: Outcome, horizon: int) -> str:
    """The span in which what spending bought is counted: a flow's years together, a stock's last year."""
    return f"in {years_to(horizon) if outcome.kind == 'flow' else f'year {horizon}'}"


def main_horizon(policy: dict[str, Any]) -> int:
    """The year of the policy that the answer is about; 0 where the run holds none of its years."""
    return policy["main_year"] or 0


def year_of_answer(comparison: Comparison, policy: dict[str, Any]) -> pd.DataFrame:
    """The effects of a policy in the year that the answer is about, an outcome a row; none without that year."""
    table = comparison.judged
    return table[(table["policy"] == policy["name"]) & (table["horizon_years"] == main_horizon(policy))]


def title_of(described: dict[str, Any]) -> str:
    """A scenario's title in English, or its name."""
    return (described.get("title") or {}).get("en") or described["name"]


def last_month(described: dict[str, Any]) -> str:
    """The last month in which one of a policy's own levers is in force; empty for one without levers."""
    return max((lever["window"]["to"] for lever in described["levers"].values()), default="")


def period_words(first: str, last: str) -> str:
    """Years of a policy in words: ``2029`` or ``2025 to 2029`` when they are calendar years."""
    if first.endswith("-01") and last.endswith("-12"):
        return " to ".join(dict.fromkeys((first[:4], last[:4])))
    return f"{month_in_words(first)} to {month_in_words(last)}"


def _spending(title: str, horizon: int, year: pd.DataFrame) -> str:
    spent = year["spending_to_date_yuan"].iloc[0]
    if not spent:
        return f"{title}: spends nothing in its first {_years(horizon)}."
    return f"{title}: spends {amount(spent, 'yuan')} in its first {_years(horizon)}."


def _uncosted(comparison: Comparison, policy: dict[str, Any]) -> str:
    """Which levers have no cost, so that no cost per outcome can be given."""
    costs = comparison.costs
    is_own = (costs["policy"] == policy["name"]) & (costs["cost_note"] == NOT_COSTED)
    named = [lever_label(policy["levers"].get(name), name) for name in costs.loc[is_own, "lever"]]
    shown = listing(
        named[:MOST_NAMED] + ([f"{len(named) - MOST_NAMED} more"] if len(named) > MOST_NAMED else [])
    )
    return f"no cost per outcome can be given, as some of what it does is not costed ({shown})."


def lever_label(lever: dict[str, Any] | None, name: str) -> str:
    """The English label of a lever, or its name where it is not described."""
    return lever["label"]["en"] if lever else name


def _years(count: int) -> str:
    return "year" if count == 1 else f"{count} years"


def _change(outcome: Outcome, row: Any) -> str:
    relative = "" if outcome.unit == "percent" else f", {_percent(row.relative_percent)}"
    gap, ends = with_interval(row.difference, row.low, row.high, outcome.unit, outcome.digits)
    return f"{_lower_first(outcome.label)} {gap} ({ends}{relative})"


def _percent(value: float) -> str:
    """A relative change, finer where it is small."""
    if 0 < abs(value) < 0.01:
        return "under 0.01 %"
    return f"{number(value, 1 if abs(value) >= 1 else 2, signed=True)} %"


def _cost(outcome: Outcome, row: Any, horizon: int) -> str:
    which = "avoided" if outcome.good == "lower" else "additional"
    figure, ends = with_interval(
        row.cost_per_additional_yuan, row.cost_low_yuan, row.cost_high_yuan, "yuan", signed=False
    )
    return f"{figure} ({ends}) per {which} {outcome.one} {gained_in(outcome, horizon)}"


def in_a_sentence(title: str) -> str:
    """A title inside a sentence, its first letter small unless the word has further capitals.

    >>> in_a_sentence("Start-up support"), in_a_sentence("GDP bonus")
    ('start-up support', 'GDP bonus')
    """
    return _lower_first(title) if title[1:2].islower() else title


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
