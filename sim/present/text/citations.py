"""What scenarios rest on: documents, evidence and data, and what an id of the evidence stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sim.core.errors import Problem, UsageError, nearest
from sim.core.language import _, in_language, translated
from sim.parameters.behaviour import PARAMETERS
from sim.present.text.levers import (
    OCCASION_WORDS,
    article_words,
    date_words,
    lever_title,
    payer_words,
    plain,
)
from sim.scenario import references as documents
from sim.scenario.references import GRADES
from sim.scenario.scenario import Scenario


def citations(scenario: Scenario) -> dict[str, list[dict[str, Any]]]:
    """What a scenario rests on: its documents, levers, unit costs, shocks, paths, assumptions and data."""
    levers = [
        {
            "label": lever_title(plain(lever)),
            "lever": name,
            "document": citation.document,
            "article": article_words(citation.model_dump()),
            "clause": translated(citation.clause),
            "instrument": lever.instrument,
            "family": lever.family,
            "strength": lever.strength,
            "not_known": lever.not_known and translated(lever.not_known),
            "instruments": [translated(documents.instruments()[number].name) for number in lever.instruments],
            "evidence": lever.evidence,
            "evidence_means": GRADES[lever.evidence],
            "note": lever.note and translated(lever.note),
        }
        for name, lever in scenario.levers.items()
        for citation in lever.citation
    ]
    cited = {row["document"] for row in levers}
    chosen = scenario.future_assumptions
    texts = [lever.unit_cost.source for lever in scenario.levers.values() if lever.unit_cost]
    texts += [lever.note or "" for lever in scenario.levers.values()]
    texts += [
        part.source
        for lever in scenario.levers.values()
        for part in (lever.strength_range, lever.implemented_share)
        if part
    ]
    texts += [f"{shock.source} {shock.note}" for shock in scenario.shocks.values()]
    texts += [path.source for path in scenario.paths.values()] + [chosen.source]
    return {
        "documents": [
            {
                "id": d.id,
                "title": d.title,
                "title_zh": d.title_zh,
                "number": d.number,
                "issued_by": translated(d.issuing_bodies),
                "date": date_words(d.date),
                "source": translated(d.source),
            }
            for d in documents.documents().values()
            if d.id in cited
        ],
        "levers": levers,
        "unit_costs": [
            {
                "label": lever_title(plain(lever)),
                "lever": name,
                "yuan": lever.unit_cost.yuan,
                "per": OCCASION_WORDS[lever.unit_cost.per],
                "payers": payer_words(plain(lever)["unit_cost"]),
                "source": translated(lever.unit_cost.source),
            }
            for name, lever in scenario.levers.items()
            if lever.unit_cost
        ],
        "shocks": [
            {
                "label": in_language(shock.label.model_dump()),
                "shock": name,
                "source": translated(shock.source),
                "note": shock.note and translated(shock.note),
            }
            for name, shock in scenario.shocks.items()
        ],
        "paths": [
            {
                "what": translated(PARAMETERS[name].meaning),
                "parameter": name,
                "source": translated(path.source),
            }
            for name, path in scenario.paths.items()
        ],
        "assumptions": [
            {"future": translated(scenario.assumptions, "future"), "source": translated(chosen.source)}
        ],
        "evidence": evidence_in(texts),
        "data": [_data_row(source) for source in documents.data_sources().values()],
    }


def is_evidence_id(word: str) -> bool:
    """Whether a word is written as the ids of evidence and of data sources are: B18, S15b."""
    return re.fullmatch(r"[A-Z][0-9][0-9][a-z]?", word) is not None


def evidence_in(texts: Iterable[str]) -> list[dict[str, Any]]:
    """The rows of evidence whose ids stand in texts, in the order of the table."""
    ids = {word for text in texts for word in re.findall(r"\b[A-Z][0-9][0-9]\b", text)}
    return [evidence_row(row) for row in documents.evidence().values() if row["id"] in ids]


def evidence_row(row: Mapping[str, str]) -> dict[str, Any]:
    """A row of the evidence table in the language in use; studies keep the words of their publication."""
    return {
        "id": row["id"],
        "what": translated(row["parameter"]),
        "value": translated(row["value"]),
        "unit": translated(row["unit"]),
        "range": range_words(row["range_low"], row["range_high"]),
        "status": translated(row["status"]),
        "source": source_words(row["source"]),
        "note": row["note"] and translated(row["note"]),
    }


def range_words(*ends: str) -> str:
    """From the least to the most; one number where they are the same or only one is known."""
    known = [*dict.fromkeys(end for end in ends if end)]
    return _("{low} to {high}", low=known[0], high=known[1]) if len(known) > 1 else "".join(known)


def source_words(source: str) -> str:
    """The source of a row of evidence, with judgements named as such."""
    return translated(source).replace("JUDGEMENT", _("a judgement"))


def cited_as(word: str) -> dict[str, list[dict[str, Any]]]:
    """What an id stands for: a row of evidence, a source of the data files, or one of each.

    Raises ``UsageError`` where there is none.
    """
    sources = documents.data_sources()
    found = {"evidence": evidence_in([word]), "data": [_data_row(sources[word])] if word in sources else []}
    if not any(found.values()):
        known = (*documents.evidence(), *sources)
        raise UsageError(
            Problem(
                _("no evidence and no source has this id"),
                value=word,
                allowed=_("such as A03 or H01: rows of sim/data/evidence.csv and sources.csv"),
                nearest=nearest(word, known),
            )
        )
    return found


def _data_row(source: documents.Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "title": translated(source.title),
        "publisher": translated(source.publisher),
        "seen": translated(source.where_seen),
        "date": translated(source.reference_date),
    }
