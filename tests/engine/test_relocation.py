"""Jobs in cities move to where labour is in reserve and output grows: how many, where, and what follows."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_scenario, start

from sim.engine.simulate import simulate
from sim.world.places import HOMES

SMALL = 50_000
OFF = {"jobs_relocation_rate": 0.0, "jobs_relative_output_elasticity": 0.0}


def moved(month: int, **parameters: float) -> tuple[dict[str, float], float]:
    """Log points by which jobs have moved, by province, and their mean over the jobs of 2014."""
    run = start(make_scenario(**{**OFF, **parameters}), scale=SMALL)
    run.open_month()
    economy = run.economy
    pull = economy._relocation(month)
    jobs = economy.jobs_2014[HOMES:].sum(axis=1)
    mean = np.average(pull[run.places.province[HOMES:]], weights=jobs)
    run.close()
    return dict(zip(run.places.provinces, pull, strict=True)), float(mean)


@pytest.mark.parametrize(
    "name, size", [("jobs_relocation_rate", 0.03), ("jobs_relative_output_elasticity", 1)]
)
def test_jobs_move_and_are_not_made(name, size):
    pull, mean = moved(60, **{name: size})
    assert mean == pytest.approx(0.0, abs=1e-12)
    assert max(pull.values()) > 0.02 and min(pull.values()) < -0.02
    twice, _ = moved(60, **{name: 2 * size})
    assert twice == pytest.approx({province: 2 * value for province, value in pull.items()})


def test_they_leave_the_coast_for_the_interior_at_an_even_pace():
    early, _ = moved(24, jobs_relocation_rate=0.03)
    late, _ = moved(48, jobs_relocation_rate=0.03)
    assert late == pytest.approx({province: 2 * value for province, value in early.items()})
    assert max(late[name] for name in ("Beijing", "Shanghai", "Zhejiang", "Guangdong")) < 0
    assert min(late[name] for name in ("Henan", "Sichuan", "Guizhou", "Hunan")) > 0


def test_they_do_not_go_where_output_lags():
    """In the Northeast much labour is on the land, but output grew least of all."""
    pull, _ = moved(60, jobs_relative_output_elasticity=1.0)
    assert max(pull[name] for name in ("Liaoning", "Jilin", "Heilongjiang")) < -0.1
    assert min(pull[name] for name in ("Guizhou", "Anhui", "Chongqing")) > 0
    assert moved(0, jobs_relative_output_elasticity=1.0)[0] == pytest.approx(
        dict.fromkeys(pull, 0.0), abs=1e-12
    )


def test_nothing_moves_without_them():
    assert set(moved(60)[0].values()) == {0.0}


def test_fewer_cross_the_border_of_their_province_and_as_many_are_away():
    """The mechanism alone: the number away hardly changes, the share in another province falls."""

    def year(rate: float):
        scenario = make_scenario(to="2019-12", **{**OFF, "jobs_relocation_rate": rate})
        table = simulate(scenario, scale="1:20000", seed=3, tables=("national",)).national
        last = table[table["month"].str[:4] == "2019"]
        return last["out"].mean(), last["cross_province"].mean() / last["out"].mean()

    (out, share), (out_moved, share_moved) = year(0.0), year(0.04)
    assert out_moved == pytest.approx(out, rel=0.02)
    assert share_moved < share - 0.015
