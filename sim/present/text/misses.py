"""What the model gets wrong in words: the errors too large to be passed over, by cause."""

from __future__ import annotations

from sim.core.language import N_, _, translated
from sim.present.text.numbers import apart, in_a_row
from sim.present.text.validation import error_words
from sim.validation.misses import MOST_PERCENT, MOST_POINTS, NOT_KNOWN, by_cause, misses
from sim.validation.tolerances import Survey
from sim.validation.validate import Validation

_NOT_KNOWN = N_("No cause is known.")


def misses_by_cause(validation: Validation) -> list[tuple[str, str]]:
    """Each cause with the series that it is about and their largest errors: ``Women, local: +4.0 points (2017)``."""
    from sim.world.data import load_data

    found = misses(validation.rows, Survey.read(load_data().survey))
    told = []
    for cause, own in by_cause(found).items():
        errors: dict[str, list[str]] = {}
        for one in own:
            words = error_words(one.error, one.error_unit, signed=True)
            errors.setdefault(translated(one.label), []).append(
                _("{error} ({year})", error=words, year=one.year)
            )
        series = apart(
            _("{series}: {errors}", series=label, errors=in_a_row(words)) for label, words in errors.items()
        )
        told.append((_(_NOT_KNOWN if cause == NOT_KNOWN else cause), series))
    return told


def limit_words() -> str:
    """Which errors are listed."""
    return _(
        "Every series that errs by more than {percent} % of the official figure, or {points} points, in any year: its "
        "largest error to 2019, in the unseen years, and of the level since 2023.",
        percent=f"{MOST_PERCENT:g}",
        points=f"{MOST_POINTS:g}",
    )
