"""Commands that read scenarios and instruments and run nothing."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sim.cli.app import (
    Json,
    ScenarioName,
    command,
)
from sim.cli.terminal import (
    field_in_words,
    print_json,
    print_records,
    print_table,
    print_text,
    visible,
    warn,
)
from sim.core.errors import Problem, ScenarioError, headed
from sim.core.language import N_, Words, _, language, plural, translated


@command
def scenarios(json: Json = False) -> None:
    """List the scenarios that can be run by name."""
    from sim.scenario.listing import list_scenarios, scenario_notes

    rows = list_scenarios()
    if not rows:
        raise ScenarioError(_("no ready scenarios lie here or in the package: install it again"))
    if json:
        print_json(rows)
    else:
        print_table(
            rows,
            columns={
                "name": _("name"),
                "title" if language() == "en" else "title_zh": _("title"),
                "extends": _("extends"),
                "compare_with": _("compared with"),
                "levers": _("levers"),
                "file": _("file"),
            },
        )
        for note in scenario_notes(rows):
            print_text(f"* {note}")


@command
def check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Files or names of scenarios, experiments or calibrations."),
    ],
    json: Json = False,
) -> None:
    """Report every mistake in files of scenarios and experiments."""
    from sim.cli.checking import check_file
    from sim.scenario.loading import KINDS

    found: dict[str, list[Problem]] = {}
    kinds: dict[str, str] = {}
    for file in files:
        kinds[file], found[file], warnings = check_file(file)
        for warning in warnings:
            warn(headed(file, warning))
    if json:
        print_json({file: [vars(problem) for problem in problems] for file, problems in found.items()})
    else:
        for file, problems in found.items():
            said = plural("{count} problem", "{count} problems", len(problems)) if problems else _("ok")
            if kinds[file] in KINDS:
                said = _("{result} ({kind})", result=said, kind=KINDS[kinds[file]])
            print(visible(headed(file, said)))
            for problem in problems:
                print(visible(str(problem)))
    if any(found.values()):
        raise SystemExit(2)


@command
def show(scenario: ScenarioName, json: Json = False) -> None:
    """Print a scenario with the file and line of each value."""
    from sim.scenario.listing import describe
    from sim.scenario.loading import load_scenario

    loaded = load_scenario(scenario)
    if json:
        print_json({"scenario": loaded.content(), "origins": dict(loaded.origins)})
    else:
        print(describe(loaded), end="")


@command
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from sim.scenario.json_schema import scenario_schema

    print_json(scenario_schema())


@command
def levers(
    instrument: Annotated[
        str, typer.Argument(metavar="[ID]", help="Name or number of an instrument, to show it in full.")
    ] = "",
    family: Annotated[str | None, typer.Option(help="Only the instruments of this family.")] = None,
    document: Annotated[
        str | None, typer.Option(help="Only the instruments named in this policy document.")
    ] = None,
    grade: Annotated[
        str | None, typer.Option(help="Only the instruments with this grade of evidence.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/instruments.md.")] = False,
    json: Json = False,
) -> None:
    """List policy instruments and what levers can change."""
    from sim.present.pages.instruments import page
    from sim.present.text.instruments import find_instrument, list_instruments, whole
    from sim.scenario.references import grade_range

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
    print_table(
        rows,
        plural(
            "{count} instrument (`labor-sim levers ID` shows one in full)",
            "{count} instruments (`labor-sim levers ID` shows one in full)",
            len(rows),
        ),
        {
            "number": _("no."),
            "instrument": _("instrument"),
            "evidence": _("evidence"),
            "label" if language() == "en" else "label_zh": _("what"),
            "changes": _("changes"),
            "cost": _("cost"),
        },
    )
    print_text(
        "* "
        + _(
            "Evidence: {grades}. None counted: the ledger charges nothing for it, for the reason that "
            "follows. Nothing: it has no effect of its own. Ids such as F13 are rows of the evidence: "
            "`labor-sim cite F13`.",
            grades=grade_range(),
        )
    )
    if others:
        print_table(
            [
                {
                    **row,
                    "unit": translated(row["unit"]),
                    "faced_by": _FACED_BY[row["faced_by"]],
                    "meaning": translated(row["meaning"]),
                }
                for row in others["parameters"]
            ],
            _("What a lever can change (by these names, under `effects:`)"),
            {
                "parameter": _("parameter"),
                "default": _("default"),
                "low": _("least"),
                "high": _("most"),
                "unit": _("unit"),
                "faced_by": _("faced by"),
                "meaning": _("meaning"),
            },
        )


_FACED_BY = Words({"place": N_("place"), "worker": N_("worker"), "corridor": N_("corridor")})


def _levers_and_parameters() -> dict[str, list[dict[str, Any]]]:
    """Levers that ready scenarios define themselves, and the parameters that a lever can change."""
    from sim.parameters.behaviour import PARAMETERS
    from sim.present.text.instruments import list_levers

    parameters = [
        {
            "parameter": p.name,
            "default": p.default,
            "low": p.low,
            "high": p.high,
            "unit": p.unit,
            "faced_by": p.scope,
            "meaning": p.meaning,
            "source": p.source,
            "status": p.status,
        }
        for p in PARAMETERS.values()
        if p.scope != "economy"
    ]
    return {"levers": list_levers(), "parameters": parameters}


def _print_instrument(told: dict[str, Any], json: bool) -> None:
    if json:
        print_json(told)
        return
    clauses, parts, evidence = (told.pop(name) for name in ("clauses", "parts", "evidence_rows"))
    print_records(
        [{"title": " ".join(dict.fromkeys((told.pop("label"), told.pop("label_zh")))), **told}],
        _("Instrument {number}: {instrument}", number=told["number"], instrument=told["instrument"]),
    )
    print_records(clauses, _("What the documents say"))
    print_records(
        [{"part": part.pop("part") or _("one lever"), **part} for part in parts],
        _("What it changes, at strength 1"),
    )
    if evidence:
        print_records(evidence, _("The evidence cited above"))


@command
def cite(
    name: Annotated[
        str, typer.Argument(metavar="SCENARIO|ID", help="A scenario, or an id of the evidence such as B18.")
    ],
    json: Json = False,
) -> None:
    """Print the sources of a scenario, or what an id stands for."""
    from sim.present.text.citations import citations, cited_as, is_evidence_id
    from sim.scenario.loading import load_scenario

    sections = cited_as(name) if is_evidence_id(name) else citations(load_scenario(name))
    if json:
        print_json(sections)
        return
    for section, rows in sections.items():
        if rows:
            said = field_in_words(section)
            print_records(rows, f"{said[:1].upper()}{said[1:]}")
