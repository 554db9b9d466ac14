"""What documents spend and whom they serve, beside what real programmes did, as lines of Markdown."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.core.language import N_, Words, _, in_language, plural, translated
from sim.present.text.instruments import instruments
from sim.present.text.markdown import markdown
from sim.present.text.numbers import amount, join, listing, number, percent
from sim.scenario.loading import load_scenario
from sim.validation.programmes import ALIKE, LESS, MORE, NOT_JUDGED, RULE

_MOST_GAPS = 8
_MOST_NAMED = 5
_NEARLY_NOTHING = 1e-9  # ratio of a lever that is never billed, so that it can be sorted
_MEASURES = Words(
    {
        "yuan": N_("{programme}: money in {year}"),
        "persons": N_("{programme}: people in {year}"),
        "yuan_per_person": N_("{programme}: a person and year, {year}"),
        "yuan_per_month": N_("{programme}: a person and month, {year}"),
    }
)
_AMOUNTS = {"yuan_per_person": "yuan", "yuan_per_month": "yuan"}  # unit of the record -> of an amount
_VERDICTS = Words(
    {
        ALIKE: N_("alike"),
        MORE: N_("more than the record"),
        LESS: N_("less than the record"),
        NOT_JUDGED: N_("not judged: {reason}"),
    }
)
_COVERS = Words(
    {
        "poor_rural_workers": N_("poor rural workers"),
        "all_workers": N_("all workers, of whom the rural share is not published"),
        "settlers_and_families": N_("all who settle, families included"),
        "one_province": N_("one province"),
    }
)
# Why a gap is there, where it is known.
_WHY = Words(
    {
        "retention-refund": N_(
            "The lever refunds every insured worker. Most of them were refunded in 2020 alone, a quarter in 2021 "
            "and 2024, and more rural workers are insured in the model (for pensions) than were against "
            "unemployment."
        ),
        "public-rental-housing": N_(
            "The lever houses as many again as were housed by 2023. Those are in the baseline already, so the share "
            "that history reached of the lever is a judgement about homes still to come. The county notice houses "
            "people in county towns alone."
        ),
        "training-at-work": N_(
            "Most of the recorded training at work was a wage subsidy without a course; the lever holds the courses."
        ),
        "work-for-relief": N_(
            "The lever's budget is that of the special projects. With 15 % of it for pay, as in 2020, it employs half "
            "as many as the projects of 2023 did with 30 %."
        ),
        "poverty-workshops": N_(
            "The record counts poor workers in workshops in one month of 2020; the lever's jobs last, and add up."
        ),
        "festival-transport": N_(
            "The lever carries one in a hundred of those who come back, as in 2021; twice as many were carried in 2023."
        ),
    }
)


def programme_lines(table: pd.DataFrame, unrecorded: pd.DataFrame) -> list[str]:
    """The section of the page: how to read it, the largest gaps, what has no record, and a table a document.

    ``table`` is ``programmes_table``, ``unrecorded`` is ``unrecorded_spending``.
    """
    judged = table[table["verdict"] != NOT_JUDGED]
    lines = [
        join(
            _(
                "What the documents' levers spend and whom they serve in the later of their first two whole years, beside "
                "what real programmes did in the nearest year on record. A document adds what history had not carried "
                "out; the whole measure is that and what history held. The record is held against the share of the whole "
                "that the lever says history reached, or against the whole where it says none."
            ),
            _(RULE),
        ),
        "",
        _(
            "Of {count} figures {judged} can be judged: {alike} are alike, {more} are more than the record and {less} "
            "less.",
            count=len(table),
            judged=len(judged),
            **{name: int((judged["verdict"] == name).sum()) for name in (ALIKE, MORE, LESS)},
        ),
        "",
        _("The largest gaps:"),
        "",
        *(list(_gaps(judged)) or [_("- none")]),
        "",
        *_without_record(table, unrecorded),
    ]
    for document, rows in table.groupby("document", sort=False):
        lines += [
            f"### {in_language(load_scenario(str(document)).title.model_dump())}",
            "",
            _(
                "| instrument | what | the document adds | whole measure | record | reached: by the lever, by the "
                "record | verdict | source |"
            ),
            "|---|---|---|---|---|---|---|---|",
            *(_line(row) for row in rows.to_dict("records")),
            "",
        ]
    return lines


def _gaps(judged: pd.DataFrame) -> Iterator[str]:
    """The figures furthest from the record, each programme and measure once, with what is known of the reason."""
    off = judged[judged["verdict"] != ALIKE]
    off = off.assign(size=np.abs(np.log(off["ratio"].clip(lower=_NEARLY_NOTHING)))).sort_values(
        "size", ascending=False, kind="stable"
    )
    told: set[str] = set()
    for row in (
        off.drop_duplicates(["instrument", "programme", "measure"]).head(_MOST_GAPS).to_dict("records")
    ):
        words = [_gap(row)]
        if row["instrument"] in _WHY.keys() - told:
            words.append(_WHY[row["instrument"]])
            told.add(row["instrument"])
        yield "- " + join(*words)


def _gap(row: dict) -> str:
    said = {
        "what": _what(row),
        "instrument": _label(row),
        "document": in_language(load_scenario(row["document"]).title.model_dump()),
        "whole": _amount(row, "whole"),
        "record": _amount(row, "record"),
        "year": row["record_year"],
        "times": number(row["whole"] / row["record"], 1),
    }
    if row["share"] != row["share"]:
        return _(
            "{instrument} ({document}), {what}: {whole} in the model, {record} on record ({year}).", **said
        )
    return _(
        "{instrument} ({document}), {what}: the whole measure, {whole}, is {times} times the record of {year}, {record}. "
        "By the lever's word history reached {share} of it, by the record {by_record}.",
        **said,
        share=percent(100.0 * row["share"]),
        by_record=percent(100.0 * row["record_share"]),
    )


def _without_record(table: pd.DataFrame, unrecorded: pd.DataFrame) -> list[str]:
    if unrecorded.empty:
        return []
    largest = unrecorded.drop_duplicates("instrument")
    named = [
        _("{instrument} ({money})", instrument=_label(row), money=amount(row["yuan"], "yuan", 1))
        for row in largest.head(_MOST_NAMED).to_dict("records")
    ]
    return [
        plural(
            "For {count} instrument that the documents spend on no figure of a real programme was found: {named}.",
            "For {count} instruments that the documents spend on no figure of a real programme was found. Those on "
            "which a document adds most in a year: {named}.",
            len(largest),
            named=listing(named),
        ),
        "",
    ]


def _line(row: dict) -> str:
    """One figure as a row of the table of its document."""
    shares = "–"
    if row["share"] == row["share"] and row["measure"] != "per_person":
        shares = _(
            "{lever}; {record}",
            lever=percent(100.0 * row["share"]),
            record=percent(100.0 * row["record_share"]),
        )
    reason = _COVERS[row["reason"]] if row["reason"] in _COVERS else translated(row["reason"])
    cells = [
        _label(row),
        _what(row),
        _amount(row, "adds"),
        _amount(row, "whole"),
        _record(row),
        shares,
        _VERDICTS[row["verdict"]].format(reason=reason),
        _("{status}: {words}", status=translated(row["status"]), words=translated(row["source"])),
    ]
    return "| " + " | ".join(markdown(cell) for cell in cells) + " |"


def _record(row: dict) -> str:
    said = {"value": _amount(row, "record"), "year": row["record_year"]}
    if row["record"] == row["printed"]:
        return _("{value} ({year})", **said)
    return _(
        "{value} ({year}), {share} of {all} ({source})",
        **said,
        share=percent(100.0 * row["rural_share"]),
        all=_amount(row, "printed"),
        source=translated(row["rural_share_source"]),
    )


def _label(row: dict) -> str:
    """The name of an instrument, and of its part where the figure concerns that alone."""
    parts = instruments()[row["instrument"]].parts
    name = in_language(parts[0].label.model_dump())
    named = [part.part_label for part in parts if part.part == row.get("part") and part.part_label]
    if not named:
        return name
    return _("{instrument}: {part}", instrument=name, part=in_language(named[0].model_dump()))


def _what(row: dict) -> str:
    return _MEASURES[row["unit"]].format(programme=translated(row["programme"]), year=row["year"])


def _amount(row: dict, column: str) -> str:
    unit = _AMOUNTS.get(row["unit"], row["unit"])
    return amount(row[column], unit, 1 if row["measure"] != "per_person" else 0, noun=unit == "yuan")
