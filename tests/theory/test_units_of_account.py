"""Nothing real hangs on the unit of account, nor on how many people a simulated worker stands for."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import pytest
from support.engine_runs import PARAMETERS as RATES
from support.engine_runs import make_lever, make_scenario, unit_cost

from sim.engine import month_conditions
from sim.engine.candidates import packaged_candidates
from sim.engine.run_cache import RunCache
from sim.engine.simulate import simulate
from sim.engine.simulation import Simulation
from sim.parameters.behaviour import DEFAULTS, PARAMETERS
from sim.steps.records import EVENT, MONEY
from sim.world.worker import LOAN_UNIT

MONTHS, SCALE = 30, 20_000
# Parameters in yuan; those of levers are in the levers below.
IN_YUAN = [  # but the capital of a start, which follows consumer prices
    "farm_income_yuan",
    "extra_city_cost_yuan",
    "startup_present_income_min_yuan",
    "startup_loan_yuan",
    "settlement_cost_yuan",
    "search_income_yuan",
]


class Inflated(RunCache):
    """Worlds in which a yuan buys a part of what it does."""

    def __init__(self, factor: float):
        super().__init__()
        self._factor = factor

    def series(self, opening):
        found = super().series(opening)
        return replace(
            found, log_pay=found.log_pay + log(self._factor), price_index=found.price_index * self._factor
        )


def levers_in(factor: int):
    """Levers that hand out and charge money, in yuan of which ``factor`` are worth one."""

    def lever(name, yuan, per):
        return make_lever(
            {name: {"add": yuan * factor}}, "2014-03", "2016-12", unit_cost=unit_cost(yuan * factor, per)
        )

    school = make_lever(
        {"study_enrolment_probability": {"set": 0.002}},
        "2014-03",
        "2016-12",
        unit_cost={
            "yuan": 10_000 * factor,
            "per": "study_start",
            "payers": {"worker": 0.5, "local": 0.5},
            "source": "a test",
        },
    )
    return {
        "benefit": lever("unemployment_benefit_yuan", 700, "search_month"),
        "post": {**lever("public_post_pay_yuan", 400, "post_month"), "take_up": 0.2},
        "relief": {**lever("relief_yuan", 900, "relief"), "take_up": 0.5},
        "school": school,
        "travel": {
            **make_lever(
                {"departure_cost_relief": {"add": 0.3}},
                "2014-03",
                "2016-12",
                unit_cost=unit_cost(300 * factor, "departure"),
            ),
            "budget": {"yuan_per_year": 2e9 * factor},
        },
    }


def lived(factor: int, monkeypatch):
    """A run in a world in which ``factor`` yuan are worth one, and its sums."""
    yuan = {name: factor * {**DEFAULTS, **RATES}[name] for name in IN_YUAN}
    assert all(PARAMETERS[name].low <= value <= PARAMETERS[name].high for name, value in yuan.items())
    reference = packaged_candidates()
    with monkeypatch.context() as patch:
        moved = reference._replace(log_income=reference.log_income + log(factor))
        patch.setattr(month_conditions, "packaged_candidates", lambda: moved)
        run = Simulation(
            make_scenario(levers_in(factor), **yuan), SCALE, seed=3, threads=2, cache=Inflated(float(factor))
        )
        run.workers.savings[:] = run.workers.savings[:].astype(np.int64) * factor
        run._accounts.savings *= factor
        events, money = 0, 0
        for _ in range(MONTHS):
            block = run.step()
            events, money = events + block.events, money + block.money
    return run, events, money


def test_doubling_all_prices_wages_and_sums_of_money_moves_nothing_real(monkeypatch):
    """But for whole yuan: where the rest of one decides, now and then, a worker lives another life."""
    (one, events, money), (two, other_events, other_money) = (lived(factor, monkeypatch) for factor in (1, 2))
    for name in ("activity", "place", "status"):
        left, right = (getattr(run.workers, name)[: one.rows] for run in (one, two))
        assert (left != right).mean() < 0.002, name
    for event in EVENT._fields:
        count, other = int(events[getattr(EVENT, event)]), int(other_events[getattr(EVENT, event)])
        assert other == pytest.approx(count, rel=0.01, abs=5), event
    in_units = int(events[EVENT.loans]) * LOAN_UNIT  # loans are granted in units of so many yuan
    for flow in MONEY._fields:
        yuan, other = int(money[getattr(MONEY, flow)]), int(other_money[getattr(MONEY, flow)])
        assert other == pytest.approx(2 * yuan, rel=0.01, abs=100_000 + in_units), flow
    served = [run.ledger.table().groupby("lever")["served"].sum() for run in (one, two)]
    assert (served[0] > 0).all() and (abs(served[1] / served[0] - 1.0) < 0.02).all()
    assert money[MONEY.fee] > 0 and money[MONEY.family_fee] > 0


def test_twice_the_people_for_a_worker_leave_shares_and_amounts_per_head():
    """Half as many simulated workers for the same country: the same shares, within chance."""
    fine, coarse = (
        simulate(make_scenario(levers_in(1)), scale=scale, end="2016-06", seed=5, threads=2)
        .national.iloc[-12:]
        .mean(numeric_only=True)
        for scale in (10_000, 20_000)
    )
    for name in ("out", "local_work", "farm", "own_business", "settled", "labour_force"):
        assert coarse[name] == pytest.approx(fine[name], rel=0.05), name
    for name in ("migrant_pay_yuan", "local_pay_yuan", "mean_income_yuan", "policy_spending_yuan"):
        assert coarse[name] == pytest.approx(fine[name], rel=0.05), name
