"""Five-year moves between provinces, as the census counts them, and the corridor terms estimated on them."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from support import engine_runs

from sim.cli.app import moves_scale
from sim.core.categories import EXITED, REGIONS
from sim.core.errors import UsageError
from sim.engine.residence import simulate_moves
from sim.present.text.validation import _corridor_lines, moves_in_words, moves_warning
from sim.scenario.loading import load_scenario
from sim.validation.five_year_moves import compare_moves, corridor_measures, moves_table
from sim.validation.gravity import SPECIFICATIONS, estimate_corridors, estimates_table
from sim.validation.validate import corridors_table
from sim.world.data import load_data


@pytest.fixture(scope="module")
def moves():
    return simulate_moves("baseline", "2014-11", "2015-11", scale=100_000, seed=3)


def test_moves_are_where_each_worker_lived_then_and_lives_now(moves):
    run = engine_runs.start(load_scenario("baseline"), scale=100_000, seed=3, months=11)
    then = {
        int(w["id"]): int(run.places.province[w["place"]])
        for w in run.workers[: run.rows].table()
        if w["activity"] != EXITED
    }
    known = set(run.workers.id[: run.rows].tolist())
    for _ in range(12):
        run.step()
    table = np.zeros((31, 31))
    for w in run.workers[: run.rows].table():
        before = then.get(int(w["id"]), None if int(w["id"]) in known else int(w["home"]))
        if w["activity"] != EXITED and before is not None:
            table[before, run.places.province[w["place"]]] += 100_000
    run.close()
    assert np.array_equal(table, moves)


def test_the_table_has_codes_names_and_persons(moves):
    table = moves_table(moves, load_data())
    assert len(table) == 961 and table["persons"].sum() == moves.sum()
    row = table[(table["origin_code"] == 43) & (table["dest_code"] == 44)].iloc[0]
    assert (row["origin"], row["destination"]) == ("Hunan", "Guangdong")
    assert row["persons"] == moves[table["origin_code"].unique().tolist().index(43)][18]


def test_places_that_hold_their_workers_send_fewer_home():
    data, base = load_data(), load_scenario("baseline")
    east = data.region_of == REGIONS.index("East")

    def back_from_the_east(attachment: float) -> float:
        scenario = base.model_copy(update={"parameters": {**base.parameters, "place_attachment": attachment}})
        found = simulate_moves(scenario, "2014-11", "2017-11", scale=50_000, seed=3)
        return found[np.ix_(east, ~east)].sum()

    loose, default, firm = (back_from_the_east(value) for value in (0.0, 0.9, 2.0))
    assert loose > 1.5 * default and default > 1.2 * firm > 0


def test_a_validation_counts_moves_finely_enough_for_a_table():
    assert moves_scale("1:5000") == "1:250" and moves_scale("1:100") == "1:100"


def test_few_simulated_movers_are_warned_of_and_lower_both_measures():
    table = np.array([[900.0, 300, 100], [200, 900, 0], [200, 200, 900]])
    told = moves_warning(table, 500)
    assert "2 simulated workers a run moved" in told and "over 6 cells" in told and "--scale 1:250" in told
    assert moves_warning(table, 250) == ""
    theirs = load_data().od_moves["2010-2015"]
    shares = theirs * (1 - np.eye(len(theirs)))
    few = np.random.default_rng(1).multinomial(300, (shares / shares.sum()).ravel()).reshape(theirs.shape)
    found = corridor_measures(few, theirs)
    assert (
        found["common_part_of_commuters"] < 0.8 and found["log_correlation"] < 0.9
    )  # though nothing else is wrong


def test_months_in_the_wrong_order_are_refused():
    with pytest.raises(UsageError):
        simulate_moves("baseline", "2015-11", "2014-11", scale=100_000)


def test_measures_by_hand():
    ours = np.array([[9.0, 3, 1], [2, 9, 0], [2, 2, 9]])
    theirs = np.array([[0.0, 3, 2], [2, 0, 2], [0, 1, 0]])
    found = corridor_measures(ours, theirs)
    assert found["common_part_of_commuters"] == pytest.approx(0.3 + 0.1 + 0.2 + 0.1)
    same = corridor_measures(theirs, 7 * theirs + np.eye(3))
    assert same["common_part_of_commuters"] == pytest.approx(1.0)
    assert np.isnan(corridor_measures(np.eye(3), theirs)["common_part_of_commuters"])


def test_a_table_against_itself_is_perfect():
    data = load_data()
    found = compare_moves(data.od_moves["2010-2015"], data).set_index("measure")["model"]
    assert found["common_part_of_commuters"] == pytest.approx(1.0) and found[
        "log_correlation"
    ] == pytest.approx(1.0)
    assert found[[f"share to {region}" for region in REGIONS]].sum() == pytest.approx(1)


def gravity_world(data, distance: float, network: float):
    """Moves that follow the equation exactly, with made-up pulls of origins and destinations."""
    km, earlier = np.maximum(data.distance_km, 1.0), np.maximum(data.od_moves["2000-2005"], 0.5)
    pull = np.linspace(-1, 1, 31)
    log_moves = 15 - distance * np.log(km) + network * np.log(earlier / earlier.sum())
    moves = np.exp(log_moves + pull + pull[::-1, None])
    return dataclasses.replace(data, od_moves={**data.od_moves, "2005-2010": moves})


@pytest.mark.parametrize("distance, network", [(0.5, 0.0), (1.5, 0.0), (0.3, 0.8)])
def test_the_gravity_elasticity_put_in_comes_out(distance, network):
    found = estimate_corridors(gravity_world(load_data(), distance, network), "distance_culture_network")
    assert found.values["log_distance"] == pytest.approx(-distance, abs=1e-6)
    assert found.values["log_earlier_share"] == pytest.approx(network, abs=1e-6)
    assert found.values["other_region"] == pytest.approx(0, abs=1e-6)
    assert max(found.errors.values()) < 1e-6


def test_corridors_without_moves_are_no_obstacle():
    data = load_data()
    assert (data.od_moves["2005-2010"] == 0).sum() >= 31  # the diagonal, at the least
    for name in SPECIFICATIONS:
        found = estimate_corridors(data, name)
        assert found.fitted.sum() == pytest.approx(1.0)  # Poisson with effects keeps the totals
        assert found.values["log_distance"] < -2 * found.errors["log_distance"]


def test_the_packaged_estimates_are_those_of_the_command():
    stored = pd.read_csv(load_data().folder / "corridor_estimates.csv")
    pd.testing.assert_frame_equal(stored, estimates_table(load_data()), rtol=1e-3)


def test_the_comparison_in_words_has_aims_a_verdict_and_the_benchmark():
    data = load_data()
    said = moves_in_words(corridors_table(data.od_moves["2000-2005"], data)).set_index("measure")
    row = said.loc["common part of commuters (CPC)"]
    assert (row["aim"], row["verdict"], row["errs least"]) == ("at least 0.8", "missed", "table of 2005-10")
    same = moves_in_words(corridors_table(data.od_moves["2010-2015"], data)).set_index("measure")
    assert (same["errs least"] == "model").all()
    assert list(same.loc["correlation of logs", ["model", "verdict"]]) == ["1.00", "met"]
    assert same.loc["to Central China, % of moves", "aim"] == "" and (same["verdict"] != "").sum() == 2


def test_the_printed_comparison_takes_its_cells_by_name():
    data = load_data()
    compared = corridors_table(data.od_moves["2000-2005"], data)
    said = moves_in_words(compared)
    _, head, *lines = _corridor_lines(SimpleNamespace(corridors=compared))
    assert head.split() == ["census", "model", "2005-10"] and len(lines) == len(said)
    for line, row in zip(lines, said.to_dict("records"), strict=True):
        cells = line.removeprefix(f"  {row['measure']}").split("errs least: ")
        assert cells[0].split() == [c for c in (row["census"], row["model"], row["table of 2005-10"]) if c]
        assert cells[1].startswith(row["errs least"]) and row["aim"] in cells[1]
