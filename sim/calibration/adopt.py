"""The default point put in force: its fitted values become the defaults in the parameter table."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sim.core.errors import Problem, ResultsError, UsageError
from sim.parameters import behaviour as parameters
from sim.parameters.posterior import Posterior

TABLE = Path(parameters.__file__)
_STATUS = re.compile(r'"(?:assumed|estimated|observed)"')


def adopt(posterior: Posterior, table: Path, is_rehearsal: bool = False) -> dict[str, float]:
    """Write the fitted values of the ensemble's default point into ``table``, a file like
    ``sim/parameters/behaviour.py``, and return those that changed; every fitted parameter is ``calibrated`` from then
    on, also where the value that was there is found to be the best. A rehearsal writes nothing.

    Raises UsageError for an ensemble without a default point, and for a table that lacks a parameter;
    ResultsError where the table cannot be written: it then stays as it was.
    """
    point = posterior.about.get("default_point")
    if point is None:
        raise UsageError(Problem("the ensemble holds no default point", allowed="one made by a calibration"))
    text, changed = table.read_text(encoding="utf-8"), {}
    before = text
    for name in point["fitted"]:
        value = point["values"][name]
        entry = re.search(rf'    _\w+\("{name}", (-?[\d.e+-]+),.*?(?=\n    _|\n    #|\n\))', text, re.DOTALL)
        if entry is None:
            raise UsageError(Problem("the table of parameters has no such entry",
                                     file=str(table), value=name))
        start, end = entry.span(1)
        number = entry[1]
        if float(number) != value:
            number, changed[name] = f"{value!r}", value
        renewed = text[entry.start():start] + number + _calibrated(text[end:entry.end()])
        text = text[:entry.start()] + renewed + text[entry.end():]
    if text != before and not is_rehearsal:
        _replace(table, text)
    return changed


def _replace(table: Path, text: str) -> None:
    """All of it or nothing: without a whole table nothing can be run."""
    partial = table.with_name(f"{table.name}.partial-{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, table)
    except OSError as error:
        raise ResultsError(Problem(f"cannot be written: {error.strerror or error}",
                                   file=str(table))) from error
    finally:
        partial.unlink(missing_ok=True)


def _calibrated(entry: str) -> str:
    """The rest of an entry with its status, the last of its words that can be one, set."""
    found = list(_STATUS.finditer(entry))
    return entry if not found else entry[:found[-1].start()] + '"calibrated"' + entry[found[-1].end():]
