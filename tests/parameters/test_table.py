"""The table of parameters: where each number comes from, and that its rows stand by scope and group."""

from __future__ import annotations

from itertools import groupby

import pytest

from sim.parameters.behaviour import DEFAULTS, PARAMETERS
from sim.parameters.definition import chosen
from sim.world.data import load_data
from sim.world.places import PlaceNumbers


@pytest.fixture(scope="module")
def known() -> set[str]:
    """What a source may be: a row of evidence, an official series, or a judgement."""
    data = load_data()
    series = {*data.official_annual["indicator"], *data.official_quarterly["indicator"]}
    return {*data.evidence.index, *(f"official:{name}" for name in series), "JUDGEMENT"}


def test_every_source_exists(known):
    assert {name: one.source for name, one in PARAMETERS.items() if one.source not in known} == {}


def test_a_judgement_is_called_assumed():
    judged = {name: one.status for name, one in PARAMETERS.items() if one.source == "JUDGEMENT"}
    assert judged and set(judged.values()) == {"assumed"}


def test_every_parameter_says_what_it_is():
    for name, one in PARAMETERS.items():
        assert one.unit and one.meaning and one.group, name
        assert one.low < one.high, name


def test_the_rows_of_a_group_stand_together():
    groups = [group for group, _ in groupby(one.group for one in PARAMETERS.values())]
    assert len(groups) == len(set(groups))


def test_a_record_takes_its_numbers_by_name():
    numbers = chosen(PlaceNumbers, {**DEFAULTS, "city_population_class_3": 4.0})
    assert numbers.city_population_class_3 == 4.0
    assert numbers.city_population_class_2 == DEFAULTS["city_population_class_2"]
