"""The English texts in the packaged data that people read: each needs a Chinese one in a catalogue."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sim.parameters.behaviour import PARAMETERS
from sim.scenario import references
from sim.scenario.instruments import checked_instruments
from sim.scenario.lever import Lever
from sim.scenario.loading import catalogue, load_scenario, scenario_files
from sim.scenario.scenario import Scenario
from sim.studies import check_files, load_checks, load_virtual, virtual_files
from sim.studies.published import published_files
from sim.validation.misses import NOT_KNOWN, causes

_DATA = Path(references.__file__).parents[1] / "data"


class DataText(NamedTuple):
    """One text: where it stands, what it says, and what tells it from the same words elsewhere."""

    place: str
    english: str
    context: str | None = None


def data_texts() -> Iterator[DataText]:
    """Every text that ``translated`` may be asked for, in the order of the files; some come several times."""
    for one in PARAMETERS.values():
        yield from _named("parameters.csv", one.name, one.meaning, one.unit)
    yield from _of_scenarios()
    yield from _of_tables()
    yield from _of_studies()
    yield from _of_validation()


def _of_scenarios() -> Iterator[DataText]:
    for one in checked_instruments(catalogue()).values():
        yield from _named("scenarios/levers", one.slug, one.family.replace("-", " "))
        for lever in one.parts:
            yield from _of_lever(one.slug, lever)
    for name, path in scenario_files().items():
        scenario = load_scenario(path)
        yield DataText(f"scenarios: {name}", name, "scenario")
        yield from _named("scenarios", name, scenario.description)
        yield from _of_scenario(name, scenario)


def _of_scenario(name: str, scenario: Scenario) -> Iterator[DataText]:
    for lever in scenario.levers.values():
        yield from _of_lever(name, lever)
    for shock in scenario.shocks.values():
        yield from _named("scenarios", name, shock.source, shock.note)
    for path in scenario.paths.values():
        yield from _named("scenarios", name, path.source)
    yield DataText(f"scenarios: {name}", scenario.assumptions, "future")
    yield from _named("scenarios", name, scenario.future_assumptions.source)


def _of_lever(name: str, lever: Lever) -> Iterator[DataText]:
    sourced = (lever.strength_range, lever.implemented_share, lever.unit_cost)
    texts = [
        *(citation.clause for citation in lever.citation),
        lever.acts_on,
        lever.note,
        lever.not_known,
        lever.no_effect,
        lever.no_cost,
        lever.not_costed,
        *(one.source for one in sourced if one),
    ]
    if lever.first_outcome and lever.first_outcome.column:
        yield DataText(f"scenarios: {name}", lever.first_outcome.column.replace("_", " "), "column")
    yield from _named("scenarios", name, *texts)


def _of_tables() -> Iterator[DataText]:
    for row in _rows("evidence.csv"):
        columns = ("parameter", "value", "unit", "status", "source", "note")
        yield from _named("evidence.csv", row["id"], *(row[column] for column in columns))
        yield from _named("evidence.csv", row["id"], row["unit"].removeprefix("-"))
    for row in _rows("documents.csv"):
        yield from _named("documents.csv", row["id"], row["issuing_bodies"], row["source"])
    for row in _rows("instruments.csv"):
        yield from _named("instruments.csv", row["id"], row["instrument"])
    for row in _rows("sources.csv"):
        columns = ("title", "publisher")
        yield from _named("sources.csv", row["source_id"], *(row[column] for column in columns))
        texts = (row["where_seen"], row["reference_date"])
        yield from _named("sources.csv", row["source_id"], *(text for text in texts if " " in text))
    for row in _rows("unmeasured_effects.csv"):
        yield from _named("unmeasured_effects.csv", row["source"], row["effect"], row["reason"])
    for row in _rows("programme_record.csv"):
        columns = ("programme", "reason", "status", "source", "rural_share_source")
        yield from _named("programme_record.csv", row["instrument"], *(row[column] for column in columns))
    for row in _rows("targets.csv"):
        yield from _named("targets.csv", row["id"], row["label"], row["unit"])
        if row["table"] == "quarterly":
            yield DataText(f"targets.csv: {row['id']}", row["label"].partition(", ")[2], "moment")


def _of_validation() -> Iterator[DataText]:
    for one in causes():
        if one.words != NOT_KNOWN:
            yield from _named("sim/validation/causes.yaml", one.series[0], one.words)


def _of_studies() -> Iterator[DataText]:
    for name in check_files():
        file = load_checks(name)
        yield from _named("experiments/checks", name, file.question)
        for check in file.checks:
            yield from _named("experiments/checks", name, check.expect.unit, check.expect.source)
    for name, path in published_files().items():
        file = load_checks(path)
        yield from _named("experiments/published", name, file.question)
        for check in file.checks:
            yield from _named("experiments/published", name, check.expect.unit, check.expect.source)
    for name in virtual_files():
        study = load_virtual(name)
        yield from _named("experiments/virtual", name, study.question, study.note)
        for one in study.estimates:
            texts = (one.label, one.published.kind, one.published.source, one.published.note)
            yield from _named("experiments/virtual", name, *texts)


def _named(file: str, name: str, *texts: str | None) -> Iterator[DataText]:
    """The texts that a reader of Chinese cannot read as they are: with a word, no bare id or number."""
    for text in texts:
        if text and re.search("[A-Za-z]", text) and not re.fullmatch("[A-Z]{1,2}[0-9]+[a-z]?", text):
            yield DataText(f"{file}: {name}", text)


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
