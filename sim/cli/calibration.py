"""Commands that calibrate the model."""

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
    write_text,
)
from sim.cli.terminal import (
    print_json,
    progress_bar,
    say,
)
from sim.core.errors import Problem, UsageError, enumerated
from sim.core.language import _, plural


@command(simulates=lambda options: not (options["adopt"] or options["show"]))
def calibrate(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Calibration file.")],
    jobs: Jobs = 2,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the results, resumed if it holds this calibration; by default results/NAME."
        ),
    ] = None,
    store: Annotated[Path | None, typer.Option(help="Parquet file to store the ensemble in as well.")] = None,
    confirm: Annotated[
        int,
        typer.Option(
            min=0,
            help="Do not calibrate: run this many members of the stored ensemble again, and mark it as valid "
            "for this version if their errors are the same.",
        ),
    ] = 0,
    adopt: Annotated[
        bool,
        typer.Option(
            "--adopt",
            help="Do not calibrate: write the default point of the stored ensemble into "
            "sim/parameters/parameters.csv.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --adopt: print what would change, write nothing.")
    ] = False,
    show: Annotated[
        bool,
        typer.Option("--show", help="Do not calibrate: print the report of the stored ensemble."),
    ] = False,
    excel_csv: ExcelCsv = False,
    json: Json = False,
) -> None:
    """Fit parameters to the official figures.

    Exits with 1 where runs failed, though enough were left to go on with.
    """
    asked = [name for name, given in (("--adopt", adopt), ("--confirm", confirm), ("--show", show)) if given]
    if len(asked) > 1:
        raise UsageError(
            Problem(_("these options exclude one another"), value=" ".join(asked), allowed=_("one of them"))
        )
    if dry_run and not adopt:
        raise UsageError(Problem(_("needs --adopt"), key="--dry-run"))
    from sim.calibration import calibrate as calibrated
    from sim.calibration import load_calibration
    from sim.calibration.stages import KIND
    from sim.results.csv_files import csv_bytes

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
    check_file(store)
    check_out(folder, KIND)
    told: set[str] = set()
    with progress_bar(_("calibrating {name}", name=loaded.name), "runs") as bar:

        def progress(stage: str, done: int, total: int) -> None:
            if stage not in told:
                told.add(stage)
                say(_("{stage}: {total} runs", stage=_(stage), total=total))
            bar(done, total)

        found = calibrated(loaded, folder, jobs=jobs, progress=progress)
    for path in (folder / "posterior.parquet", store):
        if path:
            found.posterior.save(path)
    write_text(folder / "calibration.txt", found.text())
    for name in ("parameters", "observations", "alike", "tensions"):
        write_text(folder / f"{name}.csv", csv_bytes(getattr(found, name), excel_csv))
    write_text(folder / "screen.csv", csv_bytes(found.screen, excel_csv, index=True, index_label="parameter"))
    _print_outcome(found, json)
    if not json:
        print("\n" + _("Ensemble and tables: {folder}", folder=folder))
    for stage, count in found.failed_runs.items():
        say(
            plural(
                "{count} run of {stage} failed: see {file}",
                "{count} runs of {stage} failed: see {file}",
                count,
                stage=_(stage),
                file=folder / stage / "failures.parquet",
            )
        )
    if found.failed_runs:
        raise SystemExit(SOME_FAILED)


def _stored_ensemble(calibration, path: Path | None):
    """The ensemble at ``path``, or the packaged one. Raises UsageError if another calibration made it."""
    from sim.parameters.posterior import load_posterior

    posterior = load_posterior(path)
    made, now = posterior.about["calibration"], calibration.model_dump(mode="json", by_alias=True)
    differ = [key for key in made if key not in ("title", "question") and made[key] != now.get(key)]
    if differ:
        raise UsageError(
            Problem(
                _(
                    "the stored ensemble was made by a calibration that differs in {names}",
                    names=enumerated(differ),
                ),
                value=calibration.name,
                allowed=_("the file that made it ({name}), or another --store", name=made["name"]),
            )
        )
    return posterior


def _print_outcome(found, json: bool) -> None:
    if json:
        print_json(
            {
                "parameters": found.parameters,
                "observations": found.observations,
                "alike": found.alike,
                "tensions": found.tensions,
                "about": found.posterior.about,
            }
        )
    else:
        print(found.text(), end="")


def _show_outcome(posterior, json: bool) -> None:
    """Print the report of the calibration that made a stored ensemble; nothing is run."""
    from sim.calibration.outcome import stored_outcome

    _print_outcome(stored_outcome(posterior), json)


def _adopt_point(posterior, dry_run: bool, json: bool) -> None:
    """Make the default point of a stored ensemble the packaged parameters, or say what that would change."""
    from sim.calibration.adopt import TABLE, adopt
    from sim.parameters.behaviour import PARAMETERS

    changed = adopt(posterior, TABLE, is_rehearsal=dry_run)
    if json:
        rows = [
            {"parameter": name, "before": PARAMETERS[name].default, "after": value}
            for name, value in changed.items()
        ]
        print_json({"changes": rows, "file": str(TABLE), "dry_run": dry_run})
        return
    if not changed:
        print(_("The parameters are at the default point already."))
        return
    for name, value in changed.items():
        print(
            _(
                "{name}: {default:g} becomes {value:g}",
                name=name,
                default=PARAMETERS[name].default,
                value=value,
            )
        )
    if dry_run:
        print(_("Nothing was written; without --dry-run these values are written to {file}.", file=TABLE))
        return
    print(
        _(
            "Written to {file}. The ensemble was made with the former table: check that its members still "
            "hold (labor-sim calibrate FILE --confirm 3).",
            file=TABLE,
        )
    )


def _confirm_ensemble(posterior, path: Path | None, count: int, json: bool) -> None:
    """Mark a stored ensemble as valid if its members give the same errors as before; else exit with 1."""
    from sim.calibration.confirm import confirm
    from sim.parameters.posterior import PACKAGED

    check_file(path or PACKAGED)
    with progress_bar(_("running members again"), "members") as progress:
        renewed, worst = confirm(posterior, count, progress)
    if renewed is not None:
        renewed.save(path or PACKAGED)
    if json:
        print_json({"holds": renewed is not None, "members": count, "largest_difference": worst})
    elif renewed is None:
        print(
            _(
                "The ensemble is no longer valid: an error differs by {worst:.3g}. Calibrate again.",
                worst=worst,
            )
        )
    else:
        print(
            plural(
                "{count} member with the same errors as before: the ensemble is valid.",
                "{count} members with the same errors as before: the ensemble is valid.",
                count,
            )
        )
    if renewed is None:
        raise SystemExit(1)
