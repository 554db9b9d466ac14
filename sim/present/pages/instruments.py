"""The page of instruments."""

from __future__ import annotations

from sim.present.text.instruments import instrument_row, instruments
from sim.present.text.markdown import markdown
from sim.scenario import references as documents
from sim.scenario.references import GRADES


def page() -> str:
    """The documentation of the catalogue as Markdown."""
    known = list(instruments().values())
    lines = [
        "# The instruments of the policy documents",
        "",
        "Written by `labor-sim levers --markdown`; do not edit. `labor-sim levers ID` shows one instrument "
        "whole, with its range, sources and eligibility.",
        "",
        "## Documents",
        "",
        *(
            f"- `{d.id}`: {d.title_en}{f' ({d.title_zh})' if d.title_zh else ''}, {d.date}"
            for d in documents.documents().values()
        ),
        "",
        "## Grades of evidence",
        "",
        *(
            f"- **{grade}**: {words} ({sum(one.main.evidence == grade for one in known)} instruments)"
            for grade, words in GRADES.items()
        ),
    ]
    for family in dict.fromkeys(one.family for one in known):
        own = [one for one in known if one.family == family]
        label = own[0].family_label
        lines += [
            "",
            f"## {markdown(label.en)} {markdown(label.zh)}",
            "",
            f"`scenarios/levers/{family}.yaml`",
            "",
            "| No. | Instrument | Grade | Documents | Changes at strength 1 | Cost | Not known |",
            "|---|---|---|---|---|---|---|",
        ]
        for one in own:
            row = instrument_row(one)
            name = f"`{one.slug}` {markdown(row['label'])} {markdown(row['label_zh'])}"
            cells = (
                str(one.number),
                name,
                row["evidence"],
                ", ".join(row["documents"]),
                markdown(row["changes"]),
                markdown(row["cost"]),
                markdown(one.main.not_known or ""),
            )
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
