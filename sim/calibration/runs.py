"""What the stages of a calibration share: its sweeps, in a folder each, and how wrong a run may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.calibration.declaration import Calibration, Responses
from sim.calibration.moves import moves_errors
from sim.calibration.observations import TABLES, Observation, measured
from sim.calibration.responses import response_errors, tables_needed
from sim.core.errors import Problem, RunsFailed
from sim.core.files import write_whole
from sim.core.language import _
from sim.experiments.design import Design, Factor
from sim.experiments.experiment import Experiment, Figure, Run
from sim.experiments.sweep import Sweep, run_sweep
from sim.parameters.behaviour import PARAMETERS
from sim.results.folders import explained
from sim.results.results import Results
from sim.scenario.fields import Label
from sim.scenario.loading import load_scenario
from sim.scenario.scenario import Scenario
from sim.studies.checks import Expected
from sim.validation.targets import LAST_USED_YEAR


class Stage(Experiment):
    """A sweep whose rows are errors on the targets: one row a run. ``seeds_apart``: no seed serves
    two points. ``responses``: experiments that are made beside each run. ``moves_from``: regions, and what
    share of the moves between provinces should begin there."""

    seeds_apart: bool = False
    responses: Responses | None = None
    moves_from: dict[str, Expected] = {}

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple({*TABLES, *tables_needed(self.responses)})

    def runs(self) -> list[Run]:
        every, count = super().runs(), len(self.seeds)
        if not self.seeds_apart:
            return every
        return [replace(run, seed=run.seed + run.number // count * count) for run in every]

    def rows_of(self, results: Results) -> pd.DataFrame:
        return pd.DataFrame([{"year": LAST_USED_YEAR, **measured(results)}])

    def further(self, scenario: Scenario, results: Results, simulate: Callable[..., Results]) -> dict:
        """The errors of the responses, and of where moves begin."""
        return {
            **response_errors(self.responses, scenario, results, simulate),
            **moves_errors(self.moves_from, scenario, results),
        }


@dataclass
class Work:
    """What the stages share."""

    calibration: Calibration
    folder: Path
    jobs: int
    seen: tuple[Observation, ...]
    progress: Callable[[str, int, int], None] | None
    failed_runs: dict[str, int] = field(default_factory=dict)  # by stage

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.calibration.priors)

    @property
    def sd(self) -> np.ndarray:
        """Standard deviations that the tolerances stand for."""
        return np.array([observation.sd for observation in self.seen])

    @property
    def defaults(self) -> np.ndarray:
        """The packaged values of the parameters that have a prior."""
        return np.array([PARAMETERS[name].default for name in self.names])

    @property
    def default_shares(self) -> np.ndarray:
        """They as a point of the unit cube."""
        return np.array(
            [
                prior.share(default)
                for prior, default in zip(self.calibration.priors.values(), self.defaults, strict=True)
            ]
        )

    def run(
        self, stage: str, shares: np.ndarray, seeds: tuple[int, ...], seeds_apart: bool = False
    ) -> np.ndarray:
        """Errors at points of the unit cube, (points, seeds, observations); NaN where a run failed."""
        return self.run_values(stage, self.calibration.values(shares), seeds, seeds_apart)

    def run_values(
        self, stage: str, values: np.ndarray, seeds: tuple[int, ...], seeds_apart: bool = False
    ) -> np.ndarray:
        """The same at parameter values. Raises RunsFailed where too few runs succeeded to go on with."""
        experiment = _experiment(self.calibration, stage, seeds, seeds_apart)
        base = load_scenario(self.calibration.scenario)
        done = run_points(experiment, values, base, self.folder, stage, self.jobs, self.progress)
        self.failed_runs[stage] = len(done.failures)
        table = done.results.set_index("run").reindex(range(len(values) * len(seeds)))
        table = table.reindex(columns=[observation.name for observation in self.seen])
        errors = table.to_numpy(float).reshape(len(values), len(seeds), -1)
        if np.isfinite(errors).all(axis=(1, 2)).sum() < len(values) / 2:
            raise most_failed(stage)
        return errors


def fields_of_points(names: Iterable[str], stage: str) -> dict[str, Any]:
    """What the experiment of a stage says of its points, which stand in a file of the stage's name."""
    factors = {
        name: Factor(label=Label(en=name.replace("_", " "), zh=name), keys=(f"parameters.{name}",))
        for name in names
    }
    return {
        "design": Design(kind="file", factors=factors, file=f"{stage}.csv"),
        "outcomes": ["out"],
        "figure": Figure(outcome="out"),
    }


def run_points(
    experiment: Experiment,
    values: np.ndarray,
    base: Scenario,
    folder: Path,
    stage: str,
    jobs: int,
    progress: Callable[[str, int, int], None] | None,
    title: str | None = None,
) -> Sweep:
    """Write the points of a stage, values of its factors, and run what is missing of them on ``base``.

    ``progress(title, done, total)`` is told of the runs, by default under the name of the stage.
    """
    points = pd.DataFrame(values, columns=list(experiment.design.factors))
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"{stage}.csv", points.to_csv(index=False).encode())
    experiment.design.read(folder)
    assert experiment.scenario is not None, "a stage has one scenario"
    experiment._bases = {experiment.scenario: base}
    said = title or stage
    return run_sweep(
        experiment,
        folder / stage,
        jobs=jobs,
        progress=progress and (lambda now, total, failed: progress(said, now, total)),
    )


def most_failed(stage: str) -> RunsFailed:
    """The error of a stage of which too few runs succeeded to go on with."""
    return RunsFailed(
        Problem(_("most runs of this stage failed: see failures.parquet in its folder"), value=stage)
    )


def _experiment(calibration: Calibration, stage: str, seeds: tuple[int, ...], seeds_apart: bool) -> Stage:
    return Stage.model_validate(
        {
            "name": f"{calibration.name}-{stage}",
            "title": calibration.title,
            "question": calibration.question,
            "scenario": calibration.scenario,
            "period": calibration.period,
            "scale": calibration.scale,
            "seeds": list(seeds),
            **fields_of_points(calibration.priors, stage),
            "seeds_apart": seeds_apart,
            "responses": calibration.responses,
            "moves_from": calibration.moves_from,
        }
    )
