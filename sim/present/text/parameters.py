"""The parameters as the page of trust names them: in words, the name in the code in brackets."""

from __future__ import annotations

import re

from sim.parameters.behaviour import PARAMETERS, STATUSES
from sim.present.text.official import indicator_words

# Meanings that lean on the parameter before them, said in full.
_WHOLE = {
    "attention_festival_probability": "probability that a worker reconsiders in February and in March",
    "late_return_probability": "probability that a migrant still at home in March goes back to work away",
    "local_pay_level": "pay of a reference local worker over the private-unit wage there and in the sector",
}
STATUS_WORDS = {
    "observed": "a statistic",
    "estimated": "estimated from data, here or in a study",
    "calibrated": "set so that the model meets a target shown below",
    "assumed": "a judgement: vary it before relying on it",
}


def by_status() -> dict[str, list[str]]:
    """The names of all parameters by status."""
    return {status: [name for name, one in PARAMETERS.items() if one.status == status] for status in STATUSES}


def status_table() -> list[str]:
    """How many parameters have which status, and what that means."""
    lines = [
        "## Observed, estimated, assumed",
        "",
        "| status | parameters | what it means |",
        "|---|---|---|",
    ]
    for status, names in by_status().items():
        lines.append(f"| {status} | {len(names)} | {STATUS_WORDS[status]} |")
    return [
        *lines,
        "",
        "Each is listed at the end of this page; `labor-sim cite SCENARIO` prints sources.",
        "",
    ]


def parameter_tables() -> list[str]:
    """Every parameter in words, with its name in the code, its default and its source."""
    lines = [
        "## All parameters",
        "",
        "What each is, its name in `sim/parameters/parameters.csv`, its default, and the row of the evidence table "
        "(`labor-sim cite A38` prints one) or the series that it rests on.",
        "",
    ]
    for status, names in by_status().items():
        lines += [
            f"### {status.capitalize()}: {STATUS_WORDS[status]}",
            "",
            "| parameter | default | unit | source |",
            "|---|---|---|---|",
        ]
        for one in (PARAMETERS[name] for name in names):
            lines.append(f"| {named(one.name)} | {one.default:,.10g} | {one.unit} | {_source(one.source)} |")
        lines.append("")
    return lines


def named(name: str) -> str:
    """A parameter in words, its name in brackets."""
    meaning = PARAMETERS[name].meaning if name in PARAMETERS else name.replace("_", " ")
    meaning = _WHOLE.get(name, meaning)
    if meaning.startswith("of "):
        meaning = f"{PARAMETERS[name].unit} {meaning}"
    words = re.sub(r"\b\w+_\w+\b", lambda other: other.group().replace("_", " "), meaning)
    return f"{words[:1].upper()}{words[1:]} [`{name}`]"


def _source(source: str) -> str:
    """Where a parameter comes from, in words where the catalogue has a code."""
    if source == "JUDGEMENT":
        return "a judgement"
    kind, _, series = source.partition(":")
    return f"official series: {indicator_words(series)}" if kind == "official" else source


def in_a_sentence(name: str) -> str:
    """A parameter in words within a sentence."""
    words = named(name)
    return f"“{words[:1].lower()}{words[1:]}”"
