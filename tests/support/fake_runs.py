"""Stand-ins for the simulator that worker processes can import: quick, slow, failing, deadly."""

from __future__ import annotations

import os
import signal
import time

from support import synthetic

from sim.results.results import Results

GAIN_PER_YUAN = 2.0  # businesses more for every yuan of grant


def simulate(scenario, *, scale, start, end, seed, threads, tables):
    """Businesses answer to the grant in a straight line; everything else is the synthetic baseline."""
    table = synthetic.national(start, end, seed)
    table["businesses"] += GAIN_PER_YUAN * grant(scenario) + 1000 * seed
    return Results({"national": table}, {"run_id": f"{grant(scenario):.0f}-{seed}", "scale": scale})


def slow(scenario, **run):
    time.sleep(0.25)
    return simulate(scenario, **run)


def failing(scenario, **run):
    """One run of the design does not work."""
    if grant(scenario) == 5000 and run["seed"] == 2:
        raise ArithmeticError("people do not add up")
    return simulate(scenario, **run)


def hopeless(scenario, **run):
    """No run works."""
    raise ArithmeticError("nothing adds up")


def deadly(scenario, **run):
    """One run kills its process, as the operating system does when memory runs out."""
    if grant(scenario) == 5000 and run["seed"] == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return simulate(scenario, **run)


def grant(scenario) -> float:
    return scenario.levers["startup_grant"].effects["startup_grant_yuan"].set


def package(scenario, *, scale, start, end, seed, threads, tables):
    """Of 10 + seed: 100 businesses by the grant, 10 by parks, and 60 more where grant and loan meet."""
    table = synthetic.national(start, end, seed)
    has = {name: name in scenario.levers for name in ("startup_grant", "startup_loan", "founder_parks")}
    table["businesses"] += (10 + seed) * (
        100.0 * has["startup_grant"]
        + 10.0 * has["founder_parks"]
        + 60.0 * (has["startup_grant"] and has["startup_loan"])
    )
    return Results({"national": table}, {"run_id": f"{sum(has.values())}-{seed}", "scale": scale})


def slow_package(scenario, **run):
    time.sleep(0.25)
    return package(scenario, **run)


def breaking_package(scenario, **run):
    """One coalition of the package does not work."""
    if "startup_grant" in scenario.levers and "startup_loan" not in scenario.levers:
        raise ArithmeticError("people do not add up")
    return package(scenario, **run)


def any_scenario(
    scenario,
    *,
    scale=5000,
    start="2014-01",
    end=None,
    seed=0,
    threads=2,
    trace=(),
    progress=None,
    keep=(),
    tables=None,
    save_at=(),
    save_to=None,
    branch_from=None,
    cache=None,
):
    """A whole run as the command needs it: the synthetic baseline, the official rows, a manifest."""
    end = end or scenario.period.to
    table = synthetic.national(start, end, seed)
    if scenario.levers:
        table.loc[table["month"] >= "2025-01", "businesses"] += 5e4 + 1000 * seed
    if progress:
        progress(len(table), len(table))
    people = {month: synthetic.workers(seed) for month in keep}
    manifest = {
        "run_id": f"{scenario.name}-{seed}",
        "scenario": scenario.content(),
        "scenario_name": scenario.name,
        "seed": seed,
        "scale": scale,
        "start": start,
        "end": end,
        "workers": 500,
        "versions": {},
        "code_hash": "",
        "created": "",
        "timings": {},
        "warnings": ["only 500 workers"] if scale > 400_000 else [],
    }
    return Results({"national": table, "official": synthetic.official(start, end, seed)}, manifest, people)


def with_draws(scenario, **run):
    """``any_scenario`` whose gain hangs on a parameter and on the future, and costs money."""
    made = any_scenario(scenario, **run)
    if scenario.levers:
        table = made.tables["national"]
        own = scenario.parameters.get("income_coefficient", 1.0) - 1.0
        future = {"low": -3000.0, "middle": 0.0, "high": 3000.0}[scenario.assumptions]
        on = table["month"] >= "2025-01"
        table.loc[on, "businesses"] += 3e4 * own + future
        table.loc[on, ["policy_spending_yuan", "public_spending_yuan"]] += 1e8
    return made


def with_grant(scenario, **run):
    """``any_scenario`` whose gain is GAIN_PER_YUAN times the grant."""
    made = any_scenario(scenario, **run)
    if scenario.levers:
        table = made.tables["national"]
        table.loc[table["month"] >= "2025-01", "businesses"] += GAIN_PER_YUAN * grant(scenario)
    return made


def failing_future(scenario, **run):
    """One of the futures does not work."""
    if scenario.assumptions == "high":
        raise ArithmeticError("nobody knows the future")
    return with_draws(scenario, **run)


def dying(scenario, **run):
    """One seed kills its process, as the operating system does when memory runs out."""
    if run["seed"] == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return any_scenario(scenario, **run)
