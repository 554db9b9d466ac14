"""Many runs from one declared experiment: design and its points, runner, journal, the answer as a figure.

    from sim.batch import load_experiment, run_sweep
    sweep = run_sweep(load_experiment("experiments/subsidy_dose_response.yaml"), "results/grant")
    sweep.results  # one row per run and year
    load("results/grant", form="long")  # the same later, one row per run, year and outcome
"""

from sim.batch.experiment import Experiment
from sim.batch.reading import load_experiment
from sim.batch.runner import Sweep, run_sweep
from sim.batch.tables import export, load

__all__ = ["Experiment", "Sweep", "export", "load", "load_experiment", "run_sweep"]
