"""The parameters as the page of trust names them: in words, the name in the code in brackets."""

from __future__ import annotations

import re

from sim.core.language import N_, Words, _, language, translated
from sim.parameters.behaviour import PARAMETERS, STATUSES
from sim.present.text.official import indicator_words

# Meanings that lean on the parameter before them, said in full.
_WHOLE = Words(
    {
        "attention_festival_probability": N_(
            "probability that a worker reconsiders in February and in March"
        ),
        "late_return_probability": N_(
            "probability that a migrant still at home in March goes back to work away"
        ),
        "local_pay_level": N_(
            "pay of a reference local worker over the private-unit wage there and in the sector"
        ),
    }
)
STATUS_NAMES = Words(
    {
        "observed": N_("observed"),
        "estimated": N_("estimated"),
        "calibrated": N_("calibrated"),
        "assumed": N_("assumed"),
    }
)
STATUS_WORDS = Words(
    {
        "observed": N_("a statistic"),
        "estimated": N_("estimated from data, here or in a study"),
        "calibrated": N_("set so that the model meets a target shown below"),
        "assumed": N_("a judgement: vary it before relying on it"),
    }
)


def by_status() -> dict[str, list[str]]:
    """The names of all parameters by status."""
    return {status: [name for name, one in PARAMETERS.items() if one.status == status] for status in STATUSES}


def status_table() -> list[str]:
    """How many parameters have which status, and what that means."""
    lines = [
        _("## Observed, estimated, assumed"),
        "",
        _("| status | parameters | what it means |"),
        "|---|---|---|",
    ]
    for status, names in by_status().items():
        lines.append(f"| {STATUS_NAMES[status]} | {len(names)} | {STATUS_WORDS[status]} |")
    return [
        *lines,
        "",
        _("Each is listed at the end of this page; `labor-sim cite SCENARIO` prints sources."),
        "",
    ]


def parameter_tables() -> list[str]:
    """Every parameter in words, with its name in the code, its default and its source."""
    lines = [
        _("## All parameters"),
        "",
        _(
            "What each is, its name in `sim/parameters/parameters.csv`, its default, and the row of the evidence "
            "table (`labor-sim cite A38` prints one) or the series that it rests on."
        ),
        "",
    ]
    for status, names in by_status().items():
        lines += [
            "### " + _("{head}: {words}", head=STATUS_NAMES[status].capitalize(), words=STATUS_WORDS[status]),
            "",
            _("| parameter | default | unit | source |"),
            "|---|---|---|---|",
        ]
        for one in (PARAMETERS[name] for name in names):
            lines.append(
                f"| {named(one.name)} | {one.default:,.10g} | {translated(one.unit)} | {source_of(one.source)} |"
            )
        lines.append("")
    return lines


def named(name: str) -> str:
    """A parameter in words, its name in brackets."""
    words = meaning_of(name)
    return f"{words[:1].upper()}{words[1:]} [`{name}`]"


def meaning_of(name: str, meaning: str | None = None) -> str:
    """What a parameter is, so that it stands alone; ``meaning`` where it is another than today's."""
    known = PARAMETERS.get(name)
    if meaning is None:
        meaning = known.meaning if known else name.replace("_", " ")
    whole = _WHOLE.get(name, translated(meaning))
    if whole.startswith("of ") and known and language() == "en":
        whole = f"{known.unit} {whole}"
    return re.sub(r"\b[A-Za-z0-9]+_\w+\b", lambda other: other.group().replace("_", " "), whole)


def source_of(source: str) -> str:
    """Where a parameter comes from, in words where the catalogue has a code."""
    if source == "JUDGEMENT":
        return _("a judgement")
    kind, _colon, series = source.partition(":")
    return _("official series: {series}", series=indicator_words(series)) if kind == "official" else source


def in_a_sentence(name: str) -> str:
    """A parameter in words within a sentence."""
    words = named(name)
    return f"“{words[:1].lower()}{words[1:]}”"
