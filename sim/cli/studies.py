"""Virtual experiments: published designs repeated inside the model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.app import ExcelCsv, Json, check_file, command, say_if_stale, write_text
from sim.cli.terminal import print_json, print_table, progress_bar
from sim.core.errors import Problem, UsageError


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
        rows = [{"name": key, "question": load_virtual(key).question} for key in virtual_files()]
        print_json(rows) if json else print_table(rows, "Virtual experiments")
        return
    if members == 1:
        raise UsageError(Problem("an interval needs at least two members", key="--members", value=members))
    loaded, posterior = load_virtual(name), None
    if members:
        from sim.parameters.posterior import load_posterior

        posterior = load_posterior()
        say_if_stale(posterior)
    with progress_bar(f"running {loaded.name}", "pairs") as progress:
        found = run_virtual(
            loaded, seeds=seeds, scale=scale, posterior=posterior, members=members, progress=progress
        )
    if out:
        write_text(out, csv_bytes(found.table, excel_csv))
    if json:
        print_json({"estimates": found.table, "by_seed": found.by_seed})
        return
    print(studies_text(found), end="")
    print("Letters and numbers in brackets are rows of the evidence: `labor-sim cite A14` prints one.")
