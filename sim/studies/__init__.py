"""Published study designs repeated inside the model, beside its own truth.

    from sim.studies import load_virtual, run_virtual
    run_virtual(load_virtual("residency-reform")).table

A study sees one course of history and must infer; the model can run the same workers with and without the
policy. Each estimate is therefore given twice: as the study's design finds it, and the effect in the model.

``run_checks`` shocks one thing alone and holds the answer against a range that the evidence allows.
"""

from sim.studies.checks import CheckFile, CheckResult, check_files, load_checks, run_checks
from sim.studies.published import published_effects
from sim.studies.replicate import VirtualResult, run_virtual
from sim.studies.study import VirtualExperiment, load_virtual, virtual_files

__all__ = [
    "CheckFile",
    "CheckResult",
    "VirtualExperiment",
    "VirtualResult",
    "check_files",
    "load_checks",
    "load_virtual",
    "published_effects",
    "run_checks",
    "run_virtual",
    "virtual_files",
]
