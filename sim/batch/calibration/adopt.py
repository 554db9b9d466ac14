"""The default point put in force: its fitted values become the defaults in the parameter table."""

from __future__ import annotations

import re
from pathlib import Path

from sim import parameters
from sim.errors import Problem, UsageError
from sim.posterior import Posterior

TABLE = Path(parameters.__file__)
_STATUS = re.compile(r'"(?:assumed|estimated|observed)"')


def adopt(posterior: Posterior, table: Path) -> dict[str, float]:
    """Write the fitted values of the ensemble's default point into ``table``, a file like
    ``sim/parameters.py``, and return those that changed; such a parameter is ``calibrated`` from then on.

    Raises UsageError for an ensemble without a default point, and for a table that lacks a parameter.
    """
    point = posterior.about.get("default_point")
    if point is None:
        raise UsageError(Problem("the ensemble holds no default point", allowed="one made by a calibration"))
    text, changed = table.read_text(encoding="utf-8"), {}
    for name in point["fitted"]:
        value = point["values"][name]
        entry = re.search(rf'    _\w+\("{name}", (-?[\d.e+-]+),.*?(?=\n    _|\n    #|\n\))', text, re.DOTALL)
        if entry is None:
            raise UsageError(Problem("the table of parameters has no such entry",
                                     file=str(table), value=name))
        if float(entry[1]) == value:
            continue
        start, end = entry.span(1)
        renewed = text[entry.start():start] + f"{value!r}" + _calibrated(text[end:entry.end()])
        text, changed[name] = text[:entry.start()] + renewed + text[entry.end():], value
    if changed:
        table.write_text(text, encoding="utf-8")
    return changed


def _calibrated(entry: str) -> str:
    """The rest of an entry with its status, the last of its words that can be one, set."""
    found = list(_STATUS.finditer(entry))
    return entry if not found else entry[:found[-1].start()] + '"calibrated"' + entry[found[-1].end():]
