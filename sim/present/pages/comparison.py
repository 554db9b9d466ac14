"""One offline HTML page that an analyst can read without help, and the folder that it lies in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from sim.comparison.bands import SEEN
from sim.comparison.changers import Gallery
from sim.comparison.comparison import Comparison
from sim.comparison.horizons import USUAL, answered
from sim.core.language import N_, Words, _, plural
from sim.present.charts import brief, style
from sim.present.charts import comparison as charts
from sim.present.charts import validation as validation_charts
from sim.present.office.forms import office_files
from sim.present.pages import comparison_tables, side_by_side
from sim.present.pages.breakdown import sections, tables_by_dimension
from sim.present.pages.changers import changers_section
from sim.present.pages.evidence_links import (
    authority,
    cited,
    document_rows,
    evidence_rows,
    linked,
    marked,
    notes_of,
    parameter_rows,
    with_notes,
)
from sim.present.pages.focus import province_files
from sim.present.pages.images import image_address
from sim.present.pages.record import made_words, record_of
from sim.present.pages.validation import (
    PAGE,
    charted,
    page_template,
    validation_context,
)
from sim.present.pages.worded import worded
from sim.present.text.brief import answers, baseline_today, caveat, question, shown_outcomes
from sim.present.text.comparison import (
    chinese_title,
    last_month,
    period_words,
    reference_sentence,
    title_of,
    trust_sentences,
    warnings_of,
    year_of_answer,
    year_words,
)
from sim.present.text.groups import winners_group
from sim.present.text.level_bands import validation_and_levels
from sim.present.text.levers import grade_counts, lever_cards
from sim.present.text.numbers import apart, in_a_row, listing, month_in_words, number
from sim.results.csv_files import READABLE, csv_bytes
from sim.results.official import official_table
from sim.results.outcomes import HEADLINE, OUTCOMES
from sim.validation.level_bands import level_bands
from sim.validation.validate import Validation, validate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OUTLOOK = Words({"total": N_("All migrant workers"), "out": N_("Out-of-township"), "local": N_("Local")})
ASSUMPTIONS = Words({"low": N_("low"), "middle": N_("middle"), "high": N_("high")})
_OTHER_CHARTS = ("answer", "parts", "baseline", "spending", "winners", "tenths", "validation", "within-2020")
_TENTHS = "income_tenth"


def publish_comparison(
    comparison: Comparison,
    folder: str | os.PathLike,
    *,
    command: str | None = None,
    excel_csv: bool = False,
    by: Sequence[str] = (),
    also: Sequence[str] = (),
    lives: Sequence[Gallery] = (),
) -> Path:
    """Write tables, charts and the page to ``folder``, all or nothing; return the folder.

    ``command`` is what the page names for repeating the run; ``excel_csv`` puts a byte order mark into CSV files.
    ``by`` are the dimensions of ``sim.comparison.breakdown`` that get a table and a picture each, ``also``
    further forms of ``sim.present.office.forms.FORMS``. Raises ``ResultsError``, and ``UsageError`` for a form that
    something missing on the machine would be needed for. ``lives`` are the policies' galleries, if they were made.
    """
    validation = validate(comparison.baseline_runs())
    with style.house_style():
        figures = comparison_charts(comparison, validation)
        said = validation_context(validation)
        page = render_report(comparison, validation, figures, command, by, lives, said)
        files = {f"charts/{name}.png": style.as_png(figure) for name, figure in figures.items()}
    files |= tables_by_dimension(comparison, by, excel_csv)
    files |= office_files(
        also, comparison, figures, page, said["missed_first"], baseline_today(comparison, validation.rows)
    )
    if "focus" in comparison.manifest:
        files |= province_files(comparison, excel_csv, notes_of(page))
    for name in ("effects", "winners", "bands"):
        if name in comparison.tables:
            table = worded(comparison, comparison.tables[name])
            files[f"{name}.csv"] = csv_bytes(table, excel_csv, float_format=READABLE)
    files["validation.txt"] = validation_and_levels(validation).encode()
    return comparison.save(folder, {**files, PAGE: page.encode()})


def comparison_charts(comparison: Comparison, validation: Validation) -> dict[str, Figure]:
    """Every chart of the page by name."""
    figures = {f"difference-{key}": charts.difference_over_time(comparison, key) for key in HEADLINE}
    shown = shown_outcomes(comparison)
    figures |= {
        f"difference-{key}": charts.difference_over_time(comparison, key)
        for key in shown
        if key not in HEADLINE
    }
    if len(comparison.judged):
        figures["answer"] = brief.answer(comparison, shown)
    if len(comparison.tables.get("bands", ())):
        figures["parts"] = brief.parts_of_bands(comparison, shown)
    figures["baseline"] = _outlook(comparison)
    if len(comparison.costs):
        figures["spending"] = charts.spending_by_year(comparison)
    winners = [
        (title_of(policy), comparison_tables.winners_of(comparison, policy)) for policy in comparison.policies
    ]
    winners = [(title, table) for title, table in winners if len(table)]
    if winners:
        year = winners[0][1]["year"].iloc[0]
        apart = (
            (
                True,
                "tenths",
                _("Mean change of annual net income by tenth of incomes before, {year}", year=year),
            ),
            (False, "winners", _("Mean change of annual net income by group, {year}", year=year)),
        )
        for is_tenth, name, head in apart:
            tables = [(title, table[(table["grouping"] == _TENTHS) == is_tenth]) for title, table in winners]
            if any(len(table) for _, table in tables):
                figures[name] = charts.change_by_group(tables, winners_group, head)
    if pairs := charted(validation):
        figures["validation"] = validation_charts.validation_grid(validation, pairs)
    if len(validation.quarters):
        figures["within-2020"] = validation_charts.stock_within_2020(comparison.baseline, validation.stocks)
    return figures


def render_report(
    comparison: Comparison,
    validation: Validation,
    figures: dict[str, Figure] | None = None,
    command: str | None = None,
    by: Sequence[str] = (),
    lives: Sequence[Gallery] = (),
    validation_words: dict[str, Any] | None = None,
) -> str:
    """The page as text: no script, no request to anywhere, every picture inside.

    ``figures`` are those of ``comparison_charts``, to which those of the sections ``by`` place and group are
    added; ``command`` is what the page names for repeating the run; ``validation_words`` are those of
    ``validation_context``.
    """
    figures = comparison_charts(comparison, validation) if figures is None else figures
    divided, command = sections(comparison, by), command or command_of(comparison.manifest)
    for section in divided:
        figures |= section.figures
    about, shown = comparison.manifest, shown_outcomes(comparison)
    validation_words = validation_words or validation_context(validation)
    titles = [title_of(policy) for policy in comparison.policies]
    context = {
        "titles": titles,
        "all_titles": in_a_row(titles),
        "answers": answers(comparison, marked),
        "caveat": caveat(comparison, validation_words["missed_first"], marked),
        "today": baseline_today(comparison, validation.rows, marked),
        "linked": linked,
        "places": {policy["name"]: place for place, policy in enumerate(comparison.policies, 1)},
        "short": comparison.judged.empty,
        "question": question(comparison),
        "about": about,
        "assumptions": ASSUMPTIONS[about["base"]["scenario"].get("assumptions", "middle")],
        "seeds": len(about["seeds"]),
        "people": _simulated(about),
        "repeat": made_words(about, _simulated(about), _period(about)),
        "money": side_by_side.money_table(comparison),
        "price_rows": side_by_side.price_rows(comparison),
        "accounts": side_by_side.account_table(comparison),
        "gains": side_by_side.gains(comparison),
        "sent": side_by_side.home_table(comparison),
        "policies": [
            _policy(comparison, policy, levers)
            for policy, levers in zip(comparison.policies, lever_cards(comparison), strict=True)
        ],
        "bands": about.get("ensemble"),
        "seen": f"{SEEN:g}",
        "reference": reference_sentence(comparison),
        "trust": trust_sentences(comparison),
        "warnings": warnings_of(comparison),
        "main_words": _main_year_words(comparison),
        "side_words": _("Side by side") if len(comparison.policies) > 1 else _("The effects at a glance"),
        "horizon_words": _horizon_words(comparison),
        "side_by_side": comparison_tables.side_by_side(comparison),
        "path_charts": _path_charts(figures, shown),
        "other_charts": _path_charts(figures, [key for key in HEADLINE if key not in shown]),
        "outcomes": list(OUTCOMES.values()),
        "images": {name: image_address(figures.get(name)) for name in _OTHER_CHARTS},
        "validation": validation_words,
        "documents": document_rows(about),
        "parameters": parameter_rows(about),
        "evidence": evidence_rows(about),
        "authority": partial(authority, documents=about.get("documents") or {}),
        "cited": partial(cited, evidence=about.get("evidence") or {}),
        "ended": _ended_words(comparison),
        "not_calendar": _not_calendar_words(comparison),
        "command": command,
        "sections": [
            (section, [image_address(figure) for figure in section.figures.values()]) for section in divided
        ],
        "lives": [
            Markup(changers_section(gallery, 3, f"#policy-{place}"))
            for place, gallery in zip(_with_an_answer(comparison), lives, strict=False)
        ],
        "record": record_of(comparison, by, command, bool(lives)),
    }
    return with_notes(page_template("report.html.j2").render(context))


def _with_an_answer(comparison: Comparison) -> list[int]:
    """The places of the policies of which the run holds a whole year: those that galleries are of."""
    return [place for place, policy in enumerate(comparison.policies, 1) if answered(policy)]


def _path_charts(figures: dict[str, Figure], keys: Sequence[str]) -> list[tuple[str, str | None]]:
    return [(OUTCOMES[key].label, image_address(figures.get(f"difference-{key}"))) for key in keys]


def command_of(about: dict[str, Any]) -> str:
    """The command that repeats a comparison."""
    names = [about["base"]["name"], *(policy["name"] for policy in about["policies"])]
    scale = str(about["scale"]).removeprefix("1:")
    words = about["horizons"]
    horizons = "" if tuple(words) == USUAL else f" --horizons {','.join(words)}"
    focus = f" --focus '{about['focus']}'" if about.get("focus") else ""
    return (
        f"labor-sim compare {' '.join(names)} --seeds {len(about['seeds'])} --scale 1:{scale} "
        f"--from {about['start']} --to {about['end']} "
        f"--ensemble {(about.get('ensemble') or {}).get('members', 0)}{horizons}{focus}"
    )


def _policy(comparison: Comparison, policy: dict[str, Any], levers: dict[str, Any]) -> dict[str, Any]:
    winners = comparison_tables.winners_of(comparison, policy)
    return {
        "title": title_of(policy),
        "title_zh": chinese_title(policy),
        "name": policy["name"],
        "description": _(policy.get("description", "")),
        "start": month_in_words(policy["start"]),
        "effects": comparison_tables.policy_table(comparison, policy),
        "uncertainty": comparison_tables.uncertainty_rows(comparison, policy),
        "costs": comparison_tables.cost_rows(comparison, policy, levers["anchors"]),
        "money": {
            name: comparison_tables.money_words(comparison, policy, name, marked)
            for name in ("payer", "family", "grade")
        },
        "winners_year": year_words(int(winners["year"].iloc[0])) if len(winners) else None,
        "winners": comparison_tables.winner_rows(winners) if len(winners) else [],
        "levers": levers,
        "grades": grade_counts(policy),
    }


def _outlook(comparison: Comparison) -> Figure:
    """The baseline under the official definitions, mean over seeds, with the published head-counts."""
    from sim.world.data import load_data

    keys = ["year", "indicator", "group"]
    tables = [official_table(run) for run in comparison.baseline_runs()]
    model = pd.concat(tables).groupby(keys)["value"].mean().reset_index()
    data = load_data()
    return validation_charts.baseline_outlook(model, data.official_annual, OUTLOOK, level_bands(data))


def _ended_words(comparison: Comparison) -> str:
    """Which policies end within the run, and when."""
    ends = {title_of(policy): last_month(policy) for policy in comparison.policies}
    told = {title: end for title, end in ends.items() if end and end < comparison.manifest["end"]}
    if len(set(told.values())) == 1 and len(told) == len(ends):
        return _("all in {month}", month=month_in_words(next(iter(told.values()))))
    return apart(
        _("{policy} in {month}", policy=title, month=month_in_words(end)) for title, end in told.items()
    )


def _not_calendar_words(comparison: Comparison) -> str:
    """Which policies' years are not calendar years, and what that means for other figures."""
    told = []
    for policy in comparison.policies:
        year = year_of_answer(comparison, policy)
        if len(year) and not year["from_month"].iloc[0].endswith("-01"):
            row = year.iloc[0]
            period = period_words(row["from_month"], row["to_month"])
            told.append(
                _(
                    "{policy}: year {year} is {period}",
                    policy=title_of(policy),
                    year=row["horizon_years"],
                    period=period,
                )
            )
    return apart(told)


def _main_year_words(comparison: Comparison) -> str:
    """The year of the side-by-side table, in words."""
    years = [year_of_answer(comparison, policy) for policy in comparison.policies]
    keys = ["horizon_years", "from_month", "to_month"]
    periods = pd.concat(years)[keys].drop_duplicates()
    if periods.empty:
        return ""
    if len(periods) > 1:
        numbers = sorted(periods["horizon_years"].unique())
        return plural(
            "year {years} of each policy, counted from its own start",
            "years {years} of each policy, counted from its own start",
            len(numbers),
            years=listing([str(year) for year in numbers]),
        )
    year = periods.iloc[0]
    said = {
        "year": year["horizon_years"],
        "period": period_words(year["from_month"], year["to_month"]),
    }
    if len(comparison.policies) > 1:
        return _("year {year} of each policy ({period})", **said)
    return _("year {year} of the policy ({period})", **said)


def _horizon_words(comparison: Comparison) -> str:
    """The years whose effects are shown: ``years 1, 5 and 10``."""
    horizons = sorted({int(horizon) for horizon in comparison.judged.get("horizon_years", ())})
    told = listing([str(horizon) for horizon in horizons])
    return plural("year {years}", "years {years}", len(horizons), years=told)


def _period(about: dict[str, Any]) -> str:
    return _("{first} to {last}", first=month_in_words(about["start"]), last=month_in_words(about["end"]))


def _simulated(about: dict[str, Any]) -> str:
    scale = number(float(str(about["scale"]).removeprefix("1:")))
    if workers := about.get("workers"):
        return _(
            "{count} simulated workers, each standing for {scale} real ones",
            count=number(workers),
            scale=scale,
        )
    return _("simulated workers, each standing for {scale} real ones", scale=scale)
