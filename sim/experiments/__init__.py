"""Many runs from one declared file: design, executors, journal, results.

from sim.experiments import load, load_experiment, run_sweep
sweep = run_sweep(load_experiment("subsidy_dose_response"), "results/grant")
sweep.results                       # one row per run and year
load("results/grant", form="long")  # the same later, one row per run, year and outcome
"""

from sim.experiments.experiment import Experiment
from sim.experiments.export import export, load
from sim.experiments.loading import load_experiment
from sim.experiments.sweep import Sweep, run_sweep

__all__ = ["Experiment", "Sweep", "export", "load", "load_experiment", "run_sweep"]
