"""What the policy documents spend and whom they serve, against what real programmes did.

Every document is a ready scenario. Its levers act with what history had not carried out, so a ledger holds
what the document *adds*. The *whole* measure is that and what history held of it, at the documented size;
history *reached* the share of it that the lever states (``implemented_share``). What was really spent and
served (``sim/data/programme_record.csv``) is what history reached, and is held against that; where a lever
states no share, against the whole. The year is the later of the document's first two whole years in which
the lever is in force in every month, the record that of the nearest year. A verdict is given by rule
(``RULE``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from sim.core.errors import DataError, Problem, nearest
from sim.core.language import N_, _
from sim.parameters.behaviour import PARAMETERS
from sim.policy.lever_rows import WAYS
from sim.results.results import Results
from sim.scenario.instruments import checked_instruments
from sim.scenario.lever import Lever
from sim.scenario.loading import catalogue, load_reference, load_scenario, scenario_files
from sim.world.data import Data, load_data

RULE = N_(
    "A verdict is given by rule: alike within a factor of two, else more or less. Where the record covers "
    "others than rural workers and no share of theirs is published, or counts something else, none is given."
)
ALIKE, MORE, LESS, NOT_JUDGED = "alike", "more", "less", "not judged"
FACTOR = 2.0  # within which what is compared is alike
YEARS = 2  # whole years of a document that are looked at
RURAL = ("rural_workers", "poor_rural_workers")  # whom the model holds
_FILE = "programme_record.csv"
_MONTHS_OF_A_YEAR = 12
# Occasions that come to the same people every month: served over a year, they are twelve times the people.
_MONTHLY = ("arrears_case",)
# Occasions on which a lever serves as many people however strong it is.
SAME_PEOPLE = (
    "person_month", "work_month", "search_month", "business_start", "business_half_year", "business_month",
    "business_closure", "arrears_case", "settlement", "placement", "departure", "festival_trip", "post_month",
    "relief", "raised_pay_month", "loan_month", "loan_default", "resident_month",
)  # fmt: skip
# Occasions that occur without levers, which are billed only for those that they brought about.
_BROUGHT_ABOUT = ("new_insurance", "kept_insurance")


class Served(NamedTuple):
    """Money and people of a lever or of several in a year. ``occasions``: servings, which of a lever that
    serves people every month are twelve a person."""

    yuan: float
    persons: float
    occasions: float

    def plus(self, other: Served) -> Served:
        return Served(*(one + another for one, another in zip(self, other, strict=True)))

    def measured(self, measure: str, unit: str) -> float:
        """Yuan ``spent``, persons ``served``, or yuan ``per_person`` (in the year, or in a month)."""
        if measure == "spent":
            return self.yuan
        if measure == "served":
            return self.persons
        people = self.occasions if unit == "yuan_per_month" else self.persons
        return self.yuan / people if people else float("nan")


NOBODY = Served(0.0, 0.0, 0.0)


class _Found(NamedTuple):
    """What a document's levers of one kind do in a year: added, in whole, and reached by history."""

    year: int
    adds: Served
    whole: Served
    reached: Served
    states_share: bool  # whether every lever says what history reached of it
    is_all_billed: bool  # whether every lever bills the whole measure

    def compared(self) -> Served:
        return self.reached if self.states_share else self.whole


def documents(data: Data | None = None) -> tuple[str, ...]:
    """The ready scenarios that carry out one policy document each, by name, in the order of the documents."""
    known = (data or load_data()).documents.index
    return tuple(sorted(name for name in scenario_files() if name in set(known)))


def whole_years(document: str) -> tuple[int, ...]:
    """The first two calendar years that lie wholly after the document's first lever begins."""
    return _whole_years_of(own_levers(document))


def _whole_years_of(levers: Mapping[str, Lever]) -> tuple[int, ...]:
    first = min(lever.window.from_ for lever in levers.values())
    year = int(first[:4]) + (not first.endswith("-01"))
    return tuple(range(year, year + YEARS))


def last_month(document: str) -> str:
    """The month to which a run of the document is needed."""
    return f"{whole_years(document)[-1]}-12"


def own_levers(document: str) -> dict[str, Lever]:
    """The levers that a document has and its reference has not."""
    scenario = load_scenario(document)
    before = load_reference(scenario).levers
    return {name: lever for name, lever in scenario.levers.items() if before.get(name) != lever}


def programmes_table(
    runs: Mapping[str, Results | Iterable[Results]], data: Data | None = None
) -> pd.DataFrame:
    """A row for each document, instrument and figure of the record that a run can be held against.

    ``runs``: of each document one run, or several of which the mean is taken, to ``last_month`` at least.
    Columns: ``document``, ``instrument``, ``part``, ``programme``, ``measure``, ``unit``, ``year``; ``adds``,
    ``whole``; the ``share`` that the levers state, and ``reached`` with it (NaN without one, or where the
    whole is billed);
    ``record_year``, ``printed``, ``record`` (of rural workers, where ``rural_share`` is published),
    ``record_share`` of the whole; ``ratio`` of what is compared to the record, ``verdict``, ``reason``,
    ``covers``, ``rural_share`` and its source, ``status`` and ``source``.
    Raises ``DataError`` for an instrument or a part of the record that the catalogue does not have.
    """
    record = (data or load_data()).programme_record
    check_names(record)
    series = ["instrument", "part", "programme", "covers", "measure", "unit"]
    rows = []
    for document, run in runs.items():
        done = _Document(document, run)
        for key, figures in record.groupby(series, sort=False):
            found = done.found(instrument=key[0], part=key[1])
            if found is not None:
                rows.append({"document": document, **_row(found, figures)})
    return pd.DataFrame(rows)


def unrecorded_spending(
    runs: Mapping[str, Results | Iterable[Results]], data: Data | None = None
) -> pd.DataFrame:
    """What documents add on instruments of which the record has no figure: ``document``, ``instrument``,
    ``year`` and ``yuan``, the most first."""
    recorded = set((data or load_data()).programme_record["instrument"])
    rows = []
    for document, run in runs.items():
        done = _Document(document, run)
        for name in dict.fromkeys(lever.instrument for lever in done.levers.values()):
            found = done.found(name) if name and name not in recorded else None
            if found is not None and found.adds.yuan > 0.0:
                rows.append((document, name, found.year, found.adds.yuan))
    table = pd.DataFrame(rows, columns=["document", "instrument", "year", "yuan"])
    return table.sort_values("yuan", ascending=False, ignore_index=True)


def check_names(record: pd.DataFrame) -> None:
    """Raise ``DataError`` for what the catalogue of instruments does not have, with line and nearest name."""
    known = {slug: one.parts for slug, one in checked_instruments(catalogue()).items()}
    problems = []
    for line, row in zip(record.index, record.itertuples(index=False), strict=True):
        names, key, value = tuple(known), "instrument", row.instrument
        if value in known:
            names, key, value = ("", *(part.part or "" for part in known[value])), "part", row.part
        if value not in names:
            meant = nearest(value, names)
            problems.append(
                Problem(
                    _("the catalogue of instruments does not have it"),
                    file=_FILE,
                    line=int(line),
                    key=key,
                    value=value,
                    allowed=meant or names,
                )
            )
    if problems:
        raise DataError(problems)


def verdict(ratio: float) -> str:
    """How what the model holds stands to the record, by its ratio.

    >>> verdict(1.9), verdict(0.5), verdict(2.1), verdict(0.3)
    ('alike', 'alike', 'more', 'less')
    """
    if ratio > FACTOR:
        return MORE
    return LESS if ratio < 1.0 / FACTOR else ALIKE


class _Document:
    """A document, and what its levers are billed for in a run, or on average in several."""

    def __init__(self, name: str, run: Results | Iterable[Results]):
        self.levers = own_levers(name)
        self.years = _whole_years_of(self.levers)
        runs = [run] if isinstance(run, Results) else list(run)
        tables = pd.concat([one.ledger for one in runs]).astype({"lever": str})
        sums = tables.groupby(["lever", "year"])[["spending_yuan", "served"]].sum() / len(runs)
        self._billed = {key: (row.spending_yuan, row.served) for key, row in sums.iterrows()}

    def found(self, instrument: str, part: str = "") -> _Found | None:
        """What the levers of an instrument, or of its part, do; None where none is billed in a whole year."""
        levers = {
            name: lever
            for name, lever in self.levers.items()
            if lever.instrument == instrument and part in ("", lever.part)
            if lever.unit_cost is not None and lever.acting > 0.0
        }
        for year in reversed(self.years):
            in_force = [name for name, lever in levers.items() if _is_in_force_all(lever, year)]
            if in_force:
                billed = [(levers[name], self._billed.get((name, year), (0.0, 0.0))) for name in in_force]
                return _sum_of(year, billed)
        return None


def _is_in_force_all(lever: Lever, year: int) -> bool:
    return lever.window.from_ <= f"{year}-01" and lever.window.to >= f"{year}-12"


def _sum_of(year: int, billed: Iterable[tuple[Lever, tuple[float, float]]]) -> _Found:
    adds = whole = reached = NOBODY
    states_share = is_all_billed = True
    for lever, (yuan, occasions) in billed:
        months = _MONTHS_OF_A_YEAR if _is_monthly(lever) else 1
        own = Served(yuan, occasions / months, occasions)
        at_size = documented(lever, own)
        is_all = bills_everybody(lever)
        share = 1.0 if is_all else stated_share(lever)
        states_share, is_all_billed = states_share and share is not None, is_all_billed and is_all
        adds, whole = adds.plus(own), whole.plus(at_size)
        reached = reached.plus(Served(*(value * (share or 0.0) for value in at_size)))
    return _Found(year, adds, whole, reached, states_share, is_all_billed)


def documented(lever: Lever, own: Served) -> Served:
    """What a lever does at its whole strength, where it is billed for what acts beyond the reference.

    An act that it brings about (a job on public works) comes more often with strength, at one price; what
    serves as many at any strength costs more of each; and where everybody is billed, so they are already.
    """
    assert lever.unit_cost is not None, "only levers with a cost are billed"
    part = lever.acting / lever.strength
    if bills_everybody(lever):
        return own
    if lever.unit_cost.follows_strength:
        return own._replace(yuan=own.yuan / part)
    return Served(*(value / part for value in own))


def bills_everybody(lever: Lever) -> bool:
    """Whether its bill is that of the whole measure: it pays for an act whoever brought it about (courses),
    or serves as many people at any strength for the same price each.
    """
    cost = lever.unit_cost
    if cost is None or cost.follows_strength:
        return False
    is_taken_without = cost.per in WAYS and PARAMETERS[WAYS[cost.per]].default > 0.0
    return cost.per in SAME_PEOPLE or (is_taken_without and cost.per not in _BROUGHT_ABOUT)


def stated_share(lever: Lever) -> float | None:
    """How much of the documented size history had reached; None where the lever does not say."""
    if lever.implemented_share is not None:
        return lever.implemented_share.share
    return lever.baseline_share or None


def _is_monthly(lever: Lever) -> bool:
    per = lever.unit_cost.per if lever.unit_cost else ""
    return per.endswith("_month") or per in _MONTHLY


def _row(found: _Found, figures: pd.DataFrame) -> dict:
    """One figure of the record, that of the nearest year and of two the earlier, beside the model's."""
    distance = (figures["year"] - found.year).abs()
    row = figures.loc[distance.sort_values(kind="stable").index[0]]
    measure, unit = row["measure"], row["unit"]
    share = row["rural_share"]
    is_scaled = measure != "per_person" and row["covers"] not in RURAL and share == share
    record = float(row["value"] * share if is_scaled else row["value"])
    compared = found.compared().measured(measure, unit)
    ratio, whole = compared / record, found.whole.measured(measure, unit)
    reached = found.reached.measured(measure, unit) if found.states_share else float("nan")
    reason = _why_not(row)
    return {
        **{name: row[name] for name in ("instrument", "part", "programme", "measure", "unit")},
        "year": found.year,
        "adds": found.adds.measured(measure, unit),
        "whole": whole,
        "share": reached / whole if whole and not found.is_all_billed else float("nan"),
        "reached": reached,
        "record_year": int(row["year"]),
        "printed": float(row["value"]),
        "record": record,
        "record_share": record / whole if whole else float("nan"),
        "ratio": ratio,
        "verdict": NOT_JUDGED if reason or ratio != ratio else verdict(ratio),
        "reason": reason,
        **{name: row[name] for name in ("covers", "rural_share", "rural_share_source", "status", "source")},
    }


def _why_not(row: pd.Series) -> str:
    """Why a figure is not judged: as the record says, or for whom it covers; empty where it is."""
    if row["judged"] == "no":
        return str(row["reason"])
    if row["covers"] == "one_province":
        return "one_province"
    if (
        row["measure"] != "per_person"
        and row["covers"] not in RURAL
        and row["rural_share"] != row["rural_share"]
    ):
        return str(row["covers"])
    return ""
