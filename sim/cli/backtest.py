"""Commands that hold forecasts against what came, and take in what came."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.app import (
    SOME_FAILED,
    ExcelCsv,
    Jobs,
    Json,
    check_file,
    check_out,
    command,
    print_place,
    staged_bars,
    write_text,
)
from sim.cli.terminal import print_json, print_table, print_text, say
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
    """Forecast from rolling origins: would the model have been right?

    At each origin parameters are fitted to the official figures up to that year alone, the outside series go
    on as one would have expected then, and the next two years are held against last value, trend and an
    autoregression. Exits with 1 where runs failed, though enough were left to go on with.
    """
    from sim.validation.forecasts import stored_forecasts, summary

    if show:
        _print(stored_forecasts(), None, json, None)
        return
    from dataclasses import replace

    from sim.calibration.backtest import KIND, QUICK, Plan, checked_origins
    from sim.calibration.backtest import backtest as backtested
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
    from sim.present.text.backtest import HEADS, ORIGIN_HEADS, score_rows, sentences
    from sim.validation.forecasts import summary

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
    for sentence in sentences(rows):
        print_text(sentence)
    if folder:
        print()
        print_place(_("Picture"), folder / "backtest.png")
        print_place(_("Tables"), folder)


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
