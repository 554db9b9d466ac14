"""The validation as an offline page of its own, and as the part of a comparison's page that it is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from sim.core.language import _, in_two_forms, language, plural, translated
from sim.present.charts import style
from sim.present.charts import validation as charts
from sim.present.pages import validation_tables
from sim.present.pages.images import image_address
from sim.present.pages.wall import pairs_of, wall_of_series
from sim.present.text.level_bands import RULE as LEVEL_RULE
from sim.present.text.level_bands import heads, level_rows, validation_and_levels
from sim.present.text.misses import limit_words, misses_by_cause
from sim.present.text.numbers import apart
from sim.present.text.validation import moves_in_words, sampling_warning
from sim.validation.five_year_moves import RULE
from sim.validation.targets import FIRST_YEAR, LAST_FIT_YEAR, NEW_SAMPLE
from sim.validation.validate import Validation

# The validation charts of the page: three a row, what a reader would ask for first.
CHARTED = (
    ("migrant_workers", "out"),
    ("migrant_workers", "local"),
    ("out_cross_province_share", "all"),
    ("monthly_income", "out"),
    ("monthly_income", "local"),
    ("monthly_income", "all"),
    ("mean_age", "all"),
    ("age_share", "over_50"),
    ("female_share", "out"),
)
PAGE = "report.html"


def publish_validation(
    validation: Validation, national: pd.DataFrame, folder: str | os.PathLike, excel_csv: bool = False
) -> Path:
    """Write the validation's page, tables, text and one chart per indicator; return the folder.

    ``excel_csv`` puts a byte order mark into CSV files.
    """
    with style.house_style():
        figures = {
            f"{indicator}-{group}": charts.validation_chart(validation, indicator, group)
            for indicator, group in pairs_of(validation)
        }
        if len(validation.quarters):
            figures["within_2020"] = charts.stock_within_2020(national, validation.stocks)
        files = {f"charts/{name}.png": style.as_png(figure, 200) for name, figure in figures.items()}
        page = render_validation(validation, national)
    files["validation.txt"] = validation_and_levels(validation).encode()
    return validation.save(folder, {**files, PAGE: page.encode()}, excel_csv)


def render_validation(validation: Validation, national: pd.DataFrame) -> str:
    """The validation as a page that needs no other file. ``national``: the tables of all runs together."""
    pairs = charted(validation)
    figures = {"validation": charts.validation_grid(validation, pairs)} if pairs else {}
    if len(validation.quarters):
        figures["within-2020"] = charts.stock_within_2020(national, validation.stocks)
    about = validation.about
    members = about.get("members")
    runs = (
        plural(
            "{count} member of the calibrated ensemble",
            "{count} members of the calibrated ensemble",
            members,
        )
        if members
        else plural("{count} seed", "{count} seeds", len(about.get("seeds") or []))
    )
    context = {
        "about": about,
        "scenario": translated(str(about.get("scenario_name")), "scenario"),
        "runs": runs,
        "validation": {
            **validation_context(validation),
            "short": validation_tables.validation_in_short(validation),
        },
        "images": {name: image_address(figures.get(name)) for name in ("validation", "within-2020")},
        "wall": wall_of_series(validation),
        "misses": misses_by_cause(validation),
        "limit": limit_words(),
        "legend": apart(charts.legend(validation)),
    }
    return page_template("validation.html.j2").render(context)


def charted(validation: Validation) -> list[tuple[str, str]]:
    """The pairs of indicator and group that the page draws."""
    known = set(zip(validation.rows["indicator"], validation.rows["group"], strict=True))
    return [pair for pair in CHARTED if pair in known]


def validation_context(validation: Validation) -> dict[str, Any]:
    return {
        "rows": validation_tables.validation_rows(validation),
        "missed_fit": _some(validation_tables.missed(validation, "fit")),
        "missed_unseen": _some(validation_tables.missed(validation, "unseen")),
        "missed_first": _some(validation_tables.missed(validation, "unseen"), 2),
        "benchmarks": validation_tables.benchmark_rows(validation),
        "benchmarks_beaten": validation_tables.benchmarks_beaten(validation),
        "stylised_facts": validation_tables.stylised_fact_rows(validation),
        "quarters": validation_tables.quarter_rows(validation),
        "corridors": moves_in_words(validation.corridors).to_dict("records"),
        "corridor_rule": _(RULE),
        "sampling": sampling_warning(validation),
        "rule": translated(validation.about.get("rule")),
        "fit": f"{FIRST_YEAR}–{LAST_FIT_YEAR}",
        "since": str(NEW_SAMPLE),
        "unseen": _years_of(validation, "unseen"),
        "new_sample": _years_of(validation, "new sample"),
        "levels": level_rows(validation),
        "level_heads": heads(),
        "level_rule": _(LEVEL_RULE),
    }


def _some(labels: list[str], most: int = 6) -> str:
    """The first few of a list in words, the others counted; nothing for an empty list."""
    more = len(labels) - most
    return apart([*labels[:most], _("and {count} more", count=more) if more > 0 else ""])


def _years_of(validation: Validation, period: str) -> str:
    years = validation.rows.loc[validation.rows["period"] == period, "year"]
    found: Sequence[int] = sorted(set(years))
    return f"{found[0]}–{found[-1]}" if len(found) > 1 else "".join(str(year) for year in found)


def page_template(name: str):
    """A template of ``templates``; ``{% trans %}`` and ``_("…")`` in it speak the language in use.

    ``language`` is that language, ``space`` what stands between two sentences in it.
    """
    return _template(name, language())


@cache
def _template(name: str, spoken: str):
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        extensions=["jinja2.ext.i18n"],
        loader=PackageLoader("sim.present.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(_, in_two_forms, newstyle=True)  # type: ignore[attr-defined]  # of the extension
    environment.filters |= {"apart": apart}
    environment.globals |= {"language": spoken, "space": " " if spoken == "en" else ""}
    return environment.get_template(name)
