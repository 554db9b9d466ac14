"""Many runs from one declared experiment: design and its points, runner, journal, the answer as a figure.

    from sim.batch import load_experiment, run_sweep
    sweep = run_sweep(load_experiment("experiments/subsidy_dose_response.yaml"), "results/grant")
    sweep.results  # one row per run and year
"""

from sim.batch.experiment import Experiment, load_experiment
from sim.batch.runner import Sweep, run_sweep

__all__ = ["Experiment", "Sweep", "load_experiment", "run_sweep"]
