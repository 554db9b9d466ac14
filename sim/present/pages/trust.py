"""The page that says how far to trust the model, generated from results: nothing on it is typed in.

``labor-sim trust`` runs the validation, reads the calibrated ensemble, the parameters and the ready levers,
and writes Markdown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from sim.parameters.behaviour import PARAMETERS, STATUSES
from sim.parameters.posterior import Posterior
from sim.present.text.checks import effect_figure
from sim.present.text.markdown import markdown
from sim.present.text.numbers import listing, number
from sim.present.text.parameters import (
    by_status,
    in_a_sentence,
    named,
    parameter_tables,
    status_table,
)
from sim.present.text.validation import figure_words, measure_words, sampling_warning
from sim.scenario.references import GRADES
from sim.studies.published import unmeasured_effects
from sim.validation.benchmarks import most_accurate
from sim.validation.five_year_moves import MEASURES
from sim.validation.targets import PERIODS
from sim.validation.validate import Validation

_UNITS = {
    "percent": " %",
    "points": " points",
    "years": " years",
    "months": " months",
    "ratio": "",
    "10k_persons": " ten thousand people",
    "yuan": " yuan",
}

_MOST_NAMED = 12


def trust_page(
    validation: Validation,
    levers: Sequence[dict[str, Any]],
    posterior: Posterior | None,
    command: str,
    effects: pd.DataFrame | None = None,
) -> str:
    """The page as Markdown. ``levers`` are rows of name, label, evidence and where each is used; ``effects`` is
    the table of ``published_effects``, if they were run."""
    parts = [
        [
            "# How far to trust it",
            "",
            f"Written by `{command}` from {_made_of(validation)}. Do not edit: run it again.",
            "",
        ],
        _short_answer(validation, posterior, levers),
        _questions(validation, posterior, levers, effects),
        status_table(),
        _reproduced(validation),
        _benchmarks(validation),
        _wrong(validation),
        _unknown(posterior),
        _levers(levers),
        _effects(effects),
        _misuse(validation),
        parameter_tables(),
    ]
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _made_of(validation: Validation) -> str:
    about = validation.about
    runs = (
        f"{about['members']} members of the calibrated ensemble"
        if about.get("members")
        else (f"{len(about.get('seeds') or [])} seed" + ("s" if len(about.get("seeds") or []) != 1 else ""))
    )
    return f"{runs} of {about.get('scenario_name')} at 1:{about.get('scale')}"


def _counts(validation: Validation) -> dict[tuple[str, str], int]:
    return validation.summary.groupby(["period", "verdict"]).size().to_dict()


def _winners(validation: Validation) -> pd.DataFrame:
    found = validation.summary.dropna(subset=["last_value_error"])
    return found.assign(
        winner=[
            most_accurate(row.mean_absolute_error, row.last_value_error, row.trend_error)
            for row in found.itertuples()
        ]
    )


def _short_answer(validation: Validation, posterior: Posterior | None, levers) -> list[str]:
    counts, winners = _counts(validation), _winners(validation)
    lines = ["## In short", ""]
    for period, words in (
        ("fit", "years to 2019, open to whoever set the parameters"),
        ("unseen", "years 2020 to 2022, to which nothing is fitted"),
        ("new sample", "changes since the survey's new sample of 2023, on which parameters were set too"),
    ):
        found = {verdict: counts.get((period, verdict), 0) for verdict in ("met", "near", "missed")}
        lines.append(
            f"- Of {sum(found.values())} official series in the {words}: {found['met']} met, "
            f"{found['near']} near, {found['missed']} missed."
        )
    beaten = int((winners["winner"] == "model").sum())
    lines.append(
        f"- In the unseen years the model errs less than both benchmark forecasts on {beaten} of "
        f"{len(winners)} series."
    )
    grades = pd.Series([row["evidence"] for row in levers]).value_counts()
    lines.append(
        f"- Of {len(levers)} ready levers and instruments {int(grades.get('A', 0))} rest on a "
        f"quasi-experiment in China, {int(grades.get('D', 0))} on nothing measured."
    )
    lines.append(f"- Ensemble: {_ensemble_words(posterior)}")
    if warning := sampling_warning(validation):
        lines.append(f"- {warning}")
    return [*lines, ""]


def _ensemble_words(posterior: Posterior | None) -> str:
    if posterior is None:
        return "none is packaged; every interval holds the Monte Carlo error alone."
    about = posterior.about
    stale = posterior.stale()
    made = f"{len(posterior.members)} parameter sets, fitted at 1:{_scale(about)} on 2014 to 2019 and the change from 2023 to 2024"
    if stale:
        return f"{made}; {listing(stale)} changed since, so it has to be made anew before it is relied upon."
    return f"{made}, with the rules, data and targets of today."


def _scale(about: dict) -> str:
    return str(about["calibration"]["scale"]).removeprefix("1:")


def _questions(
    validation: Validation,
    posterior: Posterior | None,
    levers: Sequence[dict[str, Any]],
    effects: pd.DataFrame | None,
) -> list[str]:
    """What a reviewer who distrusts agent-based models asks first."""
    status = by_status()
    winners = _winners(validation)
    recovery = (posterior.about.get("recovery") or {}) if posterior else {}
    errors = recovery.get("error", {})
    covered = listing(
        [
            f"{share} intervals cover {value:.0%}"
            + (f" (± {100 * errors[share]:.0f} points)" if share in errors else "")
            for share, value in recovery.get("covered", {}).items()
        ]
    )
    lost = winners[winners["winner"] != "model"]["label"].tolist()
    feb = validation.quarters[validation.quarters["month"] == "2020-02"]
    asked = [
        (
            "How many free parameters are there?",
            f"{len(PARAMETERS)} parameters: {', '.join(f'{len(status[name])} {name}' for name in STATUSES)}. "
            + (
                f"The calibration fits {len(posterior.about['fitted'])} and carries "
                f"{len(posterior.members.columns) - len(posterior.about['fitted'])} uncertain ones along."
                if posterior
                else "No ensemble is packaged."
            ),
        ),
        (
            "Was it tuned on what it is tested on?",
            "The calibration uses the official figures to 2019, their change from 2023 to 2024, and workers in "
            "farming in 2021; no figure of the survey of 2020 to 2022, and not the table of moves of 2010-15. "
            "There are no year dummies, and a place's level comes from stocks and wages of 2013. Three inputs do "
            "lean on later years: how local and out-of-township workers differ in age at the start (published for 2021 "
            "alone), the weight of local workers in the published means (2016 to 2021), and how often the "
            "displaced reconsider (A35, the recovery within 2020). So ages by group and that recovery are not "
            "wholly unseen. And rules were mended after errors of the unseen years had been printed beside "
            "those of the fit years (the labour reserve, the seasons, real output, the months of the epidemic, "
            "how firmly a place holds its workers: DECISIONS.md), though set on figures of the fit years, on "
            "closures, on output and on the moves of 2005-10. What the model said of 2022 to 2024 before it had seen "
            "them, and how far off it was, stands in wall.md. The moves of 2015-20 are a test to come.",
        ),
        (
            "Does it beat a ruler?",
            f"On {len(winners) - len(lost)} of {len(winners)} series of the unseen years; the table below names those "
            "on which a benchmark forecast errs less.",
        ),
        (
            "Can the method find parameters that are known?",
            f"With {recovery['truths']} synthetic truths, {covered}." if recovery else "Not tested.",
        ),
        ("What can the data not tell?", _cannot_tell(posterior)),
        ("Are migration corridors right?", _corridor_answer(validation)),
        (
            "Does a shock that it was not fitted to come out?",
            "Not in this run."
            if feb.empty
            else f"At the end of February 2020 the number away had changed by "
            f"{number(feb['model_percent'].iloc[0], 1, signed=True)} %, against "
            f"{number(feb['official_percent'].iloc[0], 1, signed=True)} % observed: {feb['verdict'].iloc[0]}. "
            "Not wholly unseen: the months of closed roads were set from reports, after a first error had been "
            "printed.",
        ),
        (
            "Is randomness mistaken for effect?",
            "The same worker meets the same random draws under every policy; an effect is a paired difference with "
            "an interval over seeds; `compare` widens it to a band that holds Monte Carlo error, parameters, the size "
            "of the levers and the future, and gives the share of each. No band holds the form of the model.",
        ),
        (
            "Which policy effects are guesses?",
            f"Those of levers with grade D: {listing(_with_grade(levers, 'D'))}."
            if _with_grade(levers, "D")
            else "None of the ready levers has grade D.",
        ),
        (
            "Was any policy effect held against a published one?",
            _effects_answer(effects),
        ),
        (
            "Can I repeat this?",
            "Every figure here is printed by the command above; scenario, seed and scale determine a run to the "
            "last bit, whatever the threads or machines.",
        ),
    ]
    lines = ["## Eleven questions", ""]
    for question, answer in asked:
        lines += [f"**{question}** {answer}", ""]
    return lines


def _corridor_answer(validation: Validation) -> str:
    """The model's moves beside the older census table, which is the benchmark forecast."""
    if validation.corridors.empty:
        return "Not compared in this run."
    moves = validation.corridors.set_index("measure")
    (ours, theirs), (log_ours, log_theirs) = (
        moves.loc[name, ["model", "table_of_2005_10"]] for name in MEASURES
    )
    better_one = "The model is" if ours > theirs else "The older table is"
    east, from_east = (100 * moves.loc["share from East", ["census", "model"]]).tolist()
    return (
        f"With the census table of 2010-15 the moves of 2014-19 have a common part of commuters of {ours:.2f}, "
        f"the table of 2005-10 one of {theirs:.2f}; logs correlate at {log_ours:.2f} and {log_theirs:.2f}. "
        f"{better_one} the better "
        f"forecast of the two. What differs is less the way moves go than where they begin: "
        f"{from_east:.0f} in a hundred leave the East, {east:.0f} in the census; "
        "most go home. The census counts everybody over five, families, students and urban registrations "
        "included; the model moves rural workers, of whom hardly more were away in 2019 than in 2014, so "
        "that nearly as many must come home or settle as leave."
    )


def _cannot_tell(posterior: Posterior | None) -> str:
    if posterior is None or "parameters" not in posterior.about:
        return "Unknown: no ensemble is packaged."
    loose = [row for row in posterior.about["parameters"] if row["verdict"] == "not identified"]
    pairs = [
        f"{in_a_sentence(row['one'])} from {in_a_sentence(row['other'])}" for row in posterior.about["alike"]
    ]
    words = f"{len(loose)} of {len(posterior.about['parameters'])} parameters keep their prior"
    return words + (f"; they cannot tell {listing(pairs)}." if pairs else ".")


def _reproduced(validation: Validation) -> list[str]:
    lines = [
        "## What it reproduces",
        "",
        validation.about.get("rule", ""),
        "",
        "| series | tolerance | fit years | unseen years | since the new sample |",
        "|---|---|---|---|---|",
    ]
    by = validation.summary.set_index(["indicator", "group", "period"])
    for target in validation.targets:
        cells = []
        for period in PERIODS:
            key = (target.indicator, target.group, period)
            if key not in by.index:
                cells.append("–")
                continue
            row = by.loc[key]
            digits = 2 if row["error_unit"] == "ratio" else 1
            cells.append(
                f"{row['verdict']}, {number(row['mean_absolute_error'], digits)}{_UNITS[row['error_unit']]}"
            )
        own = validation.summary.query("indicator == @target.indicator and group == @target.group")
        if len(own):
            unit = own["error_unit"].iloc[0]
            allowed = number(own["tolerance"].mean(), 2 if unit == "ratio" else 1) + _UNITS[unit]
            lines.append(f"| {target.label} | {allowed} | {' | '.join(cells)} |")
    lines += ["", "| stylised fact | target | model | verdict |", "|---|---|---|---|"]
    for row in validation.stylised_facts.itertuples():
        model = "–" if row.model != row.model else number(row.model, 2)
        lines.append(
            f"| {row.label}{figure_words(row.official_year)} | {number(row.official, 2)} "
            f"± {row.tolerance:g} {row.unit} | {model} | {row.verdict} |"
        )
    return [*lines, ""]


def _benchmarks(validation: Validation) -> list[str]:
    lines = [
        "## Where a benchmark forecast wins",
        "",
        "Mean absolute error in the unseen years. Last value: that of the last fit year; trend: the "
        "line through them.",
        "",
        "| series | model | last value | trend | errs least |",
        "|---|---|---|---|---|",
    ]
    for row in _winners(validation).itertuples():
        digits = 2 if row.error_unit == "ratio" else 1
        cells = [
            number(value, digits) + _UNITS[row.error_unit] if value == value else "–"
            for value in (row.mean_absolute_error, row.last_value_error, row.trend_error)
        ]
        name = row.winner if row.winner == "model" else f"**{row.winner}**"
        lines.append(f"| {row.label} | {' | '.join(cells)} | {name} |")
    return [*lines, ""]


def _wrong(validation: Validation) -> list[str]:
    """Everything missed, the worst first."""
    missed = validation.summary[validation.summary["verdict"] == "missed"]
    missed = missed.assign(size=missed["mean_absolute_error"] / missed["tolerance"])
    lines = ["## What it gets wrong", ""]
    for row in missed.sort_values("size", ascending=False).itertuples():
        digits = 2 if row.error_unit == "ratio" else 1
        words = {"fit": "to 2019", "unseen": "unseen", "new sample": "since 2023"}[row.period]
        lines.append(
            f"- {row.label} ({words}): off by {number(row.mean_error, digits, signed=True)}"
            f"{_UNITS[row.error_unit]} on average, {row.size:.1f} times the tolerance."
        )
    for row in validation.quarters.itertuples():
        if row.verdict == "missed":
            lines.append(
                f"- Rural workers away, {row.moment}: {number(row.model_percent, 1, signed=True)} % "
                f"against {number(row.official_percent, 1, signed=True)} %."
            )
    for row in validation.stylised_facts.itertuples():
        if row.verdict != "met":
            found = "not measured" if row.model != row.model else number(row.model, 2)
            lines.append(
                f"- {row.label}: {found} against {number(row.official, 2)} {row.unit}"
                f"{figure_words(row.official_year)}."
            )
    for row in validation.corridors.itertuples():
        if row.verdict == "missed":
            lines.append(
                f"- Five-year moves, {measure_words(row.measure)}: {row.model:.2f}, at least "
                f"{row.least:g} wanted."
            )
    return [*lines, ""]


def _unknown(posterior: Posterior | None) -> list[str]:
    lines = ["## What the figures leave open", ""]
    if posterior is None or "parameters" not in posterior.about:
        return [*lines, "No calibrated ensemble is packaged.", ""]
    about = posterior.about
    lines += [
        _ensemble_words(posterior),
        "",
        f"Members are worth {about['effective_members']:.1f} equally good ones"
        + (
            "."
            if about["likelihood_power"] == 1
            else f", after softening the last weighting to the power {about['likelihood_power']:g}."
        ),
        "",
        *_point_words(posterior),
        "| parameter | role | prior, 90 % | after, 90 % | spread left | verdict |",
        "|---|---|---|---|---|---|",
    ]
    for row in about["parameters"]:
        prior, after = (
            f"{row[low]:.3g} to {row[high]:.3g}".replace("-", "−")
            for low, high in (("prior_low", "prior_high"), ("low", "high"))
        )
        lines.append(
            f"| {named(row['parameter'])} | {row['role']} | {prior} "
            f"| {after} | {row['spread']:.0%} | {row['verdict']} |"
        )
    lines += ["", "Targets that pull against each other:", ""]
    lines += [
        f"- {row['one']} ({_sd(row['error_one'])}) against {row['other']} ({_sd(row['error_other'])})"
        for row in about["tensions"][:_MOST_NAMED]
    ] or ["- none"]
    return [*lines, ""]


def _point_words(posterior: Posterior) -> list[str]:
    """How well the default point fits, and whether the packaged parameters are it."""
    if not posterior.default:
        return []
    misfits = posterior.about["default_point"]["misfits"]
    in_force = "in force" if not posterior.out_of_force() else "not in force"
    return [
        "The default point has the fitted parameters at their best, the carried ones as packaged, and is "
        f"{in_force}. Errors in standard deviations, squared and summed: "
        + listing([f"{name} {value:.1f}" for name, value in misfits.items()])
        + ".",
        "",
    ]


def _sd(error: float) -> str:
    return f"{number(error, 1, signed=True)} sd"


def _levers(levers: Sequence[dict[str, Any]]) -> list[str]:
    lines = ["## What policy effects rest on", "", "| grade | means | levers |", "|---|---|---|"]
    for grade, words in GRADES.items():
        lines.append(f"| {grade} | {words} | {'; '.join(_with_grade(levers, grade)) or '–'} |")
    return [*lines, "", "An effect of a D lever answers what would happen if it worked as assumed.", ""]


def _effects_answer(effects: pd.DataFrame | None) -> str:
    if effects is None:
        return "Not in this run."
    counts = effects["verdict"].value_counts()
    return (
        f"{len(effects)} are below, under 'Published effects': "
        f"{listing([f'{count} {word}' for word, count in counts.items()])} the range or number that is "
        "published. What the model cannot measure is listed there with the reason."
    )


def _effects(effects: pd.DataFrame | None) -> list[str]:
    """Published effects beside the model's, and those that it does not measure."""
    lines = ["### Published effects", ""]
    if effects is not None:
        lines += [
            "Inside, smaller, larger, other sign: how what the model does stands to what is published. Where the "
            "published group is not the model's, the note says so. `labor-sim check-model FILE` and `labor-sim "
            "virtual FILE` print one file alone, with more runs.",
            "",
            "| effect | published | in the model (95 % over seeds) | verdict | source | file |",
            "|---|---|---|---|---|---|",
        ]
        for row in effects.itertuples():
            same = row.low == row.high
            published = effect_figure(row.low) + ("" if same else f" to {effect_figure(row.high)}")
            found = effect_figure(row.found)
            if pd.notna(row.found_low):
                found += f" ({effect_figure(row.found_low)} to {effect_figure(row.found_high)})"
            source = row.source + (f"; {row.note}" if row.note else "")
            cells = [row.effect + f", {row.unit}", published, found, row.verdict, source, row.file]
            lines.append("| " + " | ".join(markdown(str(cell)) for cell in cells) + " |")
        lines.append("")
    lines += ["Published, and not measured by the model:", "", "| evidence | effect | why |", "|---|---|---|"]
    for row in unmeasured_effects().itertuples():
        lines.append(f"| {row.source} | {markdown(row.effect)} | {markdown(row.reason)} |")
    return [*lines, ""]


def _with_grade(levers: Iterable[dict[str, Any]], grade: str) -> list[str]:
    return list(dict.fromkeys(markdown(row["label"]) for row in levers if row["evidence"] == grade))


def _misuse(validation: Validation) -> list[str]:
    by_region = validation.summary[
        (validation.summary["indicator"] == "migrant_workers_by_destination")
        & (validation.summary["verdict"] == "missed")
    ]
    where = listing(list(dict.fromkeys(by_region["label"])))
    lines = [
        "## What not to use it for",
        "",
        "- Forecasts of a head-count in a given year: where a benchmark forecast wins above, use it.",
        "- Counties, cities by name, firms: the places are tiers of a province.",
        "- Effects of a D lever as findings, or differences smaller than their band.",
        "- The year after a policy starts: answers are slow, so judge over five years or more.",
        "- Anything that turns on who leaves the labour force: leavers are not followed.",
    ]
    if where:
        lines.append(f"- Where in the country migrants work: {where} miss their tolerance.")
    return [*lines, ""]
