"""Small scenarios of known numbers for the engine's tests: what a test relies on is said here."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.run_cache import RunCache
from sim.engine.simulation import Simulation
from sim.scenario.scenario import Scenario

_CACHE = RunCache()  # of the tests of a process, to save time
SCALE = 20_000  # about 25,000 workers: several blocks of rows, and both threads are used

# Rates large enough that a few months show them; what is not named keeps its default.
PARAMETERS = {
    "attention_ordinary_probability": 0.05,
    "attention_festival_probability": 0.25,
    "switching_cost": 2.5,
    "startup_log_odds": 0.0,
    "startup_capital_median_yuan": 40_000.0,
    "startup_consideration_probability": 0.02,
    "startup_grant_log_odds": 0.1,
    "startup_loan_yuan": 20_000.0,
    "training_enrolment_probability": 0.01,
    "separation_probability": 0.03,
    "job_change_probability": 0.02,
    "job_finding_probability": 0.35,
    "settlement_willingness_log_odds": 0.0,
    "settlement_open_share": 0.5,
    "settlement_quota_share": 1.0,
    "settlement_registration_probability": 0.03,
    "business_exit_scale": 1.0,
}

_RATES = {
    "real_output_growth": 0.04,
    "real_wage_growth": 0.03,
    "real_rural_income_growth": 0.04,
    "consumer_price_inflation": 0.01,
    "entrants_growth": -0.02,
    "source": "a test",
}


def make_scenario(levers: dict[str, Any] | None = None, to: str = "2018-12", **parameters: float) -> Scenario:
    """A scenario without paths and shocks, with ``PARAMETERS`` and the given levers."""
    return Scenario.model_validate(
        {
            "name": "test",
            "title": {"en": "Test", "zh": "测试"},
            "description": "A test.",
            "period": {"from": "2014-01", "to": to},
            "future": {"low": _RATES, "middle": _RATES, "high": _RATES},
            "parameters": {**PARAMETERS, **parameters},
            "levers": levers or {},
        }
    )


def make_lever(
    effects: dict[str, dict[str, float]],
    first: str = "2014-07",
    last: str = "2014-12",
    ramp_months: int = 0,
    **more: Any,
) -> dict[str, Any]:
    """A lever in the words of a scenario file."""
    return {
        "label": {"en": "A test", "zh": "测试"},
        "evidence": "D",
        "citation": {"document": "ten-departments-2024", "clause": "A test"},
        "window": {"from": first, "to": last, "ramp_months": ramp_months},
        "effects": effects,
        **more,
    }


def unit_cost(yuan: int, per: str, payer: str = "local") -> dict[str, Any]:
    """What serving one worker once costs."""
    return {"yuan": yuan, "per": per, "payer": payer, "source": "a test"}


def start(
    scenario: Scenario, scale: int = SCALE, seed: int = 1, threads: int = 1, months: int = 0
) -> Simulation:
    """A run with its first ``months`` months behind it."""
    run = Simulation(scenario, scale, seed=seed, threads=threads, cache=_CACHE)
    for _ in range(months):
        run.step()
    return run


def rows_of(run: Simulation) -> np.ndarray:
    """The ids and columns of the rows in use, a copy."""
    return run.workers[: run.rows].table()
