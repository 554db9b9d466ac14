"""Commands for experiments of many runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.app import (
    SOME_FAILED,
    Jobs,
    Json,
    Scale,
    ScenarioName,
    command,
)
from sim.cli.terminal import (
    print_json,
    print_table,
    print_text,
    progress_bar,
    say,
)
from sim.core.arguments import parse_month, parse_scale
from sim.core.chinese import LAYERS, parted
from sim.core.errors import Problem, UsageError
from sim.core.language import N_, _, plural, translated


@command(simulates=True)
def sweep(
    experiment: Annotated[str, typer.Argument(metavar="EXPERIMENT", help="Experiment file, or its name.")],
    jobs: Jobs = 2,
    executor: Annotated[
        str | None,
        typer.Option(metavar="processes|dask", help="Processes of this machine, or a Dask cluster."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Address or file of the Dask scheduler; implies dask."),
    ] = None,
    wait: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="SECONDS",
            help="How long the Dask scheduler may be without workers: 600 by default; then the sweep ends "
            "with 2 and can be resumed.",
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Resume only; refuse to begin a new sweep.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results; by default results/sweeps/NAME.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Allow more than a million runs.")] = False,
    json: Json = False,
) -> None:
    """Run an experiment, or resume an interrupted one.

    A run that fails is told and the rest go on; the command then exits with 1.
    """
    from sim.analysis.sensitivity import answer
    from sim.experiments import load_experiment, run_sweep
    from sim.present.charts.sweep import draw_answer

    loaded = load_experiment(experiment)
    folder = out or Path("results") / "sweeps" / loaded.name
    with progress_bar(_("sweeping {name}", name=loaded.name), "runs") as bar:
        done = run_sweep(
            loaded,
            folder,
            jobs=jobs,
            executor=executor,
            scheduler=scheduler,
            wait_seconds=wait,
            resume=resume,
            progress=_kept_first(bar, resume),
            many=yes,
        )
    table = answer(done)
    pictures = draw_answer(done, table)
    for failure in done.failures.to_dict("records"):
        said = {"run": failure["run"], "stage": _(failure["stage"]), "message": failure["message"]}
        say(_("run {run} failed in {stage}: {message}", **said))
    if json:
        print_json({"answer": table, "failures": done.failures, "folder": str(folder)})
    else:
        print_table(table, translated(loaded.question))
        print(_("Table, one row per run and year: {file}", file=folder / "results.parquet"))
        for picture in pictures:
            print(_("Picture: {file}", file=picture))
    if len(done.failures):
        say(
            plural(
                "{count} run of {total:,} failed; the same command tries them again",
                "{count} runs of {total:,} failed; the same command tries them again",
                len(done.failures),
                total=loaded.run_count,
            )
        )
        raise SystemExit(SOME_FAILED)


def _kept_first(bar: Callable[..., None], is_resumed: bool) -> Callable[..., None]:
    """The progress bar; before it appears, a line on how many runs of a resumed sweep are done."""
    is_first = True

    def progress(done: int, total: int, failed: int) -> None:
        nonlocal is_first
        if is_first and (done or is_resumed):
            say(
                plural(
                    "{done:,} of {count} run were done before; {left:,} are left",
                    "{done:,} of {count} runs were done before; {left:,} are left",
                    total,
                    done=done,
                    left=total - done,
                )
            )
        is_first = False
        bar(done, total, failed)

    return progress


_ATTRIBUTING = {
    "families": N_("attributing {name} to its families"),
    "instruments": N_("attributing {name} to its instruments"),
    "levers": N_("attributing {name} to its levers"),
}


@command(simulates=True)
def attribute(
    scenario: ScenarioName,
    base: Annotated[
        str | None,
        typer.Option(help="The scenario to compare with; by default the reference that the package names."),
    ] = None,
    over: Annotated[
        str, typer.Option(metavar="families|instruments|levers", help="What the effect is attributed to.")
    ] = "families",
    outcome: Annotated[
        str,
        typer.Option(
            metavar="NAME,...",
            help="Outcomes to attribute; a wrong name lists them all.",
        ),
    ] = "settled,founders,out,income",
    year: Annotated[
        int | None, typer.Option(help="Calendar year; by default the fifth after the start.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Number of seeds of every combination.")] = 8,
    permutations: Annotated[
        str, typer.Option(metavar="N|all", help="Number of orders of the levers sampled for each seed.")
    ] = "8",
    scale: Scale = "1:20000",
    jobs: Jobs = 2,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the results; by default results/attributions/NAME-OVER."),
    ] = None,
    json: Json = False,
) -> None:
    """Attribute the effects of a package to its parts."""
    from sim.analysis.attribution import attribute as shared_out
    from sim.present.text.attribution import notes, records, rows, title

    if permutations != "all" and not (
        permutations.isascii() and permutations.isdigit() and int(permutations) > 0
    ):
        raise UsageError(
            Problem(
                _("not a number of orders"),
                key="--permutations",
                value=permutations,
                allowed=_("a whole number above 0, or all"),
            )
        )
    keys = [word for word in parted(outcome) if word]
    if not keys:
        raise UsageError(
            Problem(_("names no outcome"), key="--outcome", value=outcome, allowed=_("such as settled,out"))
        )
    with progress_bar(
        _(_ATTRIBUTING.get(over, _ATTRIBUTING["levers"]), name=Path(scenario).stem), "runs"
    ) as progress:
        found = shared_out(
            scenario,
            base=base,
            over=LAYERS.get(over, over),
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
    print(_("Values of all combinations: {file}", file=found.folder / "results.parquet"))


@command(simulates=True)
def rerun(
    run_id: Annotated[
        str, typer.Argument(metavar="RUN_ID", help="The run_id, or the number of a run in a sweep.")
    ],
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR", help="The folder of the run; by default all below ./results are searched."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Repeat a saved run, and exit with 1 if it differs."""
    from sim.experiments.rerun import rerun as made_again

    again = made_again(run_id, folder)
    if json:
        print_json({"identical": again.is_identical, **vars(again)})
    else:
        for change in again.changed:
            print_text(_("changed since: {change}", change=change))
        about = {"run": again.run_id or run_id, "folder": again.folder}
        about |= {"scenario": again.scenario, "seed": again.seed}
        if again.is_identical:
            print_text(_("run {run} of {folder} ({scenario}, seed {seed}): identical", **about))
        else:
            print_text(
                _(
                    "run {run} of {folder} ({scenario}, seed {seed}): {count} values differ",
                    count=again.differing,
                    **about,
                )
            )
            print_table(again.differences)
    if not again.is_identical:
        raise SystemExit(1)


@command(simulates=True)
def plan(
    name: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO|EXPERIMENT", help="Name of a scenario or an experiment, or its file."
        ),
    ],
    scale: Scale = "1:5000",
    end: Annotated[
        str | None,
        typer.Option("--to", metavar="YYYY-MM", help="Last month, for a scenario; by default its own."),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Number of runs, for a scenario.")] = 1,
    jobs: Jobs = 2,
    out: Annotated[Path | None, typer.Option(help="Folder in which the sweep has begun, if it has.")] = None,
    json: Json = False,
) -> None:
    """Estimate runs, time, memory and disk before starting.

    An experiment has its own scale, months and seeds; the options for these are for a scenario.
    """
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
        print_table(planned.rows(), _("{name}: nothing was started", name=planned.name))
