"""A comparison in plain sentences, with what it cannot tell said as plainly as what it can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from sim.comparison.comparison import Comparison
from sim.comparison.effects import NOT_COSTED
from sim.comparison.horizons import answered
from sim.comparison.reach import reach_warnings
from sim.core.language import _, in_context, in_language, language, plural
from sim.present.text.bands import band_sentences
from sim.present.text.numbers import (
    amount,
    apart,
    change,
    listing,
    month_in_words,
    ordinal,
    percent,
    with_interval,
)
from sim.results.outcomes import HEADLINE, OUTCOMES, Outcome

PRIOR_ONLY = "D"
USUAL_REFERENCE = "baseline"
FEW_SEEDS = 5
MOST_NAMED = 4  # levers without a cost that are named
_SMALLEST_PERCENT = 0.01  # a relative change below it is told as under it, and has no cost per outcome


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
    sentences = [_ended(in_language(said)) for said in comparison.manifest.get("reference") or ()]
    if base["name"] != USUAL_REFERENCE:
        sentences += [
            _(
                "What is called the baseline here is the scenario {name}: {title}.",
                name=base["name"],
                title=title_of(base),
            ),
            _("Official statistics describe history as it was, not that scenario."),
        ]
    return (" " if language() == "en" else "").join(sentences)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "。")) else _("{sentence}.", sentence=sentence)


def policy_sentences(comparison: Comparison, policy: dict[str, Any]) -> list[str]:
    """What one policy changes in its fifth year (or the last it has), what it costs, what is unclear."""
    table = comparison.judged
    table = table[table["policy"] == policy["name"]]
    title = title_of(policy)
    if table.empty:
        return [
            _(
                "{title}: the run ends before the policy's first year does, so nothing can be said.",
                title=title,
            )
        ]
    horizon = main_horizon(policy)
    year = table[table["horizon_years"] == horizon].set_index("outcome")
    period = period_words(year["from_month"].iloc[0], year["to_month"].iloc[0])
    when = _("in its {ordinal} year ({period})", ordinal=ordinal(horizon), period=period)
    rows = year.loc[[key for key in HEADLINE if key in year.index]]
    if (rows["verdict"] == "identical").all():
        return [
            _(
                "{title}: {when}, every headline outcome is exactly the baseline's.",
                title=title,
                when=when,
            )
        ]
    sentences = [_spending(title, horizon, year)]
    clear = rows[rows["verdict"].isin(["higher", "lower"])]
    if len(clear):
        changes = apart(
            change_words(OUTCOMES[row.Index], row, _percent(row.relative_percent))
            for row in clear.itertuples()
        )
        sentences.append(
            _(
                "{title}: {when}, against the baseline: {changes}.",
                title=title,
                when=when,
                changes=changes,
            )
        )
    unclear = [in_small(OUTCOMES[key].label) for key in rows.index[rows["verdict"] == "cannot tell"]]
    if unclear:
        sentences.append(
            _(
                "{title}: {when}, the runs cannot tell in which direction these move: {outcomes}.",
                title=title,
                when=when,
                outcomes=listing(unclear),
            )
        )
    if (rows["cost_note"] == NOT_COSTED).any():
        sentences.append(
            _(
                "{title}: no cost per outcome can be given, as some of what it does is not costed ({levers}).",
                title=title,
                levers=_uncosted(comparison, policy),
            )
        )
    # All spending over next to nothing is a price that nobody pays: "0.13 billion yuan per additional trained worker".
    costs = [
        _cost(OUTCOMES[row.Index], row, horizon)
        for row in rows.itertuples()
        if row.cost_note == "" and not abs(row.relative_percent) < _SMALLEST_PERCENT
    ]
    if costs:
        sentences.append(
            plural(
                "{title}: the net cost to government of its first year, set against one outcome at a time: {costs}.",
                "{title}: the net cost to government of its first {count} years, set against one outcome at a "
                "time: {costs}.",
                horizon,
                title=title,
                costs=apart(costs),
            )
        )
    return sentences


def trust_sentences(comparison: Comparison) -> list[str]:
    """What the ranges cover, and how many levers rest on a prior alone."""
    seeds = len(comparison.manifest["seeds"])
    if seeds == 1:
        alone = _(
            "One seed gives no interval, so chance cannot be told from the policy: use at least {few} seeds "
            "before relying on any of this.",
            few=FEW_SEEDS,
        )
        return [alone, *_prior_sentences(comparison)]
    sentences = band_sentences(comparison) or [
        _(
            "Ranges in brackets are 95 % intervals over {seeds} paired seeds: they hold the Monte Carlo error, "
            "not the uncertainty of the model's assumptions, which may well be larger.",
            seeds=seeds,
        )
    ]
    if seeds < FEW_SEEDS:
        sentences.append(
            _(
                "With {seeds} paired seeds the intervals over seeds are rough themselves, and one may be empty by "
                "accident: use at least {few} seeds before relying on them.",
                seeds=seeds,
                few=FEW_SEEDS,
            )
        )
    return [*sentences, *_prior_sentences(comparison)]


def _prior_sentences(comparison: Comparison) -> list[str]:
    levers = {name: lever for policy in comparison.policies for name, lever in policy["levers"].items()}
    grades = {name: lever.get("evidence") for name, lever in levers.items()}
    priors = sum(grade == PRIOR_ONLY for grade in grades.values())
    if not priors:
        return []
    return [
        plural(
            "{count} of {levers} levers rests on evidence grade {grade}: an assumption of a size that nobody has "
            "measured, so results that hang on it are what-ifs, not findings.",
            "{count} of {levers} levers rest on evidence grade {grade}: an assumption of a size that nobody has "
            "measured, so results that hang on it are what-ifs, not findings.",
            priors,
            levers=len(grades),
            grade=PRIOR_ONLY,
        )
    ]


def years_to(horizon: int) -> str:
    """The years of a policy up to one, in words: ``years 1 to 5``."""
    return plural("year 1", "years 1 to {count}", horizon)


def gained_in(outcome: Outcome, horizon: int) -> str:
    """The span in which what spending bought is counted: a flow's years together, a stock's last year."""
    if outcome.kind == "flow" and horizon > 1:
        return _("in years 1 to {year}", year=horizon)
    return _("in year {year}", year=horizon)


def warnings_of(comparison: Comparison) -> list[str]:
    """What the runs warn of, and what too few workers were reached for, in the language in use."""
    about = comparison.manifest
    if "run_warnings" not in about:
        return [in_language(warning) for warning in about.get("warnings") or ()]
    levers = {policy["name"]: policy["levers"] for policy in comparison.policies}
    titles = {policy["name"]: title_of(policy) for policy in comparison.policies}
    found = reach_warnings(comparison.costs, levers, float(about["scale"]), titles)
    return [*(in_language(warning) for warning in about["run_warnings"]), *found]


def main_horizon(policy: dict[str, Any]) -> int:
    """The year of the policy that the answer is about; 0 where the run holds none of its years."""
    return policy["main_year"] or 0


def year_of_answer(comparison: Comparison, policy: dict[str, Any]) -> pd.DataFrame:
    """The effects of a policy in the year that the answer is about, an outcome a row; none without that year."""
    table = comparison.judged
    return table[(table["policy"] == policy["name"]) & (table["horizon_years"] == main_horizon(policy))]


def calendar_year(comparison: Comparison, policy: dict[str, Any]) -> int:
    """The calendar year that stands for the year of the answer in yearly figures; 0 where there is none."""
    year = answered(policy)
    return year.calendar_year(comparison.manifest["end"]) if year else 0


def title_of(described: dict[str, Any]) -> str:
    """A scenario's title in the language in use, or its name."""
    return in_language(described.get("title") or {}) or described["name"]


def chinese_title(described: dict[str, Any]) -> str:
    """A scenario's Chinese title, to stand beside the English one; empty in a text that is Chinese itself."""
    return "" if language() == "zh" else (described.get("title") or {}).get("zh", "")


def last_month(described: dict[str, Any]) -> str:
    """The last month in which one of a policy's own levers is in force; empty for one without levers."""
    return max((lever["window"]["to"] for lever in described["levers"].values()), default="")


def period_words(first: str, last: str) -> str:
    """Years of a policy in words: ``2029`` or ``2025 to 2029`` when they are calendar years."""
    if first.endswith("-01") and last.endswith("-12"):
        return year_words(int(first[:4]), int(last[:4]))
    return _("{first} to {last}", first=month_in_words(first), last=month_in_words(last))


def year_words(first: int, last: int | None = None) -> str:
    """One calendar year, or several, as they stand in a text: ``2029`` or ``2025 to 2029``."""
    ends = [
        in_context("calendar year", "{year}", year=year) for year in dict.fromkeys((first, last or first))
    ]
    return ends[0] if len(ends) == 1 else _("{first} to {last}", first=ends[0], last=ends[1])


def _spending(title: str, horizon: int, year: pd.DataFrame) -> str:
    spent = year["spending_to_date_yuan"].iloc[0]
    if not spent:
        return plural(
            "{title}: spends nothing in its first year.",
            "{title}: spends nothing in its first {count} years.",
            horizon,
            title=title,
        )
    return plural(
        "{title}: spends {sum} in its first year.",
        "{title}: spends {sum} in its first {count} years.",
        horizon,
        title=title,
        sum=amount(spent, "yuan"),
    )


def _uncosted(comparison: Comparison, policy: dict[str, Any]) -> str:
    """Which levers have no cost, in words."""
    costs = comparison.costs
    is_own = (costs["policy"] == policy["name"]) & (costs["cost_note"] == NOT_COSTED)
    named = [lever_label(policy["levers"].get(name), name) for name in costs.loc[is_own, "lever"]]
    more = len(named) - MOST_NAMED
    return listing(named[:MOST_NAMED] + ([_("{count} more", count=more)] if more > 0 else []))


def lever_label(lever: dict[str, Any] | None, name: str) -> str:
    """The label of a lever, or its name where it is not described."""
    return in_language(lever["label"]) if lever else name


def change_words(outcome: Outcome, row: Any, share: str, mark: Callable[[str], str] = str) -> str:
    """What one outcome changes by: ``local non-farm workers +1.57 million (+0.90 to +2.25, +1.2 %)``.

    share: the change relative to the baseline, in words; left out of outcomes that are percentages themselves.
    mark: what is done to every figure.
    """
    told = change(row.difference, row.low, row.high, outcome.unit, outcome.digits)
    gap, ends, share = (mark(words) for words in (*told, share))
    said = {"outcome": in_small(outcome.label), "gap": gap, "ends": ends}
    if outcome.unit == "percent":
        return _("{outcome} {gap} ({ends})", **said)
    return _("{outcome} {gap} ({ends}, {share})", **said, share=share)


def _percent(value: float) -> str:
    """A relative change, finer where it is small."""
    if 0 < abs(value) < _SMALLEST_PERCENT:
        return _("under 0.01 %")
    return percent(value, 1 if abs(value) >= 1 else 2, signed=True)


def _cost(outcome: Outcome, row: Any, horizon: int) -> str:
    figure, ends = with_interval(
        row.cost_per_additional_yuan, row.cost_low_yuan, row.cost_high_yuan, "yuan", signed=False
    )
    said = {"figure": figure, "ends": ends, "one": outcome.one_more, "when": gained_in(outcome, horizon)}
    if outcome.good == "lower":
        return _("{figure} ({ends}) per avoided {one} {when}", **said)
    return _("{figure} ({ends}) per additional {one} {when}", **said)


def in_a_sentence(title: str) -> str:
    """A title inside a sentence, its first letter small unless the word has further capitals.

    >>> in_a_sentence("Start-up support"), in_a_sentence("GDP bonus")
    ('start-up support', 'GDP bonus')
    """
    return in_small(title) if title[1:2].islower() else title


def in_small(text: str) -> str:
    """The text with its first letter small."""
    return text[:1].lower() + text[1:]
