"""Calls of the command inside the test's process, with a stand-in for the simulator."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from support import fake_runs

from sim import cli
from sim.core.language import speaking


@dataclass
class Said:
    """What a call of the command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


def caller(monkeypatch, capsys, simulate: Callable | None = fake_runs.any_scenario) -> Callable[..., Said]:
    """A function that calls the command with words and tells what it printed."""
    if simulate is not None:
        monkeypatch.setattr("sim.engine.simulate.simulate", simulate)
    monkeypatch.delenv("LABOR_SIM_DEBUG", raising=False)

    def call(*words) -> Said:
        monkeypatch.setattr(sys, "argv", ["labor-sim", *map(str, words)])
        with speaking(None), pytest.raises(SystemExit) as leaving:
            cli.main()
        captured = capsys.readouterr()
        return Said(leaving.value.code or 0, captured.out, captured.err)

    return call
