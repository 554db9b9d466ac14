"""The catalogue of instruments in words: a list, one instrument whole, and the page of documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sim.core.chinese import like
from sim.core.errors import Problem, UsageError, nearest
from sim.core.language import N_, Words, _, in_language, language, translated
from sim.present.text.citations import evidence_in
from sim.present.text.levers import (
    article_words,
    budget_words,
    change_words,
    cost_words,
    plain,
    when_words,
    where_words,
    who_words,
)
from sim.present.text.numbers import apart
from sim.scenario import references as documents
from sim.scenario.instruments import Instrument, checked_instruments
from sim.scenario.lever import Lever
from sim.scenario.loading import catalogue, load_scenario, scenario_files
from sim.scenario.references import GRADES

_DIRECTION = Words(
    {
        "higher": N_("rises"),
        "lower": N_("falls"),
        "unknown": N_("sign unknown"),
        "none": N_("nothing moves"),
    }
)


def instruments() -> dict[str, Instrument]:
    """Every instrument of the catalogue, by slug, in order of number."""
    return checked_instruments(catalogue())


def find_instrument(word: str) -> Instrument:
    """One instrument by slug or number. Raises ``UsageError`` with the nearest slug."""
    known = instruments()
    word = catalogue().in_chinese.get(word, word)
    by_number = {str(one.number): one for one in known.values()}
    if word not in known and word not in by_number:
        names = like(word, known, catalogue().in_chinese)
        raise UsageError(
            Problem(
                _("unknown instrument"),
                value=word,
                allowed=(_("1 to {count}", count=len(known)), *names),
                nearest=nearest(word, names),
            )
        )
    return known.get(word) or by_number[word]


def list_instruments(
    family: str | None = None, document: str | None = None, grade: str | None = None
) -> list[dict[str, Any]]:
    """One row for each instrument of a family, document and grade; of all where none is named."""
    known = instruments().values()
    by_label = {one.family_label.zh: one.family for one in known}
    family = by_label.get(family or "", family)
    document = documents.documents_in_chinese().get(document or "", document)
    _refuse_unknown("--family", family, {one.family for one in known}, by_label)
    _refuse_unknown("--document", document, documents.documents(), documents.documents_in_chinese())
    _refuse_unknown("--grade", grade, GRADES, {})
    return [
        instrument_row(one)
        for one in known
        if family in (None, one.family)
        and grade in (None, one.main.evidence)
        and (document is None or document in one.documents)
    ]


def _refuse_unknown(
    option: str, word: str | None, allowed: Iterable[str], in_chinese: Mapping[str, str]
) -> None:
    known = sorted(allowed)
    if word is not None and word not in known:
        words = like(word, known, in_chinese)
        raise UsageError(
            Problem(_("unknown word"), key=option, value=word, allowed=words, nearest=nearest(word, words))
        )


def instrument_row(one: Instrument) -> dict[str, Any]:
    """An instrument in a list: its names, documents and grade, what it changes at what cost."""
    return {
        "number": one.number,
        "instrument": one.slug,
        "label": in_language(one.main.label.model_dump()),
        "label_zh": one.main.label.zh,
        "family": one.family,
        "documents": list(one.documents),
        "evidence": one.main.evidence,
        "changes": apart([*dict.fromkeys(_changes(lever) for lever in one.parts)]),
        "cost": apart([*dict.fromkeys(_cost(lever) for lever in one.parts)]),
        "first_outcome": _outcome(one.main),
    }


def whole(one: Instrument) -> dict[str, Any]:
    """Everything that the catalogue says of an instrument, with its parts."""
    lever = one.main
    strengths = lever.strength_range
    assert strengths is not None, "the catalogue refuses an instrument without"
    implemented = lever.implemented_share
    return {
        "number": one.number,
        "instrument": one.slug,
        "label": in_language(lever.label.model_dump()),
        "label_zh": lever.label.zh,
        "family": one.family_label.zh if language() == "zh" else f"{one.family} ({one.family_label.en})",
        "clauses": [
            {
                "document": clause.document,
                "title": documents.documents()[clause.document].title,
                **({"article": where} if (where := article_words(clause.model_dump())) else {}),
                "clause": translated(clause.clause),
            }
            for clause in lever.citation
        ],
        "acts_on": translated(lever.acts_on),
        "evidence": _("{head}: {words}", head=lever.evidence, words=GRADES[lever.evidence]),
        "not_known": translated(lever.not_known),
        "note": lever.note and translated(lever.note),
        "first_outcome": _outcome(lever),
        "credible_strength": _(
            "{low} to {high} times the documented one, {most} at most ({source})",
            low=f"{strengths.credible[0]:g}",
            high=f"{strengths.credible[1]:g}",
            most=f"{strengths.most:g}",
            source=translated(strengths.source),
        ),
        "implemented_share": _(
            "{share} of it ({source})", share=f"{implemented.share:g}", source=translated(implemented.source)
        )
        if implemented
        else None,
        "parts": [_part(part) for part in one.parts],
        "evidence_rows": evidence_in(_texts(one)),
    }


def _texts(one: Instrument) -> Iterator[str]:
    """Where an instrument cites evidence by its id."""
    for lever in one.parts:
        sources = (
            part.source for part in (lever.strength_range, lever.implemented_share, lever.unit_cost) if part
        )
        yield from filter(
            None, (lever.note, lever.not_known, lever.no_effect, lever.no_cost, lever.not_costed, *sources)
        )


def _part(lever: Lever) -> dict[str, Any]:
    said = plain(lever)
    return {
        "part": lever.part,
        "label": in_language(lever.part_label.model_dump()) if lever.part_label else None,
        "changes": _changes(lever),
        "who": who_words(said["who"]),
        "where": where_words(said["where"]),
        "when": _("{when}, where a scenario names no months", when=when_words(said["window"])),
        "take_up": lever.take_up,
        "cost": _cost(lever),
        "cost_source": translated(lever.unit_cost.source) if lever.unit_cost else None,
    }


def _changes(lever: Lever) -> str:
    return apart(change_words(plain(lever)))


def _cost(lever: Lever) -> str:
    cost, limit = cost_words(plain(lever)), budget_words(plain(lever))
    return _("{cost}; at most {limit}", cost=cost, limit=limit) if limit else cost


def _outcome(lever: Lever) -> str:
    outcome = lever.first_outcome
    assert outcome is not None, "the catalogue refuses an instrument without"
    if outcome.column is None:
        return _DIRECTION[outcome.direction]
    return _(
        "{head}: {words}",
        head=translated(outcome.column.replace("_", " "), "column"),
        words=_DIRECTION[outcome.direction],
    )


def list_levers() -> list[dict[str, Any]]:
    """Every lever that a ready scenario defines itself, one row each, with the file that defines it."""
    rows: dict[str, dict[str, Any]] = {}
    for path in scenario_files().values():
        scenario = load_scenario(path)
        own = {name: lever for name, lever in scenario.levers.items() if lever.instrument is None}
        for name, lever in own.items():
            origin = scenario.origins.get(f"levers.{name}.label.en", "")
            rows[f"{name} {origin}"] = {"name": name, **_lever_row(lever), "origin": origin}
    return list(rows.values())


def _lever_row(lever: Lever) -> dict[str, Any]:
    return {
        "label": in_language(lever.label.model_dump()),
        "label_zh": lever.label.zh,
        "documents": [citation.document for citation in lever.citation],
        "evidence": lever.evidence,
        "evidence_means": GRADES[lever.evidence],
        "window": _("{first} to {last}", first=lever.window.from_, last=lever.window.to),
        "effects": _changes(lever),
        "unit_cost": _cost(lever),
        "take_up": lever.take_up,
    }
