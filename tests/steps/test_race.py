"""The race of a choice: shares are those of the logit, and only who is touched moves."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sim.core.categories import FARM, LOCAL_WORK
from sim.core.draws import PURPOSE, mixed_with, month_keys, uniform_mixed, uniform_mixed_for
from sim.engine.candidates import alias_table, packaged_candidates
from sim.steps.migration import KEEP_PLACE, MIGRATE, STAY_FARM, TAKE_LOCAL, draw_race
from sim.steps.race import draw_luck, drawn_luck, luck_keys, luck_of
from sim.steps.records import LUCK
from sim.steps.transitions import hiring_sector
from sim.world.places import HOMES

KINDS = 5  # places away: two in the home province, three in others
ODDS = np.array([0.5, 0.1, 0.3, 0.2, 0.05])  # of places; bounds below are as many, so layers are all met
DRAWS = 6000


def conditions(place_odds: np.ndarray, bounds: np.ndarray, offer: float = 1.0) -> SimpleNamespace:
    """A month with five places away, for workers of home 0."""
    places = HOMES + KINDS
    bound = np.zeros((1, places))
    bound[0, HOMES:] = bounds
    own, alias = alias_table(bounds / bounds.sum())
    province = np.concatenate([np.arange(HOMES), [0, 0, 1, 2, 2]])
    over = place_odds / bounds
    return SimpleNamespace(
        keys=month_keys(11, 3),
        month=3,
        tier=np.zeros(places),
        province=province,
        place_odds=np.concatenate([np.zeros(HOMES), place_odds])[None, :].repeat(6, axis=0),
        corridor_odds=np.ones((1, places)),
        candidate_rate=bound.sum(axis=1),
        candidate_share=own[None, :],
        candidate_alias=alias[None, :],
        bound=bound,
        highest_own=np.full((1, 6), over[:2].max()),
        highest_across=np.full((1, 6), over[2:].max()),
        across_age_odds=np.ones(1024),
        local_offer=np.array([offer]),
        switching_odds=0.1,
        economy=SimpleNamespace(schooling_age_min=6.0, schooling_age_max=16.0),
    )


def worker(activity: int = FARM, place: int = 0, status: int = 0) -> SimpleNamespace:
    return SimpleNamespace(
        id=0,
        home=0,
        place=place,
        attached_place=place,
        activity=activity,
        status=status,
        traits=0,
        birth_month=-300,
    )


@pytest.fixture(autouse=True)
def _one_group(monkeypatch):
    """All workers are of one group: who has a child at school is not what is tested."""
    monkeypatch.setattr("sim.steps.migration.worker_group", lambda w, c: 0)


def choices(c: SimpleNamespace, w: SimpleNamespace, *odds: float, draws: int = DRAWS) -> np.ndarray:
    return np.array([draw_race(w, c, mixed_with(c.keys, n), odds)[0] for n in range(draws)])


LOW, SOME, HIGH = np.full(KINDS, 0.01), np.array([0.2, 0.2, 0.2, 0.01, 0.2]), np.full(KINDS, 1.0)
BOUNDS = pytest.mark.parametrize(
    "bounds", [LOW, SOME, HIGH, 20.0 * HIGH], ids=["low", "some", "high", "many"]
)


def chi_square(found: np.ndarray, options: list[int], odds: np.ndarray) -> float:
    expected = odds / odds.sum() * len(found)
    counts = np.array([(found == option).sum() for option in options])
    assert counts.sum() == len(found)
    return float(((counts - expected) ** 2 / expected).sum())


@BOUNDS
def test_options_win_in_proportion_to_their_odds(bounds):
    """In all layers: where odds lie below the bounds, above them, far above, and where candidates run out."""
    found = choices(conditions(ODDS, bounds), worker(), 0.6, 0.4, 0.3, 1.0)
    options = [STAY_FARM, TAKE_LOCAL, KEEP_PLACE, *(MIGRATE + HOMES + np.arange(KINDS))]
    assert chi_square(found, options, np.array([0.6, 0.4, 0.3, *ODDS])) < 27.9  # 7 degrees, one in 4000


@BOUNDS
@pytest.mark.parametrize("factor", [0.5, 1.2, 3.0, 30.0])
def test_a_change_of_one_option_moves_nobody_between_others(bounds, factor):
    for refused in (1.0, 0.5):  # offers of local work: for all, for half
        before = choices(conditions(ODDS, bounds, refused), worker(), 0.6, 0.4, 0.3, 1.0, draws=400)
        for option in range(3 + KINDS):
            odds, place_odds = [0.6, 0.4, 0.3, 1.0], ODDS.copy()
            if option < 3:
                odds[option] *= factor
            else:
                place_odds[option - 3] *= factor
            name = option if option < 3 else MIGRATE + HOMES + option - 3
            after = choices(conditions(place_odds, bounds, refused), worker(), *odds, draws=400)
            moved = before != after
            assert ((before[moved] == name) | (after[moved] == name)).all(), option


def test_who_is_refused_local_work_has_the_next_best_of_the_same_race():
    offered = choices(conditions(ODDS, SOME, 1.0), worker(), 0.6, 2.0, 0.3, 1.0)
    refused = choices(conditions(ODDS, SOME, 0.0), worker(), 0.6, 2.0, 0.3, 1.0)
    without = choices(conditions(ODDS, SOME, 1.0), worker(), 0.6, 0.0, 0.3, 1.0)
    assert (refused == without).all()
    assert (offered[offered != refused] == TAKE_LOCAL).all() and (offered != refused).mean() > 0.3
    has_work = choices(conditions(ODDS, SOME, 0.0), worker(LOCAL_WORK), 0.6, 2.0, 0.3, 1.0)
    assert (has_work == offered).all()


def test_the_place_that_is_kept_is_no_option_of_migrating():
    kept = HOMES + 1
    found = choices(conditions(ODDS, SOME), worker(place=kept), 0.6, 0.0, 0.3, 1.0)
    assert (found != MIGRATE + kept).all()
    others = [0, 2, 3, 4]
    options = [STAY_FARM, KEEP_PLACE, *(MIGRATE + HOMES + np.array(others))]
    assert chi_square(found, options, np.array([0.6, 0.3, *ODDS[others]])) < 25.8  # 5 degrees, one in 10,000


def test_sectors_win_in_proportion_and_only_who_is_touched_moves():
    wanted = np.array([[5.0, 3.0, 0.0, 1.0, 2.0, 4.0, 1.0]])
    keys = month_keys(4, 9)

    def sectors(hires: np.ndarray) -> np.ndarray:
        c = SimpleNamespace(keys=keys, hires_wanted=hires)
        return np.array([hiring_sector(SimpleNamespace(id=n, place=0), c) for n in range(4000)])

    before = sectors(wanted)
    some = [0, 1, 3, 4, 5, 6]
    assert chi_square(before, some, wanted[0, some]) < 25.8
    for sector in range(7):
        raised = wanted.copy()
        raised[0, sector] = 1.5 * raised[0, sector] + 1.0
        after = sectors(raised)
        assert (after[before != after] == sector).all() and (before != after).any()


def test_candidates_are_those_of_the_packaged_data():
    """Every place can come up, and the alias tables draw in proportion to the bounds."""
    candidates = packaged_candidates()
    away = candidates.bound[:, HOMES:]
    assert (away > 0.0).all() and (candidates.bound[:, :HOMES] == 0.0).all()
    np.testing.assert_allclose(away.sum(axis=1), candidates.rate)
    slots = away.shape[1]
    for home in range(HOMES):
        drawn = candidates.share[home].copy()
        np.add.at(drawn, candidates.alias[home], 1.0 - candidates.share[home])
        np.testing.assert_allclose(drawn / slots, away[home] / candidates.rate[home], atol=1e-12)


def test_purposes_of_the_race_are_its_own():
    names = "race_farm race_local race_keep candidate_time candidate_place candidate_taken race_place".split()
    assert len({getattr(PURPOSE, name) for name in names}) == len(names)


def test_luck_drawn_ahead_is_that_of_each_worker():
    c, ids = conditions(ODDS, SOME), np.array([5, 900_000, 17, 4_000_000_000], np.uint32)
    mixed = np.array([mixed_with(c.keys, int(one)) for one in ids], np.uint32)
    chosen = np.array([3, 0, 2])
    b = SimpleNamespace(mixed_id=mixed, listed=np.zeros(4, np.uint32), luck=np.zeros((LUCK, 4)))
    draw_luck(c, b, chosen)
    for j, k in enumerate(chosen):
        one = luck_of(luck_keys(c), int(mixed[k]))
        assert drawn_luck(b, j) == one and len(one) == LUCK
        draws = [uniform_mixed(c.keys, PURPOSE.race_keep, int(mixed[k]))]
        draws += [uniform_mixed_for(c.keys, PURPOSE.candidate_time, int(mixed[k]), n) for n in (0, 16)]
        assert (np.exp(-one[2]), *one[4:]) == pytest.approx(draws, rel=1e-12)
