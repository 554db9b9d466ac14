"""The command that runs one scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.app import (
    End,
    Json,
    Out,
    Scale,
    ScenarioName,
    Seed,
    Start,
    check_file,
    check_out,
    command,
    print_warnings,
    save,
    simulated,
)
from sim.cli.terminal import (
    print_json,
    print_table,
)
from sim.core.arguments import parse_ids, parse_month
from sim.core.errors import Problem, UsageError
from sim.core.language import _


@command(simulates=True)
def run(
    scenario: ScenarioName,
    scale: Scale = "1:5000",
    start: Start = "2014-01",
    end: End = None,
    seed: Seed = 0,
    out: Out = None,
    trace: Annotated[
        str,
        typer.Option(
            metavar="ID,...",
            help="Ids of workers to record month by month; a wrong id is told some.",
        ),
    ] = "",
    save_at: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Save the state of the run before this month.")
    ] = None,
    save_to: Annotated[
        Path | None, typer.Option(help="File for the state; by default SCENARIO-YYYY-MM.state.")
    ] = None,
    branch_from: Annotated[
        Path | None,
        typer.Option(help="Continue from a saved state; SCENARIO must be the same before its month."),
    ] = None,
    json: Json = False,
) -> None:
    """Run one scenario and print its headline outcomes by year."""
    ids = parse_ids(trace, "--trace")
    if save_to and not save_at:
        raise UsageError(Problem(_("needs --save-at"), key="--save-to", value=str(save_to)))
    check_out(out, "run")
    state: dict[str, Any] = {"branch_from": branch_from} if branch_from else {}
    if save_at:
        state["save_at"] = parse_month(save_at, "--save-at")
        state["save_to"] = save_to = save_to or Path(f"{Path(scenario).stem}-{state['save_at']}.state")
        check_file(save_to)
    results = simulated(scenario, scale, start, end, seed, ids, **state)
    print_warnings(results.manifest)
    unsaved = save(results.save, out) if out else None
    from sim.present.text.outcomes import years_in_words
    from sim.results.outcomes import HEADLINE
    from sim.results.yearly import yearly

    years = yearly(results.national, HEADLINE)
    if json:
        print_json(
            {
                "years": years,
                "manifest": results.manifest,
                "folder": out and not unsaved and str(out),
                "state": save_to and str(save_to),
            }
        )
        if unsaved:
            raise unsaved
        return
    print_table(
        years_in_words(years),
        _("{name}: yearly means, and totals of flows", name=results.manifest["scenario_name"]),
    )
    if save_at:
        print(_("State before {month}: {file}", month=save_at, file=save_to))
    if unsaved:
        raise unsaved
    print(_("Results: {folder}", folder=out) if out else _("Not saved: add --out FOLDER to save the tables."))
