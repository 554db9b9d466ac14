"""Published effects beside the model's: every measure and design with a number, in one table.

Measures are files of checks under ``experiments/published``, and those under ``experiments/checks`` whose
range an evidence row gives; designs are the virtual experiments. What the model cannot measure is listed with
the reason in ``sim/data/unmeasured_effects.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from sim.core.language import speaking, translated
from sim.scenario.loading import files_in
from sim.studies.checks import CheckFile, load_checks, run_checks
from sim.studies.replicate import run_virtual
from sim.studies.study import load_virtual, virtual_files
from sim.world.data import Data, load_data

ALSO = ("wages",)  # files of checks whose ranges are published effects
INSIDE, SMALLER, LARGER, OTHER_SIGN = "inside", "smaller", "larger", "other sign"
_ID = re.compile(r"\b[A-Z]\d\d\b")


def published_files() -> dict[str, Path]:
    """Every file of single measures whose effect is published."""
    return files_in("experiments/published")


def published_effects(
    scale: int | str = 20_000,
    *,
    seeds: int | None = None,
    threads: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """A row an effect: ``effect`` in English and ``effect_zh`` in Chinese, its range ``low`` to ``high``,
    what was ``found`` with ``found_low`` and ``found_high`` (95 % over seeds), ``unit``, ``verdict``,
    ``source``, ``kind`` (of the published number, where the source does not say it), ``note`` and ``file``.

    ``scale`` is that of all runs but those that match workers; ``seeds`` are the files' own where not given;
    ``threads`` share the work of a month. ``progress(done, total)`` is called as files finish, first with
    none. Raises ``UsageError`` for an impossible scale.
    """
    measures = (*published_files(), *ALSO)
    designs = [
        name
        for name in virtual_files()
        if any(one.published.value is not None for one in load_virtual(name).estimates)
    ]
    rows, total = [], len(measures) + len(designs)
    for done, name in enumerate((*measures, *designs)):
        if progress:
            progress(done, total)
        if name in measures:
            rows += _measures(load_checks(published_files().get(name, name)), scale, seeds, threads)
        else:
            rows += _designs(name, scale, seeds)
    if progress:
        progress(total, total)
    return pd.DataFrame(rows)


def _measures(file: CheckFile, scale: int | str, seeds: int | None, threads: int) -> list[dict]:
    found = run_checks(file, scale=scale, seeds=seeds, threads=threads).table
    return [
        {
            "effect": row.check,
            "effect_zh": row.check_zh,
            "low": row.expected_low,
            "high": row.expected_high,
            "found": row.found,
            "found_low": row.low,
            "found_high": row.high,
            "unit": row.unit,
            "verdict": verdict(row.found, row.expected_low, row.expected_high),
            "source": row.source,
            "kind": "",
            "note": "",
            "file": file.name,
        }
        for row in found.itertuples()
    ]


def _designs(name: str, scale: int | str, seeds: int | None) -> list[dict]:
    experiment, rows = load_virtual(name), []
    if any(one.design == "matching" for one in experiment.estimates):
        scale = experiment.scale  # few are trained, and fewer are alike
    for row in run_virtual(experiment, scale=scale, seeds=seeds).table.itertuples():
        if pd.isna(row.published):
            continue
        low = row.published if pd.isna(row.published_low) else row.published_low
        high = row.published if pd.isna(row.published_high) else row.published_high
        rows.append(
            {
                "effect": row.label,
                "effect_zh": _in_chinese(row.label),
                "low": low,
                "high": high,
                "found": row.estimate,
                "found_low": row.low,
                "found_high": row.high,
                "unit": row.unit,
                "verdict": verdict(row.estimate, low, high, (row.low, row.high)),
                "source": row.published_source,
                "kind": row.published_kind,
                "note": row.published_note,
                "file": name,
            }
        )
    return rows


def _in_chinese(label: str) -> str:
    with speaking("zh"):
        return translated(label)


def verdict(found: float, low: float, high: float, band: tuple[float, float] | None = None) -> str:
    """How a number stands to a published range: ``inside``, ``smaller``, ``larger`` or of the ``other sign``.

    A range of one number is met where the ``band`` of what was found holds it. Smaller and larger are by
    size, whatever the sign.

    >>> verdict(-0.25, -0.3, -0.1), verdict(-0.01, -0.3, -0.1), verdict(0.2, -0.3, -0.1)
    ('inside', 'smaller', 'other sign')
    >>> verdict(0.1, 0.0, 0.0, (-0.1, 0.3)), verdict(0.1, 0.0, 0.0)
    ('inside', 'larger')
    """
    if low <= found <= high or (low == high and band is not None and band[0] <= low <= band[1]):
        return INSIDE
    middle = (low + high) / 2.0
    if found * middle < 0:
        return OTHER_SIGN
    return SMALLER if abs(found) < min(abs(low), abs(high)) else LARGER


def unmeasured_effects(data: Data | None = None) -> pd.DataFrame:
    """Published effects that the model does not measure: ``source`` (evidence), ``effect``, ``reason``."""
    return (data or load_data()).unmeasured_effects


def evidence_named(text: str) -> list[str]:
    """The rows of evidence that a text names.

    >>> evidence_named("A47: -0.2, and B27")
    ['A47', 'B27']
    """
    return _ID.findall(text)
