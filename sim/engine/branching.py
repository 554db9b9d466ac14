"""Taking the state of a run as a checkpoint, and beginning a run from one."""

from __future__ import annotations

from sim.core.months import month_text
from sim.core.sources import model_hash
from sim.engine.checkpoint import Checkpoint
from sim.engine.recorder import Record
from sim.engine.simulation import Simulation
from sim.scenario.shared_history import history_before


def take(run: Simulation, record: Record, start: str) -> Checkpoint:
    """The state of a run between two months, with what has been reported since ``start``."""
    month = month_text(run.month)
    about = {
        "month": month,
        "start": start,
        "seed": run.seed,
        "scale": run.scale,
        "tables": list(record.wanted),
        "code_hash": model_hash(),
        "scenario_name": run.scenario.name,
        "history": history_before(run.scenario, month),
    }
    return Checkpoint(about, {**run.state(), "record": record.state()})
