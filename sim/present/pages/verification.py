"""Pages of comparisons made again: from a folder of results, or from the record that a page carries."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from sim.analysis.uncertainty import compare_with_bands
from sim.comparison.changers import galleries
from sim.comparison.comparison import Comparison
from sim.core.errors import Problem, ResultsError
from sim.core.files import reason
from sim.core.language import _, speaking
from sim.experiments.sweep import program
from sim.present.pages.comparison import render_report
from sim.present.pages.record import Difference, differences, read_record, table_hashes
from sim.scenario.scenario import Scenario
from sim.validation.validate import validate


class Verification(NamedTuple):
    """What making a page's numbers again found. ``program``: parts of the program that are others now."""

    tables: list[str]  # whose content differs
    words: list[Difference]  # that the page shows and the page made again does not, or the other way round
    program: list[str]

    @property
    def is_same(self) -> bool:
        return not self.tables and not self.words


def verify_page(
    file: str | os.PathLike,
    jobs: int = 2,
    progress: Callable[..., None] | None = None,
    simulate: Callable | None = None,
) -> Verification:
    """Run the comparison of a page again from the record in it, and compare every number that it shows, in the
    page's language.

    ``jobs``, ``progress`` and ``simulate`` are those of ``compare_with_bands``. Raises ``ResultsError`` for
    a file that cannot be read or holds no record, and whatever a run raises.
    """
    page = _text(file)
    record = read_record(page, str(file))
    about = record["manifest"]
    base, *policies = (_scenario(one) for one in (about["base"], *about["policies"]))
    again = _compared_again(about, base, policies, jobs, progress, simulate)
    hashes, before = table_hashes(again), record["tables"]
    again.manifest = {**about, **_of_results(again.manifest)}
    with speaking(record.get("language")):
        shown = render_report(
            again,
            validate(again.baseline_runs()),
            command=record["command"],
            by=record["by"],
            lives=galleries(again, base, policies, progress=progress) if record["has_lives"] else (),
        )
    now = program()
    return Verification(
        [name for name in sorted({*hashes, *before}) if hashes.get(name) != before.get(name)],
        differences(page, shown),
        [name for name, value in record["program"].items() if now.get(name) != value],
    )


def _of_results(manifest: dict[str, Any]) -> dict[str, Any]:
    """What of a manifest is a result, and not what was asked for or when it was made."""
    return {name: manifest[name] for name in ("warnings", "run_warnings", "ensemble") if name in manifest}


def _compared_again(
    about: dict[str, Any],
    base: Scenario,
    policies: list[Scenario],
    jobs: int,
    progress: Callable[..., None] | None,
    simulate: Callable | None,
) -> Comparison:
    bands = about.get("ensemble") or {}
    return compare_with_bands(
        base,
        policies,
        members=bands.get("members", 0),
        members_scale=bands.get("scale"),
        scale=about["scale"],
        seeds=about["seeds"],
        start=about["start"],
        end=about["end"],
        horizons=about["horizons"],
        focus=about.get("focus"),
        jobs=jobs,
        progress=progress,
        said=about.get("reference"),
        simulate=simulate,
    )


def _scenario(described: dict[str, Any]) -> Scenario:
    return Scenario.model_validate({**described["scenario"], "name": described["name"]})


def _text(file: str | os.PathLike) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise ResultsError(
            Problem(_("cannot be read: {reason}", reason=reason(error)), file=str(file))
        ) from error
    except UnicodeDecodeError:
        raise ResultsError(Problem(_("this is no page: it is not text in UTF-8"), file=str(file))) from None
