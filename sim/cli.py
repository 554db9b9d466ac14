"""The ``labor-sim`` command: what to run is said here, how it is done elsewhere.

Exit codes: 0, 2 for the user's mistake, 1 for ours. Everything heavy is imported inside the commands.
"""

from __future__ import annotations

import functools
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from sim import __version__
from sim.arguments import parse_ids, parse_month, parse_scale
from sim.errors import Problem, ResultsError, SimError, UsageError
from sim.terminal import (
    explained_errors,
    print_json,
    print_records,
    print_table,
    print_text,
    progress_bar,
    say,
)

app = typer.Typer(
    name="labor-sim",
    help="Simulate China's rural migrant workers and the policies that reach them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Scale = Annotated[str, typer.Option(help="Real workers that one simulated worker stands for.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the random draws.")]
Start = Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="First month.")]
End = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="Last month.")]
Out = Annotated[Path | None, typer.Option(help="Folder for the results; earlier ones there are replaced.")]
Jobs = Annotated[int, typer.Option(min=1, help="Processes.")]
ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="Name of a scenario, or a file.")]


def command(function: Callable) -> Callable:
    """Make a function a command whose failures are explained."""

    @functools.wraps(function)
    def explained(*arguments: Any, **options: Any) -> None:
        with explained_errors():
            function(*arguments, **options)

    return app.command()(explained)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        print(f"labor-sim {__version__}")
        raise typer.Exit()


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True,
                                          help="Print the version and exit.")] = False,
) -> None:
    pass


# --- scenarios ----------------------------------------------------------------------------------------


@command
def scenarios(json: Json = False) -> None:
    """List the scenarios that can be named."""
    from sim.catalogue import list_scenarios

    rows = list_scenarios()
    if json:
        print_json(rows)
    else:
        print_table(rows, columns={"name": "name", "title": "title", "extends": "extends",
                                   "levers": "levers", "file": "file"})


@command
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files or names.")],
    json: Json = False,
) -> None:
    """Check scenario files and tell every mistake."""
    from sim.loading import load_scenario

    found: dict[str, list[Problem]] = {file: [] for file in files}
    for file in files:
        try:
            for warning in load_scenario(file).warnings():
                say(f"warning: {file}: {warning}")
        except SimError as error:
            found[file] = list(error.problems)
    if json:
        print_json({file: [vars(problem) for problem in problems] for file, problems in found.items()})
    else:
        for file, problems in found.items():
            print(f"{file}: {_counted(len(problems), 'problem') if problems else 'ok'}")
            for problem in problems:
                print(problem)
    if any(found.values()):
        raise SystemExit(2)


@command
def show(scenario: ScenarioName, json: Json = False) -> None:
    """Print a scenario in full, each value with the file and line that it came from."""
    from sim.catalogue import describe
    from sim.loading import load_scenario

    loaded = load_scenario(scenario)
    if json:
        print_json({"scenario": loaded.content(), "origins": dict(loaded.origins)})
    else:
        print(describe(loaded), end="")


@command
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from sim.catalogue import scenario_schema

    print_json(scenario_schema())


@command
def levers(
    instrument: Annotated[str, typer.Argument(metavar="[ID]", help="One instrument: name or number.")] = "",
    family: Annotated[str | None, typer.Option(help="Only those of a family.")] = None,
    document: Annotated[str | None, typer.Option(help="Only those that a policy document names.")] = None,
    grade: Annotated[str | None, typer.Option(help="Only those of an evidence grade.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the page of documentation.")] = False,
    json: Json = False,
) -> None:
    """List the instruments of the policy documents, or show one whole; and what a lever can change."""
    from sim.instrument_words import find_instrument, list_instruments, page, whole

    if markdown:
        print(page(), end="")
        return
    if instrument:
        _print_instrument(whole(find_instrument(instrument)), json)
        return
    rows = list_instruments(family, document, grade)
    is_whole_list = (family, document, grade) == (None, None, None)
    others = _levers_and_parameters() if is_whole_list else {}
    if json:
        print_json({"instruments": rows, **others})
        return
    print_table(rows, f"{_counted(len(rows), 'instrument')} (evidence: A strong ... D a prior only; "
                      "`labor-sim levers ID` shows one whole)",
                {"number": "no.", "instrument": "instrument", "evidence": "evidence", "label": "what",
                 "changes": "changes", "cost": "cost"})
    if others:
        print_table(others["parameters"], "What a lever can change",
                    {"parameter": "parameter", "default": "default", "low": "least", "high": "most",
                     "unit": "unit", "faced_by": "faced by", "meaning": "meaning"})


def _levers_and_parameters() -> dict[str, list[dict[str, Any]]]:
    """Levers that ready scenarios define themselves, and the parameters that a lever can change."""
    from sim.catalogue import list_levers
    from sim.parameters import PARAMETERS

    parameters = [
        {"parameter": p.name, "default": p.default, "low": p.low, "high": p.high, "unit": p.unit,
         "faced_by": p.scope, "meaning": p.meaning, "source": p.source, "status": p.status}
        for p in PARAMETERS.values() if p.scope != "economy"
    ]
    return {"levers": list_levers(), "parameters": parameters}


def _print_instrument(told: dict[str, Any], json: bool) -> None:
    if json:
        print_json(told)
        return
    clauses, parts = told.pop("clauses"), told.pop("parts")
    print_records([{"title": f"{told.pop('label')} {told.pop('label_zh')}", **told}],
                  f"Instrument {told['number']}: {told['instrument']}")
    print_records(clauses, "What the documents say")
    print_records([{"part": part.pop("part") or "one lever", **part} for part in parts],
                  "What it changes, at strength 1")


@command
def cite(scenario: ScenarioName, json: Json = False) -> None:
    """Print the documents, evidence and data that a scenario rests on."""
    from sim.catalogue import citations
    from sim.loading import load_scenario

    sections = citations(load_scenario(scenario))
    if json:
        print_json(sections)
        return
    for name, rows in sections.items():
        if rows:
            print_records(rows, name.replace("_", " ").capitalize())


def _typed_command() -> str:
    """The command as it was typed, for a page that says how to repeat it."""
    return " ".join(["labor-sim", *(shlex.quote(word) for word in sys.argv[1:])])


# --- runs ---------------------------------------------------------------------------------------------


@command
def run(
    scenario: ScenarioName,
    scale: Scale = "1:5000",
    start: Start = "2014-01",
    end: End = None,
    seed: Seed = 0,
    out: Out = None,
    trace: Annotated[str, typer.Option(metavar="ID,...", help="Workers to follow month by month.")] = "",
    save_at: Annotated[str | None, typer.Option(
        metavar="YYYY-MM", help="Save the state before this month.")] = None,
    save_to: Annotated[Path | None, typer.Option(
        help="File for it; SCENARIO-YYYY-MM.state if not given.")] = None,
    branch_from: Annotated[Path | None, typer.Option(
        help="Go on from a saved state; SCENARIO must be the same before that month.")] = None,
    json: Json = False,
) -> None:
    """Run one scenario and print its headline outcomes by year."""
    ids = parse_ids(trace, "--trace")
    if save_to and not save_at:
        raise UsageError(Problem("needs --save-at", key="--save-to", value=str(save_to)))
    _check_out(out, "run")
    state = {"branch_from": branch_from} if branch_from else {}
    if save_at:
        state["save_at"] = parse_month(save_at, "--save-at")
        state["save_to"] = save_to = save_to or Path(f"{Path(scenario).stem}-{state['save_at']}.state")
    results = _simulated(scenario, scale, start, end, seed, ids, **state)
    _print_warnings(results.manifest)
    if out:
        results.save(out)
    from sim.outcomes import HEADLINE
    from sim.yearly import in_words, yearly

    years = yearly(results.national, HEADLINE)
    if json:
        print_json({"years": years, "manifest": results.manifest, "folder": out and str(out),
                    "state": save_to and str(save_to)})
        return
    print_table(in_words(years), f"{results.manifest['scenario_name']}: yearly means, and totals of flows")
    print(f"Results: {out}" if out else "Not kept: add --out FOLDER to keep the tables.")
    if save_at:
        print(f"State before {save_at}: {save_to}")


@command
def compare(
    base: Annotated[str, typer.Argument(metavar="BASE", help="The scenario to compare with.")],
    policies: Annotated[list[str], typer.Argument(metavar="POLICY...", help="The scenarios to compare.")],
    seeds: Annotated[int | None, typer.Option(min=1, help="Pairs of runs per policy: 20; 2 for each member "
                                              "of an ensemble.")] = None,
    scale: Scale = "1:5000",
    start: Start = "2014-01",
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="Last month.")] = "2035-12",
    jobs: Jobs = 2,
    ensemble: Annotated[int, typer.Option(min=0, help="Members of the calibrated ensemble: the band then "
                                          "holds parameters, luck and future; seeds are per member.")] = 0,
    out: Out = None,
    json: Json = False,
) -> None:
    """Compare policies with a baseline over paired seeds, 1, 5 and 10 years after each starts."""
    _check_out(out, "ensemble" if ensemble else "comparison")
    seeds = seeds or (2 if ensemble else 20)
    months = {"start": parse_month(start, "--from"), "end": parse_month(end, "--to")}
    import sim

    loaded = [sim.load_scenario(name) for name in (base, *policies)]
    if ensemble:
        _compare_ensemble(loaded, ensemble, seeds, parse_scale(scale), months, jobs, out, json)
        return
    size = f"{_counted(len(policies), 'policy', 'policies')} over {_counted(seeds, 'seed')}"
    with progress_bar(f"comparing {size}", "seeds") as progress:
        comparison = sim.compare(loaded[0], loaded[1:], seeds=seeds, scale=parse_scale(scale), jobs=jobs,
                                 progress=progress, **months)
    _print_warnings(comparison.manifest)
    if out:
        from sim.present.report import publish_comparison

        publish_comparison(comparison, out, command=_typed_command())
    if json:
        print_json({"effects": comparison.effects, "headline": comparison.headline(),
                    "folder": out and str(out)})
        return
    for sentence in comparison.headline():
        print_text(sentence)
    _print_folder(out)


@command
def validate(
    scenario: ScenarioName = "baseline",
    seeds: Annotated[int, typer.Option(min=1, help="Runs whose mean is compared.")] = 2,
    scale: Scale = "1:5000",
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="Last month.")] = "2024-12",
    ensemble: Annotated[int, typer.Option(min=0, help="Members of the calibrated ensemble instead of the "
                                          "defaults in the code; their band is shown.")] = 0,
    out: Out = None,
    json: Json = False,
) -> None:
    """Hold the model against official statistics, years used for fitting and unseen years apart."""
    _check_out(out, "validation")
    from sim.validate import validate as validated

    if ensemble:
        runs, moves = _ensemble_runs(scenario, scale, end, ensemble, seeds), None
    else:
        runs = [_simulated(scenario, scale, "2014-01", end, seed) for seed in range(1, seeds + 1)]
        moves = _moves(scenario, scale, range(1, seeds + 1), end)
    _print_warnings(runs[0].manifest)
    validation = validated(runs, moves=moves, members=ensemble)
    if out:
        import pandas

        from sim.present.report import publish_validation

        publish_validation(validation, pandas.concat([run.national for run in runs]), out)
    if json:
        print_json({"rows": validation.rows, "summary": validation.summary,
                    "quarters_2020": validation.quarters, "facts": validation.facts,
                    "corridors": validation.corridors, "folder": out and str(out)})
        return
    print(validation.text(), end="")
    _print_folder(out)


@command
def trust(
    seeds: Annotated[int, typer.Option(min=1, help="Runs whose mean is compared.")] = 2,
    scale: Scale = "1:5000",
    out: Annotated[Path | None, typer.Option(help="Markdown file, such as docs/trust.md.")] = None,
) -> None:
    """Write how far to trust the model: what is known, what it gets wrong, which rivals win."""
    from sim.catalogue import list_levers
    from sim.instrument_words import list_instruments
    from sim.posterior import PACKAGED, load_posterior
    from sim.present.trust import trust_page
    from sim.validate import validate as validated

    end = "2024-12"
    runs = [_simulated("baseline", scale, "2014-01", end, seed) for seed in range(1, seeds + 1)]
    found = validated(runs, moves=_moves("baseline", scale, range(1, seeds + 1), end))
    posterior = load_posterior() if PACKAGED.is_file() else None
    rows = [*list_levers(), *list_instruments()]
    page = trust_page(found, rows, posterior, f"labor-sim trust --seeds {seeds} --scale {scale}")
    if out:
        _write_text(out, page)
        print(f"Page: {out}")
    else:
        print(page, end="")


@command
def official(
    source: Annotated[str, typer.Argument(metavar="SCENARIO|FOLDER", help="A scenario, or results.")],
    scale: Scale = "1:5000",
    start: Start = "2014-01",
    end: End = None,
    seed: Seed = 0,
    out: Annotated[Path | None, typer.Option(help="CSV file to write as well.")] = None,
    json: Json = False,
) -> None:
    """Print a run's table under the official definitions, names, units and years."""
    from sim.official import official_table
    from sim.results import Results

    is_folder = (Path(source) / "manifest.json").is_file()
    results = Results.load(source) if is_folder else _simulated(source, scale, start, end, seed)
    table = official_table(results)
    if out:
        _write_text(out, table.to_csv(index=False))
    if json:
        print_json(table)
    else:
        print_table(table.astype({"year": str}), "Under the official definitions")


@command
def estimate(
    out: Annotated[Path | None, typer.Option(help="CSV file to write as well.")] = None,
    json: Json = False,
) -> None:
    """Estimate the distance, region and network terms of corridors on the census moves of 2005-10."""
    from sim.estimate.corridors import estimates_table
    from sim.world.data import load_data

    table = estimates_table(load_data())
    if out:
        _write_text(out, table.to_csv(index=False, lineterminator="\n"))
    if json:
        print_json(table)
        return
    print_table(table, "Gravity by Poisson on shares of the moves of 2005-10, standard errors by origin",
                {"specification": "specification", "term": "term", "estimate": "estimate",
                 "standard_error": "standard error", "common_share_2005_10": "common share 2005-10",
                 "common_share_2010_15": "common share 2010-15",
                 "log_correlation_2010_15": "log correlation 2010-15"})


@command
def moves(
    scenario: ScenarioName,
    start: Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="Residence then.")] = "2014-11",
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="Residence now.")] = "2019-11",
    scale: Scale = "1:5000",
    seed: Seed = 0,
    seeds: Annotated[int, typer.Option(min=1, help="Runs whose mean is taken, from that seed on.")] = 1,
    out: Annotated[Path | None, typer.Option(help="CSV file of the table to write as well.")] = None,
    json: Json = False,
) -> None:
    """Print who moved between provinces, as the census asks: residence then by residence now, persons."""
    first, last = parse_month(start, "--from"), parse_month(end, "--to")
    from sim.moves import compare_moves, moves_table
    from sim.world.data import load_data

    total, data = _moves(scenario, scale, range(seed, seed + seeds), last, first, last), load_data()
    table, compared = moves_table(total, data), compare_moves(total, data)
    if out:
        _write_text(out, table.to_csv(index=False))
    if json:
        print_json({"moves": table, "compared": compared, "from": first, "to": last, "unit": "persons"})
        return
    moved = table[table["origin_code"] != table["dest_code"]].sort_values("persons", ascending=False)
    print_table(moved.head(20), f"{scenario}: the largest of {len(moved)} cross-province corridors, lived "
                f"there at the end of {first}, here at the end of {last}, persons")
    print_table(compared, "Against the census table of 2010-15 (all registrations, age five and over)",
                {"measure": "measure", "census": "census", "model": "model",
                 "table_of_2005_10": "table of 2005-10"})


@command
def population(scale: Scale = "1:5000", seed: Seed = 0, json: Json = False) -> None:
    """Print the marginals of the synthesised population beside their sources."""
    from sim.world.population import population_table

    table = population_table(parse_scale(scale), seed)
    if json:
        print_json(table)
        return
    print_table(table, "Workers of January 2014 as made, beside the sources that they are made from",
                {"marginal": "marginal", "group": "group", "category": "category", "made": "made",
                 "expected": "expected", "sampling_error": "sampling error", "source_value": "source says",
                 "unit": "unit", "status": "status", "source": "source"})
    for note in table["note"][table["note"].str.startswith("made ")].str.split(";").str[0].unique():
        print(f"* {note}")


@command
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
    from sim.batch import load_experiment, run_sweep
    from sim.batch.figure import answer, draw_answer

    loaded = load_experiment(experiment)
    folder = out or Path("results") / "sweeps" / loaded.name
    with progress_bar(f"sweeping {loaded.name}", "runs") as progress:
        done = run_sweep(loaded, folder, jobs=jobs, executor=executor, scheduler=scheduler, resume=resume,
                         progress=progress, many=yes)
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


@command
def attribute(
    scenario: ScenarioName,
    base: Annotated[str, typer.Option(help="The scenario that it is held against.")] = "baseline",
    over: Annotated[str, typer.Option(metavar="families|instruments|levers", help="What gets a share.")]
    = "families",
    outcome: Annotated[str, typer.Option(metavar="NAME,...", help="Outcomes to share out.")]
    = "settled,founders,out,income",
    year: Annotated[int | None, typer.Option(help="Calendar year; the fifth after the start if not given.")]
    = None,
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
    from sim.batch.attribution import attribute as shared_out
    from sim.batch.attribution_words import notes, records, rows, title

    if permutations != "all" and not (permutations.isdigit() and int(permutations) > 0):
        raise UsageError(Problem("not a number of orders", key="--permutations", value=permutations,
                                 allowed="a whole number above 0, or all"))
    keys = [word.strip() for word in outcome.split(",") if word.strip()]
    with progress_bar(f"sharing out {Path(scenario).stem} over its {over}", "runs") as progress:
        found = shared_out(
            scenario, base=base, over=over, outcomes=keys, seeds=seeds, year=year, scale=parse_scale(scale),
            permutations=None if permutations == "all" else int(permutations), jobs=jobs, folder=out,
            progress=progress)
    if json:
        print_json(records(found))
        return
    for key in dict.fromkeys(found.totals["outcome"]):
        print_table(rows(found, key), title(found, key))
    for note in notes(found):
        print_text(f"* {note}")
    print(f"Values of all combinations: {found.folder / 'results.parquet'}")


@command
def rerun(
    run_id: Annotated[str, typer.Argument(metavar="RUN_ID", help="A run_id, or a run's number in a sweep.")],
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="Its folder, if known.")] = None,
    json: Json = False,
) -> None:
    """Make one kept run again and say whether it is identical (exit code 0) or differs (1)."""
    from sim.batch.rerun import rerun as made_again

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


@command
def calibrate(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Calibration file.")],
    jobs: Jobs = 2,
    out: Annotated[Path | None, typer.Option(help="Folder; results/NAME if not given.")] = None,
    store: Annotated[Path | None, typer.Option(help="Parquet file for the ensemble as well.")] = None,
    confirm: Annotated[int, typer.Option(min=0, help="Calibrate nothing: run that many members of the stored "
                                         "ensemble again, and renew its stamp if nothing changed.")] = 0,
    json: Json = False,
) -> None:
    """Fit parameters to the official figures to 2019; one that was killed goes on where it stood."""
    if confirm:
        _confirm_ensemble(store, confirm)
        return
    from sim.batch.calibration import calibrate as calibrated
    from sim.batch.calibration import load_calibration

    loaded = load_calibration(file)
    folder = out or Path("results") / loaded.name
    told: set[str] = set()
    with progress_bar(f"calibrating {loaded.name}", "runs") as bar:
        def progress(stage: str, done: int, total: int) -> None:
            if stage not in told:
                told.add(stage)
                say(f"{stage}: {total} runs")
            bar(done, total)

        found = calibrated(loaded, folder, jobs=jobs, progress=progress)
    for path in (folder / "posterior.parquet", store):
        if path:
            found.posterior.save(path)
    _write_text(folder / "calibration.txt", found.text())
    for name in ("parameters", "observations", "alike", "tensions"):
        _write_text(folder / f"{name}.csv", getattr(found, name).to_csv(index=False))
    _write_text(folder / "screen.csv", found.screen.to_csv(index_label="parameter"))
    if json:
        print_json({"parameters": found.parameters, "observations": found.observations,
                    "alike": found.alike, "tensions": found.tensions, "about": found.posterior.about})
        return
    print(found.text(), end="")
    print(f"\nEnsemble and tables: {folder}")


@command
def virtual(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Virtual experiment, or its file.")] = "",
    seeds: Annotated[int | None, typer.Option(min=2, help="Pairs of runs, if not the file's.")] = None,
    scale: Annotated[str | None, typer.Option(help="Scale, if not the file's.")] = None,
    members: Annotated[int, typer.Option(min=0, help="Members of the calibrated ensemble instead.")] = 0,
    out: Annotated[Path | None, typer.Option(help="CSV file to write as well.")] = None,
    json: Json = False,
) -> None:
    """Repeat a published study design inside the model; without a name, list those that are ready."""
    from sim.virtual import load_virtual, run_virtual, virtual_files

    if not name:
        rows = [{"name": key, "question": load_virtual(key).question} for key in virtual_files()]
        print_json(rows) if json else print_table(rows, "Virtual experiments")
        return
    loaded, posterior = load_virtual(name), None
    if members:
        from sim.posterior import load_posterior

        posterior = load_posterior()
        _say_if_stale(posterior)
    with progress_bar(f"running {loaded.name}", "pairs") as progress:
        found = run_virtual(loaded, seeds=seeds, scale=scale, posterior=posterior, members=members,
                            progress=progress)
    if out:
        _write_text(out, found.table.to_csv(index=False))
    if json:
        print_json({"estimates": found.table, "by_seed": found.by_seed})
        return
    print(found.text(), end="")


@command
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
    from sim.batch.plan import make_plan

    planned = make_plan(name, scale=parse_scale(scale), end=end and parse_month(end, "--to"), seeds=seeds,
                        jobs=jobs, folder=out)
    if json:
        print_json(vars(planned))
    else:
        print_table(planned.rows(), f"{planned.name}: nothing has been started")


# --- shared by the commands ---------------------------------------------------------------------------


def _simulated(scenario: str, scale: str, start: str, end: str | None, seed: int, trace=(), **state: Any):
    """One run with a bar."""
    size, first = parse_scale(scale), parse_month(start, "--from")
    last = parse_month(end, "--to") if end else None
    import sim

    loaded = sim.load_scenario(scenario)
    with progress_bar(f"running {loaded.name}, seed {seed}", "months") as progress:
        return sim.simulate(loaded, scale=size, start=first, end=last, seed=seed, trace=trace,
                            progress=progress, **state)


def _ensemble_runs(scenario: str, scale: str, end: str, count: int, seeds: int) -> list:
    """The scenario at members of the calibrated ensemble."""
    import sim
    from sim.ensemble import ensemble_runs
    from sim.posterior import load_posterior

    loaded, posterior, found = sim.load_scenario(scenario), load_posterior(), []
    _say_if_stale(posterior)
    with progress_bar(f"running {loaded.name} at {_counted(count, 'member')}", "runs") as progress:
        for run in ensemble_runs(loaded, count, scale=parse_scale(scale), end=parse_month(end, "--to"),
                                 seeds=seeds, posterior=posterior):
            found.append(run)
            progress(len(found), count)
    return found


def _compare_ensemble(loaded: list, members: int, seeds: int, scale: int, months: dict[str, str], jobs: int,
                      out: Path | None, json: bool) -> None:
    """Effects with a band of parameters, luck and scenario."""
    from sim.ensemble import compare_ensemble
    from sim.outcomes import OUTCOMES
    from sim.posterior import load_posterior
    from sim.results import write_folder

    posterior = load_posterior()
    _say_if_stale(posterior)
    with progress_bar(f"comparing at {_counted(members, 'member')}", "members") as progress:
        table = compare_ensemble(loaded[0], loaded[1:], members=members, seeds=seeds, scale=scale, jobs=jobs,
                                 posterior=posterior, progress=progress, **months)
    if out:
        manifest = {"kind": "ensemble", "base": loaded[0].name, "members": members, "seeds": seeds,
                    "scale": scale, "posterior": posterior.about["versions"], **months}
        write_folder(out, {"ensemble": table}, manifest,
                     {"ensemble.csv": table.to_csv(index=False).encode()}, {})
    if json:
        print_json({"effects": table, "folder": out and str(out)})
        return
    shown = table[[OUTCOMES[key].headline for key in table["outcome"]]]
    print_table(shown, "Effects with 90 % bands; percent of the variance from parameters, luck and scenario",
                {"policy": "policy", "outcome": "outcome", "horizon_years": "year", "difference": "effect",
                 "low": "low", "high": "high", "parameters_percent": "parameters", "luck_percent": "luck",
                 "scenario_percent": "scenario", "verdict": "verdict"})
    _print_folder(out)


def _confirm_ensemble(path: Path | None, count: int) -> None:
    """Renew the stamp of a stored ensemble whose members still give what they gave. Else exit with 1."""
    from sim.batch.calibration.confirm import confirm
    from sim.posterior import PACKAGED, load_posterior

    with progress_bar("running members again", "members") as progress:
        renewed, worst = confirm(load_posterior(path), count, progress)
    if renewed is None:
        print(f"The ensemble no longer holds: an error differs by {worst:.3g}. Calibrate anew.")
        raise SystemExit(1)
    renewed.save(path or PACKAGED)
    print(f"{_counted(count, 'member')} give what they gave: the ensemble holds under the code of today.")


def _say_if_stale(posterior) -> None:
    if posterior.stale():
        say(f"warning: the calibrated ensemble was made with other {', '.join(posterior.stale())}; "
            "labor-sim calibrate makes it anew")


def _moves(scenario: str, scale: str, seeds: range, run_end: str, first: str = "2014-11",
           last: str = "2019-11"):
    """Moves between provinces, mean over seeds; None for a run that ends before ``last``."""
    if run_end < last:
        return None
    import sim
    from sim.engine.moves import simulate_moves

    loaded, total = sim.load_scenario(scenario), 0.0
    for seed in seeds:
        with progress_bar(f"moves of {loaded.name}, seed {seed}", "months") as progress:
            total = total + simulate_moves(loaded, first, last, scale=parse_scale(scale), seed=seed,
                                           progress=progress)
    return total / len(seeds)


def _check_out(out: Path | None, kind: str) -> None:
    """Before any work: a folder that cannot be written, or that holds something else, is refused."""
    if out is None:
        return
    from sim.results import check_folder, read_folder

    check_folder(out)
    if out.is_dir() and any(out.iterdir()):
        read_folder(out, kind)


def _print_folder(out: Path | None) -> None:
    """Where the page, the pictures and the tables lie."""
    if out is None:
        print("\nNot kept: add --out FOLDER to keep the tables and the pictures.")
        return
    print()
    for words, name in (("Page", "report.html"), ("Pictures", "charts")):
        if (out / name).exists():
            print(f"{words + ':':<10}{out / name}")
    print(f"{'Tables:':<10}{out}")


def _print_warnings(manifest: dict[str, Any]) -> None:
    for warning in manifest.get("warnings") or ():
        say(f"warning: {warning}")


def _write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ResultsError(Problem(f"cannot be written: {error.strerror}", file=str(path))) from error


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def main() -> None:
    """The entry point of the command."""
    app()


if __name__ == "__main__":
    main()
