"""What comes out of a market when one thing alone is changed: people, what workers cost, jobs.

The elasticities that the parameters promise are measured here in whole runs, in cities, in counties and at
home. Pairs of runs share seeds, so that few seeds do.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from support.engine_runs import make_lever

from sim import simulate
from sim.core.categories import FARM
from sim.engine.run_cache import RunCache
from sim.engine.simulation import Simulation
from sim.parameters.behaviour import DEFAULTS
from sim.scenario.loading import load_scenario, with_overrides

CACHE, SEEDS, SCALE = RunCache(), (1, 2, 3), 20_000
HOME, COUNTY = ("home_township",), ("county_town",)
AWAY = (*COUNTY, "city", "large_city", "mega_city")
WORKING = ["local_work", "migrant_work", "settled_work"]
SEARCHING = ["migrant_search", "settled_search"]
AT_HOME = ["farm", "own_business", "training"]
THIRD_YEAR = ("2018-07", "2019-06")


@cache
def places(seed: int, effect: tuple[str, str, float] | None = None, tiers: tuple[str, ...] = AWAY):
    """The places of a run to 2019; effect: parameter, kind of change and size, from 2016 on in the tiers."""
    scenario = load_scenario("baseline")
    if effect is not None:
        name, kind, size = effect
        lever = make_lever(
            {name: {kind: size}}, "2016-01", "2019-12", where={"tiers": list(tiers)}, no_cost="a test"
        )
        scenario = with_overrides(scenario, {"levers.shock": lever})
    return simulate(scenario, scale=SCALE, end="2019-06", seed=seed, tables="places", cache=CACHE).places


def run_to(end: str, seed: int, levers: dict, scale: int = SCALE, **more):
    scenario = with_overrides(
        load_scenario("baseline"), {f"levers.{name}": one for name, one in levers.items()}
    )
    return simulate(
        scenario, scale=scale, end=end, seed=seed, tables=("national", "places"), cache=CACHE, **more
    )


def change(effect: tuple[str, str, float], shocked: tuple[str, ...], seen: tuple[str, ...]) -> pd.Series:
    """Log changes of work, people, jobs and wages in the tiers ``seen`` in the third year, over seeds."""
    people = [*WORKING, *SEARCHING, *(AT_HOME if seen == HOME else ())]
    found = []
    for seed in SEEDS:
        both = []
        for table in (places(seed), places(seed, effect, shocked)):
            rows = table[table.tier.isin(seen) & table.month.between(*THIRD_YEAR)]
            work = rows[WORKING].sum(axis=1)
            both.append(
                {
                    "work": np.log(work.sum()),
                    "people": np.log(rows[people].to_numpy().sum()),
                    "jobs": np.log(work.sum() + rows.vacancies.sum()),
                    "wage": np.average(np.log(rows.wage_index), weights=work),
                }
            )
        found.append(pd.Series(both[1]) - pd.Series(both[0]))
    return pd.concat(found, axis=1).mean(axis=1)


@pytest.mark.parametrize("seen", [AWAY, HOME], ids=["away", "home"])
def test_an_inflow_of_one_percent_moves_the_wage_by_a_fifth_of_a_percent(seen):
    """Away is worth less: people stay at home, and wages rise where they leave and fall where they stay."""
    found = change(("amenity_shift", "add", -0.3), AWAY, seen)
    assert abs(found.people) > 0.02  # enough to be measured
    assert np.sign(found.people) == (1.0 if seen == HOME else -1.0)
    assert -0.4 < found.wage / found.people < -0.1
    assert 0.7 < found.work / found.people < 1.1  # jobs follow people


def test_counties_answer_an_inflow_as_cities_do():
    found = change(("amenity_shift", "add", -0.3), COUNTY, COUNTY)
    assert found.people < -0.05
    assert -0.4 < found.wage / found.people < -0.1


@pytest.mark.parametrize("tiers", [AWAY, COUNTY, HOME], ids=["away", "counties", "home"])
def test_dearer_workers_cost_jobs_at_half_the_rate(tiers):
    """Employers pay a tenth more than wages: jobs fall by 3 to 8 % of it, and part is passed on to wages."""
    found = change(("payroll_cost_share", "add", 0.1), tiers, tiers)
    rise = np.log(1.1)
    assert -0.8 < found.work / rise < -0.3
    assert -rise < found.wage < -0.02
    kind = "local" if tiers == HOME else "city"
    following = DEFAULTS[f"{kind}_jobs_people_elasticity"]
    at_given_people = (found.jobs - following * found.people) / (rise + found.wage)
    assert at_given_people == pytest.approx(-DEFAULTS["labour_demand_elasticity"], abs=0.2)


def test_a_payroll_cost_elsewhere_changes_little_at_home():
    found = change(("payroll_cost_share", "add", 0.1), AWAY, HOME)
    assert abs(found.wage) < 0.04
    assert found.people > 0.0  # who loses by it stays at home


# --- demand falls ---------------------------------------------------------------------------------------


def test_employers_without_jobs_lay_off_and_hire_nobody():
    away = {"tiers": list(AWAY)}
    none = make_lever({"jobs_scale": {"set": 0.0}}, "2016-01", "2017-12", where=away, no_cost="a test")
    less, base = (run_to("2017-12", 1, levers).places for levers in ({"none": none}, {}))
    work = [
        table[table.tier.isin(AWAY)].groupby("month")[["migrant_work", "settled_work", "vacancies"]].sum()
        for table in (less, base)
    ]
    share = work[0][["migrant_work", "settled_work"]].sum(axis=1) / work[1][
        ["migrant_work", "settled_work"]
    ].sum(axis=1)
    assert 0.3 < share["2016-06"] < 0.9  # not at once
    assert share["2017-12"] < 0.1
    assert (work[0].vacancies["2016-02":] == 0.0).all()


def test_a_small_fall_of_demand_is_met_by_leavers_alone():
    """Five in a hundred jobs fewer: no more separations than half of that, since leavers are not replaced."""
    less = make_lever({"jobs_scale": {"scale": 0.96}}, "2016-01", "2016-12", no_cost="a test")
    fewer, base = (run_to("2016-12", 1, levers).national for levers in ({"less": less}, {}))
    year = base.month >= "2016-01"
    assert fewer.separations[year].sum() < 1.05 * base.separations[year].sum()
    assert fewer.hires[year].sum() < base.hires[year].sum()


# --- the future -----------------------------------------------------------------------------------------


def yearly_tightness(table: pd.DataFrame) -> pd.Series:
    """Vacancies per searcher of each year, all places away together."""
    rows = table[table.tier.isin(AWAY)]
    sums = rows.groupby(rows.month.str[:4])[["vacancies", *SEARCHING]].sum()
    return sums.vacancies / sums[SEARCHING].sum(axis=1)


READY = ("baseline", "startup-support", "residency-easing", "skills-training", "combined")


@pytest.mark.parametrize(
    "name, future", [*((name, "middle") for name in READY), ("combined", "low"), ("combined", "high")]
)
def test_tightness_of_the_future_stays_within_what_was_observed(name, future):
    tightness = yearly_tightness(of_future(name, future).places)
    seen, to_come = tightness[:"2024"], tightness["2025":]
    assert len(seen) == 11 and len(to_come) == 11
    room = 0.0 if future == "middle" else 0.02  # the ends of what may come
    assert (1.0 - room) * seen.min() < to_come.min() and to_come.max() < (1.0 + room) * seen.max()


@cache
def of_future(name: str, future: str):
    scenario = with_overrides(load_scenario(name), {"assumptions": future})
    return simulate(scenario, scale=SCALE, seed=1, tables=("national", "places"), cache=CACHE)


@pytest.mark.parametrize("future", ["low", "middle", "high"])
def test_tightness_of_the_future_has_no_trend(future):
    """What growth that slows, ageing and the farms would do to it is answered by how much labour is saved."""
    results = of_future("baseline", future)
    tightness = yearly_tightness(results.places)
    seen, last = tightness[:"2024"], tightness["2031":]
    assert last.mean() == pytest.approx(seen.mean(), rel=0.06)
    assert abs(np.polyfit(np.arange(len(last)), np.log(last), 1)[0]) < 0.01
    assert results.national.output_lost_percent.max() < 1.0
    assert (results.national.output_lost_percent[results.national.month < "2025-01"] == 0.0).all()


@pytest.mark.parametrize("jobs, sign", [(1.1, 1.0), (0.9, -1.0)], ids=["scarce", "plentiful"])
def test_scarcity_and_slack_are_answered_in_a_few_years(jobs, sign):
    """A tenth more, or fewer, jobs at once: tightness leaves its mean of the observed years, and returns."""
    lever = make_lever({"jobs_scale": {"scale": jobs}}, "2025-01", "2035-12", no_cost="a test")
    tightness = yearly_tightness(run_to("2035-12", 1, {"jobs": lever}).places)
    away = sign * np.log(tightness / tightness[:"2024"].mean())
    assert away["2025"] > 0.3
    assert away["2028"] < 0.4 * away["2025"] and abs(away["2035"]) < 0.06
    assert away.min() > -0.08  # it does not swing beyond where it was


def test_lasting_scarcity_saves_labour_and_costs_output():
    """Many more jobs than workers from 2025 on: output is lost, and productivity brings tightness back."""
    more = make_lever({"jobs_scale": {"scale": 1.3}}, "2025-01", "2035-12", no_cost="a test")
    scarce = run_to("2035-12", 1, {"more": more})
    never = with_overrides(
        load_scenario("baseline"), {"levers.more": more, "parameters.labour_saving_rate": 0.0}
    )
    unanswered = simulate(never, scale=SCALE, seed=1, tables="places", cache=CACHE)
    lost = scarce.national.set_index("month").output_lost_percent
    assert 0.5 < lost.max() < 15.0  # three tenths more jobs at once, a fifth of them unfilled for a while
    assert lost["2035-12"] < 0.5 * lost.max()
    assert yearly_tightness(scarce.places)["2030"] < 0.8 * yearly_tightness(unanswered.places)["2030"]


def test_income_on_the_land_falls_as_more_share_it():
    """Less inviting cities keep people on the land, whose income per head falls as their number rises."""
    lever = make_lever(
        {"amenity_shift": {"add": -0.5}}, "2016-01", "2018-12", where={"tiers": list(AWAY)}, no_cost="a test"
    )
    income, farmers = [], []
    for levers in ({}, {"shock": lever}):
        changed = {
            "parameters.farm_output_elasticity": 1.0,
            **{f"levers.{n}": one for n, one in levers.items()},
        }
        run = Simulation(
            with_overrides(load_scenario("baseline"), changed), SCALE, "2018-12", 1, 1, cache=CACHE
        )
        for _ in range(60):
            block = run.step()
        farmers.append(np.log(block.by_home[:, FARM].sum()))
        income.append(np.log(np.asarray(run.conditions.farm_income).mean()))
    more, fall = farmers[1] - farmers[0], income[1] - income[0]
    assert more > 0.02
    assert -1.3 * more < fall < -0.5 * more  # income follows with a lag


# --- scale ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coarse, seeds", [(50_000, 4), (100_000, 6)])
def test_tightness_does_not_hang_on_the_scale(coarse, seeds):
    """Mean of 2015-18, against 1:20000, within twice the sampling error and a fiftieth."""

    def found(scale: int, count: int) -> tuple[float, float]:
        means = [
            yearly_tightness(run_to("2018-12", seed, {}, scale).places)["2015":].mean()
            for seed in range(1, count + 1)
        ]
        return float(np.mean(means)), float(np.std(means, ddof=1) / np.sqrt(count))

    (fine, fine_error), (rough, rough_error) = found(SCALE, 3), found(coarse, seeds)
    assert abs(rough - fine) < 0.02 * fine + 2.0 * np.hypot(fine_error, rough_error)
