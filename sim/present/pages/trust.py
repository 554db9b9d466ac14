"""The page that says how far to trust the model, generated from results: nothing on it is typed in.

``labor-sim trust`` runs the validation, reads the calibrated ensemble, the parameters and the ready levers,
and writes Markdown in the language in use.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from sim.calibration.outcome import label_words
from sim.core.language import N_, Words, _, in_context, in_language, plural, translated
from sim.parameters.behaviour import PARAMETERS, STATUSES
from sim.parameters.posterior import Posterior
from sim.present.text.backtest import (
    BAND_HEADS,
    BAND_METHOD,
    EFFECTS_APART,
    HEADS,
    METHOD,
    STALE,
    band_rows,
    listed_years,
    score_rows,
    sentences,
    who_errs_least,
)
from sim.present.text.checks import effect_figure, effect_range
from sim.present.text.markdown import markdown
from sim.present.text.misses import limit_words, misses_by_cause
from sim.present.text.numbers import apart, in_a_row, join, listing, number, percent
from sim.present.text.parameters import (
    STATUS_NAMES,
    by_status,
    in_a_sentence,
    named,
    parameter_tables,
    status_table,
)
from sim.present.text.programmes import programme_lines
from sim.present.text.validation import (
    error_words,
    figure_words,
    forecast_words,
    measure_words,
    moment_words,
    sampling_warning,
    verdict_words,
)
from sim.scenario.references import GRADES
from sim.studies.published import unmeasured_effects
from sim.validation.benchmarks import most_accurate
from sim.validation.five_year_moves import MEASURES
from sim.validation.forecast_scores import is_stale, summary
from sim.validation.targets import PERIODS
from sim.validation.validate import Validation

_MOST_NAMED = 12


def trust_page(
    validation: Validation,
    levers: Sequence[dict[str, Any]],
    posterior: Posterior | None,
    command: str,
    effects: pd.DataFrame | None = None,
    forecasts: pd.DataFrame | None = None,
    programmes: tuple[pd.DataFrame, pd.DataFrame] | None = None,
) -> str:
    """The page as Markdown. ``levers`` are rows of name, label, evidence and where each is used; ``effects`` is
    the table of ``published_effects``, if they were run; ``forecasts`` those of the stored backtest, scored;
    ``programmes`` the tables ``programmes_table`` and ``unrecorded_spending``, if documents were run."""
    written = _(
        "Written by `{command}` from {runs}. Do not edit: run it again.",
        command=command,
        runs=_made_of(validation),
    )
    parts = [
        [_("# How far to trust it"), "", written, ""],
        _short_answer(validation, posterior, levers),
        _questions(validation, posterior, levers, effects),
        status_table(),
        _reproduced(validation),
        _benchmarks(validation),
        _forecasts(forecasts),
        _wrong(validation),
        _unknown(posterior),
        _levers(levers),
        _effects(effects),
        _programmes(programmes),
        _misuse(validation),
        parameter_tables(),
    ]
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _made_of(validation: Validation) -> str:
    about = validation.about
    said = {"scenario": translated(str(about.get("scenario_name")), "scenario"), "scale": about.get("scale")}
    if members := about.get("members"):
        return _(
            "{members} members of the calibrated ensemble of {scenario} at 1:{scale}", members=members, **said
        )
    return plural(
        "{count} seed of {scenario} at 1:{scale}",
        "{count} seeds of {scenario} at 1:{scale}",
        len(about.get("seeds") or []),
        **said,
    )


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


_OF_A_PERIOD = {
    "fit": N_(
        "Of {series} official series in the years to 2019, open to whoever set the parameters: {met} met, {near} "
        "near, {missed} missed."
    ),
    "unseen": N_(
        "Of {series} official series in the years 2020 to 2022, which the calibration does not use: {met} met, {near} "
        "near, {missed} missed."
    ),
    "new sample": N_(
        "Of {series} official series in the changes since the survey's new sample of 2023, on which parameters "
        "were set too: {met} met, {near} near, {missed} missed."
    ),
}


def _short_answer(validation: Validation, posterior: Posterior | None, levers) -> list[str]:
    counts, winners = _counts(validation), _winners(validation)
    lines = []
    for period, words in _OF_A_PERIOD.items():
        found = {verdict: counts.get((period, verdict), 0) for verdict in ("met", "near", "missed")}
        lines.append(_(words, series=sum(found.values()), **found))
    beaten = int((winners["winner"] == "model").sum())
    lines.append(
        _(
            "In the unseen years the model errs less than both benchmark forecasts on {beaten} of {all} series.",
            beaten=beaten,
            all=len(winners),
        )
    )
    grades = pd.Series([row["evidence"] for row in levers]).value_counts()
    lines.append(
        _(
            "Of {all} ready levers and instruments {measured} rest on a quasi-experiment in China, {prior} on "
            "nothing measured.",
            all=len(levers),
            measured=int(grades.get("A", 0)),
            prior=int(grades.get("D", 0)),
        )
    )
    lines.append(_("Ensemble: {words}", words=_ensemble_words(posterior)))
    if warning := sampling_warning(validation):
        lines.append(warning)
    return [_("## In short"), "", *(f"- {line}" for line in lines), ""]


def _ensemble_words(posterior: Posterior | None) -> str:
    if posterior is None:
        return _("none is packaged; every interval holds the Monte Carlo error alone.")
    said = {"count": len(posterior.members), "scale": _scale(posterior.about)}
    if stale := posterior.stale():
        return _(
            "{count} parameter sets, fitted at 1:{scale} on 2014 to 2019 and the change from 2023 to 2024; {parts} "
            "changed since, so it has to be made anew before it is relied upon.",
            parts=listing([_(part) for part in stale]),
            **said,
        )
    return _(
        "{count} parameter sets, fitted at 1:{scale} on 2014 to 2019 and the change from 2023 to 2024, with the "
        "rules, data and targets of today.",
        **said,
    )


def _scale(about: dict) -> str:
    return str(about["calibration"]["scale"]).removeprefix("1:")


def _questions(
    validation: Validation,
    posterior: Posterior | None,
    levers: Sequence[dict[str, Any]],
    effects: pd.DataFrame | None,
) -> list[str]:
    """What a reviewer who distrusts agent-based models asks first."""
    asked = [
        (_("How many free parameters are there?"), _parameters_answer(posterior)),
        (
            _("Was it tuned on what it is tested on?"),
            _(
                "The calibration uses the official figures to 2019, their change from 2023 to 2024, "
                "workers in farming in 2021 and 2023, how much older local workers are than those away in "
                "2023-24, and pay by region of work in 2023-24; no other figure of the survey of 2020 to 2022 is a target, and the "
                "table of moves of 2010-15 is none. There are no year dummies, and a place's level comes "
                "from stocks and wages of 2013. Inputs do lean on later years: how local and "
                "out-of-township workers differ in age at the start, and how their tastes differ by age "
                "and schooling (set on figures of 2021); pay by sector in home townships (from all "
                "migrants of 2020); the shares of the East's clusters (2016); how building has gone "
                "since 2020; how registered towns grew after 2020 (C23), by which fewer settle; the weight of local workers in the published means (2016 to 2021); and how "
                "often the displaced reconsider (A35, the recovery within 2020). So ages and schooling "
                "by group, pay by sector in 2020, the clusters and that recovery are not wholly unseen. "
                "And rules were mended after errors of the unseen years had been printed beside those of "
                "the fit years (the labour reserve, the seasons, real output, the months of the "
                "epidemic, how firmly a place holds its workers, the demand for workers outside the "
                "township: DECISIONS.md). What the model said of 2022 to 2024 before it had seen them, "
                "and how far off it was, stands in wall.md, with the gate for 2025 and an earlier model's "
                "score on the moves of 2015-20; this model is still to be held against those."
            ),
        ),
        (_("Does it beat simple forecasts?"), _forecasts_answer(_winners(validation))),
        (_("Can the method find parameters that are known?"), _recovery_answer(posterior)),
        (_("What can the data not tell?"), _cannot_tell(posterior)),
        (_("Are migration corridors right?"), _corridor_answer(validation)),
        (_("Does a shock that it was not fitted to come out?"), _shock_answer(validation)),
        (
            _("Is randomness mistaken for effect?"),
            _(
                "The same worker meets the same random draws under every policy; an effect is a paired difference "
                "with an interval over seeds; `compare` widens it to a band that holds Monte Carlo error, "
                "parameters, the size of the levers and the future, and gives the share of each. No band holds "
                "the form of the model."
            ),
        ),
        (_("Which policy effects are guesses?"), _guesses_answer(levers)),
        (_("Was any policy effect held against a published one?"), _effects_answer(effects)),
        (
            _("Can I repeat this?"),
            _(
                "Every figure here is printed by the command above; scenario, seed and scale determine a run to "
                "the last bit, whatever the threads or machines."
            ),
        ),
    ]
    lines = [_("## Eleven questions"), ""]
    for question, answer in asked:
        lines += [f"**{question}** {answer}", ""]
    return lines


def _parameters_answer(posterior: Posterior | None) -> str:
    status = by_status()
    parts = [_("{count} {status}", count=len(status[name]), status=STATUS_NAMES[name]) for name in STATUSES]
    said = {"count": len(PARAMETERS), "parts": in_a_row(parts)}
    if posterior is None:
        return _("{count} parameters: {parts}. No ensemble is packaged.", **said)
    fitted = len(posterior.about["fitted"])
    return _(
        "{count} parameters: {parts}. The calibration fits {fitted} and carries {carried} uncertain ones along.",
        fitted=fitted,
        carried=len(posterior.members.columns) - fitted,
        **said,
    )


def _forecasts_answer(winners: pd.DataFrame) -> str:
    return _(
        "On {beaten} of {all} series of the unseen years; the table below names those on which a benchmark "
        "forecast errs less.",
        beaten=int((winners["winner"] == "model").sum()),
        all=len(winners),
    )


def _recovery_answer(posterior: Posterior | None) -> str:
    recovery = (posterior.about.get("recovery") or {}) if posterior else {}
    if not recovery:
        return _("Not tested.")
    errors, parts = recovery.get("error", {}), []
    for share, value in recovery.get("covered", {}).items():
        said = {"share": share, "covered": f"{value:.0%}"}
        if share in errors:
            error = f"{100 * errors[share]:.0f}"
            parts.append(_("{share} intervals cover {covered} (± {error} points)", error=error, **said))
        else:
            parts.append(_("{share} intervals cover {covered}", **said))
    return _(
        "With {truths} synthetic truths, {parts}.",
        truths=recovery["truths"],
        parts=listing(parts, are_clauses=True),
    )


def _shock_answer(validation: Validation) -> str:
    february = validation.quarters[validation.quarters["month"] == "2020-02"]
    if february.empty:
        return _("Not in this run.")
    row = february.iloc[0]
    return _(
        "At the end of February 2020 the number away had changed by {model}, against {official} observed: "
        "{verdict}. Not wholly unseen: the months of closed roads were set from reports, after a first error had "
        "been printed.",
        model=percent(row["model_percent"], 1, signed=True),
        official=percent(row["official_percent"], 1, signed=True),
        verdict=verdict_words(row["verdict"]),
    )


def _guesses_answer(levers: Sequence[dict[str, Any]]) -> str:
    if named_ones := _with_grade(levers, "D"):
        return _("Those of levers with grade D: {levers}.", levers=listing(named_ones))
    return _("None of the ready levers has grade D.")


def _corridor_answer(validation: Validation) -> str:
    """The model's moves beside the older census table, which is the benchmark forecast."""
    if validation.corridors.empty:
        return _("Not compared in this run.")
    moves = validation.corridors.set_index("measure")
    (ours, theirs), (log_ours, log_theirs) = (
        moves.loc[name, ["model", "table_of_2005_10"]] for name in MEASURES
    )
    east, from_east = (100 * moves.loc["share from East", ["census", "model"]]).tolist()
    measures = _(
        "With the census table of 2010-15 the moves of 2014-19 have a common part of commuters of {ours}, the table "
        "of 2005-10 one of {theirs}; logs correlate at {log_ours} and {log_theirs}.",
        ours=f"{ours:.2f}",
        theirs=f"{theirs:.2f}",
        log_ours=f"{log_ours:.2f}",
        log_theirs=f"{log_theirs:.2f}",
    )
    better = (
        _("The model is the better forecast of the two.")
        if ours > theirs
        else _("The older table is the better forecast of the two.")
    )
    why = _(
        "What differs is less the way moves go than where they begin: {model} in a hundred leave the East, {census} "
        "in the census; most go home. The census counts everybody over five, families, students and urban "
        "registrations included; the model moves rural workers, of whom hardly more were away in 2019 than in "
        "2014, so that nearly as many must come home or settle as leave.",
        model=f"{from_east:.0f}",
        census=f"{east:.0f}",
    )
    return join(measures, better, why)


def _cannot_tell(posterior: Posterior | None) -> str:
    if posterior is None or "parameters" not in posterior.about:
        return _("Unknown: no ensemble is packaged.")
    rows = posterior.about["parameters"]
    said = {"loose": sum(row["verdict"] == "not identified" for row in rows), "all": len(rows)}
    pairs = [
        _("{one} from {other}", one=in_a_sentence(row["one"]), other=in_a_sentence(row["other"]))
        for row in posterior.about["alike"]
    ]
    if not pairs:
        return _("{loose} of {all} parameters keep their prior.", **said)
    return _(
        "{loose} of {all} parameters keep their prior; they cannot tell {pairs}.",
        pairs=listing(pairs, are_clauses=True),
        **said,
    )


def _reproduced(validation: Validation) -> list[str]:
    lines = [
        _("## What it reproduces"),
        "",
        translated(validation.about.get("rule", "")),
        "",
        _("| series | tolerance | fit years | unseen years | since the new sample |"),
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
            size = error_words(row["mean_absolute_error"], row["error_unit"])
            cells.append(_("{verdict}, {size}", verdict=verdict_words(row["verdict"]), size=size))
        own = validation.summary.query("indicator == @target.indicator and group == @target.group")
        if len(own):
            allowed = error_words(own["tolerance"].mean(), own["error_unit"].iloc[0])
            lines.append(f"| {translated(target.label)} | {allowed} | {' | '.join(cells)} |")
    lines += ["", _("| stylised fact | target | model | verdict |"), "|---|---|---|---|"]
    for row in validation.stylised_facts.itertuples():
        model = "–" if row.model != row.model else number(row.model, 2)
        wanted = _(
            "{value} ± {tolerance} {unit}",
            value=number(row.official, 2),
            tolerance=f"{row.tolerance:g}",
            unit=translated(row.unit),
        )
        lines.append(
            f"| {translated(row.label)}{figure_words(row.official_year)} | {wanted} | {model} | "
            f"{verdict_words(row.verdict)} |"
        )
    return [*lines, ""]


def _benchmarks(validation: Validation) -> list[str]:
    lines = [
        _("## Where a benchmark forecast wins"),
        "",
        _(
            "Mean absolute error in the unseen years. Last value: that of the last fit year; trend: the line "
            "through them."
        ),
        "",
        _("| series | model | last value | trend | errs least |"),
        "|---|---|---|---|---|",
    ]
    for row in _winners(validation).itertuples():
        cells = [
            error_words(value, row.error_unit)
            for value in (row.mean_absolute_error, row.last_value_error, row.trend_error)
        ]
        name = forecast_words(row.winner)
        bold = name if row.winner == "model" else f"**{name}**"
        lines.append(f"| {translated(row.label)} | {' | '.join(cells)} | {bold} |")
    return [*lines, ""]


_WHEN = Words({"fit": N_("to 2019"), "unseen": N_("unseen"), "new sample": N_("since 2023")})


def _forecasts(rows: pd.DataFrame | None) -> list[str]:
    """Forecasts from rolling origins: one table, and where the model errs least."""
    lines = ["## " + _("Would its forecasts have been right"), ""]
    if rows is None:
        return [*lines, _("No backtest is stored; `labor-sim backtest` makes one."), ""]
    lines += [
        listed_years(rows) + " " + _(METHOD),
        "",
        *([_(STALE), ""] if is_stale(rows) else []),
        *_table(score_rows(summary(rows)), HEADS),
        "",
        *(f"- {sentence}" for sentence in (*sentences(rows), *who_errs_least(rows))),
        "",
        _(BAND_METHOD),
        "",
        *_table(band_rows(rows), BAND_HEADS),
        "",
        _(EFFECTS_APART),
    ]
    return [*lines, ""]


def _table(rows: Sequence[dict[str, str]], heads: Words) -> list[str]:
    """Rows as a table of Markdown."""
    lines = [f"| {' | '.join(heads.values())} |", "|" + "---|" * len(heads)]
    return lines + [f"| {' | '.join(row[name] for name in heads)} |" for row in rows]


def _wrong(validation: Validation) -> list[str]:
    """Errors too large to be passed over, by cause; then everything missed, the worst first."""
    missed = validation.summary[validation.summary["verdict"] == "missed"]
    missed = missed.assign(size=missed["mean_absolute_error"] / missed["tolerance"])
    found = [
        _(
            "{series} ({years}): off by {error} on average, {times} times the tolerance.",
            series=translated(row.label),
            years=_WHEN[row.period],
            error=error_words(row.mean_error, row.error_unit, signed=True),
            times=f"{row.size:.1f}",
        )
        for row in missed.sort_values("size", ascending=False).itertuples()
    ]
    found += [
        _(
            "Rural workers away, {moment}: {model} against {official}.",
            moment=moment_words(row.moment),
            model=percent(row.model_percent, 1, signed=True),
            official=percent(row.official_percent, 1, signed=True),
        )
        for row in validation.quarters.itertuples()
        if row.verdict == "missed"
    ]
    found += [
        _(
            "{series}: {found} against {official} {unit}{figure}.",
            series=translated(row.label),
            found=_("not measured") if row.model != row.model else number(row.model, 2),
            official=number(row.official, 2),
            unit=translated(row.unit),
            figure=figure_words(row.official_year),
        )
        for row in validation.stylised_facts.itertuples()
        if row.verdict != "met"
    ]
    found += [
        _(
            "Five-year moves, {measure}: {found}, at least {least} wanted.",
            measure=measure_words(row.measure),
            found=f"{row.model:.2f}",
            least=f"{row.least:g}",
        )
        for row in validation.corridors.itertuples()
        if row.verdict == "missed"
    ]
    large = [f"- **{cause}** {markdown(series)}" for cause, series in misses_by_cause(validation)]
    lines = [
        _("## What it gets wrong"),
        "",
        _("### Large errors, by cause"),
        "",
        limit_words(),
        "",
        *large,
        "",
    ]
    return [*lines, _("### Everything missed"), "", *(f"- {line}" for line in found), ""]


def _unknown(posterior: Posterior | None) -> list[str]:
    lines = [_("## What the figures leave open"), ""]
    if posterior is None or "parameters" not in posterior.about:
        return [*lines, _("No calibrated ensemble is packaged."), ""]
    about = posterior.about
    worth, power = f"{about['effective_members']:.1f}", about["likelihood_power"]
    lines += [
        _ensemble_words(posterior),
        "",
        _("Members are worth {worth} equally good ones.", worth=worth)
        if power == 1
        else _(
            "Members are worth {worth} equally good ones, after softening the last weighting to the power {power}.",
            worth=worth,
            power=f"{power:g}",
        ),
        "",
        *_point_words(posterior),
        _("| parameter | role | prior, 90 % | after, 90 % | spread left | verdict |"),
        "|---|---|---|---|---|---|",
    ]
    for row in about["parameters"]:
        prior, after = (
            _("{low} to {high}", low=_figure(row[low]), high=_figure(row[high]))
            for low, high in (("prior_low", "prior_high"), ("low", "high"))
        )
        lines.append(
            f"| {named(row['parameter'])} | {_(row['role'])} | {prior} "
            f"| {after} | {row['spread']:.0%} | {_(row['verdict'])} |"
        )
    lines += ["", _("Targets that pull against each other:"), ""]
    lines += [
        "- "
        + _(
            "{one} ({error_one} sd) against {other} ({error_other} sd)",
            one=label_words(row["one"]),
            error_one=number(row["error_one"], 1, signed=True),
            other=label_words(row["other"]),
            error_other=number(row["error_other"], 1, signed=True),
        )
        for row in about["tensions"][:_MOST_NAMED]
    ] or ["- " + _("none")]
    return [*lines, ""]


def _figure(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _point_words(posterior: Posterior) -> list[str]:
    """How well the default point fits, and whether the packaged parameters are it."""
    if not posterior.default:
        return []
    misfits = posterior.about["default_point"]["misfits"]
    said = listing(
        [_("{name} {value}", name=_(name), value=f"{value:.1f}") for name, value in misfits.items()]
    )
    if posterior.out_of_force():
        point = _(
            "The default point has the fitted parameters at their best, the carried ones as packaged, and is not "
            "in force. Errors in standard deviations, squared and summed: {misfits}.",
            misfits=said,
        )
    else:
        point = _(
            "The default point has the fitted parameters at their best, the carried ones as packaged, and is in "
            "force. Errors in standard deviations, squared and summed: {misfits}.",
            misfits=said,
        )
    return [point, ""]


def _levers(levers: Sequence[dict[str, Any]]) -> list[str]:
    lines = [_("## What policy effects rest on"), "", _("| grade | means | levers |"), "|---|---|---|"]
    for grade, words in GRADES.items():
        lines.append(f"| {grade} | {words} | {apart(_with_grade(levers, grade)) or '–'} |")
    warning = _("An effect of a D lever answers what would happen if it worked as assumed.")
    return [*lines, "", warning, ""]


_COUNTS = {
    "inside": N_("{count} inside"),
    "smaller": N_("{count} smaller"),
    "larger": N_("{count} larger"),
    "other sign": N_("{count} other sign"),
}
_EFFECT_VERDICTS = Words(
    {
        "inside": N_("inside"),
        "smaller": N_("smaller"),
        "larger": N_("larger"),
        "other sign": N_("other sign"),
    }
)


def _effects_answer(effects: pd.DataFrame | None) -> str:
    if effects is None:
        return _("Not in this run.")
    counts = effects["verdict"].value_counts()
    return _(
        "{count} are below, under 'Published effects': {verdicts} the range or number that is published. What the "
        "model cannot measure is listed there with the reason.",
        count=len(effects),
        verdicts=listing([_(_COUNTS[word], count=count) for word, count in counts.items()]),
    )


def _effects(effects: pd.DataFrame | None) -> list[str]:
    """Published effects beside the model's, and those that it does not measure."""
    lines = [_("### Published effects"), ""]
    if effects is not None:
        lines += [
            _(
                "Inside, smaller, larger, other sign: how what the model does stands to what is published. Where "
                "the published group is not the model's, the note says so. `labor-sim check-model FILE` and "
                "`labor-sim virtual FILE` print one file alone, with more runs."
            ),
            "",
            _("| effect | published | in the model (95 % over seeds) | verdict | source | file |"),
            "|---|---|---|---|---|---|",
            *(_effect_line(row) for row in effects.to_dict("records")),
            "",
        ]
    lines += [
        _("Published, and not measured by the model:"),
        "",
        _("| evidence | effect | why |"),
        "|---|---|---|",
    ]
    for row in unmeasured_effects().itertuples():
        words = (row.source, translated(row.effect), translated(row.reason))
        lines.append("| " + " | ".join(markdown(word) for word in words) + " |")
    return [*lines, ""]


def _programmes(programmes: tuple[pd.DataFrame, pd.DataFrame] | None) -> list[str]:
    """What the policy documents spend and whom they serve, beside what real programmes did."""
    lines = [_("## Money and reach against the record"), ""]
    return [*lines, *(programme_lines(*programmes) if programmes else [_("Not in this run."), ""])]


def _effect_line(row: dict[str, Any]) -> str:
    """One published effect as a row of the table."""
    effect = in_language({"en": row["effect"], "zh": row["effect_zh"]})
    found = effect_figure(row["found"])
    if pd.notna(row["found_low"]):
        ends = effect_range(row["found_low"], row["found_high"])
        found = _("{figure} ({range})", figure=found, range=ends)
    source = translated(row["source"])
    if row["kind"]:
        source = _("{source}: {kind}", source=source, kind=translated(row["kind"]))
    cells = [
        in_context("effect", "{effect}, {unit}", effect=effect, unit=translated(row["unit"])),
        effect_range(row["low"], row["high"]),
        found,
        _EFFECT_VERDICTS[row["verdict"]],
        apart([source, translated(row["note"])]),
        row["file"],
    ]
    return "| " + " | ".join(markdown(cell) for cell in cells) + " |"


def _with_grade(levers: Iterable[dict[str, Any]], grade: str) -> list[str]:
    return list(dict.fromkeys(markdown(row["label"]) for row in levers if row["evidence"] == grade))


def _misuse(validation: Validation) -> list[str]:
    by_region = validation.summary[
        (validation.summary["indicator"] == "migrant_workers_by_destination")
        & (validation.summary["verdict"] == "missed")
    ]
    where = listing([translated(label) for label in dict.fromkeys(by_region["label"])])
    warnings = [
        _("Forecasts of a head-count in a given year: where a benchmark forecast wins above, use it."),
        _("Counties, cities by name, firms: the places are tiers of a province."),
        _("Effects of a D lever as findings, or differences smaller than their band."),
        _("The year after a policy starts: answers are slow, so judge over five years or more."),
        _("Anything that turns on who leaves the labour force: leavers are not followed."),
    ]
    if where:
        warnings.append(
            _("Where in the country migrants work: {regions} miss their tolerance.", regions=where)
        )
    return [_("## What not to use it for"), "", *(f"- {warning}" for warning in warnings), ""]
