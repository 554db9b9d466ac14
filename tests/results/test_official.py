"""A run under the official definitions: published names, units, weights, derived rows."""

import numpy as np
import pandas as pd
import pytest
from support import synthetic

from sim.present.text.official import group_words, indicator_words, official_in_words
from sim.results.official import COLUMNS, WEIGHT_ON_LOCAL, official_table, published_names
from sim.results.results import Results
from sim.world.data import load_data


@pytest.fixture(scope="module")
def table():
    run = synthetic.simulate(synthetic.FakeScenario("baseline"), end="2024-12", seed=1)
    return official_table(run)


def value(table, year, indicator, group):
    row = table.query("year == @year and indicator == @indicator and group == @group")
    assert len(row) == 1, (year, indicator, group)
    return row["value"].iloc[0]


def made_from(*rows):
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return official_table(Results({"official": frame}, {}))


def test_names_and_units_are_the_published_ones(table):
    published = load_data().official_annual
    units = published.drop_duplicates(["indicator", "group"]).set_index(["indicator", "group"])["unit"]
    assert list(table.columns) == COLUMNS
    for row in table.itertuples():
        assert units[row.indicator, row.group] == row.unit
    assert not table.duplicated(["year", "indicator", "group"]).any()


def test_years_that_are_not_published_are_there(table):
    published = load_data().official_annual.query("indicator == 'mean_age' and group == 'local'")
    assert 2015 not in set(published["year"]) and value(table, 2015, "mean_age", "local") > 0


def test_totals_changes_and_growth_by_hand():
    table = made_from(
        (2019, "migrant_workers", "local", 100.0, "10k_persons"),
        (2019, "migrant_workers", "out_cross_province", 80.0, "10k_persons"),
        (2019, "migrant_workers", "out_within_province", 120.0, "10k_persons"),
        (2020, "migrant_workers", "local", 110.0, "10k_persons"),
        (2020, "migrant_workers", "out", 190.0, "10k_persons"),
    )
    assert value(table, 2019, "migrant_workers", "out") == 200
    assert value(table, 2019, "migrant_workers", "total") == 300
    assert value(table, 2019, "out_cross_province_share", "all") == 40
    assert value(table, 2020, "migrant_workers_change", "out") == pytest.approx(-10)
    assert value(table, 2020, "migrant_workers_yoy_growth", "local") == pytest.approx(10)
    assert value(table, 2020, "migrant_workers_yoy_growth", "total") == pytest.approx(0, abs=1e-9)
    assert table.query("year == 2019 and indicator == 'migrant_workers_change'").empty


def test_the_mean_of_all_puts_about_half_the_weight_on_local():
    table = made_from(
        (2020, "monthly_income", "local", 3606.0, "yuan"),
        (2020, "monthly_income", "out", 4549.0, "yuan"),
        (2020, "monthly_income", "all", 4166.0, "yuan"),  # the head-count mean, which is not published
        (2021, "mean_age", "local", 46.0, "years"),
        (2021, "mean_age", "out", 36.8, "years"),
        (2016, "training_share", "any_local", 30.4, "percent"),
        (2016, "training_share", "any_out", 35.6, "percent"),
        (2021, "age_share", "local_over_50", 38.2, "percent"),
        (2021, "age_share", "out_over_50", 15.2, "percent"),
    )
    assert value(table, 2020, "monthly_income", "all") == pytest.approx(4072, abs=4)
    assert value(table, 2021, "mean_age", "all") == pytest.approx(41.7, abs=0.1)  # printed to a tenth
    assert value(table, 2016, "training_share", "any") == pytest.approx(32.9, abs=0.1)
    assert value(table, 2021, "age_share", "over_50") == pytest.approx(27.3, abs=0.1)


@pytest.mark.parametrize("indicator", WEIGHT_ON_LOCAL)
def test_the_weights_are_those_that_the_published_figures_imply(indicator):
    found = load_data().official_annual.query("indicator == @indicator and year >= 2014")
    cells = {(row.year, row.group): row.value for row in found.itertuples()}
    weights = []
    for (year, group), local in cells.items():
        if "local" not in group:
            continue
        out = cells.get((year, group.replace("local", "out")))
        everybody = "all" if group == "local" else group.removeprefix("local_").removesuffix("_local")
        both = cells.get((year, everybody))
        if out is not None and both is not None:
            weights.append((both - out) / (local - out))
    assert weights and np.mean(weights) == pytest.approx(WEIGHT_ON_LOCAL[indicator], abs=0.001)


def test_unions_are_sums_of_their_parts(table):
    assert value(table, 2015, "age_share", "le_40") == pytest.approx(
        sum(value(table, 2015, "age_share", group) for group in ("16_20", "21_30", "31_40"))
    )
    assert value(table, 2015, "age_share", "local_le_40") == pytest.approx(36)


def test_what_a_run_does_not_hold_is_absent_not_zero():
    table = made_from(
        (2020, "migrant_workers", "local", 100.0, "10k_persons"), (2020, "mean_age", "out", np.nan, "years")
    )
    assert set(table["indicator"]) == {"migrant_workers"} and set(table["group"]) == {"local"}


def test_unpublished_components_stay_in_the_raw_table(table):
    assert ("age_share", "local_21_30") not in published_names()
    assert table.query("indicator == 'age_share' and group == 'local_21_30'").empty


def test_every_published_series_has_words_and_a_row_of_its_own():
    pairs = sorted(published_names())
    words = [(indicator_words(indicator), group_words(group)) for indicator, group in pairs]
    assert not [pair for pair in words if "_" in "".join(pair)]
    assert group_words("local_over_50") == "local, over 50"
    assert group_words("origin_central") == "from Central China"
    assert indicator_words("monthly_income_yoy_growth") == "Monthly income, growth from the year before"


def test_the_table_in_words_says_what_the_table_says():
    table = official_table(synthetic.simulate(synthetic.FakeScenario("baseline"), end="2016-12", seed=1))
    said = official_in_words(table).set_index(["series", "group"])
    assert list(said.columns) == ["unit", "2014", "2015", "2016"]
    value = table.set_index(["year", "indicator", "group"]).loc[(2016, "migrant_workers", "total"), "value"]
    assert said.loc[("Migrant workers", "all"), "2016"] == f"{value:,.0f}"
    assert said.loc[("Migrant workers, change from the year before", "all"), "2014"] == "–"
