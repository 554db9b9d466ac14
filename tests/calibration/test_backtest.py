"""Rolling origins: a forecast hangs on nothing later, carries on from the last figure, and is resumed."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support.command import caller
from support.futures import other_future

from sim.calibration.backtest import backtest
from sim.calibration.declaration import load_calibration
from sim.calibration.origins import Plan
from sim.calibration.scenario_then import scenario_at
from sim.core.errors import ResultsError, UsageError
from sim.scenario.loading import files_in, load_scenario
from sim.validation import forecasts
from sim.validation.benchmarks import autoregression, trend
from sim.validation.forecast_scores import scored, stored_forecasts, summary
from sim.validation.forecasts import carried_on, subject_of
from sim.validation.targets import read_targets
from sim.world.data import load_data
from sim.world.vintage import as_known

TINY = Plan(origins=(2017,), waves=(4, 3), members=3, seeds=(1,), scale="1:500000", sample=16)
FEW = ("migration_amenity", "local_amenity", "exit_rate_at_55", "migrant_pay_level", "place_attachment")
MADE = ["origin", "horizon", "year", "indicator", "group", "base_year", "forecast", "low", "high", "level",
        "last_value", "trend", "autoregression"]  # fmt: skip
BANDS = [
    *MADE,
    "sampling",
    "parameters",
    "outside",
    "discrepancy",
    "quantile",
    "power",
    "trend_low",
    "trend_high",
]


def tiny(folder, **more):
    """A backtest of few runs, in which few parameters are uncertain."""
    whole = load_calibration(files_in("experiments")["calibration"])
    priors = {name: whole.priors[name] for name in FEW}
    few = whole.model_copy(update={"priors": priors, "always_fitted": FEW[2:]})
    return backtest(folder, **{"plan": TINY, "calibration": few, **more})


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    monkeypatch.setattr("sim.experiments.executors.may_start_processes", lambda: False)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.experiments.executors.may_start_processes", lambda: False)
        folder = tmp_path_factory.mktemp("backtest") / "one"
        return folder, tiny(folder)


def test_figures_later_than_the_origin_cannot_move_the_forecast(found, tmp_path):
    """Every later official figure and every later outside figure is another one: the same bits."""
    _, one = found
    other = tiny(tmp_path / "other", data=other_future(load_data(), 2017))
    pd.testing.assert_frame_equal(one.rows[MADE], other.rows[MADE], check_exact=True)
    assert one.fits.equals(other.fits) and one.growth.equals(other.growth)
    told = one.rows["note"] == ""
    assert (one.rows["official"] != other.rows["official"])[told].mean() > 0.9  # what scores them is moved
    assert (one.rows["knowing"] != other.rows["knowing"]).any()  # and what knows the future sees it


def test_a_figure_of_the_origin_does(found, tmp_path):
    _, one = found
    data = load_data()
    table = data.official_annual
    moved = table["value"].where(table["year"] != 2017, table["value"] * 1.05)
    changed = replace(data, official_annual=table.assign(value=moved))
    other = tiny(tmp_path / "other", data=changed)
    assert (one.rows["forecast"] != other.rows["forecast"]).any()


def test_bands_learn_from_what_had_been_seen_and_from_nothing_later(found, tmp_path):
    """A second origin sees how the first one's forecasts fared, a change of every later figure moves no bit,
    and the first origin says what it says by itself. Runs of the first are taken over, not made again."""
    folder, one = found
    plan = replace(TINY, origins=(2018, 2017))  # in any order
    for name in ("two", "other"):
        shutil.copytree(folder, tmp_path / name)
    shutil.rmtree(tmp_path / "other" / "2017" / "knowing")  # it is run on the data of today
    two = tiny(tmp_path / "two", plan=plan)
    same = two.rows[two.rows["origin"] == 2017]
    pd.testing.assert_frame_equal(one.rows[MADE], same[MADE].reset_index(drop=True), check_exact=True)
    other = tiny(tmp_path / "other", plan=plan, data=other_future(load_data(), 2018))
    pd.testing.assert_frame_equal(two.rows[BANDS], other.rows[BANDS], check_exact=True)
    alone = tiny(tmp_path / "two", plan=replace(TINY, origins=(2018,)))
    second = two.rows[two.rows["origin"] == 2018].reset_index(drop=True)
    assert (alone.rows["discrepancy"] != second["discrepancy"]).any()
    pd.testing.assert_series_equal(alone.rows["forecast"], second["forecast"], check_exact=True)


def test_a_band_holds_its_parts(found):
    """Sampling and discrepancy of every series that has a tolerance, the outside series' part of most."""
    _, one = found
    rows = one.rows[one.rows["unit_of_one"].notna()]
    assert (rows["sampling"] > 0).all() and (rows["discrepancy"] > 0).all()
    assert (rows["outside"] > 0).mean() > 0.9
    reach = (rows["high"] - rows["low"]) / 2.0
    fixed = np.sqrt(rows["sampling"] ** 2 + rows["discrepancy"] ** 2 + rows["outside"] ** 2)
    assert (reach >= 0.999 * rows["quantile"] * fixed).all()


def test_what_slower_growth_changes_is_the_part_of_the_outside_series():
    """Two members, the second counts three times: pay is 1 and 3 % lower two years ahead."""
    known, years = as_known(load_data(), 2017), [2017, 2018, 2019]
    same = np.full((2, 3, 1), 3000.0)
    slow = same.copy()
    slow[:, 2, 0] *= [0.99, 0.97]
    table = forecasts.forecasts_at(
        2017, known, [2018, 2019], years, same, np.array([0.25, 0.75]), ["monthly_income.all"], (slow, same)
    )
    assert table["outside"].tolist() == pytest.approx([0.0, 0.025 * 3485.0])
    assert table["forecast"].tolist() == [3485.0, 3485.0]


def test_errors_within_the_fitted_years_are_those_of_the_models_change():
    known, years = as_known(load_data(), 2017), [2014, 2015, 2016, 2017]
    official = np.array([2864.0, 3072.0, 3275.0, 3485.0])
    members = (1.1 * official * [1.0, 1.0, 1.02, 1.02])[
        None, :, None
    ]  # a level apart, and a step of 2 % in 2016
    found = forecasts.window_errors(known, years, members, np.ones(1), ["monthly_income.all"])
    found = found.set_index(["year", "steps"])["error"]
    in_tolerances = found.to_numpy() / found[2016, 1]
    expected = {(2015, 1): 0, (2016, 1): 1, (2016, 2): 1, (2017, 1): 0, (2017, 2): 1}
    known_pairs = [pair for pair in expected if pair in found.index]
    assert len(known_pairs) >= 3 and found[2016, 1] > 3.0
    assert [found[pair] / found[2016, 1] for pair in known_pairs] == pytest.approx(
        [expected[pair] for pair in known_pairs], abs=0.05
    )
    assert len(in_tolerances) == len(known_pairs)


def test_a_finished_one_is_read_and_not_run_again(found, monkeypatch):
    folder, one = found
    monkeypatch.setattr("sim.engine.simulate.simulate", lambda *_, **__: pytest.fail("a run was made again"))
    again = tiny(folder)
    pd.testing.assert_frame_equal(one.rows, again.rows, check_exact=True)


def test_all_series_that_are_shown_are_forecast(found):
    _, one = found
    data = load_data()
    published = forecasts.official_values(data)
    shown = published[published["year"] == 2017]
    pairs = set(zip(one.rows["indicator"], one.rows["group"], strict=True))
    assert set(zip(shown["indicator"], shown["group"], strict=True)) <= pairs
    assert set(one.rows["year"]) == {2018, 2019}
    assert (one.rows["low"] <= one.rows["forecast"]).all() and (
        one.rows["forecast"] <= one.rows["high"]
    ).all()
    assert {subject_of(target.indicator) for target in read_targets(data)} == set(forecasts.SUBJECTS)


def test_the_scenario_of_an_origin_knows_no_later_rule_or_shock():
    base, data = load_scenario("baseline"), load_data()
    for origin, is_known in ((2017, False), (2019, False), (2021, True)):
        then = scenario_at(base, origin, as_known(data, origin))
        assert bool(then.shocks) == is_known
        for name, path in base.paths.items():
            for tier in ("county_town", "city", "large_city", "mega_city"):
                past, now = (one.at(float(origin), tier) for one in (then.paths[name], path))
                assert past == now and then.paths[name].at(origin + 5.0, tier) == now
    assert then.future.low == then.future.high


def test_a_figure_of_the_new_sample_is_not_scored_from_the_former_one():
    same = dict.fromkeys(("forecast", "level", "knowing", "last_value", "trend"), 17_000.0)
    years = ((2021, 2022), (2021, 2023), (2023, 2024), (2024, 2025))
    rows = pd.DataFrame([{"base_year": base, "year": year, **same} for base, year in years])
    rows = rows.assign(indicator="migrant_workers", group="out", unit="percent", autoregression=np.nan)
    rows = rows.assign(low=16_000.0, high=18_000.0)
    found = scored(rows, load_data())
    assert found["note"].tolist() == ["", "new sample", "", "not published"]
    assert found["forecast_error"].notna().tolist() == [True, False, True, False]
    assert found["level_error"].notna().tolist() == [True, False, False, False]  # its level is of the former


def test_a_level_is_carried_on_and_a_change_is_taken_as_it_is():
    then, ahead = np.array([100.0, 50.0]), np.array([110.0, 50.0])
    assert carried_on("migrant_workers", "percent", 200.0, then, ahead) == pytest.approx([220.0, 200.0])
    assert carried_on("mean_age", "years", 40.0, then, ahead).tolist() == [50.0, 40.0]
    assert carried_on("migrant_workers_change", "10k_persons", 3.0, then, ahead).tolist() == [110.0, 50.0]


def test_benchmarks_learn_within_the_samples():
    years = np.array([2019, 2020, 2021, 2022, 2023])
    values = np.array([10.0, 11.0, 12.0, 13.0, 50.0])  # the new sample begins on another level
    at = np.array([2024, 2025])
    assert trend(years, values, at) == pytest.approx([51.0, 52.0])
    assert autoregression(years, values, at) == pytest.approx([51.0, 52.0])
    halved = 8.0 + 2.0 * 0.5 ** np.arange(5)
    assert autoregression(np.arange(2015, 2020), halved, np.array([2021])) == pytest.approx(
        [8.0 + 2 * 0.5**6]
    )
    assert np.isnan(trend(years[3:], values[3:], at)).all()
    assert np.isnan(autoregression(years[2:], values[2:], at)).all()


def test_scores_count_what_all_could_forecast():
    rows = pd.DataFrame(
        {
            "horizon": 1, "subject": "pay", "note": ["", "", "new sample"], "tolerance": [2.0, 1.0, 1.0],
            "forecast_error": [1.0, -3.0, np.nan], "last_value_error": [2.0, 1.0, np.nan],
            "trend_error": [-4.0, 2.0, np.nan], "autoregression_error": [1.5, np.nan, np.nan],
            "inside": [1.0, 0.0, np.nan],
            **{name: 0.0 for name in ("forecast", "last_value", "trend", "autoregression")},
            **{f"{name}low": -1.0 for name in ("", "last_value_", "trend_", "autoregression_")},
            **{f"{name}high": [1.0, 2.0, 1.0] for name in ("", "last_value_", "trend_", "autoregression_")},
            "origin": 2017, "year": 2018, "official": [0.5, 3.0, 0.0], "unit": "points",
        }
    ).assign(autoregression_low=[-1.0, np.nan, -1.0])  # fmt: skip
    one = summary(rows).iloc[0]
    assert (one["scored"], one["compared"], one["forecast"], one["trend"]) == (2, 1, 0.5, 2.0)
    assert (one["beats_last_value"], one["beats_all"], one["inside"]) == (0.5, 1.0, 0.5)
    assert one["banded"] == 1 and one["width"] == one["score"] == 1.0 and one["banded_inside"] == 1.0
    assert one["inside_low"] < 0.5 < one["inside_high"]


@pytest.mark.parametrize("origins", [(2015,), (2024,), (2019, 2019)])
def test_an_origin_that_cannot_be_is_refused(tmp_path, origins):
    with pytest.raises(UsageError, match="origins"):
        tiny(tmp_path / "new", plan=replace(TINY, origins=origins))
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--origins", "2017,19"), "not a year"),
        (("--origins", "2031"), "2017 to 2023"),
        (("--origins", "2019,2019"), "named twice"),
        (("--store", "nowhere/backtest.csv"), "no such folder"),
    ],
)
def test_the_command_refuses_before_it_runs(monkeypatch, capsys, tmp_path, words, said):
    monkeypatch.chdir(tmp_path)
    call = caller(monkeypatch, capsys, lambda *_, **__: pytest.fail("a run was made"))
    told = call("backtest", *words)
    assert told.code == 2 and said in told.err and not (tmp_path / "results").exists()


def test_the_command_prints_scores_and_stores_forecasts(monkeypatch, capsys, tmp_path, found):
    """And what is stored gives the same scores again, up to the rounding of what is stored."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.calibration.backtest.QUICK", TINY)
    monkeypatch.setattr("sim.calibration.backtest.backtest", lambda *_, **__: found[1])
    call = caller(monkeypatch, capsys, None)
    told = call("backtest", "--quick", "--store", "stored.csv", "--json")
    assert told.code == 0 and json.loads(told.out)["scores"]
    stored = stored_forecasts(tmp_path / "stored.csv")
    now, again = (summary(rows) for rows in (found[1].rows, stored))
    assert np.allclose(now["forecast"], again["forecast"], atol=0.01, equal_nan=True)
    assert (tmp_path / "results" / "backtest-quick" / "backtest.png").stat().st_size > 10_000
    monkeypatch.setattr("sim.validation.forecast_scores.PACKAGED", tmp_path / "stored.csv")
    told = call("backtest", "--show")
    assert told.code == 0 and "By the last year that was fitted" in told.out


def test_without_a_stored_one_the_command_says_so(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("sim.validation.forecast_scores.PACKAGED", tmp_path / "none.csv")
    told = caller(monkeypatch, capsys, None)("backtest", "--show")
    assert told.code == 2 and "no backtest is stored here" in told.err
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ResultsError):
        stored_forecasts(tmp_path / "other.csv")
