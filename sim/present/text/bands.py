"""Bands in plain words: their sources of uncertainty, and what would narrow them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.comparison.bands import FUTURES
from sim.comparison.comparison import Comparison
from sim.core.language import N_, Words, _, in_context
from sim.present.text.numbers import listing, percent, unit_word, with_interval
from sim.results.outcomes import HEADLINE, OUTCOMES

# What each source of uncertainty is called, and what would make it smaller.
_PARTS = Words(
    {
        "parameters": N_("parameters"),
        "levers": N_("size of the levers"),
        "monte_carlo": N_("Monte Carlo error"),
        "scenario": N_("future"),
    }
)
_NARROWED_BY = Words(
    {
        "parameters": N_("better data on behaviour"),
        "levers": N_("trials that measure what the levers do"),
        "monte_carlo": N_("more seeds, or a finer scale"),
        "scenario": N_("nothing but time: look at both futures"),
    }
)
PARTS = tuple(_PARTS)  # the sources of uncertainty
FROM_RUNS = ("parameters", "levers", "scenario")  # the parts that Monte Carlo error may hide
MOSTLY, MUCH = 60.0, 25.0  # percent of a band from which it is mostly one part's, or one part's among others


def part_words(name: str) -> str:
    """A source of uncertainty as it is called."""
    return _PARTS[name]


def band_sentences(comparison: Comparison) -> list[str]:
    """What the bands hold and what not; empty for a comparison that carries none."""
    about = comparison.manifest.get("ensemble")
    if not about:
        return []
    seeds = len(comparison.manifest["seeds"])
    sentences = [
        _(
            "Ranges in brackets are 95 % bands. They hold four sources of uncertainty: Monte Carlo error ({seeds} "
            "paired seeds), parameters ({members} members of the calibrated ensemble), the size of the levers "
            "({draws} draws from their credible ranges) and the future (a low and a high one). They do not hold "
            "that of the form of the model, which the misses against official statistics tell. Cannot tell: with "
            "all four the band spans zero.",
            seeds=seeds,
            members=about["members"],
            draws=about.get("size_draws", 0),
        ),
        _(
            "The runs behind them are at 1:{scale}, each member and each draw under {seeds} seeds and each future "
            "under {more}. A part that cannot be told from the Monte Carlo error of these runs adds no width; the "
            'tables then say "not seen", and how large it may be at most.',
            scale=about["scale"],
            seeds=about["draw_seeds"],
            more=len(about["seeds"]),
        ),
    ]
    if about.get("stale"):
        sentences.append(
            _(
                "The ensemble was calibrated with other {parts}: until it is calibrated anew, take the part of the "
                "parameters as a rough guide.",
                parts=listing([_(part) for part in about["stale"]]),
            )
        )
    return sentences


def band_rows(comparison: Comparison, policy: str, horizon: int, keys=HEADLINE) -> list[dict[str, Any]]:
    """One row an outcome: effect, band, parts in percent, the effect under both futures, and a reading."""
    bands = comparison.tables.get("bands")
    if bands is None or bands.empty:
        return []
    own = bands[(bands["policy"] == policy) & (bands["horizon_years"] == horizon)].set_index("outcome")
    return [_row(key, own.loc[key]) for key in keys if key in own.index]


def _row(key: str, row: pd.Series) -> dict[str, Any]:
    outcome = OUTCOMES[key]
    unit = unit_word("points" if outcome.unit == "percent" else outcome.unit)
    head = {"outcome": outcome.label, "unit": unit, "verdict": row["verdict"]}
    if row["verdict"] == "identical":
        return {
            **head,
            "effect": _("no change"),
            "band": "",
            "parts": {},
            "shares": {},
            "futures": [],
            "agree": "",
            "reading": _("the same in every run"),
        }
    ends = row["low"], row["high"]

    def words(value: float) -> tuple[str, str]:
        text, within = with_interval(value, *ends, outcome.unit, outcome.digits, with_unit=False)
        return text if any(figure in "123456789" for figure in text) else "0", within

    effect, band = words(row["difference"])
    parts = {name: float(row[f"{name}_percent"]) for name in PARTS}
    seen = {"monte_carlo": True, **{name: bool(row[f"{name}_seen"]) for name in FROM_RUNS}}
    return {
        **head,
        "effect": effect,
        "band": band,
        "parts": parts,
        "shares": {
            name: _percent(share) if seen[name] else _not_seen(words(row[f"{name}_at_most"])[0])
            for name, share in parts.items()
        },
        "futures": [
            _(
                "{future} {effect}",
                future=_future(future),
                effect=words(row[f"under_{future}"])[0],
            )
            for future in FUTURES
        ]
        if seen["scenario"]
        else [_("no difference seen")],
        "agree": _(
            "{count} of {all}",
            count=round(row["sign_agrees"] * row["members"]),
            all=int(row["members"]),
        ),
        "reading": _reading(row["verdict"], parts),
    }


def _future(name: str) -> str:
    return in_context("future", "low") if name == "low" else in_context("future", "high")


_SAID = Words({"higher": N_("goes up"), "lower": N_("goes down"), "cannot tell": N_("cannot tell")})


def _reading(verdict: str, parts: dict[str, float]) -> str:
    """What the band allows to be said, what it is made of, and what would narrow it."""
    said = _SAID[verdict]
    largest = max(parts, key=parts.__getitem__)
    if not parts[largest] > 0:
        return said
    if parts[largest] >= MOSTLY:
        made = _("band mostly from {part}", part=_PARTS[largest])
    else:
        made = _("band from {parts}", parts=listing([_PARTS[name] for name in parts if parts[name] >= MUCH]))
    if verdict == "cannot tell":
        by = _NARROWED_BY[largest]
        return _("{said}; {made}: to narrow it, {by}", said=said, made=made, by=by)
    return _("{said}; {made}", said=said, made=made)


def _percent(share: float) -> str:
    """A part in whole percent."""
    return _("under 1 %") if 0 < share < 0.5 else percent(share)


def _not_seen(at_most: str) -> str:
    """A part that is lost in the Monte Carlo error; ``at_most`` as a signed amount."""
    size = at_most.lstrip("+")
    return _("none") if size == "0" else _("not seen, at most {size}", size=size)
