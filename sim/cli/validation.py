"""Commands that compare the model with data: validation, official tables, population, corridors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.app import (
    End,
    ExcelCsv,
    Json,
    Out,
    Scale,
    ScenarioName,
    Seed,
    Start,
    check_file,
    check_out,
    command,
    moves_over,
    moves_scale,
    print_folder,
    print_warnings,
    save,
    say_if_stale,
    simulated,
    simulated_seeds,
    write_text,
)
from sim.cli.terminal import print_json, print_table, print_text, progress_bar
from sim.core.arguments import parse_month, parse_scale
from sim.core.errors import Problem, ResultsError, UsageError
from sim.core.language import _, in_context, language, plural, speaking


@command(simulates=True)
def validate(
    scenario: ScenarioName = "baseline",
    seeds: Annotated[int, typer.Option(min=1, help="Number of runs, of which the mean is compared.")] = 2,
    scale: Scale = "1:5000",
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="Last month.")] = "2024-12",
    ensemble: Annotated[
        int,
        typer.Option(
            min=0,
            help="Members of the calibrated ensemble to run instead of the default parameters; their band is "
            "shown.",
        ),
    ] = 0,
    out: Out = None,
    excel_csv: ExcelCsv = False,
    json: Json = False,
) -> None:
    """Compare the model with official statistics."""
    check_out(out, "validation")
    from sim.present.text.level_bands import validation_and_levels
    from sim.present.text.validation import sampling_warning
    from sim.validation.validate import validate as validated

    if ensemble:
        runs, moves = _ensemble_runs(scenario, scale, end, ensemble, seeds), None
    else:
        runs = simulated_seeds(scenario, scale, end, seeds)
        moves = moves_over(scenario, moves_scale(scale), range(1, seeds + 1), end)
    print_warnings(runs[0].manifest)
    validation = validated(runs, moves=moves, members=ensemble)
    unsaved = None
    if out:
        import pandas

        from sim.present.pages.validation import publish_validation

        national = pandas.concat([run.national for run in runs])
        unsaved = save(lambda folder: publish_validation(validation, national, folder, excel_csv), out)
    if json:
        print_json(
            {
                "rows": validation.rows,
                "summary": validation.summary,
                "quarters_2020": validation.quarters,
                "stylised_facts": validation.stylised_facts,
                "corridors": validation.corridors,
                "sampling_warning": sampling_warning(validation) or None,
                "folder": out and not unsaved and str(out),
            }
        )
        if unsaved:
            raise unsaved
        return
    print(validation_and_levels(validation), end="")
    if unsaved:
        raise unsaved
    print_folder(out)


@command(simulates=True)
def trust(
    seeds: Annotated[int, typer.Option(min=1, help="Number of runs, of which the mean is compared.")] = 2,
    scale: Scale = "1:5000",
    out: Annotated[
        Path | None,
        typer.Option(help="Markdown file, such as trust.md; without one the page is printed."),
    ] = None,
    both: Annotated[
        bool,
        typer.Option(
            "--both",
            help="Write the page in both languages: with --out trust.md, English there and Chinese into "
            "trust.zh.md.",
        ),
    ] = False,
) -> None:
    """Write the page on how far to trust the model."""
    check_file(out)
    files: dict[str, Path | None] = {language(): out}
    if both:
        if out is None:
            raise UsageError(Problem(_("two pages need a file"), key="--both", allowed=_("with --out FILE")))
        in_chinese = out.with_suffix(f".zh{out.suffix}")
        check_file(in_chinese)
        files = {"en": out, "zh": in_chinese}
    from sim.parameters.posterior import PACKAGED, load_posterior
    from sim.present.pages.trust import trust_page
    from sim.present.text.instruments import list_instruments, list_levers
    from sim.studies import published_effects
    from sim.studies.documents import document_runs
    from sim.validation.forecast_scores import PACKAGED as STORED
    from sim.validation.forecast_scores import stored_forecasts
    from sim.validation.programmes import programmes_table, unrecorded_spending
    from sim.validation.validate import validate as validated

    end = "2024-12"
    forecasts = stored_forecasts() if STORED.is_file() else None
    runs = simulated_seeds("baseline", scale, end, seeds)
    moves = moves_over("baseline", moves_scale(scale), range(1, seeds + 1), end)
    found = validated(runs, moves=moves)
    posterior = load_posterior() if PACKAGED.is_file() else None
    with progress_bar(_("running published effects"), "files") as progress:
        effects = published_effects(progress=progress)
    with progress_bar(_("running policy documents"), "runs") as progress:
        documents = document_runs(progress=progress)
    programmes = programmes_table(documents), unrecorded_spending(documents)
    command = f"labor-sim trust --seeds {seeds} --scale {scale}"
    failed = None
    for name, file in files.items():
        with speaking(name):
            levers = [*list_levers(), *list_instruments()]
            page = trust_page(found, levers, posterior, command, effects, forecasts, programmes)
        if file is None:
            print(page, end="")
            continue
        try:
            write_text(file, page)
        except ResultsError as error:  # the other page is written all the same
            failed = failed or error
        else:
            print(_("Page: {file}", file=file))
    if failed:
        raise failed


@command(simulates=lambda options: not _is_results(options["source"]))
def official(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO|FOLDER",
            help="A scenario, run with these options, or a folder of results, read as it is.",
        ),
    ],
    scale: Scale = "1:5000",
    start: Start = "2014-01",
    end: End = None,
    seed: Seed = 0,
    out: Annotated[Path | None, typer.Option(help="CSV file to write the table to.")] = None,
    excel_csv: ExcelCsv = False,
    json: Json = False,
) -> None:
    """Print results under the official definitions."""
    check_file(out)
    from sim.results.csv_files import csv_bytes
    from sim.results.official import official_table
    from sim.results.results import Results

    if _is_results(source):
        results = Results.load(source)
    else:
        results = simulated(source, scale, start, end, seed)
    table = official_table(results)
    if table.empty:
        raise UsageError(
            Problem(
                _("the run holds no whole calendar year, and the official figures are yearly"), value=source
            )
        )
    if out:
        write_text(out, csv_bytes(table, excel_csv))
    if json:
        print_json(table)
    else:
        from sim.present.text.official import official_in_words

        print_table(
            official_in_words(table),
            _("Under the official definitions (--json and --out use the names of the data files)"),
        )


@command
def population(scale: Scale = "1:5000", seed: Seed = 0, json: Json = False) -> None:
    """Print the synthetic population beside its sources."""
    from sim.validation.population import population_table

    table = population_table(parse_scale(scale), seed)
    if json:
        print_json(table)
        return
    from sim.present.text.population import population_in_words, population_notes

    print_table(
        population_in_words(table),
        _("The synthetic workers of January 2014 beside the sources of their marginals"),
        {
            "marginal": _("marginal"),
            "group": _("group"),
            "category": _("category"),
            "made": _("made"),
            "expected": _("expected"),
            "sampling_error": _("sampling error"),
            "source_value": _("source value"),
            "unit": _("unit"),
            "status": _("status"),
            "source": _("source"),
        },
    )
    for note in population_notes(table):
        print_text(f"* {note}")


@command(simulates=True)
def moves(
    scenario: ScenarioName,
    start: Annotated[
        str, typer.Option("--from", metavar="YYYY-MM", help="Month of the earlier residence.")
    ] = "2014-11",
    end: Annotated[
        str, typer.Option("--to", metavar="YYYY-MM", help="Month of the present residence.")
    ] = "2019-11",
    scale: Scale = "1:250",
    seed: Seed = 0,
    seeds: Annotated[
        int, typer.Option(min=1, help="Number of runs, from that seed on, of which the mean is taken.")
    ] = 1,
    out: Annotated[Path | None, typer.Option(help="CSV file to write the table to.")] = None,
    excel_csv: ExcelCsv = False,
    json: Json = False,
) -> None:
    """Print moves between provinces in the census definition."""
    check_file(out)
    first, last = parse_month(start, "--from"), parse_month(end, "--to")
    from sim.present.text.numbers import month_label
    from sim.present.text.validation import moves_in_words, moves_warning
    from sim.results.csv_files import csv_bytes
    from sim.scenario.references import province_in_words
    from sim.validation.five_year_moves import RULE, moves_table
    from sim.validation.validate import corridors_table
    from sim.world.data import load_data

    total, data = moves_over(scenario, scale, range(seed, seed + seeds), last, first, last), load_data()
    table, compared = moves_table(total, data), corridors_table(total, data)
    if out:
        write_text(out, csv_bytes(table, excel_csv))
    warning = moves_warning(total, parse_scale(scale))
    if json:
        print_json(
            {
                "moves": table,
                "compared": compared,
                "from": first,
                "to": last,
                "unit": "persons",
                "sampling_warning": warning or None,
            }
        )
        return
    moved = table[table["origin_code"] != table["dest_code"]].sort_values("persons", ascending=False)
    largest = moved.head(20).astype({"origin_code": str, "dest_code": str})
    print_table(
        largest.assign(**{name: largest[name].map(province_in_words) for name in ("origin", "destination")}),
        _(
            "{scenario}: the largest of {count} cross-province corridors, by residence at the end of "
            "{first} and of {last}, persons",
            scenario=scenario,
            count=len(moved),
            first=month_label(first),
            last=month_label(last),
        ),
        {
            "origin_code": _("origin code"),
            "origin": in_context("place", "origin"),
            "dest_code": _("dest code"),
            "destination": _("destination"),
            "persons": _("persons"),
        },
    )
    print_table(
        moves_in_words(compared),
        _("Compared with the census table of 2010-15 (all registrations, age five and over)"),
        {
            "measure": _("measure"),
            "census": _("census"),
            "model": _("model"),
            "table of 2005-10": _("table of 2005-10"),
            "aim": _("aim"),
            "verdict": _("verdict"),
            "errs least": _("errs least"),
        },
    )
    print_text(_(RULE))
    if warning:
        print_text(warning)
    if (first, last) != ("2014-11", "2019-11"):
        print_text(_("The aims hold for moves from November 2014 to November 2019."))


@command
def estimate(
    out: Annotated[Path | None, typer.Option(help="CSV file to write the table to.")] = None,
    excel_csv: ExcelCsv = False,
    json: Json = False,
) -> None:
    """Estimate corridor terms on the census moves of 2005-10."""
    check_file(out)
    from sim.present.text.estimates import estimates_in_words
    from sim.results.csv_files import csv_bytes
    from sim.validation.gravity import estimates_table
    from sim.world.data import load_data

    table = estimates_table(load_data())
    if out:
        write_text(out, csv_bytes(table, excel_csv))
    if json:
        print_json(table)
        return
    print_table(
        estimates_in_words(table),
        _(
            "Gravity by Poisson on shares of the moves of 2005-10; standard errors clustered by origin; "
            "CPC: common part of commuters"
        ),
        {
            "specification": _("specification"),
            "term": _("term"),
            "estimate": _("estimate"),
            "standard_error": _("standard error"),
            "common_part_of_commuters_2005_10": _("CPC 2005-10"),
            "common_part_of_commuters_2010_15": _("CPC 2010-15"),
            "log_correlation_2010_15": _("log correlation 2010-15"),
        },
    )


def _is_results(source: str) -> bool:
    """Whether it is a folder and not a scenario; a folder without results is refused when it is read."""
    from sim.results.folders import MANIFEST
    from sim.scenario.loading import scenario_files

    folder = Path(source)
    return (folder / MANIFEST).is_file() or (folder.is_dir() and source not in scenario_files())


def _ensemble_runs(scenario: str, scale: str, end: str, count: int, seeds: int) -> list:
    """Runs of the scenario under members of the calibrated ensemble."""
    from sim.comparison.bands import ensemble_runs
    from sim.parameters.posterior import load_posterior
    from sim.scenario.loading import load_scenario

    loaded, posterior, found = load_scenario(scenario), load_posterior(), []
    say_if_stale(posterior)
    with progress_bar(
        plural(
            "running {name} at {count} member", "running {name} at {count} members", count, name=loaded.name
        ),
        "runs",
    ) as progress:
        runs = ensemble_runs(
            loaded,
            count,
            scale=parse_scale(scale),
            end=parse_month(end, "--to"),
            seeds=seeds,
            posterior=posterior,
        )
        progress(0, count)
        for run in runs:
            found.append(run)
            progress(len(found), count)
    return found
