"""The default point put in force: its fitted values become the defaults in the parameter table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from sim.core.errors import Problem, ResultsError, UsageError
from sim.core.files import reason, write_whole
from sim.core.language import _
from sim.parameters import behaviour
from sim.parameters.posterior import Posterior

TABLE = behaviour.TABLE


def adopt(posterior: Posterior, table: Path, is_rehearsal: bool = False) -> dict[str, float]:
    """Write the fitted values of the ensemble's default point into ``table``, a file like
    ``sim/parameters/parameters.csv``, and return those that changed; every fitted parameter is ``calibrated``
    from then on, also where the value that was there is found to be the best. A rehearsal writes nothing.

    Raises UsageError for an ensemble without a default point, and for a table that lacks a parameter;
    ResultsError where the table cannot be written: it then stays as it was.
    """
    point = posterior.about.get("default_point")
    if point is None:
        raise UsageError(
            Problem(_("the ensemble holds no default point"), allowed=_("one made by a calibration"))
        )
    with open(table, encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns, rows = list(reader.fieldnames or ()), {row["name"]: row for row in reader}
    changed = {}
    for name in point["fitted"]:
        if name not in rows:
            raise UsageError(
                Problem(_("the table of parameters has no such entry"), file=str(table), value=name)
            )
        row, value = rows[name], point["values"][name]
        if float(row["default"]) != value:
            row["default"], changed[name] = repr(value), value
        row["status"] = "calibrated"
    if not is_rehearsal:
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows.values())
        try:
            write_whole(table, text.getvalue().encode())
        except OSError as error:
            raise ResultsError(
                Problem(_("cannot be written: {reason}", reason=reason(error)), file=str(table))
            ) from error
    return changed
