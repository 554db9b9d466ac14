"""Virtual experiments, and checks of the model's mechanics."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.app import SOME_FAILED, ExcelCsv, Json, check_file, command, say_if_stale, write_text
from sim.cli.terminal import print_json, print_table, progress_bar, say
from sim.core.errors import Problem, UsageError, headed
from sim.core.language import _, in_language, translated


@command(simulates=lambda options: bool(options["name"]))
def virtual(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Virtual experiment, or its file; without one, list them.")
    ] = "",
    seeds: Annotated[
        int | None, typer.Option(min=2, help="Number of pairs of runs; by default that of the file.")
    ] = None,
    scale: Annotated[
        str | None, typer.Option(help="Real workers per simulated one; by default that of the file.")
    ] = None,
    members: Annotated[
        int, typer.Option(min=0, help="Use members of the calibrated ensemble, one for each seed.")
    ] = 0,
    out: Annotated[Path | None, typer.Option(help="CSV file to write the table to.")] = None,
    excel_csv: ExcelCsv = False,
    json: Json = False,
) -> None:
    """Repeat a published study design inside the model."""
    check_file(out)
    from sim.present.text.studies import studies_text
    from sim.results.csv_files import csv_bytes
    from sim.studies import load_virtual, run_virtual, virtual_files

    if not name:
        rows = [{"name": key, "question": translated(load_virtual(key).question)} for key in virtual_files()]
        print_json(rows) if json else print_table(
            rows, _("Virtual experiments"), {"name": _("name"), "question": _("question")}
        )
        return
    if members == 1:
        raise UsageError(Problem(_("an interval needs at least two members"), key="--members", value=members))
    loaded, posterior = load_virtual(name), None
    if members:
        from sim.parameters.posterior import load_posterior

        posterior = load_posterior()
        say_if_stale(posterior)
    with progress_bar(_("running {name}", name=loaded.name), "pairs") as progress:
        found = run_virtual(
            loaded, seeds=seeds, scale=scale, posterior=posterior, members=members, progress=progress
        )
    if out:
        write_text(out, csv_bytes(found.table, excel_csv))
    if json:
        print_json({"estimates": found.table, "by_seed": found.by_seed})
        return
    print(studies_text(found), end="")
    print(_("Letters and numbers in brackets are rows of the evidence: `labor-sim cite A14` prints one."))


@command(simulates=True)
def check_model(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Files of checks, by name or path; by default all."),
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Number of seeds; by default that of each file.")
    ] = None,
    scale: Annotated[
        str | None, typer.Option(help="Real workers per simulated one; by default that of each file.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="CSV file to write the table to.")] = None,
    excel_csv: ExcelCsv = False,
    json: Json = False,
) -> None:
    """Shock one thing at a time: is the answer as it should be?

    Prints what was expected and found. Ends with 1 if a check fails.
    """
    check_file(out)
    import pandas as pd

    from sim.present.text.checks import HEADINGS, check_rows
    from sim.results.csv_files import csv_bytes
    from sim.studies import check_files, load_checks, run_checks

    files = [load_checks(name) for name in names or check_files()]  # all are read before the first is run
    results = []
    for file in files:
        with progress_bar(_("running {name}", name=file.name), "runs") as progress:
            results.append(run_checks(file, seeds=seeds, scale=scale, progress=progress))
        if not json:
            print_table(
                check_rows(results[-1].table),
                headed(in_language(file.title.model_dump()), translated(file.question)),
                HEADINGS,
            )
    table = pd.concat([one.table for one in results], ignore_index=True)
    if out:
        write_text(out, csv_bytes(table, excel_csv))
    if json:
        print_json(table)
    failed = sum(one.failed for one in results)
    say(
        _(
            "{count} checks: {passed} passed, {failed} failed",
            count=len(table),
            passed=len(table) - failed,
            failed=failed,
        )
    )
    if failed:
        raise SystemExit(SOME_FAILED)
