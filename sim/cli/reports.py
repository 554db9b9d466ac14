"""Pages of comparisons made again: from a folder of results, or from the record that a page carries."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.app import ExcelCsv, Jobs, Json, Out, app, check_out, command, print_folder, save, staged_bars
from sim.cli.comparison import By, Docx, Pdf, Svg, Xlsx, chosen_forms
from sim.cli.help import CommandGroup
from sim.cli.terminal import print_json, print_table, print_text
from sim.core.errors import Problem, ResultsError, UsageError, enumerated
from sim.core.language import _

DIFFERENT = 1  # the exit code where numbers differ
_MOST_SHOWN = 40  # differences that are printed
report = typer.Typer(
    help="Renew the page of a comparison or ranking, or verify it.",
    no_args_is_help=True,
    cls=CommandGroup,
    rich_markup_mode=None,
)
app.add_typer(report, name="report")


@command(of=report)
def show(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Results of labor-sim compare or rank.")],
    by: By = None,
    out: Out = None,
    excel_csv: ExcelCsv = False,
    xlsx: Xlsx = False,
    docx: Docx = False,
    pdf: Pdf = False,
    svg: Svg = False,
) -> None:
    """Make the page of a finished comparison, or the tables of a ranking, anew; nothing is simulated."""
    target = out or folder
    from sim.results.results import read_manifest

    kind = read_manifest(folder).get("kind")
    if kind == "ranking":
        _show_ranking(
            folder, target, excel_csv, {"by": by, "xlsx": xlsx, "docx": docx, "pdf": pdf, "svg": svg}
        )
        return
    check_out(target, "comparison")
    from sim.comparison.breakdown import checked_dimensions
    from sim.comparison.comparison import Comparison
    from sim.present.pages.comparison import publish_comparison

    dimensions = checked_dimensions(by or ())
    forms = chosen_forms(target, xlsx=xlsx, docx=docx, pdf=pdf, svg=svg)
    comparison = Comparison.load(folder)
    if lacking := comparison.missing():
        raise ResultsError(
            Problem(
                _(
                    "an earlier version of the program wrote this comparison; its page needs more than it "
                    "holds"
                ),
                file=str(folder),
                value=", ".join(lacking[:3]),
                allowed=_("labor-sim compare once more"),
            )
        )
    unsaved = save(
        partial(publish_comparison, comparison, excel_csv=excel_csv, by=dimensions, also=forms), target
    )
    if unsaved:
        raise unsaved
    print_folder(target, forms)


def _show_ranking(folder: Path, target: Path, excel_csv: bool, of_a_page: dict[str, object]) -> None:
    """Print a finished ranking and write its tables and its picture, in the language in use."""
    for name, is_asked in of_a_page.items():
        if is_asked:
            raise UsageError(
                Problem(
                    _("a ranking has no page: it has tables and a picture"),
                    key=f"--{name}",
                    allowed=_("--out, --excel-csv and --lang"),
                )
            )
    check_out(target, "ranking")
    from sim.analysis.ranking import Ranking
    from sim.cli.ranking import print_ranking
    from sim.present.pages.ranking import publish_ranking

    ranking = Ranking.load(folder)
    unsaved = save(partial(publish_ranking, ranking, excel_csv=excel_csv), target)
    print_ranking(ranking)
    if unsaved:
        raise unsaved
    print_folder(target)


@command(of=report, simulates=True)
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The page: report.html.")],
    jobs: Jobs = 2,
    json: Json = False,
) -> None:
    """Run a page again; name what differs."""
    from sim.present.pages.verification import verify_page

    with staged_bars(_("verifying {file}", file=file)) as progress:
        found = verify_page(file, jobs=jobs, progress=progress)
    if json:
        print_json(
            {
                "is_same": found.is_same,
                "tables": found.tables,
                "program": found.program,
                "differences": [difference._asdict() for difference in found.words],
            }
        )
    else:
        if found.program:
            print_text(_("The page was made with another version of the program or its data."))
        if found.is_same:
            print_text(_("Every number of the page is found again."))
        if found.tables:
            print_text(_("Tables that differ: {names}.", names=enumerated(found.tables)))
        if found.words:
            rows = [difference._asdict() for difference in found.words[:_MOST_SHOWN]]
            title = _("{count} places where the page shows something else", count=len(found.words))
            heads = {"section": _("under"), "page": _("the page"), "again": _("made again")}
            print_table(rows, title, heads)
            if len(found.words) > _MOST_SHOWN:
                print_text(_("{count} more: --json lists all.", count=len(found.words) - _MOST_SHOWN))
    if not found.is_same:
        raise typer.Exit(DIFFERENT)
