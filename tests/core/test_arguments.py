"""A number, a month or a path means the same in whatever form it comes; what means nothing is refused."""

from __future__ import annotations

import datetime
import inspect
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support import fake_runs

from sim import LaborMigrationModel, compare, load_scenario, simulate
from sim.analysis import attribute, carry_uncertainty, compare_with_bands
from sim.calibration import calibrate
from sim.calibration.confirm import confirm
from sim.core.arguments import as_list, parse_month, parse_scale, whole_number
from sim.core.errors import UsageError
from sim.engine.residence import simulate_moves
from sim.engine.simulation import Simulation
from sim.experiments import run_sweep
from sim.experiments.costing import make_plan
from sim.parameters.posterior import load_posterior
from sim.scenario.loading import with_overrides
from sim.studies import run_virtual
from sim.validation.population import make_alone, make_population, population_table

ROOT = Path(__file__).resolve().parents[2]
COARSE = 1_000_000
ONES = [
    1,
    1.0,
    np.int8(1),
    np.uint64(1),
    np.float32(1),
    np.array(1),
    np.array(1.0),
    Fraction(1),
    Decimal("1.0"),
]
NO_NUMBERS = [1.5, True, np.bool_(True), float("nan"), float("inf"), "1", None, -1, 1j, [1], Decimal("NaN")]
DECEMBERS = [
    "2016-12",
    " 2016-12 ",
    np.str_("2016-12"),
    datetime.date(2016, 12, 31),
    datetime.datetime(2016, 12, 1, 8),
    pd.Timestamp("2016-12-05", tz="Asia/Shanghai"),
    pd.Period("2016-12", freq="M"),
    pd.Period("2016-12-31", freq="D"),
    np.datetime64("2016-12"),
    np.datetime64("2016-12-31T10:00"),
]
NO_MONTHS = ["2016", "2016-13", "2016-12-01", 2016, None, pd.NaT, pd.Period("2016", freq="Y")]
NO_MONTHS += [np.datetime64("NaT"), np.datetime64("2016"), pd.Period("2016Q4"), datetime.time(12)]


@pytest.mark.parametrize("one", ONES, ids=lambda one: f"{type(one).__name__}")
def test_a_whole_number_is_one_in_every_form(one):
    found = whole_number(one, "seed")
    assert found == 1 and type(found) is int
    assert parse_scale(one) == 1 and type(parse_scale(one)) is int


@pytest.mark.parametrize("none", NO_NUMBERS, ids=repr)
def test_what_is_no_whole_number_is_refused(none):
    with pytest.raises(UsageError, match="seed: .*whole number|seed: too small"):
        whole_number(none, "seed")
    if not isinstance(none, str):
        with pytest.raises(UsageError, match="not a scale"):
            parse_scale(none)


@pytest.mark.parametrize("december", DECEMBERS, ids=repr)
def test_a_month_is_one_in_every_form(december):
    assert parse_month(december, "to") == "2016-12" and type(parse_month(december, "to")) is str


@pytest.mark.parametrize("none", NO_MONTHS, ids=repr)
def test_what_is_no_month_is_refused(none):
    with pytest.raises(UsageError, match="to: no such month"):
        parse_month(none, "to")


def test_one_may_stand_for_a_list_of_one():
    assert as_list(Path("a")) == [Path("a")] and as_list(np.int64(3)) == [3]
    assert as_list(np.arange(2)) == [0, 1] and as_list(pd.Series([5])) == [5]
    assert as_list(number for number in (1, 2)) == [1, 2]
    baseline = load_scenario("baseline")
    assert as_list(baseline) == [baseline]


# --- every public function ----------------------------------------------------------------------------

FAKE = {"simulate": fake_runs.any_scenario, "scale": COARSE}
CALLS = {
    "simulate": lambda **given: simulate("baseline", scale=COARSE, end="2014-02", **given),
    "Simulation": lambda **given: Simulation("baseline", COARSE, "2014-02", **given),
    "LaborMigrationModel": lambda **given: LaborMigrationModel(**given),
    "simulate_moves": lambda **given: simulate_moves("baseline", "2014-01", "2014-02", scale=COARSE, **given),
    "compare": lambda **given: compare("baseline", "combined", **FAKE, end="2014-12", **given),
    "compare_with_bands": lambda **given: compare_with_bands("baseline", "combined", **FAKE, **given),
    "carry_uncertainty": lambda **given: carry_uncertainty(None, "baseline", "combined", **FAKE, **given),
    "attribute": lambda **given: attribute("combined", **FAKE, **given),
    "run_sweep": lambda **given: run_sweep("subsidy_dose_response", "never", **given),
    "make_plan": lambda **given: make_plan("baseline", **given),
    "run_virtual": lambda **given: run_virtual("residency-reform", scale=COARSE, **given),
    "confirm": lambda **given: confirm(load_posterior(), **given),
    "ensemble": lambda **given: load_posterior().ensemble(**given),
    "calibrate": lambda **given: calibrate(ROOT / "experiments/calibration.yaml", "never", **given),
    "make_population": lambda **given: make_population(COARSE, **given),
    "population_table": lambda **given: population_table(COARSE, **given),
    "make_alone": lambda **given: make_alone(**{"worker_id": 1, **given}),
}
WHOLE = {
    "simulate": ("seed", "threads", "trace"),
    "Simulation": ("seed", "threads"),
    "LaborMigrationModel": ("seed", "threads", "n_workers"),
    "simulate_moves": ("seed", "threads"),
    "compare": ("seeds", "jobs"),
    "compare_with_bands": ("seeds", "jobs", "members"),
    "carry_uncertainty": ("jobs", "members"),
    "attribute": ("seeds", "jobs", "permutations", "year"),
    "run_sweep": ("jobs",),
    "make_plan": ("seeds", "jobs"),
    "run_virtual": ("seeds", "members"),
    "confirm": ("count",),
    "ensemble": ("count",),
    "calibrate": ("jobs",),
    "make_population": ("seed",),
    "population_table": ("seed",),
    "make_alone": ("worker_id", "seed"),
}


@pytest.mark.parametrize("name, key", [(name, key) for name, keys in WHOLE.items() for key in keys])
def test_every_whole_number_is_checked_before_anything_runs(name, key, tmp_path, monkeypatch):
    for wrong in (1.5, True, "two", np.nan):
        with pytest.raises(UsageError, match="not a whole number"):
            CALLS[name](**{key: wrong})
    assert not Path("never").exists()


@pytest.mark.parametrize("name", ["simulate", "simulate_moves"])
def test_a_seed_is_the_same_in_every_form_and_after_any_other(name):
    """What runs share is found by the seed: a first 1.0 must not be what a later 1 finds."""

    def found(seed):
        made = CALLS[name](seed=seed)
        return made if name == "simulate_moves" else made.national.to_numpy()[:, 1:].astype(float)

    forms = [found(seed) for seed in (1.0, 1, np.int64(1), np.float32(1))]
    assert all(np.array_equal(forms[0], other, equal_nan=True) for other in forms)
    assert not np.array_equal(forms[0], found(2), equal_nan=True)
    assert type(simulate("baseline", scale=COARSE, end="2014-01", seed=1.0).manifest["seed"]) is int


def test_every_month_and_path_of_a_call_takes_every_form(tmp_path):
    text = dict(start="2014-02", end="2014-12", keep=["2014-12"], tables=["national"], save_at=["2014-06"])
    plain = simulate("baseline", scale=COARSE, seed=1, save_to=tmp_path / "one.state", **text)
    path = Path(load_scenario("baseline").origins["title.en"].rpartition(":")[0])
    dates = dict(
        start=pd.Period("2014-02", freq="M"),
        end=pd.Timestamp("2014-12-31"),
        keep=np.datetime64("2014-12"),
        tables="national",
        save_at=datetime.date(2014, 6, 1),
    )
    assert path.is_file()
    other = simulate(path, scale=float(COARSE), seed=1.0, save_to=str(tmp_path / "two.state"), **dates)
    pd.testing.assert_frame_equal(plain.national, other.national)
    assert plain.manifest["run_id"] == other.manifest["run_id"]
    assert list(plain.workers) == list(other.workers) == ["2014-12"]
    assert (tmp_path / "one.state").read_bytes() == (tmp_path / "two.state").read_bytes()
    assert simulate(path, scale="1:1,000,000", end="2014-01", trace=np.int64(0)).traces["month"].tolist()


def test_comparisons_take_every_form():
    with pytest.raises(UsageError, match="seeds"):
        compare("baseline", "combined", seeds=[1, 1.0], **FAKE)
    forms = [
        compare("baseline", "combined", end=end, seeds=seeds, jobs=1, **FAKE)
        for end, seeds in (("2026-12", 2), (pd.Timestamp("2026-12-01"), np.float64(2)), ("2026-12", (1, 2.0)))
    ]
    assert all(one.manifest == forms[0].manifest for one in forms)
    assert forms[0].manifest["seeds"] == [1, 2] and forms[0].manifest["end"] == "2026-12"
    assert compare(
        ROOT / "scenarios/baseline.yaml", [ROOT / "scenarios/combined.yaml"], end="2026-12", **FAKE
    )


def test_changes_to_a_scenario_take_every_form():
    plain = {"levers.startup_grant.window.to": "2026-12", "parameters.switching_cost": 2.0}
    given = {"levers.startup_grant.window.to": pd.Period("2026-12"), "parameters.switching_cost": np.int64(2)}
    base = load_scenario("startup-support")
    assert with_overrides(base, plain).content() == with_overrides(base, given).content()
    listed = {"levers.startup_grant.who": {"age": (np.int8(22), 50)}}
    assert with_overrides(base, listed).levers["startup_grant"].who.age == (22, 50)


def test_the_calls_of_this_file_are_those_that_take_whole_numbers():
    """A new argument of a public function is added to the table above."""
    known = ("seed", "seeds", "jobs", "threads", "members", "permutations", "year", "n_workers", "count")
    functions = (simulate, Simulation, LaborMigrationModel, simulate_moves, compare, compare_with_bands)
    functions += (carry_uncertainty, attribute, run_sweep, make_plan, run_virtual, confirm, calibrate)
    functions += (make_population, population_table, make_alone)
    for function in functions:
        takes = set(inspect.signature(function).parameters) & set(known)
        assert takes <= set(WHOLE[function.__name__]), function
