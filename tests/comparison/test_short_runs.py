"""Runs too short for an answer are refused beforehand; where there is something to say, it is published."""

from __future__ import annotations

import pytest
from support import fake_runs, synthetic
from support.command import caller
from support.synthetic import FakeScenario

from sim.comparison.compare import compare
from sim.core.errors import UsageError
from sim.engine.simulate import simulate
from sim.engine.simulation import Simulation
from sim.present.pages.comparison import publish_comparison
from sim.present.pages.validation import publish_validation
from sim.scenario.loading import load_scenario, with_overrides
from sim.validation.validate import validate


def never(*_, **__):
    raise AssertionError("nothing is run")


@pytest.fixture
def labor_sim(monkeypatch, capsys):
    return caller(monkeypatch, capsys)


@pytest.mark.parametrize("policies", [["startup-support"], ["startup-support", "residency-easing"]])
@pytest.mark.parametrize("ensemble", [0, 2])
def test_a_policy_of_which_no_month_is_run_is_refused_beforehand(
    monkeypatch, capsys, tmp_path, policies, ensemble
):
    said = caller(monkeypatch, capsys, never)(
        "compare", "baseline", *policies, "--seeds", 2, "--jobs", 1, "--ensemble", ensemble,
        "--to", "2016-12", "--out", tmp_path / "o",
    )  # fmt: skip
    assert said.code == 2
    for policy in policies:
        assert f"no month of the policy {policy}, which begins in 2025-01, is in this run" in said.err
    assert "2025-01 or later" in said.err


def test_a_policy_that_differs_in_more_than_its_levers_is_compared():
    base = load_scenario("baseline")
    other = with_overrides(load_scenario("startup-support"), {"parameters.income_coefficient": 0.6})
    made = compare(base, other, seeds=2, jobs=1, end="2016-12", simulate=fake_runs.any_scenario)
    assert len(made.paths)


def test_levers_that_are_taken_away_make_a_difference():
    first, second = FakeScenario("baseline", {"settled": (1000, 0)}, start="2014-06"), FakeScenario("without")
    assert len(compare(first, second, seeds=1, jobs=1, end="2014-12", simulate=synthetic.simulate).paths)


@pytest.mark.parametrize(
    ("start", "end"),
    [("2014-01", "2025-01"), ("2025-01", "2025-12"), ("2025-01", "2025-01"), ("2035-12", "2035-12"),
     ("2030-05", "2032-04"), ("2025-02", "2025-11")],
)  # fmt: skip
@pytest.mark.filterwarnings("error")
def test_what_there_is_is_published_however_short_the_run(tmp_path, start, end):
    base, policy = (
        FakeScenario("baseline"),
        FakeScenario("support", {"own_business": (30_000, 0)}, spending=1e8),
    )
    made = compare(base, policy, seeds=2, jobs=1, start=start, end=end, simulate=synthetic.simulate)
    publish_comparison(made, tmp_path / "o")
    assert (tmp_path / "o" / "report.html").is_file()


@pytest.mark.parametrize("end", ["2014-01", "2014-11", "2014-12", "2015-02"])
@pytest.mark.filterwarnings("error")
def test_a_validation_is_published_however_short_the_run(tmp_path, end):
    runs = [synthetic.simulate(FakeScenario("baseline"), end=end, seed=seed) for seed in (1, 2)]
    if end < "2014-12":
        for run in runs:
            run.tables["official"] = run.official.iloc[:0]
    found = validate(runs)
    publish_validation(found, runs[0].national, tmp_path / "o")
    page = (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    assert ("no whole calendar year" in page) == (end < "2014-12")


def test_a_month_to_keep_outside_the_run_is_told_before_it():
    with pytest.raises(UsageError, match="keep: not a month of this run"):
        simulate("baseline", scale=1_000_000, end="2014-03", keep=["2014-12"], progress=never)


def test_a_worker_who_is_not_there_is_told_before_the_run():
    months = []
    with pytest.raises(UsageError, match="no worker with this id at this scale"):
        simulate(
            "baseline",
            scale=1_000_000,
            end="2014-03",
            trace=[999_999_999],
            progress=lambda *n: months.append(n),
        )
    assert [done for done, _ in months] == [0]
    for beyond in (2**31 + (400 << 22), 2**40, -1):
        with pytest.raises(UsageError):
            simulate("baseline", scale=1_000_000, end="2014-03", trace=[beyond])


def test_a_worker_who_enters_is_traced_from_the_first_month_on():
    people = Simulation("baseline", 100_000, "2014-03", threads=1).workers
    last = int(people.id[-1])
    run = simulate("baseline", scale=100_000, end="2014-03", trace=[last], tables=["national"])
    assert run.traces["id"].tolist() == [last] and run.traces["month"].tolist() == ["2014-03"]
    with pytest.raises(UsageError, match="none who enters before the run ends"):
        simulate("baseline", scale=100_000, end="2014-02", trace=[last], tables=["national"])
