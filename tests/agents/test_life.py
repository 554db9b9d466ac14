"""Lives: the months told are those that the engine lives, and the decision told is the one it takes."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sim.agents.decision import Surroundings, decision_in
from sim.agents.following import follow, month_begins
from sim.agents.life import HAPPENINGS, Place
from sim.agents.living import live_again
from sim.core.categories import ACTIVITIES, EXITED, LOCAL_WORK, MIGRANT_SEARCH
from sim.core.errors import UsageError
from sim.core.months import month_text
from sim.engine.interpreted import copy_row, plain_conditions, spare_sums
from sim.engine.simulation import Simulation
from sim.scenario.loading import load_scenario, with_overrides
from sim.world.worker import DISPLACED
from sim.world.workers import BLOCK

SCALE, FIRST = 600_000, 70
# Rationed grants, easier registration and courses, early enough to be met; closed roads in 2020.
EARLY = {
    **{
        f"levers.{name}.window.{end}": month
        for name in (
            "startup_grant",
            "startup_loan",
            "large_city_opening",
            "mega_city_points",
            "training_subsidy",
        )
        for end, month in (("from", "2014-03"), ("to", "2021-12"))
    },
    "parameters.startup_consideration_probability": 0.3,
    "parameters.settlement_registration_probability": 0.2,
}
RUNS = {
    "baseline": lambda: "baseline",
    "early packages": lambda: with_overrides(load_scenario("combined"), EARLY),
    "documents of 2020": lambda: "fifteen-departments-2020",
}


@pytest.fixture(scope="module", params=RUNS)
def told(request):
    """Workers of a small run from November 2019 on: the row as told and as lived, decision, month."""
    run = Simulation(RUNS[request.param](), SCALE, "2020-06", seed=5)
    around, months = Surroundings.of(run.economy.market_state), []
    while run.month <= run.last:
        if run.month < FIRST:
            run.step()
            continue
        before = {row: month_begins(run, row) for row in range(run.rows)}
        run.step()
        c = plain_conditions(run.conditions)
        for row, w in before.items():
            if w.activity != EXITED:
                decision, start = None, SimpleNamespace(**vars(w))
                lived = live_again(w, c, row % BLOCK, around)
                if row % 7 == run.month % 7 or lived.decision:
                    decision = decision_in(start, c, spare_sums(len(run.places)), row % BLOCK, around)
                months.append((w, copy_row(run.workers, row), decision, lived))
    run.close()
    return run.places, months


def test_every_month_told_ends_where_the_engine_ends(told):
    _, months = told
    assert len(months) > 5_000
    for lived_again, engine, _, _ in months:
        differing = {
            name
            for name, value in vars(engine).items()
            if vars(lived_again)[name] != value and name not in ("match", "business_age")
        }
        assert not differing


def test_the_decision_told_is_what_the_engine_then_does(told):
    places, months = told
    chosen = [one for one in months if one[2] is not None and one[2].reconsiders]
    kinds = {what: 0 for what in ("farm", "local_work", "stay_or_old_place", "migrate")}
    held_up = 0
    for _, engine, decision, lived in chosen:
        what = decision.chosen.what
        kinds[what] += 1
        assert lived.decision is not None and lived.decision.chosen.what == what
        if what == "farm":
            assert ACTIVITIES[engine.activity] == "farm"
        elif what == "local_work":
            assert engine.activity == LOCAL_WORK
        elif any(one.what == "held_up" for one in lived.happenings):
            held_up += 1
            assert engine.status & DISPLACED and places.names[engine.attached_place] == decision.chosen.place
        elif what == "migrate":
            assert engine.activity == MIGRANT_SEARCH and places.names[engine.place] == decision.chosen.place
        else:
            assert places.names[engine.place] == decision.chosen.place
    assert len(chosen) > 300 and min(kinds.values()) > 3 and held_up > 3
    # and whoever does not reconsider makes none of these moves
    still = [lived for _, _, _, lived in months if lived.decision is None]
    moves = {"goes_to_farm", "leaves_home", "moves_on", "goes_back", "held_up", "takes_local_job"}
    assert not [one for one in still if any(happening.what in moves for happening in one.happenings)]


def test_a_business_is_started_by_whom_the_idea_told_says(told):
    _, months = told
    ideas = [lived for _, _, _, lived in months if lived.idea is not None]
    for lived in ideas:
        started = any(one.what == "starts_business" for one in lived.happenings)
        assert started == lived.idea.starts and lived.idea.draw < lived.idea.probability
    starts = [
        lived for _, _, _, lived in months if any(h.what == "starts_business" for h in lived.happenings)
    ]
    assert all(lived.idea is not None for lived in starts) and len(ideas) > len(starts)


def test_terms_add_up_to_the_odds_and_luck_to_the_score(told):
    _, months = told
    options = [one for _, _, decision, _ in months if decision for one in decision.options]
    assert len(options) > 3000
    for one in options:
        assert one.value == pytest.approx(np.log(one.odds), abs=1e-8)
        assert one.value + one.luck_log_odds == pytest.approx(np.log(one.score), abs=1e-8)
    for _, _, decision, _ in months:
        if decision and decision.options:
            goals = sum(share for _, share in decision.destinations)
            rest = sum(one.probability for one in decision.options if one.what != "migrate")
            assert goals + rest == pytest.approx(1.0)


def test_the_winner_has_the_highest_score_of_the_open_options(told):
    _, months = told
    for _, _, decision, _ in months:
        if decision and decision.options:
            still_open = [one for one in decision.options if one.is_open]
            assert decision.chosen is max(still_open, key=lambda one: one.score)


def test_lives_begin_and_end_with_the_labour_force():
    run = Simulation("baseline", SCALE, "2016-12", seed=3)
    ids = [int(one) for one in run.workers.ids.numbers(len(run.workers))]
    entrant = ids[-1]
    old = int(ids[int(np.argmin(run.workers.birth_month[: run.rows]))])
    lives = follow("baseline", [entrant, old, ids[0]], scale=SCALE, seed=3, end="2016-12")
    first = lives[0].months[0]
    assert first.happenings[0].what == "enters" and first.age_months >= 16 * 12
    assert lives[0].months[-1].month == "2016-12"
    assert lives[2].months[0].month == "2014-01" and lives[2].sex in ("male", "female")
    for life in lives:
        assert life.born == month_text(12 * (int(life.born[:4]) - 2014) + int(life.born[5:]) - 1)
        for what in life.happenings:
            assert what.what in HAPPENINGS
            assert all(isinstance(fact, (str, int, bool, Place)) for fact in what.facts.values())
        assert set(life.table()["activity"]) <= set(ACTIVITIES)
    if lives[1].months[-1].month != "2016-12":
        assert lives[1].happenings[-1].what == "exits"


def test_a_life_can_begin_later_and_is_the_same_from_there():
    whole = follow("baseline", 0, scale=SCALE, seed=3, end="2016-12")[0]
    later = follow("baseline", 0, scale=SCALE, seed=3, end="2016-12", start="2016-01")[0]
    assert later.months == whole.months[24:]
    with pytest.raises(UsageError, match="not a month of this worker's life"):
        later.month("2015-12")


@pytest.mark.parametrize("wrong", [4_000_000_000, 7, -1, "x"])
def test_an_unknown_id_is_refused_before_the_run(wrong, monkeypatch):
    monkeypatch.setattr(Simulation, "step", lambda *_: pytest.fail("the run began"))
    with pytest.raises(UsageError, match="--worker"):
        follow("baseline", [wrong], scale=1_000_000, seed=1)
