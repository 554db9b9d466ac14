"""The command that compares policies with a baseline."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.app import (
    ExcelCsv,
    Jobs,
    Json,
    Out,
    Scale,
    Start,
    check_out,
    command,
    print_folder,
    print_place,
    print_warnings,
    save,
    say_if_stale,
    say_if_untitled,
    staged_bars,
)
from sim.cli.terminal import (
    print_json,
    print_table,
    print_text,
    warn,
)
from sim.core.arguments import parse_month, parse_scale
from sim.core.errors import Problem, UsageError
from sim.core.language import _, in_language, plural

OWN_REFERENCE = "reference"  # in the place of a base: the reference that the policies name


By = Annotated[
    list[str] | None,
    typer.Option(
        metavar="DIMENSION,...",
        help="Effects by place or group too: home-province, destination, tier, corridor, region, age, "
        "sex, schooling, poor, activity; several with commas.",
    ),
]


Xlsx = Annotated[bool, typer.Option("--xlsx", help="Write all tables as a workbook, results.xlsx, too.")]
Docx = Annotated[bool, typer.Option("--docx", help="Write the brief for Word, brief.docx, too.")]
Pdf = Annotated[
    bool, typer.Option("--pdf", help="Print the page to report.pdf through an installed browser.")
]
Svg = Annotated[bool, typer.Option("--svg", help="Write each picture as SVG and as PDF too.")]


Lives = Annotated[
    bool,
    typer.Option(
        "--lives", help="Add who moves because of each policy: groups, and two lives of a typical worker."
    ),
]


def chosen_forms(out: Path | None, **asked: bool) -> list[str]:
    """The forms that are asked for beside the page. Raises ``UsageError`` for one that cannot be written."""
    from sim.present.office.forms import check_forms

    forms = [form for form, is_asked in asked.items() if is_asked]
    if forms and out is None:
        raise UsageError(
            Problem(_("needs a folder to be written to"), key=f"--{forms[0]}", allowed=_("--out FOLDER"))
        )
    check_forms(forms)
    return forms


def _typed_command() -> str:
    """The command as it was typed, for the page, which says how to repeat it."""
    return " ".join(["labor-sim", *(shlex.quote(word) for word in sys.argv[1:])])


@command(simulates=True)
def compare(
    base: Annotated[
        str,
        typer.Argument(
            metavar="[BASE]",
            help="The scenario to compare with. One policy alone is compared with the reference that it "
            "names; the word reference before several does so for them.",
        ),
    ],
    policies: Annotated[
        list[str] | None, typer.Argument(metavar="POLICY...", help="The scenarios to compare.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Number of seeds: pairs of runs for each policy.")] = 20,
    scale: Scale = "1:5000",
    start: Start = "2014-01",
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="Last month.")] = "2035-12",
    jobs: Jobs = 2,
    ensemble: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="N",
            help="Members of the calibrated ensemble, and draws of the size of the levers, behind the bands: "
            "10 of each by default; 0 for intervals over seeds alone.",
        ),
    ] = None,
    ensemble_scale: Annotated[
        str | None,
        typer.Option(
            help="Scale of the runs behind the bands: by default 1:5000, or the comparison's if coarser."
        ),
    ] = None,
    horizons: Annotated[
        str | None,
        typer.Option(
            metavar="YEARS",
            help="Years in which policies are judged, with commas: +5 for the fifth of each policy, 2028 for "
            "its year in 2028, end for the last in which all its levers are in force.  [default: +5,+10,end]",
        ),
    ] = None,
    by: By = None,
    lives: Lives = False,
    focus: Annotated[
        str | None,
        typer.Option(
            metavar="PROVINCE",
            help="A page for one province too, such as henan or 河南: its people wherever they work, its "
            "jobs whoever holds them.",
        ),
    ] = None,
    out: Out = None,
    excel_csv: ExcelCsv = False,
    xlsx: Xlsx = False,
    docx: Docx = False,
    pdf: Pdf = False,
    svg: Svg = False,
    json: Json = False,
) -> None:
    """Compare policies with a baseline, or with their reference."""
    check_out(out, "comparison")
    from sim.present.text.comparison import headline
    from sim.present.text.focus import page_of, province_headline

    first, last = parse_month(start, "--from"), parse_month(end, "--to")
    from sim.analysis.uncertainty import compare_with_bands, forget
    from sim.comparison.bands import MEMBERS
    from sim.comparison.breakdown import checked_dimensions
    from sim.comparison.compare import focus_named, with_base
    from sim.comparison.horizons import checked_horizons
    from sim.parameters.posterior import load_posterior
    from sim.results.folders import UNFINISHED

    words = checked_horizons(horizons)
    dimensions = checked_dimensions(by or ())
    forms = chosen_forms(out, xlsx=xlsx, docx=docx, pdf=pdf, svg=svg)
    if not policies:
        named, policies = None, [base]
    else:
        named = None if base == OWN_REFERENCE else base
    reference, loaded, said = with_base(named, policies)
    for warning in said:
        warn(in_language(warning))
    province = focus_named(focus, loaded)
    say_if_untitled(*loaded)
    members = MEMBERS if ensemble is None else ensemble
    posterior = load_posterior() if members else None
    if posterior:
        say_if_stale(posterior)
    unfinished = out / UNFINISHED if out else None
    with staged_bars(
        plural("comparing {count} policy", "comparing {count} policies", len(policies))
    ) as progress:
        comparison = compare_with_bands(
            reference,
            loaded,
            said=said,
            members=members,
            scale=parse_scale(scale),
            seeds=seeds,
            jobs=jobs,
            members_scale=ensemble_scale and parse_scale(ensemble_scale, "--ensemble-scale"),
            folder=unfinished,
            posterior=posterior,
            progress=progress,
            start=first,
            end=last,
            horizons=words,
            focus=province,
            earlier=out,
        )
    print_warnings(comparison.manifest)
    unsaved = None
    if out and unfinished:
        from sim.present.pages.comparison import publish_comparison

        galleries = _galleries(comparison, reference, loaded) if lives else ()
        publish = partial(
            publish_comparison,
            comparison,
            command=_typed_command(),
            excel_csv=excel_csv,
            by=dimensions,
            also=forms,
            lives=galleries,
        )
        unsaved = save(publish, out)
        if not unsaved:
            forget(unfinished)
    if json:
        folder = out and not unsaved and str(out)
        found = {"effects": comparison.judged, "headline": headline(comparison), "folder": folder}
        if dimensions:
            found["by_group"] = _by_group(comparison, dimensions)
        if province:
            found["focus"] = province_headline(comparison)
        print_json(found)
        if unsaved:
            raise unsaved
        return
    for sentence in headline(comparison):
        print_text(sentence)
    _print_bands(comparison)
    _print_by_group(comparison, dimensions)
    for sentence in province_headline(comparison) if province else ():
        print_text(sentence)
    if unsaved:
        raise unsaved
    print_folder(out, forms)
    if out and province:
        print_place(_("Province"), out / page_of(province))


def _galleries(comparison: Any, base: Any, policies: Any) -> Any:
    """Who moves because of each policy."""
    from sim.comparison.changers import galleries

    with staged_bars(_("looking for who moves")) as progress:
        return galleries(comparison, base, policies, progress=progress)


def _print_bands(comparison: Any) -> None:
    """Print the sources of uncertainty of each headline effect, a table for each policy."""
    from sim.present.text.bands import band_rows
    from sim.present.text.comparison import main_horizon, period_words, title_of

    for policy in comparison.policies:
        table = comparison.judged[comparison.judged["policy"] == policy["name"]]
        horizon = main_horizon(policy)
        rows = band_rows(comparison, policy["name"], horizon)
        if rows:
            months = table.loc[table["horizon_years"] == horizon, ["from_month", "to_month"]].iloc[0]
            print_table(
                [{**row, **row["shares"]} for row in rows],
                _(
                    "{policy}, year {year} ({period}): the effect in that year, its 95 % band, and the share "
                    "of each source of uncertainty",
                    policy=title_of(policy),
                    year=horizon,
                    period=period_words(*months),
                ),
                {
                    "outcome": _("outcome"),
                    "unit": _("unit"),
                    "effect": _("effect"),
                    "band": _("95 % band"),
                    "parameters": _("parameters"),
                    "levers": _("size of levers"),
                    "monte_carlo": _("Monte Carlo"),
                    "scenario": _("future"),
                    "reading": _("reading"),
                },
            )


def _by_group(comparison: Any, dimensions: Sequence[str]) -> Any:
    """The rows of the table by group of those dimensions."""
    table = comparison.by_group
    return table[table["dimension"].isin(dimensions)]


def _print_by_group(comparison: Any, dimensions: Sequence[str]) -> None:
    """Print a table for each policy and dimension, and what the scale carries."""
    from sim.present.pages.breakdown import sections
    from sim.present.text.breakdown import MAIN

    for section in sections(comparison, dimensions, with_figures=False):
        rows = [
            {
                "group": row["group"],
                "persons": row["persons"],
                **{name: _with_range(cell) for name, cell in row["cells"].items() if name in MAIN},
            }
            for row in section.rows
        ]
        heads = {name: words for name, words, _unit in section.columns if name in MAIN}
        print_table(
            rows,
            _("{title}, {period}", title=section.title, period=section.when),
            {"group": "", "persons": _("workers"), **heads},
        )
        for sentence in section.sentences:
            print_text(f"* {sentence}")
        print()


def _with_range(cell: dict[str, str]) -> str:
    return (
        _("{value} ({interval})", value=cell["text"], interval=cell["range"])
        if cell["range"]
        else cell["text"]
    )
