"""What stands behind the figures of a page, as links: lever, clause, parameter, study; on paper numbered notes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from markupsafe import Markup, escape

from sim.core.language import N_, Words, _, language, translated
from sim.parameters.behaviour import PARAMETERS
from sim.present.text.citations import range_words, source_words
from sim.present.text.levers import date_words, is_share, quantity
from sim.present.text.parameters import STATUS_NAMES, STATUS_WORDS, meaning_of, source_of

_STATUS = Words(
    {
        "seen": N_("read in the source"),
        "recalled": N_("recalled, not read again"),
        "judged": N_("judged"),
    }
)


_OPEN, _CLOSE = "\ue000", "\ue001"  # around a figure of a sentence on its way to the page; no text has them


def marked(figure: str) -> str:
    """A figure of a sentence, marked for ``linked``."""
    return f"{_OPEN}{figure}{_CLOSE}"


def linked(text: str, address: str) -> Markup:
    """The text for the page, each marked figure in it a link to the address."""
    link = f'<a class="figure" href="{escape(address)}">'
    return Markup(str(escape(text)).replace(_OPEN, link).replace(_CLOSE, "</a>"))


def cited(text: str, evidence: dict[str, Any]) -> Markup:
    """The text for the page, each id of the evidence in it a link to the list at the end."""
    ids = "|".join(map(re.escape, evidence))
    parts = re.split(rf"(?<![A-Za-z0-9])({ids})(?![A-Za-z0-9])", text) if evidence else [text]
    link = Markup('<a href="#evidence-{0}">{0}</a>')
    return Markup("").join(link.format(part) if part in evidence else escape(part) for part in parts)


def evidence_rows(about: dict[str, Any]) -> list[dict[str, str]]:
    """The rows of evidence that the levers cite: id, finding with its value and range, source, how known."""
    return [
        {
            "id": name,
            "finding": translated(row["parameter"]),
            "value": _value(row),
            "range": range_words(_separated(row["range_low"]), _separated(row["range_high"])),
            "source": source_words(row["source"]),
            "status": _STATUS["judged"]
            if row["source"].startswith("JUDGEMENT")
            else _STATUS.get(row["status"], row["status"]),
        }
        for name, row in (about.get("evidence") or {}).items()
    ]


def _value(row: dict[str, str]) -> str:
    value, unit = _separated(translated(row["value"])), translated(row["unit"].removeprefix("-"))
    return _("{value} {unit}", value=value, unit=unit) if value and unit else value or unit


def _separated(figure: str) -> str:
    """A whole number of the evidence table with its thousands separated, anything else as it is."""
    return f"{int(figure):,}" if figure.isdigit() and len(figure) > 4 else figure


# --- clauses and documents ------------------------------------------------------------------------------


def authority(citation: Mapping[str, str], documents: Mapping[str, Any]) -> Markup:
    """A clause: the document, which leads to the list of sources, its number, date and article, the paraphrase.

    A page in English has the paraphrase in Chinese too.
    """
    is_formal = language() == "zh" and citation["number"]  # one with a number has its title between 《》
    title: Markup = Markup("《{}》").format(citation["title"]) if is_formal else escape(citation["title"])
    if citation["id"] in documents:
        title = Markup('<a href="#document-{}">{}</a>').format(citation["id"], title)
    if citation["title_zh"]:
        title += " " + _chinese(citation["title_zh"])
    if citation["number"]:
        title += _bracketed(_chinese(citation["number"]))
    said = _with_commas([title, citation["date"], citation["article"]])
    if citation["clause"]:
        said += Markup("{}{}").format("：" if language() == "zh" else ": ", citation["clause"])
    return said + " " + _chinese(citation["clause_zh"], "zh") if citation["clause_zh"] else said


def document_rows(about: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The documents that the levers cite: id, and title, issuing bodies, number and date in a row."""
    return [
        {"id": name, "words": _document(document)}
        for name, document in (about.get("documents") or {}).items()
    ]


def _document(document: Mapping[str, Any]) -> Markup:
    title, chinese = document["title_en"], document.get("title_zh")
    details = [
        translated(document.get("issuing_bodies")),
        _chinese(document["number"]) if document.get("number") else "",
        date_words(str(document.get("date") or "")),
    ]
    if language() == "zh":
        titled = Markup("《{}》。{}。" if document.get("number") else "{}。{}。")
        return titled.format(chinese or title, _with_commas(details))
    title = Markup("{} {}").format(title, _chinese(chinese)) if chinese else title
    return Markup("{}. {}.").format(title, _with_commas(details))


def _chinese(text: str, kind: str = "") -> Markup:
    """Chinese words on the page, marked as such."""
    mark = Markup(' class="{}"').format(kind) if kind else ""
    return Markup('<span{} lang="zh">{}</span>').format(mark, text)


def _bracketed(text: Markup) -> Markup:
    return Markup("（{}）" if language() == "zh" else " ({})").format(text)


def _with_commas(parts: list[Any]) -> Markup:
    return Markup("，" if language() == "zh" else ", ").join(part for part in parts if part)


# --- parameters -----------------------------------------------------------------------------------------


def parameter_rows(about: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parameters that the levers change: in words, unit, value without a lever, bounds, status and source."""
    return [{"name": name, **_parameter(name, row)} for name, row in (about.get("parameters") or {}).items()]


def _parameter(name: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """One parameter as the results keep it; what older results do not hold is that of today."""
    today = PARAMETERS.get(name)
    row = {
        field: getattr(today, field) for field in ("low", "high", "status", "source") if today is not None
    } | dict(kept)
    unit, ends = row["unit"], [row.get("low"), row.get("high")]
    words = meaning_of(name, row["meaning"])
    return {
        "words": f"{words[:1].upper()}{words[1:]}",
        "unit": translated(unit),
        "default": _figure(row["default"], unit),
        "range": range_words(*(_figure(end, unit) for end in ends if end is not None)),
        "status": _(
            "{status}: {words}", status=STATUS_NAMES[row["status"]], words=STATUS_WORDS[row["status"]]
        )
        if row.get("status")
        else "",
        "source": source_of(row.get("source") or ""),
    }


def _figure(value: float, unit: str) -> str:
    """A value of a parameter without its unit; Chinese has shares as percentages."""
    return quantity(value, unit) if language() == "zh" and is_share(unit) else f"{value:,.10g}"


# --- on paper -------------------------------------------------------------------------------------------


class _Links(HTMLParser):
    """Which parts of a page are linked from its text, its list of contents left out, and all its anchors in order."""

    def __init__(self) -> None:
        super().__init__()
        self.linked: set[str] = set()
        self.anchors: list[str] = []
        self._is_contents = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        self._is_contents = self._is_contents or tag == "nav"
        if anchor := named.get("id"):
            self.anchors.append(anchor)
        address = named.get("href") or ""
        if tag == "a" and address.startswith("#") and not self._is_contents:
            self.linked.add(address[1:])

    def handle_endtag(self, tag: str) -> None:
        self._is_contents = self._is_contents and tag != "nav"


def with_notes(page: str) -> str:
    """The page with a number on every link within it and on the place that it leads to, which only paper shows.

    Places are numbered in their order on the page, so that a reader of the print finds note 12 behind note 11.
    """
    found = _Links()
    found.feed(page)
    linked = [anchor for anchor in found.anchors if anchor in found.linked]
    notes = {anchor: number for number, anchor in enumerate(linked, 1)}

    def marked(match: re.Match) -> str:
        number = notes.get(match["anchor"])
        return f'{match[0]} data-note="{number}"' if number else match[0]

    return re.sub(r'(?<=\s)(?:href="#|id=")(?P<anchor>[^"]+)"', marked, page)


def notes_of(page: str) -> dict[str, str]:
    """The numbers that ``with_notes`` gave the places of a page, by their anchors."""
    return dict(re.findall(r'\sid="([^"]+)" data-note="([0-9]+)"', page))
