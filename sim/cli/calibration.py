"""Commands that estimate, calibrate and test the model itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.app import (
    Jobs,
    Json,
    Scale,
    ScenarioName,
    Seed,
    check_file,
    command,
    counted,
    moves_over,
    moves_scale,
    say_if_stale,
    simulated,
    write_text,
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
def trust(
    seeds: Annotated[int, typer.Option(min=1, help="Runs whose mean is compared.")] = 2,
    scale: Scale = "1:5000",
    out: Annotated[Path | None, typer.Option(help="Markdown file, such as docs/trust.md.")] = None,
) -> None:
    """Write how far to trust the model: what is known, what it gets wrong, which rivals win."""
    check_file(out)
    from sim.parameters.posterior import PACKAGED, load_posterior
    from sim.present.pages.trust import trust_page
    from sim.present.text.instruments import list_instruments, list_levers
    from sim.validation.validate import validate as validated

    end = "2024-12"
    runs = [simulated("baseline", scale, "2014-01", end, seed) for seed in range(1, seeds + 1)]
    moves = moves_over("baseline", moves_scale(scale), range(1, seeds + 1), end)
    found = validated(runs, moves=moves)
    posterior = load_posterior() if PACKAGED.is_file() else None
    rows = [*list_levers(), *list_instruments()]
    page = trust_page(found, rows, posterior, f"labor-sim trust --seeds {seeds} --scale {scale}")
    if out:
        write_text(out, page)
        print(f"Page: {out}")
    else:
        print(page, end="")


@command
def estimate(
    out: Annotated[Path | None, typer.Option(help="CSV file to write as well.")] = None,
    json: Json = False,
) -> None:
    """Estimate the distance, region and network terms of corridors on the census moves of 2005-10."""
    check_file(out)
    from sim.validation.gravity import estimates_table, moves_in_words
    from sim.world.data import load_data

    table = estimates_table(load_data())
    if out:
        write_text(out, table.to_csv(index=False, lineterminator="\n"))
    if json:
        print_json(table)
        return
    print_table(moves_in_words(table),
                "Gravity by Poisson on shares of the moves of 2005-10, standard errors by origin",
                {"specification": "specification", "term": "term", "estimate": "estimate",
                 "standard_error": "standard error", "common_share_2005_10": "common share 2005-10",
                 "common_share_2010_15": "common share 2010-15",
                 "log_correlation_2010_15": "log correlation 2010-15"})


@command(simulates=True)
def moves(
    scenario: ScenarioName,
    start: Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="Residence then.")] = "2014-11",
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="Residence now.")] = "2019-11",
    scale: Scale = "1:250",
    seed: Seed = 0,
    seeds: Annotated[int, typer.Option(min=1, help="Runs whose mean is taken, from that seed on.")] = 1,
    out: Annotated[Path | None, typer.Option(help="CSV file of the table to write as well.")] = None,
    json: Json = False,
) -> None:
    """Print who moved between provinces, as the census asks: residence then by residence now, persons."""
    check_file(out)
    first, last = parse_month(start, "--from"), parse_month(end, "--to")
    from sim.present.text.validation import moves_in_words, moves_warning
    from sim.validation.five_year_moves import RULE, moves_table
    from sim.validation.validate import corridors_table
    from sim.world.data import load_data

    total, data = moves_over(scenario, scale, range(seed, seed + seeds), last, first, last), load_data()
    table, compared = moves_table(total, data), corridors_table(total, data)
    if out:
        write_text(out, table.to_csv(index=False))
    warning = moves_warning(total, parse_scale(scale))
    if json:
        print_json({"moves": table, "compared": compared, "from": first, "to": last, "unit": "persons",
                    "moves_warning": warning or None})
        return
    moved = table[table["origin_code"] != table["dest_code"]].sort_values("persons", ascending=False)
    print_table(moved.head(20).astype({"origin_code": str, "dest_code": str}),
                f"{scenario}: the largest of {len(moved)} cross-province corridors, lived "
                f"there at the end of {first}, here at the end of {last}, persons")
    print_table(moves_in_words(compared),
                "Against the census table of 2010-15 (all registrations, age five and over)")
    print_text(RULE)
    if warning:
        print_text(warning)
    if (first, last) != ("2014-11", "2019-11"):
        print_text("The aims are those for moves from November 2014 to November 2019.")


@command(simulates=lambda options: not (options["adopt"] or options["show"]))
def calibrate(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Calibration file.")],
    jobs: Jobs = 2,
    out: Annotated[Path | None, typer.Option(help="Folder; results/NAME if not given.")] = None,
    store: Annotated[Path | None, typer.Option(help="Parquet file for the ensemble as well.")] = None,
    confirm: Annotated[int, typer.Option(min=0, help="Calibrate nothing: run that many members of the stored "
                                         "ensemble again, and renew its stamp if nothing changed.")] = 0,
    adopt: Annotated[bool, typer.Option("--adopt", help="Calibrate nothing: write the default point of the "
                                        "stored ensemble into sim/parameters/behaviour.py.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --adopt: print what would change, write "
                                          "nothing.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Calibrate nothing: print what was found when the "
                                       "stored ensemble was made.")] = False,
    json: Json = False,
) -> None:
    """Fit parameters to the official figures to 2019; one that was killed goes on where it stood."""
    asked = [name for name, given in (("--adopt", adopt), ("--confirm", confirm), ("--show", show)) if given]
    if len(asked) > 1:
        raise UsageError(Problem("exclude one another", value=" ".join(asked), allowed="one of them"))
    if dry_run and not adopt:
        raise UsageError(Problem("goes with --adopt alone", value="--dry-run"))
    from sim.calibration import calibrate as calibrated
    from sim.calibration import load_calibration

    loaded = load_calibration(file)
    if asked:
        posterior = _stored_ensemble(loaded, store)
        if adopt:
            _adopt_point(posterior, dry_run, json)
        elif confirm:
            _confirm_ensemble(posterior, store, confirm, json)
        else:
            _show_outcome(posterior, json)
        return
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
    write_text(folder / "calibration.txt", found.text())
    for name in ("parameters", "observations", "alike", "tensions"):
        write_text(folder / f"{name}.csv", getattr(found, name).to_csv(index=False))
    write_text(folder / "screen.csv", found.screen.to_csv(index_label="parameter"))
    _print_outcome(found, json)
    if not json:
        print(f"\nEnsemble and tables: {folder}")


@command(simulates=lambda options: bool(options["name"]))
def virtual(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Virtual experiment, or its file.")] = "",
    seeds: Annotated[int | None, typer.Option(min=2, help="Pairs of runs, if not the file's.")] = None,
    scale: Annotated[str | None, typer.Option(help="Scale, if not the file's.")] = None,
    members: Annotated[int, typer.Option(min=0, help="Members of the calibrated ensemble instead.")] = 0,
    out: Annotated[Path | None, typer.Option(help="CSV file to write as well.")] = None,
    json: Json = False,
) -> None:
    """Repeat a published study design inside the model; without a name, list those that are ready."""
    check_file(out)
    from sim.studies import load_virtual, run_virtual, virtual_files

    if not name:
        rows = [{"name": key, "question": load_virtual(key).question} for key in virtual_files()]
        print_json(rows) if json else print_table(rows, "Virtual experiments")
        return
    loaded, posterior = load_virtual(name), None
    if members:
        from sim.parameters.posterior import load_posterior

        posterior = load_posterior()
        say_if_stale(posterior)
    with progress_bar(f"running {loaded.name}", "pairs") as progress:
        found = run_virtual(loaded, seeds=seeds, scale=scale, posterior=posterior, members=members,
                            progress=progress)
    if out:
        write_text(out, found.table.to_csv(index=False))
    if json:
        print_json({"estimates": found.table, "by_seed": found.by_seed})
        return
    print(found.text(), end="")
    print("Letters and numbers in brackets are rows of the evidence: `labor-sim cite A14` prints one.")


def _stored_ensemble(calibration, path: Path | None):
    """The ensemble at ``path``, or the packaged one. Raises UsageError if another calibration made it."""
    from sim.parameters.posterior import load_posterior

    posterior = load_posterior(path)
    made, now = posterior.about["calibration"], calibration.model_dump(mode="json", by_alias=True)
    differ = [key for key in made if key not in ("title", "question") and made[key] != now.get(key)]
    if differ:
        raise UsageError(Problem("the stored ensemble was made by another calibration: they differ in "
                                 f"{', '.join(differ)}", value=calibration.name,
                                 allowed=f"the file that made it ({made['name']}), or another --store"))
    return posterior


def _print_outcome(found, json: bool) -> None:
    if json:
        print_json({"parameters": found.parameters, "observations": found.observations,
                    "alike": found.alike, "tensions": found.tensions, "about": found.posterior.about})
    else:
        print(found.text(), end="")


def _show_outcome(posterior, json: bool) -> None:
    """What the calibration found that made a stored ensemble; nothing is run."""
    from sim.calibration.outcome import stored_outcome

    _print_outcome(stored_outcome(posterior), json)


def _adopt_point(posterior, dry_run: bool, json: bool) -> None:
    """Make the default point of a stored ensemble the packaged parameters, or say what that would change."""
    from sim.calibration.adopt import TABLE, adopt
    from sim.parameters.behaviour import PARAMETERS

    changed = adopt(posterior, TABLE, is_rehearsal=dry_run)
    if json:
        rows = [{"parameter": name, "before": PARAMETERS[name].default, "after": value}
                for name, value in changed.items()]
        print_json({"changes": rows, "file": str(TABLE), "dry_run": dry_run})
        return
    if not changed:
        print("The default point is in force already.")
        return
    for name, value in changed.items():
        print(f"{name}: {PARAMETERS[name].default:g} becomes {value:g}")
    if dry_run:
        print(f"Nothing was written; without --dry-run these go into {TABLE}.")
        return
    print(f"Written to {TABLE}. The ensemble's stamp is of the table before: confirm its members "
          "(labor-sim calibrate FILE --confirm 3).")


def _confirm_ensemble(posterior, path: Path | None, count: int, json: bool) -> None:
    """Renew the stamp of a stored ensemble whose members still give what they gave. Else exit with 1."""
    from sim.calibration.confirm import confirm
    from sim.parameters.posterior import PACKAGED

    with progress_bar("running members again", "members") as progress:
        renewed, worst = confirm(posterior, count, progress)
    if renewed is not None:
        renewed.save(path or PACKAGED)
    if json:
        print_json({"holds": renewed is not None, "members": count, "largest_difference": worst})
    elif renewed is None:
        print(f"The ensemble no longer holds: an error differs by {worst:.3g}. Calibrate anew.")
    else:
        print(f"{counted(count, 'member')} give what they gave: the ensemble holds under the code of today.")
    if renewed is None:
        raise SystemExit(1)
