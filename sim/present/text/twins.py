"""Two lives of one worker in words: until when they are the same, where they part, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sim.agents.decision import Decision, Option, Term
from sim.agents.life import LivedMonth
from sim.agents.twins import Parting, Twins
from sim.core.arithmetic import log
from sim.core.language import in_language
from sim.present.text import life_phrases as words
from sim.present.text.decisions import figures_in_words, idea_in_words, option_in_words
from sim.present.text.lives import (
    filled,
    life_as_json,
    life_in_words,
    now_in_words,
    sentences_of,
    title_of,
)
from sim.present.text.numbers import (
    amount,
    apart,
    join,
    listing,
    month_in_words,
    month_label,
    number,
    scale_number,
)

_MOST_CHANGES = 3
_LEAST = 0.0005  # log-odds: a smaller change of a term is not told


class TwinsText(NamedTuple):
    """Two lives in words. rows: month, what happened under the base, under the policy. totals: what, base, policy."""

    title: str
    about: str
    parting: tuple[str, ...]
    heads: tuple[str, str, str]
    rows: tuple[tuple[str, str, str], ...]
    totals: tuple[tuple[str, str, str], ...]


def twins_in_words(twins: Twins) -> TwinsText:
    """The two lives in sentences, from where they part on."""
    base, policy = twins.base, twins.policy
    heads = (words.TWINS["head.month"], base.title, policy.title)
    about = words.TWINS["two"].format(
        base=base.title, policy=policy.title, seed=base.seed, scale=scale_number(base.scale)
    )
    if twins.parting is None:
        same = filled(words.TWINS["same"], base)
        return TwinsText(title_of(base), about, (same,), heads, (), _totals(twins))
    rows = _side_by_side(twins, twins.parting.month)
    said = tuple(parting_in_words(twins))
    return TwinsText(title_of(base), about, said, heads, rows, _totals(twins))


def parting_in_words(twins: Twins) -> list[str]:
    """Where two lives part and why, in sentences; none where they do not."""
    parting, base, policy = twins.parting, twins.base, twins.policy
    if parting is None:
        return []
    titles = {"base": base.title, "policy": policy.title}
    said = [
        filled(
            words.TWINS["until"],
            base,
            month=month_in_words(parting.month),
            age=parting.base.age_months // 12,
            now=now_in_words(base, parting.before),
        )
    ]
    for life, month in ((base, parting.base), (policy, parting.policy)):
        what = join(*sentences_of(life, month, parting.before.place)) or filled(words.TWINS["nothing"], life)
        said.append(words.TWINS["under"].format(title=life.title, what=_lowered(what)))
    said.append(_cause(twins, parting))
    said += _ideas(twins, parting)
    said += _chances(parting, titles)
    said += _decisions(twins, parting, titles)
    if parting.past and any("past" in causes for causes in parting.causes):
        differences = listing([_difference(twins, name, *pair) for name, pair in parting.past.items()])
        said.append(filled(words.TWINS["past"], base, differences=differences))
    key = "levers" if parting.levers else "levers.none"
    levers = apart(in_language(label) for label in parting.levers)
    said.append(filled(words.TWINS[key], base, levers=levers))
    return said


def twins_found_in_words(count: int, apart: int, month: str, worker: int) -> str:
    """How many a description fits, of how many the lives part, and who was picked."""
    return words.TWINS["found" if apart else "found.none"].format(
        count=number(count), apart=number(apart), month=month_in_words(month), worker=worker
    )


def twins_as_json(twins: Twins) -> dict[str, Any]:
    """The two lives for a program: both whole, where they part, the causes and the sentences."""
    told, parting = twins_in_words(twins), twins.parting
    return {
        "base": life_as_json(twins.base),
        "policy": life_as_json(twins.policy),
        "parting": parting
        and {
            "month": parting.month,
            "causes": [list(one) for one in parting.causes],
            "levers": [in_language(label) for label in parting.levers],
            "past": {name: {"base": one, "policy": two} for name, (one, two) in parting.past.items()},
            "base": {"activity": parting.base.activity, "place": parting.base.place._asdict()},
            "policy": {"activity": parting.policy.activity, "place": parting.policy.place._asdict()},
        },
        "sentences": list(told.parting),
        "totals": [dict(zip(("what", "base", "policy"), row, strict=True)) for row in told.totals],
    }


# --- why ------------------------------------------------------------------------------------------
def _cause(twins: Twins, parting: Parting) -> str:
    life, table = twins.base, words.TWINS
    named = [[filled(table[f"name.{one}"], life) for one in causes] for causes in parting.causes]
    if len(named) == 1 and len(named[0]) == 1:
        return filled(table[f"cause.{parting.causes[0][0]}"], life)
    if len(named) == 1:
        return filled(table["cause.only"], life, causes=listing(named[0]))
    each = [one[0] if len(one) == 1 else table["both"].format(one=one[0], two=one[1]) for one in named]
    return filled(table["cause.each"], life, causes=listing(each))


def _ideas(twins: Twins, parting: Parting) -> list[str]:
    """The business that the worker thought of in either life, where only one was started."""
    ideas = parting.base.idea, parting.policy.idea
    if not any(idea is not None and idea.starts for idea in ideas) or all(
        idea and idea.starts for idea in ideas
    ):
        return []
    said = []
    for life, month in ((twins.base, parting.base), (twins.policy, parting.policy)):
        what = join(*idea_in_words(life, month))
        if what:
            said.append(words.TWINS["idea"].format(title=life.title, what=_lowered(what)))
        else:
            said.append(filled(words.TWINS["idea.none"], life, title=life.title))
    return said


def _chances(parting: Parting, titles: dict[str, str]) -> list[str]:
    """Chances of the month that fall out differently."""
    said = []
    for one in parting.base.chances:
        for other in parting.policy.chances:
            if one.what == other.what and one.happens != other.happens:
                figures = _two(one.probability, other.probability, one.draw)
                said.append(words.TWINS[f"chance.{one.what}"].format(**titles, **figures))
    return said


def _decisions(twins: Twins, parting: Parting, titles: dict[str, str]) -> list[str]:
    """What differs in what is weighed up, where the decisions differ."""
    one, other = parting.base_decision, parting.policy_decision
    if one.obstacle or other.obstacle:
        return []
    if one.reconsiders != other.reconsiders:
        figures = _two(one.attention, other.attention, one.draw)
        return [words.TWINS["heed"].format(**titles, **figures)]
    chosen = [_key(decision.chosen) for decision in (one, other)]
    if not one.reconsiders or chosen[0] == chosen[1]:
        return []
    is_offered = [decision.offer_draw < decision.offer for decision in (one, other)]
    if is_offered[0] != is_offered[1]:
        figures = _two(one.offer, other.offer, one.offer_draw)
        return [words.TWINS["offer"].format(**titles, **figures)]
    changes = _changes(twins, one, other, titles)
    said = [filled(words.TWINS["decision"], twins.base, changes=apart(changes))] if changes else []
    return [*_margins(one, other, titles), *said]


def _margins(one: Decision, other: Decision, titles: dict[str, str]) -> list[str]:
    """By how much the first choice leads the second in both decisions."""
    leads = []
    for decision in (one, other):
        if decision.chosen is None or decision.runner_up is None:
            return []
        leads.append(number(log(decision.chosen.score) - log(decision.runner_up.score), 3, signed=True))
    assert one.chosen is not None and other.chosen is not None, "both have a winner"
    first, second = option_in_words(one, one.chosen), option_in_words(other, other.chosen)
    return [
        words.TWINS["margins"].format(**titles, one=first, two=second, lead_one=leads[0], lead_two=leads[1])
    ]


def _key(option: Option | None) -> tuple[str, str] | None:
    return None if option is None else (option.what, option.place)


def _changes(twins: Twins, one: Decision, other: Decision, titles: dict[str, str]) -> list[str]:
    """The terms of options that both decisions have, and that differ most between them."""
    theirs = {_key(option): option for option in other.options}
    found = []
    for mine in one.options:
        option = theirs.get(_key(mine))
        if option is None:
            continue
        terms: dict[str, tuple[Term | None, Term | None]] = {term.name: (term, None) for term in mine.terms}
        for term in option.terms:
            terms[term.name] = (terms.get(term.name, (None, None))[0], term)
        for name, (before, after) in terms.items():
            more = (after.log_odds if after else 0.0) - (before.log_odds if before else 0.0)
            if abs(more) > _LEAST:
                found.append((abs(more), name, mine, before, after, more))
    found.sort(key=lambda item: -item[0])
    said = []
    for _, name, option, before, after, more in found[:_MOST_CHANGES]:
        figures = [figures_in_words(term) if term else "" for term in (before, after)]
        has_figures = all(figures) and figures[0] != figures[1]
        said.append(
            words.TWINS["change.figures" if has_figures else "change"].format(
                option=option_in_words(one, option),
                term=filled(words.TERMS[name], twins.base),
                one=figures[0],
                two=figures[1],
                amount=number(more, 3, signed=True),
                **titles,
            )
        )
    return said


def _difference(twins: Twins, name: str, one: int, two: int) -> str:
    key = f"past.{name}"
    if f"{key}.less" in words.TWINS and two < one:
        key += ".less"
    return filled(words.TWINS[key], twins.base, one=number(one), two=number(two))


def _two(one: float, other: float, draw: float) -> dict[str, str]:
    """Two shares and a draw in percent, with so many decimals that the draw is told from both.

    >>> _two(0.488, 0.504, 0.502)
    {'one': '48.8 %', 'two': '50.4 %', 'draw': '50.2 %'}
    """
    shares = (one, other, draw)
    digits = next((n for n in range(1, 5) if len({number(100 * share, n) for share in shares}) == 3), 4)
    names = ("one", "two", "draw")
    return {name: amount(100 * share, "percent", digits) for name, share in zip(names, shares, strict=True)}


# --- side by side ---------------------------------------------------------------------------------
def _side_by_side(twins: Twins, first: str) -> tuple[tuple[str, str, str], ...]:
    told = [
        {entry.month: entry.text for entry in life_in_words(life, first, opens=False).entries}
        for life in (twins.base, twins.policy)
    ]
    months = sorted({*told[0], *told[1]})
    return tuple((month_label(month), told[0].get(month, ""), told[1].get(month, "")) for month in months)


def _totals(twins: Twins) -> tuple[tuple[str, str, str], ...]:
    lives = twins.base, twins.policy
    if not lives[0].months or not lives[1].months:
        return ()
    first = twins.parting.month if twins.parting else lives[0].months[0].month
    months = [[month for month in life.months if month.month >= first] for life in lives]
    table = words.TWINS
    rows = [
        (table["totals.earned"], *(_sum(one, "earned") for one in months)),
        (table["totals.remittance"], *(_sum(one, "remittance") for one in months)),
        (table["totals.support"], *(_sum(one, "grant", "benefit") for one in months)),
        (table["totals.savings"], *(number(one[-1].savings_yuan if one else 0) for one in months)),
        (table["totals.away"], *(_count(one, "migrant_work") for one in months)),
        (table["totals.local"], *(_count(one, "local_work", "own_business") for one in months)),
    ]
    return tuple(rows)  # type: ignore[arg-type]  # three each: a name and two lives


def span_of_totals(twins: Twins) -> str:
    """Over which months the totals count: from where the lives part to the end."""
    months = twins.base.months or twins.policy.months
    if not months:
        return ""
    first = twins.parting.month if twins.parting else months[0].month
    return words.TWINS["totals"].format(month=month_in_words(first), last=month_in_words(months[-1].month))


def _sum(months: Sequence[LivedMonth], *flows: str) -> str:
    return number(sum(month.money.get(flow, 0) for month in months for flow in flows))


def _count(months: Sequence[LivedMonth], *activities: str) -> str:
    return number(sum(month.activity in activities for month in months))


def _lowered(sentence: str) -> str:
    """A sentence within another: its first letter small, where it is a pronoun."""
    first = sentence.split(" ", 1)[0]
    own = {word.capitalize() for table in words.PRONOUNS.values() for word in table.values()}
    return sentence[0].lower() + sentence[1:] if first in own else sentence


def months_apart(twins: Twins) -> int:
    """In how many months the two do something else, or elsewhere."""
    theirs = {month.month: (month.activity, month.place) for month in twins.policy.months}
    return sum(theirs.get(month.month) != (month.activity, month.place) for month in twins.base.months) + len(
        theirs.keys() - {month.month for month in twins.base.months}
    )
