"""The recovery test: do the intervals cover the parameters that synthetic data were made with?

The data are runs at parameters drawn from the prior, each truth under seeds of its own, with errors of the
targets' tolerance added, since the likelihood allows for as much. The emulator is that of the first wave,
the only one that covers the whole prior. The intervals of one truth share its random draws, so the error
of the rate is that of a mean over truths, not over intervals.
"""

from __future__ import annotations

import numpy as np

from sim.calibration.emulator import Emulator
from sim.calibration.runs import Work
from sim.calibration.sampler import posterior_points, unit_points
from sim.core.language import _

COVERED = (0.5, 0.9)
POINTS = 1024  # of each truth's posterior: they place an end of a 90 % interval to within a share of 0.01
_OTHER_SEEDS = 1000  # seeds of the runs that are taken for data begin here


def recover(work: Work, emulator: Emulator, fitted: np.ndarray, monte_carlo: np.ndarray) -> dict:
    """How often intervals cover the fitted parameters: ``covered`` and ``error``, two standard errors of it,
    by nominal rate; ``by_parameter`` the rates of 90 % intervals. Empty where the plan has no truths.

    ``monte_carlo`` is the covariance of one run's errors over seeds: the data have it, and so have the runs
    behind the emulator.
    """
    from scipy.special import ndtri

    count = work.calibration.stages.truths
    if not count:
        return {}
    seed, seeds = work.calibration.draw_seed + 300, work.calibration.seeds
    truths = unit_points(count, len(work.names), seed)
    errors = work.run(
        "truths", truths, tuple(_OTHER_SEEDS + place for place in range(len(seeds))), seeds_apart=True
    ).mean(axis=1)
    noise = ndtri(unit_points(count, len(work.seen), seed + 1)) * work.sd
    allowed = np.diag(work.sd**2) + 2.0 * monte_carlo / len(seeds)
    whole = np.flatnonzero(np.isfinite(errors).all(axis=1))
    inside = np.zeros((len(COVERED), len(whole), len(fitted)))
    for place, truth in enumerate(whole):
        likelihood = emulator.log_likelihood(errors[truth] + noise[truth], allowed)
        found = posterior_points(likelihood, len(work.names), seed + int(truth), POINTS)[:, fitted]
        for row, share in enumerate(COVERED):
            low, high = np.quantile(found, ((1 - share) / 2, (1 + share) / 2), axis=0)
            inside[row, place] = (low <= truths[truth, fitted]) & (truths[truth, fitted] <= high)
    by_truth = inside.mean(axis=2)
    error = 2.0 * by_truth.std(axis=1, ddof=1) / np.sqrt(len(whole)) if len(whole) > 1 else [np.nan] * 2
    rates = [f"{share:.0%}" for share in COVERED]
    return {
        "truths": len(whole),
        "parameters": len(fitted),
        "covered": dict(zip(rates, by_truth.mean(axis=1).tolist(), strict=True)),
        "error": dict(zip(rates, np.asarray(error).tolist(), strict=True)),
        "by_parameter": dict(
            zip([work.names[column] for column in fitted], inside[-1].mean(axis=0).tolist(), strict=True)
        ),
    }


def recovery_words(found: dict) -> str:
    """The test in one sentence a rate, with its error and whether the rate is off by more than that."""
    parts = []
    for rate, covered in found["covered"].items():
        error, off = found["error"][rate], abs(covered - float(rate.strip("%")) / 100.0)
        said = {"rate": rate, "covered": covered, "error": 100 * error}
        if off <= error:
            part = _("{rate} intervals cover {covered:.0%} (± {error:.0f} points, as it should be)", **said)
        else:
            part = _(
                "{rate} intervals cover {covered:.0%} (± {error:.0f} points, off by more than its error)",
                **said,
            )
        parts.append(part)
    return _(
        "Recovery of {count} synthetic truths, fitted parameters: {parts}.",
        count=found["truths"],
        parts=_("; ").join(parts),
    )
