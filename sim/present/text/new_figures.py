"""Official figures taken in, in words: what changed, and how the model stands to them."""

from __future__ import annotations

import pandas as pd

from sim.core.language import N_, Words, _, plural, translated
from sim.present.text.numbers import number
from sim.validation.new_figures import NewFigures
from sim.validation.targets import LAST_USED_YEAR

COMPARED_HEADS = Words(
    {
        "series": N_("series"),
        "year": N_("year"),
        "official": N_("official"),
        "model": N_("model"),
        "error": N_("error"),
        "judged": N_("added since 2023"),
        "tolerance": N_("tolerance"),
        "verdict": N_("verdict"),
    }
)
_VERDICTS = Words({"within": N_("within"), "beyond": N_("beyond")})
_SIGNS = {"percent": " %"}


def told(found: NewFigures) -> list[str]:
    """What changed, in a few lines."""
    lines = [
        plural("{count} figure added", "{count} figures added", len(found.added)),
        plural("{count} figure revised", "{count} figures revised", len(found.revised)),
        plural("{count} figure there already", "{count} figures there already", len(found.unchanged)),
        plural("{count} new source", "{count} new sources", len(found.sources)),
    ]
    for row in found.revised.itertuples():
        lines.append(
            _(
                "{series} {year}: {before} becomes {after} {unit}",
                series=f"{row.indicator} {row.group}",
                year=row.year,
                before=f"{row.before:.10g}",
                after=f"{row.value:.10g}",
                unit=row.unit,
            )
        )
    return lines


def compared_rows(compared: pd.DataFrame) -> list[dict[str, str]]:
    """Rows for printing of the figures that the model holds, those of a target first."""
    rows = []
    for row in compared.sort_values("label", key=lambda labels: labels == "", kind="stable").itertuples():
        sign, digits = _SIGNS.get(row.error_unit, ""), 2 if row.error_unit == "ratio" else 1
        rows.append(
            {
                "series": translated(row.label) or f"{row.indicator} {row.group}",
                "year": str(row.year),
                "official": number(row.official, digits),
                "model": number(row.model, digits),
                "error": number(row.error, digits, signed=True) + sign,
                "judged": number(row.judged_error, digits, signed=True),
                "tolerance": number(row.tolerance, digits),
                "verdict": verdict_of(row),
            }
        )
    return rows


def verdict_of(row) -> str:
    """Whether the judged error is within the tolerance; empty for what cannot be judged."""
    if row.note:
        return translated(row.note)
    if row.judged_error != row.judged_error or row.tolerance != row.tolerance:
        return ""
    return _VERDICTS["within" if abs(row.judged_error) <= row.tolerance else "beyond"]


def wall_entry(found: NewFigures, compared: pd.DataFrame, day: str, seeds: int, scale: int) -> str:
    """What is appended to ``docs/wall.md``, in English: all of it, worst ones included."""
    years = sorted(found.to_write["year"].unique())
    span = str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
    blind = (
        "No parameter was set on them."
        if years[0] > LAST_USED_YEAR
        else f"Parameters are set on figures to {LAST_USED_YEAR}, so that those of these years are not blind."
    )
    judged = compared[
        compared["judged_error"].notna() & compared["tolerance"].notna() & (compared["note"] == "")
    ]
    within = int((judged["judged_error"].abs() <= judged["tolerance"]).sum())
    lines = [
        f"### Official figures of {span}, taken in ({day})",
        "",
        "Gate: the tolerances by rule of `labor-sim validate`, written before these figures were. "
        f"{len(found.added)} figures added, {len(found.revised)} revised, by `labor-sim update-data`, {seeds} "
        f"{'seed' if seeds == 1 else 'seeds'}, 1:{scale}. {blind} {within} of {len(judged)} figures that can be judged are within their "
        "tolerance; since 2023 the error is what was added to that of 2023.",
        "",
        "| series | year | official | model | judged error | tolerance |",
        "|---|---|---|---|---|---|",
    ]
    for row in judged.itertuples():
        name = row.label or f"{row.indicator} {row.group}"
        lines.append(
            f"| {name} | {row.year} | {row.official:.6g} | {row.model:.6g} | {row.judged_error:+.2f} "
            f"{row.error_unit} | {row.tolerance:.2f} |"
        )
    return "\n".join(lines)
