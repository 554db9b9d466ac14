"""The command that ranks instruments by what they do for their cost."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.app import ExcelCsv, Jobs, Json, Scale, check_out, command, print_folder, save, staged_bars
from sim.cli.terminal import print_json, print_table, print_text
from sim.core.arguments import parse_month, parse_scale
from sim.core.chinese import parted
from sim.core.errors import Problem, UsageError
from sim.core.language import _

if TYPE_CHECKING:
    from sim.analysis.ranking import Ranking

_WORDS = {
    "": 1.0,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "万": 1e4,
    "亿": 1e8,
    "万亿": 1e12,
}


@command(simulates=True)
def rank(
    budget: Annotated[
        str, typer.Option(metavar="YUAN", help="Yuan a year for each instrument: 20e9, 20 billion, 200亿.")
    ],
    outcome: Annotated[
        str, typer.Option(metavar="NAME,...", help="Outcomes to rank by; a wrong name lists them all.")
    ] = "local,settled,real_income",
    document: Annotated[str | None, typer.Option(help="Only the instruments of this document.")] = None,
    family: Annotated[
        str | None, typer.Option(metavar="NAME,...", help="Only those of these families.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=2, help="Number of seeds of every instrument.")] = 8,
    scale: Scale = "1:5000",
    begin: Annotated[
        str, typer.Option(metavar="YYYY-MM", help="The first month in which the instruments are in force.")
    ] = "2026-01",
    years: Annotated[
        int, typer.Option(min=1, help="Years in which they are in force; the last one is looked at.")
    ] = 5,
    ensemble: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="Members of the calibrated ensemble, and draws of the size of the levers, behind bands of "
            "what a billion buys; 0 for intervals over seeds alone.",
        ),
    ] = 0,
    jobs: Jobs = 2,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the results; by default results/rankings/NAME. A killed one goes on there."
        ),
    ] = None,
    excel_csv: ExcelCsv = False,
    json: Json = False,
) -> None:
    """Rank instruments by what a billion yuan of net cost buys."""
    yuan = parse_yuan(budget, "--budget")
    first, size = parse_month(begin, "--begin"), parse_scale(scale)
    families = tuple(parted(family)) if family is not None else ()
    from sim.analysis.ranking import checked_outcomes, chosen_instruments
    from sim.analysis.ranking import rank as ranked
    from sim.present.text.ranking import headline

    keys = checked_outcomes([outcome])
    chosen_instruments(document, families, ())
    named = "-".join([document or "", *families]).strip("-") or "all"
    folder = out or Path("results") / "rankings" / f"{named}-{yuan:.4g}"
    check_out(folder, "ranking")
    from sim.results.folders import UNFINISHED

    unfinished = folder / UNFINISHED
    with staged_bars(_("ranking")) as progress:
        found = ranked(
            yuan,
            keys,
            document=document,
            families=families,
            seeds=seeds,
            scale=size,
            begin=first,
            years=years,
            members=ensemble,
            jobs=jobs,
            folder=unfinished,
            earlier=folder,
            progress=progress,
        )
    from sim.present.pages.ranking import publish_ranking

    unsaved = save(partial(publish_ranking, found, excel_csv=excel_csv), folder)
    if not unsaved:
        from sim.analysis.uncertainty import forget

        forget(unfinished)
    if json:
        print_json(
            {"ranking": found.table, "pairs": found.pairs, "headline": headline(found), **found.about}
            | {"folder": None if unsaved else str(folder)}
        )
    else:
        print_ranking(found)
    if unsaved:
        raise unsaved
    if not json:
        print_folder(folder)


def print_ranking(found: Ranking) -> None:
    """Print the headline, and each outcome's table with what is real in it."""
    from sim.present.text.ranking import (
        APART_HEADS,
        HEADS,
        apart_rows,
        headline,
        ranked_rows,
        sentences,
        title,
    )

    for sentence in headline(found):
        print_text(sentence)
    for key in found.about["outcomes"]:
        print()
        if rows := ranked_rows(found, key):
            print_table(rows, title(found, key), HEADS)
        else:
            print_text(title(found, key))
        if rows := apart_rows(found, key):
            print_table(rows, _("Not ranked"), APART_HEADS)
        for sentence in sentences(found, key):
            print_text(f"* {sentence}")


def parse_yuan(text: str, key: str) -> float:
    """A sum of money as people write it. Raises ``UsageError``.

    >>> [parse_yuan(text, "--budget") for text in ("20e9", "20 billion yuan", "200亿元")]
    [20000000000.0, 20000000000.0, 20000000000.0]
    """
    number, word = r"([0-9]+(?:\.[0-9]+)?(?:e\+?[0-9]{1,2})?)", r"([a-z]*|[万亿]+)"
    found = re.fullmatch(rf"\s*{number}\s*{word}\s*(?:yuan|元)?\s*", text.lower(), re.ASCII)
    word = found[2].removesuffix("yuan") if found else ""
    if found is None or word not in _WORDS or not 0 < float(found[1]) * _WORDS[word] < 1e15:
        hint = text.replace(",", "") if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+", text.strip()) else None
        raise UsageError(
            Problem(
                _("not a sum of money"),
                key=key,
                value=text,
                allowed=_("yuan above 0, without commas: 20e9, 20 billion, 200亿"),
                nearest=hint,
            )
        )
    return float(found[1]) * _WORDS[word]
