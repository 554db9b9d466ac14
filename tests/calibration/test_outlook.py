"""What was expected of output: published forecasts, and no sight of later ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.calibration.known_observations import known_observations
from sim.calibration.observations import RECENT, observations
from sim.calibration.outlook import PUBLISHED, outlook_at
from sim.validation.tolerances import Survey
from sim.world.data import load_data
from sim.world.vintage import as_known, expected_growth


def test_an_outlook_is_what_was_published_that_year():
    found = outlook_at(2019)
    assert found.growth == pytest.approx((0.058, 0.059))
    assert found.slower == pytest.approx((0.058 - found.sd, 0.059 - found.sd))
    assert 0.004 < found.sd < 0.01 < outlook_at(2021).sd < 0.02  # nobody foresaw 2020
    assert outlook_at(1999).growth == () and outlook_at(1999).sd == 0.0


def test_no_later_forecast_or_outturn_is_seen(tmp_path):
    table = pd.read_csv(PUBLISHED)
    table.loc[table["made_in"] > 2019, "growth"] = 99.0
    table.loc[table["for_year"] > 2019, "outturn"] = -99.0
    table.to_csv(tmp_path / "other.csv", index=False)
    assert outlook_at(2019, tmp_path / "other.csv") == outlook_at(2019)


def test_outturns_are_those_of_the_packaged_series():
    table = pd.read_csv(PUBLISHED).dropna(subset=["outturn"])
    official = load_data().national_series("gdp_real_growth")
    own = table[table["for_year"].isin(official.index)]
    assert len(own) == 17 and (official.loc[own["for_year"]].to_numpy() == own["outturn"].to_numpy()).all()
    assert not table.duplicated(["made_in", "for_year"]).any() and set(table["status"]) == {
        "seen",
        "recalled",
    }


def test_wages_and_rural_incomes_go_on_slower_by_as_much_as_output():
    data = load_data()
    usual, slow = as_known(data, 2019), as_known(data, 2019, (0.05, 0.03))
    before = expected_growth(usual).real_output
    for name in ("wage_urban_private", "rural_disposable_income_pc"):
        one, two = (known.filled_series(name).to_numpy() for known in (usual, slow))
        known = 2019 - 2013 + 1
        assert np.array_equal(one[:known], two[:known])
        growth = [table[known:] / table[known - 1 : -1] for table in (one, two)]
        apart = np.array([0.05, 0.03, 0.03, 0.03, 0.03]) - before  # the last rate goes on
        assert growth[1] - growth[0] == pytest.approx(np.broadcast_to(apart[:, None], growth[0].shape))
    rates = slow.national_series("gdp_real_growth")
    assert rates.loc[2020:2022].tolist() == pytest.approx([5.0, 3.0, 3.0])
    prices = [known.national_series("cpi_index_2020_100") for known in (usual, slow)]
    pd.testing.assert_series_equal(*prices)
    found = expected_growth(usual, 0.05)
    assert found.real_wage == pytest.approx(expected_growth(usual).real_wage + 0.05 - before)


def test_a_change_of_one_year_is_known_better_here_as_in_a_calibration():
    data = load_data()
    then = {one.name: one.sd for one in known_observations(as_known(data, 2024), 2024)}
    now = {one.name: one.sd for one in observations(data)}
    recent = [name for name in now if name.endswith(f":{RECENT}")]
    assert len(recent) > 5 and {name: then[name] for name in recent} == {name: now[name] for name in recent}
    out = "migrant_workers.out"
    ratio = then[f"{out}:{RECENT}"] / then[f"{out}:level"]
    assert ratio == pytest.approx(Survey.read(data.survey).over_a_year())
