"""What the model gets wrong: every large error is listed, with a cause that somebody has looked for."""

from __future__ import annotations

import math
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd
import pytest

from sim.validation.misses import (
    MOST_PERCENT,
    MOST_POINTS,
    NOT_KNOWN,
    NOT_SOUGHT,
    SAMPLING,
    by_cause,
    cause_of,
    causes,
    is_large,
    misses,
)
from sim.validation.official_figures import official_figures
from sim.validation.targets import PERIODS, read_targets
from sim.validation.tolerances import Survey
from sim.world.data import load_data

PAGE = Path(__file__).parents[2] / "docs" / "trust.md"
SURVEY = Survey.read(load_data().survey)


def stored_errors():
    """(target, period, mean absolute error, its unit) from the table of the page of trust that is kept."""
    table = PAGE.read_text(encoding="utf-8").split("## What it reproduces")[1].split("## ")[0]
    by_label = {target.label: target for target in read_targets(load_data())}
    for line in table.splitlines():
        label, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        for period, cell in zip(PERIODS, cells[1:], strict=False):
            found = re.fullmatch(r"\w+, ([\d.,]+) ?(.*)", cell)
            if label in by_label and found:
                yield by_label[label], period, float(found[1].replace(",", "")), found[2]


def test_every_large_error_of_the_stored_page_has_a_cause():
    found = list(stored_errors())
    assert len(found) > 250  # the table is read
    without = [
        (target.label, period, error, unit)
        for target, period, error, unit in found
        if (unit == "%" and error > MOST_PERCENT) or (unit == "points" and error > MOST_POINTS)
        if cause_of(target.indicator, target.group, math.nan, period) == NOT_SOUGHT
    ]
    assert not without, "give it an entry in sim/validation/causes.yaml"
    assert NOT_SOUGHT not in PAGE.read_text(encoding="utf-8")


def test_every_entry_speaks_of_a_series():
    names = [f"{target.indicator}/{target.group}" for target in read_targets(load_data())]
    for cause in causes():
        for one in cause.series:
            pattern = one.partition(" ")[0]
            assert any(fnmatchcase(name, pattern) for name in names), one


def rows(*changed):
    """Rows of a validation in which nothing is off but (indicator, group, year, error)."""
    figures = official_figures(load_data()).assign(error=0.0)
    keys = ["indicator", "group", "year"]
    for indicator, group, year, error in changed:
        is_it = (figures[keys] == [indicator, group, year]).all(axis=1)
        assert is_it.sum() == 1
        figures.loc[is_it, "error"] = error
    since = (figures["year"] >= 2023) & ~figures["indicator"].str.endswith(("_change", "_yoy_growth"))
    return figures.assign(judged_error=figures["error"].mask(since & (figures["year"] == 2023)))


def test_a_series_is_listed_once_a_period_by_its_largest_error():
    found = misses(
        rows(
            ("monthly_income", "manufacturing", 2020, 6.0),
            ("monthly_income", "manufacturing", 2021, -7.0),
            ("monthly_income", "manufacturing", 2023, 5.1),
            ("monthly_income", "manufacturing", 2019, 4.9),
        ),
        SURVEY,
    )
    assert [(one.period, one.year, one.error) for one in found] == [
        ("unseen", 2021, -7.0),
        ("new sample", 2023, 5.1),
    ]
    assert {one.cause for one in found} == {cause_of("monthly_income", "manufacturing", 1.0, "unseen")}


def test_a_run_without_a_whole_year_has_no_errors():
    assert not misses(rows().iloc[:0], SURVEY)


def test_what_cannot_be_compared_is_no_error():
    assert not misses(rows(("monthly_income", "all", 2014, 20.0)), SURVEY)


@pytest.mark.parametrize(
    "error, unit, level, large",
    [
        (5.1, "percent", 100.0, True),
        (-4.9, "percent", 100.0, False),
        (-3.1, "points", 1.0, True),
        (2.9, "points", 90.0, False),
        (2.1, "years", 40.0, True),  # 5.25 percent of an age
        (1.9, "years", 40.0, False),
        (0.07, "ratio", 1.3, True),
        (310.0, "10k_persons", 10_000.0, True),  # 3.1 points of growth
        (290.0, "10k_persons", 10_000.0, False),
        (310.0, "10k_persons", math.nan, False),  # the level is not published
    ],
)
def test_an_error_is_large_by_one_rule_for_all_units(error, unit, level, large):
    assert is_large(error, unit, level) == large


def test_a_change_is_held_against_the_level_that_changed():
    too_much = misses(rows(("migrant_workers_change", "local", 2021, -400.0)), SURVEY)
    assert [(one.indicator, one.error_unit) for one in too_much] == [
        ("migrant_workers_change", "10k_persons")
    ]
    assert not misses(rows(("migrant_workers_change", "total", 2021, -400.0)), SURVEY)  # of 290 million


def test_an_error_within_the_sampling_error_has_that_for_a_cause():
    series = ("out_cross_province_by_origin", "northeast")
    figures = official_figures(load_data())
    own = figures[
        (figures["indicator"] == series[0]) & (figures["group"] == series[1]) & (figures["year"] == 2017)
    ]
    allowed = float(own["tolerance"].iloc[0])
    assert allowed > MOST_PERCENT
    inside, outside = (misses(rows((*series, 2017, allowed + more)), SURVEY)[0] for more in (-0.1, 0.1))
    assert inside.cause == SAMPLING and outside.cause != SAMPLING
    assert list(by_cause([inside])) == [SAMPLING]


def test_a_cause_speaks_of_errors_of_its_sign_and_period():
    west, trade = (
        cause_of("monthly_income", group, 9.0, "unseen") for group in ("dest_west", "wholesale_retail")
    )
    assert NOT_KNOWN != west != trade != NOT_KNOWN
    assert trade == cause_of("monthly_income", "manufacturing", 9.0, "unseen")
    assert cause_of("monthly_income", "dest_west", -9.0, "unseen") == NOT_KNOWN
    assert "new sample in 2023" in cause_of("migrant_workers", "out", -8.0, "new sample")
    assert cause_of("migrant_workers", "out", -8.0, "unseen") == NOT_KNOWN
    assert cause_of("dogs", "all", 9.0, "fit") == NOT_SOUGHT


def test_causes_are_listed_in_the_order_of_the_file_and_those_without_last():
    changed = (
        ("female_share", "local", 2021, 4.0),
        ("monthly_income", "dest_west", 2021, 9.0),
        ("migrant_workers", "local", 2022, -6.0),
    )
    found = list(by_cause(misses(rows(*changed), SURVEY)))
    assert found == [
        cause_of("migrant_workers", "local", -6.0, "unseen"),
        cause_of("monthly_income", "dest_west", 9.0, "unseen"),
        NOT_KNOWN,
    ]


def test_no_series_is_left_without_an_entry():
    without = [
        (target.id, period)
        for target in read_targets(load_data())
        for period in PERIODS
        if cause_of(target.indicator, target.group, math.nan, period) == NOT_SOUGHT
    ]
    assert not without, "say why in sim/validation/causes.yaml, or that it is not known"
    assert isinstance(rows(), pd.DataFrame) and not misses(rows(), SURVEY)
