"""What a calibration found, as tables and as text: intervals, what the data cannot tell, what pulls apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from sim.calibration.declaration import Calibration
from sim.calibration.observations import Observation, observations
from sim.calibration.recovery import recovery_words
from sim.calibration.sampler import weighted_quantiles
from sim.core.errors import Problem, UsageError, enumerated
from sim.core.labels import region
from sim.core.language import N_, _, in_language, language, translated
from sim.core.width import columns
from sim.parameters.behaviour import PARAMETERS
from sim.parameters.posterior import Posterior
from sim.studies.checks import check_files, load_checks

UNIDENTIFIED = 0.8  # posterior over prior spread above which the figures say little
ALIKE = 0.6  # correlation beyond which two parameters cannot be told apart
OPPOSED = -0.5  # cosine of two observations' improvements below which they pull against each other
_SHOWN = 12  # tensions that are printed
_ALIKE_COLUMNS = ["one", "other", "correlation"]
_TENSION_COLUMNS = ["one", "other", "error_one", "error_other", "cosine"]
_PRIOR_SPREAD = float(np.sqrt(1.0 / 12.0))  # of an even share

PARAMETER_KEY = (
    N_(
        "fitted: adjusted until the model meets the figures; carried: as uncertain and varied along with "
        "them, but held as packaged in the point"
    ),
    N_(
        "prior: what was believed before the figures were seen; posterior: what is left to believe after them"
    ),
    N_(
        "packaged: the default at the time of the calibration; point: the default point, the one set of "
        "values that it recommends"
    ),
    N_("spread: standard deviation of the posterior over that of the prior (1: the figures told nothing)"),
    N_(
        "identified: the spread is {most:g} or less, so the figures tell something; not identified: they "
        "tell next to nothing, and the prior stays"
    ),
)
OBSERVATION_KEY = (
    N_(
        "packaged, point, ensemble: error with the defaults of the time, with the default point, and of the "
        "middle 90 % of the members"
    ),
    N_(
        "emulator: the formula, fitted to runs, by which parameters are searched; its % is the share of the "
        "differences between runs kept out of the fit that it predicts"
    ),
    N_(
        "reached: the middle 90 % of the members comes within the tolerance (2 standard deviations); out of "
        "reach: it does not"
    ),
)
_VERDICTS = (
    N_("fitted"),
    N_("carried"),
    N_("identified"),
    N_("not identified"),
    N_("reached"),
    N_("out of reach"),
)


@dataclass(frozen=True)
class CalibrationOutcome:
    """``parameters``: prior and posterior of each; ``observations``: error of the default point and of the
    ensemble; ``alike``: pairs of parameters; ``tensions``: pairs of observations; ``screen``: Morris;
    ``failed_runs``: how many runs of a stage failed, of those in which some did; the rest went on without
    them."""

    posterior: Posterior
    parameters: pd.DataFrame
    observations: pd.DataFrame
    alike: pd.DataFrame
    tensions: pd.DataFrame
    screen: pd.DataFrame
    failed_runs: dict[str, int] = field(default_factory=dict)

    def text(self) -> str:
        """All of it in plain lines."""
        about = self.posterior.about
        lines = [
            _(
                "{name}: {parameters} uncertain parameters, {fitted} fitted, {observations} observations of "
                "2014 to 2019 and of the change from 2023 to 2024",
                name=about["calibration"]["name"],
                parameters=len(self.parameters),
                fitted=len(about["fitted"]),
                observations=len(self.observations),
            ),
            point_in_force(self.posterior),
            "",
            _("Parameters (90 % intervals)"),
            *(f"  {_(words, most=UNIDENTIFIED)}" for words in PARAMETER_KEY),
        ]
        for row in self.parameters.itertuples():
            role = _(str(row.role))
            lines.append(
                f"  {row.parameter:<36}{role}{' ' * max(9 - columns(role), 1)}"
                + _(
                    "prior {prior_low:>9.4g} to {prior_high:<9.4g}posterior {low:>9.4g} to {high:<9.4g} "
                    "packaged {packaged:<9.4g}point {point:<9.4g}spread {spread:4.2f}  {verdict}",
                    prior_low=row.prior_low,
                    prior_high=row.prior_high,
                    low=row.low,
                    high=row.high,
                    packaged=row.packaged,
                    point=row.point,
                    spread=row.spread,
                    verdict=_(str(row.verdict)),
                )
            )
        lines += [
            "",
            _("Observations (errors in standard deviations, half the tolerance each)"),
            *(f"  {_(words)}" for words in OBSERVATION_KEY),
        ]
        labels = [label_words(str(label)) for label in self.observations["label"]]
        widest = max(columns(label) for label in labels)
        for label, row in zip(labels, self.observations.itertuples(), strict=True):
            lines.append(
                _(
                    "  {label} packaged {packaged:+6.1f}  point {point:+6.1f}  ensemble {low:+6.1f} to "
                    "{high:+6.1f}  emulator {explained:4.0%}  {verdict}",
                    label=label + " " * (widest - columns(label)),
                    packaged=row.packaged,
                    point=row.point,
                    low=row.low,
                    high=row.high,
                    explained=row.explained,
                    verdict=_(str(row.verdict)),
                )
            )
        apart = _("Parameters that the figures cannot tell apart (correlation beyond {least:g})", least=ALIKE)
        lines += ["", apart]
        lines += [
            _("  {one} with {other}: {value:+.2f}", one=row.one, other=row.other, value=row.correlation)
            for row in self.alike.itertuples()
        ]
        lines += ["", _("Targets that pull against each other (what helps one hurts the other)")]
        shown = self.tensions.head(_SHOWN)
        lines += [
            _(
                "  {one} ({error_one:+.1f} sd) against {other} ({error_other:+.1f} sd)",
                one=label_words(str(row.one)),
                error_one=row.error_one,
                other=label_words(str(row.other)),
                error_other=row.error_other,
            )
            for row in shown.itertuples()
        ]
        if len(self.tensions) > _SHOWN:
            lines.append(_("  and {count} pairs more", count=len(self.tensions) - _SHOWN))
        shares = enumerated(f"{share:.2%}" for share in about["plausible_share_of_prior"])
        lines += [
            "",
            _("Share of the prior not ruled out, wave by wave: {shares}.", shares=shares),
            _members_words(about),
        ]
        if about["recovery"]:
            lines.append(recovery_words(about["recovery"]))
        lines += ["", *_point_words(self.posterior)]
        return "\n".join(lines) + "\n"


def label_words(label: str) -> str:
    """What an observation is called, in the language in use: a target, and whether its level or its change is
    meant, a check of a mechanism, or moves from a region.
    """
    if checked := _checks().get(label):
        return in_language(checked)
    if moves := re.fullmatch("Five-year moves between provinces that begin in the region (\\w+)", label):
        place = moves[1] if language() == "en" else region(moves[1])
        return _("Five-year moves between provinces that begin in the region {region}", region=place)
    target, _comma, moment = label.rpartition(", ")
    years = re.fullmatch("change ([0-9]{4})-([0-9]{4})", moment)
    if moment == "level":
        return _("{target}, level", target=translated(target))
    if years:
        return _("{target}, change {first}-{last}", target=translated(target), first=years[1], last=years[2])
    return translated(label)


@cache
def _checks() -> dict[str, dict[str, str]]:
    """The label of every packaged check in both languages, by the English one."""
    labels = (check.label for name in check_files() for check in load_checks(name).checks)
    return {label.en: label.model_dump() for label in labels}


def _members_words(about: Mapping[str, Any]) -> str:
    """How many members there are, and how many equal ones they are worth."""
    said = {"count": about["members"], "worth": about["effective_members"]}
    if about["likelihood_power"] == 1.0:
        return _("Members: {count}, worth {worth:.1f} equal ones.", **said)
    return _(
        "Members: {count}, worth {worth:.1f} equal ones; the correction by their own runs is softened (power "
        "{power:g}), since otherwise a few would carry all weight.",
        power=about["likelihood_power"],
        **said,
    )


def _point_words(posterior: Posterior) -> list[str]:
    """The default point's misfit beside that of others, and what it changed."""
    point = posterior.about["default_point"]
    misfits = enumerated(f"{_(name)} {value:.1f}" for name, value in sorted(point["misfits"].items()))
    lines = [
        _(
            "Misfit (errors in standard deviations, squared and summed; means of {count} seeds, the median's "
            "of the calibration's): {misfits}.",
            count=len(point["seeds"]),
            misfits=misfits,
        )
    ]
    changed = {
        row["parameter"]: row["point"]
        for row in posterior.about["parameters"]
        if row["point"] != row["packaged"]
    }
    if not changed:
        return [*lines, _("The default point is what was packaged at the time.")]
    return [
        *lines,
        _("The default point differs from what was packaged at the time: {values}.", values=_listed(changed)),
    ]


def point_in_force(posterior: Posterior) -> str:
    """Whether the defaults of today are the default point; if not, what differs and what adopts it."""
    missing = posterior.out_of_force()
    if not missing:
        return _(
            "The default point is in force: the defaults in sim/parameters/parameters.csv are its values."
        )
    return _(
        "The default point is not in force: labor-sim calibrate FILE --adopt would write into "
        "sim/parameters/parameters.csv {values}.",
        values=_listed(missing),
    )


def _listed(values: dict[str, float]) -> str:
    return enumerated(f"{name} {value:g}" for name, value in values.items())


def stored_outcome(posterior: Posterior) -> CalibrationOutcome:
    """The outcome of the calibration that made a stored ensemble, without its screen, which is not stored.

    Observations are named as the targets are today. Raises UsageError for an ensemble without these tables.
    """
    about = posterior.about
    if not {"parameters", "default_point", "recovery"} <= set(about):
        raise UsageError(
            Problem(_("the ensemble does not hold what was found"), allowed=_("one made by a calibration"))
        )
    found = _observations(posterior)
    labels = {one.name: one.label for one in observations()}
    found["label"] = found["name"].map(labels).fillna(found["label"])
    parameters, alike, tensions = (
        pd.DataFrame(about[name], columns=columns)
        for name, columns in (("parameters", None), ("alike", _ALIKE_COLUMNS), ("tensions", _TENSION_COLUMNS))
    )
    return CalibrationOutcome(posterior, parameters, found, alike, tensions, pd.DataFrame())


def describe(
    calibration: Calibration,
    posterior: Posterior,
    screen: pd.DataFrame,
    seen: tuple[Observation, ...],
    found: np.ndarray,
    slopes: np.ndarray,
    fitted: np.ndarray,
) -> CalibrationOutcome:
    """Tables from the ensemble, the emulator's sample of the posterior (in the unit cube) and its slopes."""
    sd = np.array([one.sd for one in seen])
    outcome = CalibrationOutcome(
        posterior,
        _parameters(calibration, posterior, found, fitted),
        _observations(posterior),
        _alike(calibration, found),
        _tensions(posterior, seen, slopes / sd),
        screen,
    )
    for name in ("parameters", "alike", "tensions"):  # what is known of the ensemble travels with it
        posterior.about[name] = getattr(outcome, name).to_dict("records")
    return outcome


def _parameters(calibration, posterior, found, fitted) -> pd.DataFrame:
    rows = []
    for column, (name, prior) in enumerate(calibration.priors.items()):
        share = found[:, column]
        spread = float(share.std()) / _PRIOR_SPREAD
        ends = prior.value(np.quantile(share, (0.05, 0.95)))
        wide = prior.value(np.array([0.05, 0.95]))
        rows.append(
            {
                "parameter": name,
                "role": "fitted" if column in fitted else "carried",
                "prior_low": wide[0],
                "prior_high": wide[1],
                "low": ends[0],
                "high": ends[1],
                "mean": float(prior.value(share).mean()),
                "point": posterior.default[name],
                "packaged": PARAMETERS[name].default,
                "spread": spread,
                "verdict": "not identified" if spread > UNIDENTIFIED else "identified",
            }
        )
    return pd.DataFrame(rows)


def _observations(posterior: Posterior) -> pd.DataFrame:
    explained = posterior.about["emulator_explained"]
    point = posterior.about["default_point"]
    rows = []
    for one in posterior.about["observations"]:
        name, sd = one["name"], one["sd"]
        errors = posterior.errors[name].to_numpy() / sd
        low, high = weighted_quantiles(errors, posterior.weights, (0.05, 0.95))
        inside = low <= 2.0 and high >= -2.0
        rows.append(
            {
                "name": name,
                "label": one["label"],
                "unit": one["unit"],
                "sd": sd,
                "packaged": point["errors_of_defaults"][name] / sd,
                "point": point["errors"][name] / sd,
                "mean": float(posterior.weights @ errors),
                "low": low,
                "high": high,
                "explained": explained[name],
                "verdict": "reached" if inside else "out of reach",
            }
        )
    return pd.DataFrame(rows)


def _alike(calibration: Calibration, found: np.ndarray) -> pd.DataFrame:
    names = list(calibration.priors)
    correlation = np.corrcoef(found, rowvar=False)
    rows = [
        {"one": names[i], "other": names[j], "correlation": correlation[i, j]}
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if abs(correlation[i, j]) > ALIKE
    ]
    table = pd.DataFrame(rows, columns=_ALIKE_COLUMNS)
    return table.sort_values("correlation", key=np.abs, ascending=False, ignore_index=True)


def _tensions(posterior: Posterior, seen: tuple[Observation, ...], slopes: np.ndarray) -> pd.DataFrame:
    """Pairs of missed observations whose improvements, as directions among the parameters, are opposed.

    ``slopes`` is (parameters, observations) in standard deviations.
    """
    errors = posterior.weights @ posterior.errors[[one.name for one in seen]].to_numpy()
    errors = errors / np.array([one.sd for one in seen])
    better = -np.sign(errors) * slopes
    better = better / np.maximum(np.linalg.norm(better, axis=0), 1e-12)
    rows = []
    for i in range(len(seen)):
        for j in range(i + 1, len(seen)):
            missed = min(abs(errors[i]), abs(errors[j])) > 1.0
            cosine = float(better[:, i] @ better[:, j])
            if missed and cosine < OPPOSED:
                rows.append(
                    {
                        "one": seen[i].label,
                        "other": seen[j].label,
                        "error_one": errors[i],
                        "error_other": errors[j],
                        "cosine": cosine,
                    }
                )
    return pd.DataFrame(rows, columns=_TENSION_COLUMNS).sort_values("cosine", ignore_index=True)
