"""A decision in words: the options, what counts for and against each, luck, and what comes of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.agents.decision import Decision, Option, Term, worth_in_income
from sim.agents.life import Life, LivedMonth, Place
from sim.agents.taken_apart import Explained
from sim.core.arithmetic import log
from sim.core.categories import TIERS
from sim.present.text import life_phrases as words
from sim.present.text.lives import duration, filled, now_in_words, place_in_words, title_of
from sim.present.text.numbers import amount, apart, listing, month_in_words, number

_MOST_REASONS = 3
_MOST_PLACES = 4
_LEAST = 0.005  # log-odds: less is not told as a reason
_FESTIVAL = ("02", "03")


class DecisionText(NamedTuple):
    """A decision in words: a heading, sentences before and after a table, and the table with its heads."""

    title: str
    before: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    after: tuple[str, ...]


def explained_in_words(explained: Explained) -> DecisionText:
    """What a worker weighs up in a month, in sentences and a table of terms by option."""
    life, month, decision = explained.life, explained.month, explained.decision
    before = [_position(explained), *idea_in_words(life, month), *_chances(life, month)]
    if decision.obstacle:
        before.append(filled(words.DECISION[decision.obstacle], life))
        return DecisionText(title_of(life), tuple(before), (), (), ())
    before.append(_heed(life, decision))
    if not decision.reconsiders:
        then = words.DECISION["then" if explained.then else "never"]
        before.append(filled(then, life, month=month_in_words(explained.then) if explained.then else ""))
        before.append(filled(words.DECISION["had"], life))
    heads = (words.DECISION["head.term"], *(_head(decision, one) for one in decision.options))
    return DecisionText(
        title_of(life), tuple(before), heads, _rows(life, decision), tuple(_after(life, month, decision))
    )


def option_in_words(decision: Decision, option: Option, heads: bool = False) -> str:
    """An option as a verb in the infinitive, or as the head of a column."""
    place = _place(option.place)
    key = option.what
    if key == "stay_or_old_place" and decision.place != option.place:
        key += ".back"
    if key == "farm" and decision.activity != "farm" and not heads:
        key += ".home"
    if key == "local_work" and decision.activity == "local_work" and not heads:
        key += ".stay"
    table = words.OPTION_HEADS if heads else words.OPTIONS
    return table[key].format(place=place_in_words(place, short=heads))


def term_in_words(life: Life, term: Term, with_figures: bool = False) -> str:
    """A term by name, and with the figures that it rests on."""
    name = filled(words.TERMS[term.name], life)
    figures = figures_in_words(term)
    if not with_figures or not figures:
        return name
    return words.DECISION["term_figures"].format(term=name, figures=figures)


def figures_in_words(term: Term) -> str:
    """The figures that a term rests on: ``3,902 yuan a month``; empty where there are none."""
    if term.name not in words.FIGURES or not term.figures:
        return ""
    said = {}
    for name, value in term.figures.items():
        if name == "months":
            said[name] = duration(int(value))
        elif name.endswith("share") or name.startswith("share"):
            said[name] = amount(100 * value, "percent")
        else:
            said[name] = number(value)
    return words.FIGURES[term.name].format(**said)


def reasons(decision: Decision, one: Option, other: Option) -> list[tuple[float, Term]]:
    """What tells an option from another: term by term, the difference in log-odds, largest first."""
    names = {term.name: term for option in (other, one) for term in option.terms}
    found = [(one.term(name) - other.term(name), term) for name, term in names.items()]
    return sorted(found, key=lambda pair: -abs(pair[0]))


def decision_as_json(explained: Explained) -> dict[str, Any]:
    """The decision for a program: every term with its figures, the draws, the winner and the sentences."""
    decision, told = explained.decision, explained_in_words(explained)
    month_idea = explained.month.idea
    return {
        "worker": explained.life.worker,
        "month": decision.month,
        "activity": decision.activity,
        "place": decision.place,
        "obstacle": decision.obstacle or None,
        "attention": {
            "probability": decision.attention,
            "draw": decision.draw,
            "reconsiders": decision.reconsiders,
            "next": explained.then or None,
        },
        "local_offer": {"probability": decision.offer, "draw": decision.offer_draw},
        "options": [_option_as_json(decision, one) for one in decision.options],
        "chosen": decision.chosen and {"option": decision.chosen.what, "place": decision.chosen.place},
        "carried_out": decision.outcome.get("what"),
        "destinations": [{"place": place, "probability": share} for place, share in decision.destinations],
        "business_idea": month_idea and month_idea._asdict(),
        "chances": [{**one._asdict(), "happens": one.happens} for one in explained.month.chances],
        "sentences": [*told.before, *told.after],
    }


def _option_as_json(decision: Decision, option: Option) -> dict[str, Any]:
    return {
        "option": option.what,
        "place": option.place,
        "terms": [
            {
                "name": term.name,
                "log_odds": term.log_odds,
                "as_income_factor": worth_in_income(term.log_odds, decision.income_coefficient),
                **term.figures,
            }
            for term in option.terms
        ],
        "value": option.value,
        "probability": option.probability,
        "luck_draw": option.luck,
        "luck_log_odds": option.luck_log_odds,
        "score": option.score,
        "is_open": option.is_open,
        "is_chosen": option is decision.chosen,
    }


# --- sentences ------------------------------------------------------------------------------------
def _position(explained: Explained) -> str:
    life, month = explained.life, explained.month
    return filled(
        words.DECISION["position"],
        life,
        month=month_in_words(month.month),
        age=month.age_months // 12,
        now=now_in_words(life, month.start),
    )


def _chances(life: Life, month: LivedMonth) -> list[str]:
    said = []
    for one in month.chances:
        so = filled(words.DECISION[f"{'so' if one.happens else 'so_not'}.{one.what}"], life)
        figures = {"chance": percent(one.probability), "draw": percent(one.draw), "so": so}
        said.append(filled(words.DECISION[one.what], life, **figures))
    return said


def idea_in_words(life: Life, month: LivedMonth) -> list[str]:
    """What a worker weighs up who thinks of a business, and what comes of it; nothing of whoever does not."""
    idea, table = month.idea, words.DECISION
    if idea is None:
        return []
    sources = [table["idea.savings"].format(savings=number(idea.savings_yuan))]
    if idea.grant_yuan:
        sources.append(table["idea.grant"].format(grant=number(idea.grant_yuan)))
    if idea.loan_yuan:
        loan = "idea.guaranteed" if idea.is_guaranteed else "idea.loan"
        sources.append(table[loan].format(loan=number(idea.loan_yuan)))
    figures = {"capital": number(idea.capital_yuan), "sources": listing(sources)}
    ends = {"rank": _in_a_hundred(idea.rank), "enough": _in_a_hundred(idea.good_enough)}
    key = "idea.poor" if not idea.can_be_raised else "idea.starts" if idea.starts else "idea.not"
    return [filled(table["idea"], life, **figures), filled(table[key], life, **ends)]


def _in_a_hundred(share: float) -> str:
    """A share as a number in a hundred, with two figures where it is small."""
    return number(100 * share, 0 if share >= _WHOLE else 1 if share >= _WHOLE / 10 else 2)


def _heed(life: Life, decision: Decision) -> str:
    reason = decision.reason or ("festival" if decision.month[5:] in _FESTIVAL else "")
    because = filled(words.DECISION[f"because.{reason}"], life)
    return filled(
        words.DECISION["heeds" if decision.reconsiders else "heeds_not"],
        life,
        chance=percent(decision.attention),
        draw=percent(decision.draw),
        because=because,
    )


def _after(life: Life, month: LivedMonth, decision: Decision) -> list[str]:
    chosen, second = decision.chosen, decision.runner_up
    assert chosen is not None, "a decision with options has a winner"
    told = "chose" if decision.reconsiders else "would"
    said = [filled(words.DECISION[told], life, option=option_in_words(decision, chosen))]
    if decision.wanted is not None:
        figures = {"chance": percent(decision.offer), "draw": percent(decision.offer_draw)}
        said.insert(0, filled(words.DECISION["rationed"], life, **figures))
    if second is not None:
        said.append(
            filled(
                words.DECISION["margin"],
                life,
                score=_signed(log(chosen.score)),
                option=option_in_words(decision, second),
                second=_signed(log(second.score)),
            )
        )
        found = reasons(decision, chosen, second)
        for key, is_for in (("for", True), ("against", False)):
            some = [pair for pair in found if (pair[0] > _LEAST if is_for else pair[0] < -_LEAST)]
            if some:
                told_reasons = apart(_reason(life, chosen, *pair) for pair in some[:_MOST_REASONS])
                said.append(filled(words.DECISION[key], life, reasons=told_reasons))
        best = max((one for one in decision.options if one.is_open), key=lambda one: one.value)
        key = "no_luck" if best is chosen else "luck"
        said.append(filled(words.DECISION[key], life, option=option_in_words(decision, best)))
        if chosen.what == "migrate":
            said.append(_together(life, decision, chosen, best if best is not chosen else second))
    if decision.outcome.get("what") == "held_up" or (
        month.decision is not None and month.decision.outcome.get("what") == "held_up"
    ):
        held = next(one for one in month.happenings if one.what == "held_up")
        why = words.DECISION["why.closed" if held.facts["is_closed"] else "why.festival"]
        said.append(filled(words.DECISION["held_up"], life, why=why))
    said.append(_shares(life, decision))
    goals = decision.destinations[:_MOST_PLACES]
    if goals:
        total = sum(share for _, share in decision.destinations)
        places = [
            words.DECISION["place"].format(place=place_in_words(_place(place)), share=percent(share / total))
            for place, share in goals
        ]
        said.append(filled(words.DECISION["places"], life, places=apart(places)))
    reference = next(term.figures["reference_yuan"] for term in chosen.terms if term.name == "income")
    factor = worth_in_income(log(2.0), decision.income_coefficient)
    said.append(words.DECISION["note"].format(factor=number(factor, 1), reference=number(reference)))
    return said


def _together(life: Life, decision: Decision, chosen: Option, other: Option) -> str:
    """What all places away weigh together, so that the luck of one of them is not taken for that of leaving."""
    going = sum(share for _, share in decision.destinations)
    all_places = log(chosen.odds * going / chosen.probability)
    return filled(
        words.DECISION["together"],
        life,
        count=len(decision.destinations),
        all_places=_signed(all_places),
        option=option_in_words(decision, other),
        best=_signed(other.value),
    )


def _reason(life: Life, chosen: Option, amount: float, term: Term) -> str:
    """A term that tells the chosen option from the next; one that only the next has is said to be the next's."""
    figures = figures_in_words(term)
    is_own = any(one.name == term.name for one in chosen.terms)
    name = filled(words.TERMS[term.name], life)
    said = name if is_own else words.DECISION["reason.other"].format(term=name)
    return words.DECISION["reason_figures" if figures else "reason"].format(
        term=said, figures=figures, amount=_signed(amount)
    )


def _shares(life: Life, decision: Decision) -> str:
    going = sum(share for _, share in decision.destinations)
    parts = []
    for one in decision.options:
        probability = going if one.what == "migrate" else one.probability
        words_of = words.DECISION["share.go"] if one.what == "migrate" else option_in_words(decision, one)
        count = round(100 * probability)
        key = "share.one" if count else "share.few"
        parts.append((count, words.DECISION[key].format(count=count, option=words_of)))
    told = [text for _, text in sorted(parts, key=lambda part: -part[0])]
    return filled(words.DECISION["share"], life, shares=listing(told, are_clauses=True))


# --- the table ------------------------------------------------------------------------------------
def _head(decision: Decision, option: Option) -> str:
    return option_in_words(decision, option, heads=True)


def _rows(life: Life, decision: Decision) -> tuple[tuple[str, ...], ...]:
    options = decision.options
    rows = []
    for name in words.TERMS:
        of_option = [next((term for term in one.terms if term.name == name), None) for one in options]
        if any(term is not None and abs(term.log_odds) > _LEAST for term in of_option):
            rows.append((filled(words.TERMS[name], life), *(_cell(term) for term in of_option)))
    said = words.DECISION
    rows += [
        (said["row.value"], *(_signed(one.value) for one in options)),
        (said["row.chance"], *(percent(one.probability) for one in options)),
        (said["row.draw"], *(_draw(one.luck) for one in options)),
        (said["row.luck"], *(_signed(one.luck_log_odds) for one in options)),
        (said["row.total"], *(_signed(one.value + one.luck_log_odds) for one in options)),
        (said["row.result"], *(_result(decision, one) for one in options)),
    ]
    return tuple(rows)


def _cell(term: Term | None) -> str:
    if term is None:
        return ""
    figures = figures_in_words(term)
    odds = _signed(term.log_odds)
    return words.DECISION["cell"].format(amount=odds, figures=figures) if figures else odds


def _result(decision: Decision, option: Option) -> str:
    if option is decision.chosen:
        return words.DECISION["result.first"]
    return "" if option.is_open else words.DECISION["result.closed"]


def _place(name: str) -> Place:
    province, tier = name.split(", ")
    return Place(province, next(one for one in TIERS if one.replace("_", " ") == tier))


def _signed(value: float) -> str:
    return number(value, 2, signed=True)


def percent(share: float) -> str:
    """A share in percent, with a decimal below ten and never 0 for what is possible.

    >>> percent(0.354), percent(0.031), percent(0.0002)
    ('35 %', '3.1 %', 'under 0.1 %')
    """
    if 0.0 < share < _SMALL:
        return words.DECISION["under"].format(share=amount(100 * _SMALL, "percent", 1))
    return amount(100 * share, "percent", 0 if share >= _WHOLE else 1)


_SMALL, _WHOLE = 0.001, 0.1  # shares


def _draw(value: float) -> str:
    return number(value, 3)
