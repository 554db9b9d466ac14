"""Every behavioural parameter: default, unit, bounds, meaning, source, status.

``scope`` says who can face a different value of it:

- ``economy``: one number for everybody; a scenario may set it, a lever may not.
- ``place``: one number per place and month; a lever may change it where it applies, for all there.
- ``corridor``: one number per home province, place and month; a lever may change it for all who come
  from there.
- ``worker``: one number per worker and month, starting from the place's; a lever may change it for
  the eligible. ``occasion`` names the moment at which it is faced.

Where and when it acts is said as well, and a scenario that asks for more is refused:

- ``timing``: ``monthly``, or ``start`` for what is read once, before the first month: a scenario may set it
  under ``parameters``, and no path or shock may move it.
- ``months``: the calendar months in which it acts, all where none is named; a shock names no other.
- ``places``: whether it is faced ``anywhere``, only at ``home``, or only ``away`` from it.
- ``by_sector``: whether a shock may change it for some sectors alone.

The table is ``parameters.csv`` beside this file, a row a parameter; the rows whose group begins with
"policy" are channels that only policy moves: at their defaults they change nothing, to the last bit.
``source`` is the id of a row of ``sim/data/evidence.csv`` where there is one. ``status`` is
``observed`` (a statistic), ``estimated`` (from data, here or in a study), ``calibrated`` (set so that the
model meets a target that ``validate`` shows: by ``labor-sim calibrate``, whose default point is written
there by its ``--adopt``, or by hand) or ``assumed`` (a judgement: sweep it).
"""

from __future__ import annotations

from pathlib import Path

from sim.parameters.definition import SCOPES, STATUSES, Parameter, read_table

__all__ = ["DEFAULTS", "PARAMETERS", "REMOVED", "SCOPES", "STATUSES", "TABLE", "Parameter"]

TABLE = Path(__file__).with_name("parameters.csv")

PARAMETERS: dict[str, Parameter] = {one.name: one for one in read_table(TABLE)}
DEFAULTS = {name: one.default for name, one in PARAMETERS.items()}

# Names that no longer exist, and what to write instead.
REMOVED: dict[str, str] = {
    name: "tightness_pooled draws places with few searchers to the rest"
    for name in ("searchers_min_share", "searchers_min_count")
}
