"""Commands that hold forecasts against what came, and take in what came."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.app import (
    SOME_FAILED,
    ExcelCsv,
    Jobs,
    Json,
    Scale,
    check_file,
    check_out,
    command,
    print_place,
    simulated_seeds,
    staged_bars,
    write_text,
    written,
)
from sim.cli.terminal import print_json, print_table, print_text, say
from sim.core.arguments import parse_scale
from sim.core.chinese import parted
from sim.core.errors import Problem, UsageError, nearest
from sim.core.language import _, plural


@command(simulates=lambda options: not options["show"])
def backtest(
    origins: Annotated[
        str | None,
        typer.Option(metavar="YEAR,...", help="Last years that are fitted; by default 2017,2019,2021,2023."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Few and coarse runs, in a minute or two: does it work at all?")
    ] = False,
    jobs: Jobs = 2,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the runs and tables; by default results/backtest. A killed one goes on."
        ),
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="CSV file to store the forecasts in as well (sim/data/backtest.csv).")
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Run nothing: print the stored result that comes with the program.")
    ] = False,
    excel_csv: ExcelCsv = False,
    json: Json = False,
) -> None:
    """Forecast from past years: would the model have been right?

    At each origin parameters are fitted to the official figures up to that year alone, outside series go on
    as was expected then, and the next two years are held against last value, trend and an autoregression,
    with bands that rest on errors seen by then. Exits with 1 where runs failed, though enough were left to go
    on with.
    """
    from sim.validation.forecast_scores import stored_forecasts, summary

    if show:
        _print(stored_forecasts(), None, json, None)
        return
    from dataclasses import replace

    from sim.calibration.backtest import KIND, QUICK, checked_origins
    from sim.calibration.backtest import backtest as backtested
    from sim.calibration.origins import Plan
    from sim.present.charts.backtest import errors_by_horizon
    from sim.present.charts.style import as_png
    from sim.results.csv_files import csv_bytes
    from sim.world.data import load_data

    plan = QUICK if quick else Plan()
    if origins is not None:
        plan = replace(plan, origins=checked_origins(_years(origins), load_data()))
    folder = out or Path("results") / ("backtest-quick" if quick else "backtest")
    check_file(store)
    check_out(folder, KIND)
    with staged_bars(_("backtest")) as progress:
        found = backtested(folder, plan=plan, jobs=jobs, progress=progress)
    if store:
        write_text(store, csv_bytes(found.stored()))
    scores = summary(found.rows)
    for name, table in (
        ("forecasts", found.rows),
        ("scores", scores),
        ("expected_growth", found.growth),
        ("fits", found.fits),
    ):
        write_text(folder / f"{name}.csv", csv_bytes(table, excel_csv))
    write_text(folder / "backtest.png", as_png(errors_by_horizon(scores)))
    _print(found.rows, found, json, folder)
    for stage, count in found.failed_runs.items():
        say(
            plural(
                "{count} run of {stage} failed: see {file}",
                "{count} runs of {stage} failed: see {file}",
                count,
                stage=stage,
                file=folder / stage / "failures.parquet",
            )
        )
    if found.failed_runs:
        raise SystemExit(SOME_FAILED)


def _print(rows, found, json: bool, folder: Path | None) -> None:
    from sim.present.text.backtest import (
        BAND_HEADS,
        EFFECTS_APART,
        HEADS,
        ORIGIN_HEADS,
        band_rows,
        score_rows,
        sentences,
    )
    from sim.validation.forecast_scores import summary

    scores, by_origin = summary(rows), summary(rows, ["origin", "horizon"])
    if json:
        print_json(
            {
                "scores": scores,
                "by_origin": by_origin,
                "forecasts": rows,
                "expected_growth": None if found is None else found.growth,
                "fits": None if found is None else found.fits,
                "about": None if found is None else found.about,
                "folder": folder and str(folder),
            }
        )
        return
    print_table(score_rows(scores), _("Mean errors of forecasts, in tolerances of the figures"), dict(HEADS))
    heads = {name: words for name, words in ORIGIN_HEADS.items() if name != "subject"}
    print_table(score_rows(by_origin), _("By the last year that was fitted"), heads)
    title = _(
        "Bands that should hold 90 % of the figures: what they hold, their width and score in tolerances"
    )
    print_table(band_rows(rows), title, dict(BAND_HEADS))
    for sentence in (*sentences(rows), _(EFFECTS_APART)):
        print_text(sentence)
    if folder:
        print()
        print_place(_("Picture"), folder / "backtest.png")
        print_place(_("Tables"), folder)


@command(simulates=lambda options: not options["dry_run"])
def update_data(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="CSV file: year, indicator, group, value, unit, source_id; title, url, publisher, date of a "
            "new source.",
        ),
    ],
    into: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the figures; by default sim/data in a checkout, else a folder of your own that "
            "every command reads."
        ),
    ] = None,
    revise: Annotated[
        bool, typer.Option("--revise", help="Allow other values of figures that are there already.")
    ] = False,
    accept_jumps: Annotated[
        bool, typer.Option("--accept-jumps", help="Allow figures out of line with their series.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check, say what would change, write and run nothing.")
    ] = False,
    seeds: Annotated[int, typer.Option(min=1, help="Number of runs that the figures are held against.")] = 2,
    scale: Scale = "1:5000",
    json: Json = False,
) -> None:
    """Take in a new year of official figures, and judge the model.

    Rows continue series of sim/data/official_annual.csv. They are checked first: nothing is written if
    anything is wrong. In a checkout the errors of the model are appended to docs/wall.md.
    """
    size = parse_scale(scale)
    from sim.present.text.new_figures import COMPARED_HEADS, compared_rows, told, wall_entry
    from sim.validation.new_figures import read_new_figures, sources_in, write_new_figures
    from sim.world.data import PACKAGED_FOLDER, forget_data, load_data
    from sim.world.own_figures import VARIABLE, own_folder

    wall = PACKAGED_FOLDER.parents[1] / "docs" / "append_to_wall.py"
    in_checkout = into is None and wall.is_file() and os.access(PACKAGED_FOLDER, os.W_OK)
    if into is not None:
        os.environ[VARIABLE] = str(into)
        forget_data()
    folder = PACKAGED_FOLDER if in_checkout else own_folder()
    if folder is None:
        raise UsageError(
            Problem(_("there is no home folder to keep the figures in"), allowed=_("--into FOLDER"))
        )
    found = read_new_figures(file, load_data(), sources_in(folder), revise, accept_jumps)
    files: list[Path] = []
    if not dry_run:
        with written(folder):
            files = write_new_figures(found, folder)
        forget_data()
    last = int(found.rows["year"].max())
    compared, entry, digest = None, None, None
    if not dry_run:
        from sim.validation.validate import validate as validated

        validation = validated(simulated_seeds("baseline", f"1:{size}", f"{last}-12", seeds))
        keys = ["year", "indicator", "group"]
        compared = validation.rows.merge(found.rows[keys], "inner", keys)
        if in_checkout and len(found.to_write):
            from datetime import date

            entry = wall_entry(found, compared, date.today().isoformat(), seeds, size)
            digest = append_to_wall(wall, entry)
    if json:
        print_json(
            {
                "added": found.added,
                "revised": found.revised,
                "unchanged": found.unchanged,
                "new_sources": found.sources,
                "files": [str(path) for path in files],
                "compared": compared,
                "wall": digest,
            }
        )
        return
    for line in told(found):
        print_text(line)
    for path in files:
        print_place(_("Written"), path)
    if dry_run:
        print_text(_("Nothing was written; without --dry-run these figures go into {folder}.", folder=folder))
        return
    assert compared is not None, "the model was run"
    print_table(compared_rows(compared), _("The model on these figures"), dict(COMPARED_HEADS))
    if into is not None:
        print_text(
            _("Other commands read them with {variable}={folder} set.", variable=VARIABLE, folder=into)
        )
    if digest:
        print_text(
            _("Appended to docs/wall.md; its hash belongs into tests/test_wall.py: {digest}", digest=digest)
        )


def append_to_wall(tool: Path, entry: str) -> str:
    """Append an entry to the wall of scores by its own tool; its hash."""
    import runpy

    own = runpy.run_path(str(tool))
    wall = own["WALL"]
    text = own["appended"](wall.read_text("utf-8"), entry)
    wall.write_text(text, "utf-8")
    return own["entries"](text)[-1].digest


def _years(text: str) -> tuple[int, ...]:
    """Years with commas between them."""
    found = []
    for word in parted(text):
        if not (word.isascii() and word.isdecimal() and len(word) == 4):
            raise UsageError(
                Problem(
                    _("not a year"),
                    key="--origins",
                    value=word,
                    allowed=_("years of four digits with commas between them: 2017,2019"),
                    nearest=nearest(word, ("2017", "2019", "2021", "2023")),
                )
            )
        found.append(int(word))
    return tuple(found)
