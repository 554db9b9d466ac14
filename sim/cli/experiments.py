"""Commands for experiments of many runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.app import (
    Jobs,
    Json,
    Scale,
    ScenarioName,
    command,
    counted,
)
from sim.cli.terminal import (
    print_json,
    print_table,
    print_text,
    progress_bar,
    say,
)
from sim.core.arguments import parse_month, parse_scale
from sim.core.errors import Problem, UsageError


@command(simulates=True)
def sweep(
    experiment: Annotated[str, typer.Argument(metavar="EXPERIMENT", help="Experiment file, or its name.")],
    jobs: Jobs = 2,
    executor: Annotated[
        str | None, typer.Option(metavar="processes|dask", help="This machine's processes, or a cluster.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler, or its file; implies dask.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Only go on; never begin anew.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder; results/sweeps/NAME if not given.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Run even more than a million runs.")] = False,
    json: Json = False,
) -> None:
    """Run a declared experiment; one that was killed goes on where it stood."""
    from sim.analysis.sensitivity import answer
    from sim.experiments import load_experiment, run_sweep
    from sim.present.charts.sweep import draw_answer

    loaded = load_experiment(experiment)
    folder = out or Path("results") / "sweeps" / loaded.name
    with progress_bar(f"sweeping {loaded.name}", "runs") as bar:
        done = run_sweep(
            loaded,
            folder,
            jobs=jobs,
            executor=executor,
            scheduler=scheduler,
            resume=resume,
            progress=_kept_first(bar, resume),
            many=yes,
        )
    table = answer(done)
    pictures = draw_answer(done, table)
    for failure in done.failures.to_dict("records"):
        say(f"run {failure['run']} failed in {failure['stage']}: {failure['message']}")
    if json:
        print_json({"answer": table, "failures": done.failures, "folder": str(folder)})
        return
    print_table(table, loaded.question)
    print(f"Table, one row per run and year: {folder / 'results.parquet'}")
    for picture in pictures:
        print(f"Picture: {picture}")


def _kept_first(bar: Callable[..., None], is_resumed: bool) -> Callable[..., None]:
    """The bar, and before it first shows how much of a sweep taken up again is there already."""
    is_first = True

    def progress(done: int, total: int, failed: int) -> None:
        nonlocal is_first
        if is_first and (done or is_resumed):
            say(f"{done:,} of {counted(total, 'run')} kept from before, {total - done:,} left to do")
        is_first = False
        bar(done, total, failed)

    return progress


@command(simulates=True)
def attribute(
    scenario: ScenarioName,
    base: Annotated[str, typer.Option(help="The scenario that it is held against.")] = "baseline",
    over: Annotated[
        str, typer.Option(metavar="families|instruments|levers", help="What gets a share.")
    ] = "families",
    outcome: Annotated[
        str, typer.Option(metavar="NAME,...", help="Outcomes to share out.")
    ] = "settled,founders,out,income",
    year: Annotated[
        int | None, typer.Option(help="Calendar year; the fifth after the start if not given.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds of every combination.")] = 8,
    permutations: Annotated[str, typer.Option(metavar="N|all", help="Orders sampled for each seed.")] = "8",
    scale: Scale = "1:20000",
    jobs: Jobs = 2,
    out: Annotated[Path | None, typer.Option(help="Folder; results/attributions/NAME if not given.")] = None,
    json: Json = False,
) -> None:
    """Say which family, instrument or lever of a package did what, whatever their order.

    A call that was stopped goes on where it stood; more seeds or permutations add to what is there.
    """
    from sim.analysis.attribution import attribute as shared_out
    from sim.present.text.attribution import notes, records, rows, title

    if permutations != "all" and not (
        permutations.isascii() and permutations.isdigit() and int(permutations) > 0
    ):
        raise UsageError(
            Problem(
                "not a number of orders",
                key="--permutations",
                value=permutations,
                allowed="a whole number above 0, or all",
            )
        )
    keys = [word.strip() for word in outcome.split(",") if word.strip()]
    with progress_bar(f"sharing out {Path(scenario).stem} over its {over}", "runs") as progress:
        found = shared_out(
            scenario,
            base=base,
            over=over,
            outcomes=keys,
            seeds=seeds,
            year=year,
            scale=parse_scale(scale),
            permutations=None if permutations == "all" else int(permutations),
            jobs=jobs,
            folder=out,
            progress=progress,
        )
    if json:
        print_json(records(found))
        return
    for key in dict.fromkeys(found.totals["outcome"]):
        print_table(rows(found, key), title(found, key))
    for note in notes(found):
        print_text(f"* {note}")
    print(f"Values of all combinations: {found.folder / 'results.parquet'}")


@command(simulates=True)
def rerun(
    run_id: Annotated[str, typer.Argument(metavar="RUN_ID", help="A run_id, or a run's number in a sweep.")],
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="Its folder, if known.")] = None,
    json: Json = False,
) -> None:
    """Make one kept run again and say whether it is identical (exit code 0) or differs (1)."""
    from sim.experiments.rerun import rerun as made_again

    again = made_again(run_id, folder)
    if json:
        print_json({"identical": again.is_identical, **vars(again)})
    else:
        for change in again.changed:
            print_text(f"changed since: {change}")
        about = f"run {again.run_id or run_id} of {again.folder} ({again.scenario}, seed {again.seed})"
        print_text(f"{about}: {'identical' if again.is_identical else f'{again.differing} values differ'}")
        if not again.is_identical:
            print_table(again.differences)
    if not again.is_identical:
        raise SystemExit(1)


@command(simulates=True)
def plan(
    name: Annotated[str, typer.Argument(metavar="SCENARIO|EXPERIMENT", help="Either one, or its file.")],
    scale: Scale = "1:5000",
    end: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="Last month.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of a scenario.")] = 1,
    jobs: Jobs = 2,
    out: Annotated[Path | None, typer.Option(help="Folder of the sweep.")] = None,
    json: Json = False,
) -> None:
    """Say how many runs, how long, how much memory and disk. An experiment says its own scale and months."""
    from sim.experiments.costing import make_plan

    planned = make_plan(
        name,
        scale=parse_scale(scale),
        end=end and parse_month(end, "--to"),
        seeds=seeds,
        jobs=jobs,
        folder=out,
    )
    if json:
        print_json(vars(planned))
    else:
        print_table(planned.rows(), f"{planned.name}: nothing has been started")
