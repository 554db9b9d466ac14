"""How sure a forecast of a level is, in words: the 90 % bands of some series, so many years ahead."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.language import N_, _, plural, translated
from sim.core.width import columns
from sim.present.text.numbers import join, left, number, right
from sim.present.text.validation import error_unit_words, validation_text
from sim.validation.level_bands import level_bands
from sim.validation.validate import Validation
from sim.world.data import load_data

AHEAD = (1, 2, 5, 10)  # years
RULE = N_(
    "A forecast carries the last official figure on with the model's change. Its band is what such forecasts from "
    "past years were off by (labor-sim backtest): parameters, sampling, outside series, shocks, and the form of the "
    "model. Errors were seen one and two years ahead; later years carry their growth on. An effect of a policy is "
    "the difference of two runs that share what a level is off by, so that most of it cancels: these bands do not "
    "widen those of effects one for one."
)


def heads() -> list[str]:
    """A head for each number of years ahead."""
    return [plural("{count} year ahead", "{count} years ahead", count) for count in AHEAD]


class LevelRow(NamedTuple):
    """A series, and how far its figure may lie to either side, by the years ahead."""

    label: str
    cells: list[str]


def level_rows(validation: Validation) -> list[LevelRow]:
    """A row a headline series; none where no backtest is stored."""
    bands, rows, found = level_bands(load_data()), validation.rows, []
    if bands is None:
        return []
    for target in validation.targets:
        own = rows[(rows["indicator"] == target.indicator) & (rows["group"] == target.group)]
        reach = [bands.reach(target.indicator, target.group, years) for years in AHEAD]
        if target.headline and len(own) and np.isfinite(reach).all():
            kind = own["error_unit"].iloc[0]
            digits = 2 if kind == "ratio" else 1
            cells = [join("±" + number(size, digits), error_unit_words(kind)) for size in reach]
            found.append(LevelRow(translated(target.label), cells))
    return found


def validation_and_levels(validation: Validation) -> str:
    """The validation as plain text, and how sure forecasts of its levels are."""
    return validation_text(validation, _lines(validation))


def _lines(validation: Validation) -> list[str]:
    rows = level_rows(validation)
    if not rows:
        return []
    title, cell = (
        _("How far a forecast of a level may be off, 90 %"),
        2 + max(columns(head) for head in heads()),
    )
    width = 2 + max(columns(title), *(columns(row.label) for row in rows))
    lines = [left(title, width) + "".join(right(head, cell) for head in heads())]
    for row in rows:
        lines.append(left(row.label, width) + "".join(right(text, cell) for text in row.cells))
    return [*lines, "  " + _(RULE)]
