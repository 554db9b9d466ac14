"""Virtual experiments in words."""

from __future__ import annotations

from sim.core.language import N_, Words, _, in_language, plural, translated
from sim.present.text.numbers import apart, join, left, number
from sim.studies.replicate import VirtualResult

_DESIGNS = Words(
    {
        "difference_in_differences": N_("difference in differences"),
        "matching": N_("matching"),
        "with_and_without": N_("with and without"),
    }
)


def studies_text(result: VirtualResult) -> str:
    """A virtual experiment in plain lines."""
    runs = result.by_seed["seed"].nunique()
    spread = (
        plural(
            "{count} member of the calibrated ensemble", "{count} members of the calibrated ensemble", runs
        )
        if result.members
        else plural("{count} seed", "{count} seeds", runs)
    )
    experiment = result.experiment
    lines = [
        _(
            "{head}: {words}",
            head=in_language(experiment.title.model_dump()),
            words=translated(experiment.question),
        ),
        _("95 % intervals over {runs}; scale 1:{scale}", runs=spread, scale=result.scale),
        "",
    ]
    published = _("published")
    for row in result.table.itertuples():
        found = []
        if row.design != "with_and_without":
            found.append((_DESIGNS[row.design], row.estimate, row.low, row.high))
        found.append((_("the same workers with and without"), row.truth, row.truth_low, row.truth_high))
        if row.bias_low * row.bias_high > 0:
            found.append((_("the design errs by"), row.bias, row.bias_low, row.bias_high))
        lines += [
            translated(row.label),
            *(f"  {left(words, 36)}{join(_interval(*ends), translated(row.unit))}" for words, *ends in found),
            f"  {left(published, 36)}{_published(row)}",
            "",
        ]
    return "\n".join([*lines, *([translated(experiment.note), ""] if experiment.note else [])])


def _interval(mean: float, low: float, high: float) -> str:
    return _("{figure} ({range})", figure=number(mean, 2, signed=True), range=_range(low, high))


def _range(low: float, high: float) -> str:
    return _("{low} to {high}", low=number(low, 2, signed=True), high=number(high, 2, signed=True))


def _published(row) -> str:
    if row.published is None or row.published != row.published:
        figure = _("number not packaged")
    else:
        figure = number(row.published, 2, signed=True)
        if row.published_low is not None and row.published_low == row.published_low:
            figure = _(
                "{figure} ({range})", figure=figure, range=_range(row.published_low, row.published_high)
            )
    said = _(
        "{figure}: {what} [{source}]",
        figure=figure,
        what=translated(row.published_kind),
        source=translated(row.published_source),
    )
    return apart([said, translated(row.published_note)])
