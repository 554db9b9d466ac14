"""The evidence that levers cite: ids in the page's text as links, and the list that they lead to."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape

from sim.core.language import N_, Words, _, translated
from sim.present.text.citations import range_words, source_words

_STATUS = Words(
    {
        "seen": N_("read in the source"),
        "recalled": N_("recalled, not read again"),
        "judged": N_("judged"),
    }
)


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
    value, unit = _separated(row["value"]), translated(row["unit"].removeprefix("-"))
    return _("{value} {unit}", value=value, unit=unit) if value and unit else value or unit


def _separated(figure: str) -> str:
    """A whole number of the evidence table with its thousands separated, anything else as it is."""
    return f"{int(figure):,}" if figure.isdigit() and len(figure) > 4 else figure
