"""The packaged tables that levers refer to: policy documents, instruments, evidence and provinces.

Read with the standard library alone, so that checking a scenario needs no data frame.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from sim.core.errors import DataError
from sim.core.language import N_, Words, _, in_language, language


@dataclass(frozen=True, slots=True)
class Document:
    """One policy document. ``date`` is as exact as it is known: 2024, 2024-11 or 2024-11-15."""

    id: str
    title_en: str
    title_zh: str
    number: str
    issuing_bodies: str
    date: str
    description: str
    source: str

    @property
    def title(self) -> str:
        """Its title in the language in use."""
        return in_language({"en": self.title_en, "zh": self.title_zh})


@dataclass(frozen=True, slots=True)
class DocumentedInstrument:
    """One instrument named in the documents; ``grade`` is the strength of evidence on its effect, A to D."""

    id: int
    name: str
    documents: tuple[str, ...]
    clause: str
    evidence: tuple[str, ...]
    unit_cost: str
    eligibility: str
    grade: str


def instrument_evidence(lever: Mapping[str, Any]) -> set[str]:
    """Ids of the evidence behind the instruments that a lever, as a plain map, carries out."""
    known = instruments()
    return {
        name
        for number in lever.get("instruments") or ()
        if number in known
        for name in known[number].evidence
    }


@dataclass(frozen=True, slots=True)
class Source:
    """Where a packaged series was found."""

    id: str
    title: str
    publisher: str
    where_seen: str
    reference_date: str


@cache
def documents() -> dict[str, Document]:
    """Every packaged policy document, by id."""
    return {row["id"]: Document(**row) for row in _rows("documents.csv")}


@cache
def instruments() -> dict[int, DocumentedInstrument]:
    """Every instrument that the documents name, by number."""
    return {
        int(row["id"]): DocumentedInstrument(
            id=int(row["id"]),
            name=row["instrument"],
            documents=tuple(row["documents"].split("; ")),
            clause=row["clause_paraphrased"],
            evidence=tuple(row["evidence_parameters"].split()),
            unit_cost=row["unit_cost_yuan"],
            eligibility=row["eligibility_and_take_up"],
            grade=row["evidence_grade"],
        )
        for row in _rows("instruments.csv")
    }


@cache
def evidence() -> dict[str, dict[str, str]]:
    """Every row of the evidence table, by id (A01, B18, ...)."""
    return {row["id"]: row for row in _rows("evidence.csv")}


@cache
def size_ranges() -> dict[str, tuple[float, float]]:
    """By grade of evidence, the multiples of its size between which a lever's true size lies: judgements."""
    return {row["grade"]: (float(row["low"]), float(row["high"])) for row in _rows("size_ranges.csv")}


@cache
def data_sources() -> dict[str, Source]:
    """The sources of the packaged data series, by id."""
    names = {
        "id": "source_id",
        "title": "title",
        "publisher": "publisher",
        "where_seen": "where_seen",
        "reference_date": "reference_date",
    }
    return {
        row["source_id"]: Source(**{field: row[column] for field, column in names.items()})
        for row in _rows("sources.csv")
    }


@cache
def region_of_province() -> dict[str, str]:
    """Region (East, Central, West, Northeast) of each province, by its English name."""
    return {row["name_en"]: row["region_nbs"] for row in _rows("provinces.csv")}


@cache
def _provinces_by_name() -> dict[str, str]:
    """English name of each province by what people call it: that, its letters alone, its Chinese names."""
    found = {}
    for row in _rows("provinces.csv"):
        for name in (row["name_en"], _letters(row["name_en"]), row["name_zh"], row["name_zh_full"]):
            found[name] = row["name_en"]
    return found


@cache
def provinces_in_chinese() -> dict[str, str]:
    """English name of each province by its Chinese names."""
    rows = _rows("provinces.csv")
    return {row[name]: row["name_en"] for name in ("name_zh", "name_zh_full") for row in rows}


@cache
def documents_in_chinese() -> dict[str, str]:
    """The id of each policy document by its Chinese title."""
    return {document.title_zh: key for key, document in documents().items()}


def _letters(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalpha())


def province_called(word: str) -> str | None:
    """The English name of a province, however it is written; None for what is none.

    >>> [province_called(word) for word in ("henan", "河南省", "inner-mongolia", "Hena")]
    ['Henan', 'Henan', 'Inner Mongolia', None]
    """
    known = _provinces_by_name()
    return known.get(word.strip()) or known.get(_letters(word))


def province_in_words(name: str) -> str:
    """A province, given by its English name, in the language in use."""
    return _chinese_provinces().get(name, name) if language() == "zh" else name


@cache
def _chinese_provinces() -> dict[str, str]:
    return {row["name_en"]: row["name_zh"] for row in _rows("provinces.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    try:
        text = resources.files("sim").joinpath("data", name).read_bytes().decode("utf-8")
    except OSError as error:
        raise DataError(
            _("the packaged table {name} cannot be read: {strerror}", name=name, strerror=error.strerror)
        ) from error
    return list(csv.DictReader(io.StringIO(text, newline="")))


# Grades of the evidence on a lever's effect, in words.
GRADES = Words(
    {
        "A": N_("a quasi-experiment in China"),
        "B": N_("a quasi-experiment elsewhere, or matching in China"),
        "C": N_("counts or associations, not a measured effect"),
        "D": N_("a prior: nobody has measured the effect"),
        "n/a": N_("a principle without an effect of its own"),
    }
)


def grade_range() -> str:
    """What the best and the weakest grade mean."""
    return _("A, {best}, to D, {weakest}", best=GRADES["A"], weakest=GRADES["D"])
