"""The page of instruments."""

from __future__ import annotations

from sim.core.language import _, in_language, language, translated
from sim.present.text.instruments import instrument_row, instruments
from sim.present.text.levers import date_words
from sim.present.text.markdown import markdown
from sim.scenario import references as documents
from sim.scenario.references import GRADES


def page() -> str:
    """The documentation of the catalogue as Markdown."""
    known = list(instruments().values())
    lines = [
        _("# The instruments of the policy documents"),
        "",
        _(
            "Written by `labor-sim levers --markdown`; do not edit. `labor-sim levers ID` shows one instrument "
            "whole, with its range, sources and eligibility."
        ),
        "",
        _("## Documents"),
        "",
        *(f"- {_document(one)}" for one in documents.documents().values()),
        "",
        _("## Grades of evidence"),
        "",
        *(
            _(
                "- **{grade}**: {words} ({count} instruments)",
                grade=grade,
                words=words,
                count=sum(one.main.evidence == grade for one in known),
            )
            for grade, words in GRADES.items()
        ),
    ]
    for family in dict.fromkeys(one.family for one in known):
        own = [one for one in known if one.family == family]
        label = own[0].family_label
        lines += [
            "",
            f"## {_both(label.en, label.zh)}",
            "",
            f"`scenarios/levers/{family}.yaml`",
            "",
            _("| No. | Instrument | Grade | Documents | Changes at strength 1 | Cost | Not known |"),
            "|---|---|---|---|---|---|---|",
        ]
        for one in own:
            row = instrument_row(one)
            name = f"`{one.slug}` {_both(row['label'], row['label_zh'])}"
            cells = (
                str(one.number),
                name,
                row["evidence"],
                ", ".join(row["documents"]),
                markdown(row["changes"]),
                markdown(row["cost"]),
                markdown(translated(one.main.not_known)),
            )
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _document(one: documents.Document) -> str:
    """A document by id, title and date, in English with its Chinese title."""
    chinese = f" ({one.title_zh})" if one.title_zh and language() == "en" else ""
    return _("`{id}`: {title}, {date}", id=one.id, title=f"{one.title}{chinese}", date=date_words(one.date))


def _both(english: str, chinese: str) -> str:
    """A name in both languages, on a page in English; on one in Chinese, in Chinese."""
    said = markdown(in_language({"en": english, "zh": chinese}))
    return f"{said} {markdown(chinese)}" if language() == "en" else said
