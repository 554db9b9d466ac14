"""Virtual experiments in words."""

from __future__ import annotations

from sim.present.text.numbers import number
from sim.studies.replicate import VirtualResult


def studies_text(result: VirtualResult) -> str:
    """A virtual experiment in plain lines."""
    runs = result.by_seed["seed"].nunique()
    spread = f"{runs} members of the calibrated ensemble" if result.members else f"{runs} seeds"
    lines = [
        f"{result.experiment.title.en}: {result.experiment.question}",
        f"95 % intervals over {spread}; scale 1:{result.scale}",
        "",
    ]
    for row in result.table.itertuples():
        found = []
        if row.design != "with_and_without":
            found.append((f"{row.design.replace('_', ' ')}", row.estimate, row.low, row.high))
        found.append(("the same workers with and without", row.truth, row.truth_low, row.truth_high))
        if row.bias_low * row.bias_high > 0:
            found.append(("the design errs by", row.bias, row.bias_low, row.bias_high))
        lines += [
            row.label,
            *(f"  {words:<36}{_interval(*ends)} {row.unit}" for words, *ends in found),
            f"  {'published':<36}{_published(row)}",
            "",
        ]
    return "\n".join([*lines, *([result.experiment.note, ""] if result.experiment.note else [])])


def _interval(mean: float, low: float, high: float) -> str:
    return f"{number(mean, 2, signed=True)} ({number(low, 2, signed=True)} to {number(high, 2, signed=True)})"


def _published(row) -> str:
    if row.published is None or row.published != row.published:
        figure = "number not packaged"
    else:
        figure = number(row.published, 2, signed=True)
        if row.published_low is not None and row.published_low == row.published_low:
            figure += (
                f" ({number(row.published_low, 2, signed=True)} to "
                f"{number(row.published_high, 2, signed=True)})"
            )
    note = f"; {row.published_note}" if row.published_note else ""
    return f"{figure}: {row.published_kind} [{row.published_source}]{note}"
