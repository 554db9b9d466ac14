"""Commands that run scenarios, compare them and hold them against official figures."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.app import (
    End,
    Jobs,
    Json,
    Out,
    Scale,
    ScenarioName,
    Seed,
    Start,
    check_file,
    command,
    counted,
    moves_over,
    moves_scale,
    say_if_stale,
    simulated,
    staged_bars,
    write_text,
)
from sim.cli.terminal import (
    print_json,
    print_table,
    print_text,
    progress_bar,
    say,
)
from sim.core.arguments import parse_ids, parse_month, parse_scale
from sim.core.errors import Problem, UsageError


def _typed_command() -> str:
    """The command as it was typed, for a page that says how to repeat it."""
    return " ".join(["labor-sim", *(shlex.quote(word) for word in sys.argv[1:])])


@command(simulates=True)
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
    results = simulated(scenario, scale, start, end, seed, ids, **state)
    _print_warnings(results.manifest)
    if out:
        results.save(out)
    from sim.present.text.outcomes import years_in_words
    from sim.results.outcomes import HEADLINE
    from sim.results.yearly import yearly

    years = yearly(results.national, HEADLINE)
    if json:
        print_json({"years": years, "manifest": results.manifest, "folder": out and str(out),
                    "state": save_to and str(save_to)})
        return
    print_table(years_in_words(years), f"{results.manifest['scenario_name']}: yearly means, and totals of flows")
    print(f"Results: {out}" if out else "Not kept: add --out FOLDER to keep the tables.")
    if save_at:
        print(f"State before {save_at}: {save_to}")


@command(simulates=True)
def compare(
    base: Annotated[str, typer.Argument(metavar="BASE", help="The scenario to compare with.")],
    policies: Annotated[list[str], typer.Argument(metavar="POLICY...", help="The scenarios to compare.")],
    seeds: Annotated[int, typer.Option(min=1, help="Pairs of runs per policy.")] = 20,
    scale: Scale = "1:5000",
    start: Start = "2014-01",
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="Last month.")] = "2035-12",
    jobs: Jobs = 2,
    ensemble: Annotated[int | None, typer.Option(
        min=0, metavar="N", help="Members of the calibrated ensemble, so that bands hold parameters, luck "
        "and future: 10 if not given; 0 for intervals over seeds alone.")] = None,
    ensemble_scale: Annotated[str | None, typer.Option(
        help="Scale of their runs; 1:20000 if not given, or the comparison's own where that is coarser.")]
    = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Compare policies with a baseline over paired seeds, 1, 5 and 10 years after each starts."""
    _check_out(out, "comparison")
    from sim.present.text.comparison import headline

    months = {"start": parse_month(start, "--from"), "end": parse_month(end, "--to")}
    import sim
    from sim.analysis.uncertainty import compare_with_bands, forget
    from sim.comparison.bands import MEMBERS
    from sim.parameters.posterior import load_posterior

    loaded = [sim.load_scenario(name) for name in (base, *policies)]
    members = MEMBERS if ensemble is None else ensemble
    posterior = load_posterior() if members else None
    if posterior:
        say_if_stale(posterior)
    unfinished = out and out.with_name(f"{out.name}.unfinished")
    with staged_bars(f"comparing {counted(len(policies), 'policy', 'policies')}") as progress:
        comparison = compare_with_bands(
            loaded[0], loaded[1:], members=members, scale=parse_scale(scale), seeds=seeds, jobs=jobs,
            members_scale=ensemble_scale and parse_scale(ensemble_scale, "--ensemble-scale"),
            folder=unfinished,
            posterior=posterior, progress=progress, **months)
    _print_warnings(comparison.manifest)
    if out:
        from sim.present.pages.comparison import publish_comparison

        publish_comparison(comparison, out, command=_typed_command())
        forget(unfinished)
    if json:
        print_json({"effects": comparison.judged, "headline": headline(comparison),
                    "folder": out and str(out)})
        return
    for sentence in headline(comparison):
        print_text(sentence)
    _print_bands(comparison)
    _print_folder(out)


@command(simulates=True)
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
    from sim.present.text.validation import sampling_warning, validation_text
    from sim.validation.validate import validate as validated

    if ensemble:
        runs, moves = _ensemble_runs(scenario, scale, end, ensemble, seeds), None
    else:
        runs = [simulated(scenario, scale, "2014-01", end, seed) for seed in range(1, seeds + 1)]
        moves = moves_over(scenario, moves_scale(scale), range(1, seeds + 1), end)
    _print_warnings(runs[0].manifest)
    validation = validated(runs, moves=moves, members=ensemble)
    if out:
        import pandas

        from sim.present.pages.validation import publish_validation

        publish_validation(validation, pandas.concat([run.national for run in runs]), out)
    if json:
        print_json({"rows": validation.rows, "summary": validation.summary,
                    "quarters_2020": validation.quarters, "facts": validation.facts,
                    "corridors": validation.corridors,
                    "sampling_warning": sampling_warning(validation) or None, "folder": out and str(out)})
        return
    print(validation_text(validation), end="")
    _print_folder(out)


@command(simulates=lambda options: not _is_results(options["source"]))
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
    check_file(out)
    from sim.results.official import official_table
    from sim.results.results import Results

    if _is_results(source):
        results = Results.load(source)
    else:
        results = simulated(source, scale, start, end, seed)
    table = official_table(results)
    if table.empty:
        raise UsageError(Problem("the run holds no whole calendar year, and the official figures are yearly",
                                 value=source))
    if out:
        write_text(out, table.to_csv(index=False))
    if json:
        print_json(table)
    else:
        from sim.present.text.official import official_in_words

        print_table(official_in_words(table),
                    "Under the official definitions (--json and --out have the names of the data files)")


@command
def population(scale: Scale = "1:5000", seed: Seed = 0, json: Json = False) -> None:
    """Print the marginals of the synthesised population beside their sources."""
    from sim.validation.population import population_table

    table = population_table(parse_scale(scale), seed)
    if json:
        print_json(table)
        return
    from sim.present.text.population import population_in_words

    print_table(population_in_words(table),
                "Workers of January 2014 as made, beside the sources that they are made from",
                {"marginal": "marginal", "group": "group", "category": "category", "made": "made",
                 "expected": "expected", "sampling_error": "sampling error", "source_value": "source says",
                 "unit": "unit", "status": "status", "source": "source"})
    for note in table["note"][table["note"].str.startswith("made ")].str.split(";").str[0].unique():
        print(f"* {note}")


def _is_results(source: str) -> bool:
    """Whether it is a folder and not a scenario. One without results is refused by who reads it."""
    from sim.results.results import MANIFEST
    from sim.scenario.loading import scenario_files

    folder = Path(source)
    return (folder / MANIFEST).is_file() or (folder.is_dir() and source not in scenario_files())


def _ensemble_runs(scenario: str, scale: str, end: str, count: int, seeds: int) -> list:
    """The scenario at members of the calibrated ensemble."""
    import sim
    from sim.comparison.bands import ensemble_runs
    from sim.parameters.posterior import load_posterior

    loaded, posterior, found = sim.load_scenario(scenario), load_posterior(), []
    say_if_stale(posterior)
    with progress_bar(f"running {loaded.name} at {counted(count, 'member')}", "runs") as progress:
        runs = ensemble_runs(loaded, count, scale=parse_scale(scale), end=parse_month(end, "--to"),
                             seeds=seeds, posterior=posterior)
        progress(0, count)
        for run in runs:
            found.append(run)
            progress(len(found), count)
    return found


def _print_bands(comparison: Any) -> None:
    """What the band of each headline effect is made of, a table a policy."""
    from sim.present.text.bands import band_rows
    from sim.present.text.comparison import main_horizon, period_words, title_of

    for policy in comparison.policies:
        table = comparison.judged[comparison.judged["policy"] == policy["name"]]
        horizon = main_horizon(table) if len(table) else 0
        rows = band_rows(comparison, policy["name"], horizon)
        if rows:
            months = table.loc[table["horizon_years"] == horizon, ["from_month", "to_month"]].iloc[0]
            print_table([{**row, **row["shares"]} for row in rows],
                        f"{title_of(policy)}, year {horizon} ({period_words(*months)}): the effect in that "
                        "year, its 95 % band, and how much of the band is which doubt",
                        {"outcome": "outcome", "unit": "unit", "effect": "effect", "band": "95 % band",
                         "parameters": "parameters", "luck": "luck", "scenario": "future",
                         "reading": "reading"})


def _check_out(out: Path | None, kind: str) -> None:
    """Before any work: a folder that cannot be written, or that holds something else, is refused."""
    if out is None:
        return
    from sim.results.results import check_folder, read_folder

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
