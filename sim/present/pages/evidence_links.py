"""The evidence that levers cite: ids in the page's text as links, and the list that they lead to."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape

_STATUS = {"seen": "read in the source", "recalled": "recalled, not read again"}


def cited(text: str, evidence: dict[str, Any]) -> Markup:
    """The text for the page, each id of the evidence in it a link to the list at the end."""
    parts = re.split(r"\b(" + "|".join(map(re.escape, evidence)) + r")\b", text) if evidence else [text]
    link = Markup('<a href="#evidence-{0}">{0}</a>')
    return Markup("").join(link.format(part) if part in evidence else escape(part) for part in parts)


def evidence_rows(about: dict[str, Any]) -> list[dict[str, str]]:
    """The rows of evidence that the levers cite: id, finding with its value and range, source, how known."""
    return [
        {
            "id": name,
            "finding": row["parameter"],
            "value": " ".join(filter(None, (_separated(row["value"]), row["unit"].removeprefix("-")))),
            "range": " to ".join(
                dict.fromkeys(_separated(end) for end in (row["range_low"], row["range_high"]) if end)
            ),
            "source": row["source"].replace("JUDGEMENT", "a judgement"),
            "status": "judged"
            if row["source"].startswith("JUDGEMENT")
            else _STATUS.get(row["status"], row["status"]),
        }
        for name, row in (about.get("evidence") or {}).items()
    ]


def _separated(figure: str) -> str:
    """A whole number of the evidence table with its thousands separated, anything else as it is."""
    return f"{int(figure):,}" if figure.isdigit() and len(figure) > 4 else figure
