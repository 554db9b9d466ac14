"""Bands in plain words: their sources of uncertainty, and what would narrow them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.comparison.bands import FUTURES
from sim.comparison.comparison import Comparison
from sim.present.text.numbers import listing, number, unit_word, with_interval
from sim.results.outcomes import HEADLINE, OUTCOMES

# What each source of uncertainty is called, and what would make it smaller.
PART_WORDS = {
    "parameters": ("parameters", "better data on behaviour"),
    "levers": ("size of the levers", "trials that measure what the levers do"),
    "monte_carlo": ("Monte Carlo error", "more seeds, or a finer scale"),
    "scenario": ("future", "nothing but time: look at both futures"),
}
FROM_RUNS = ("parameters", "levers", "scenario")  # the parts that Monte Carlo error may hide
MOSTLY, MUCH = 60.0, 25.0  # percent of a band from which it is mostly one part's, or one part's among others


def band_sentences(comparison: Comparison) -> list[str]:
    """What the bands hold and what not; empty for a comparison that carries none."""
    about = comparison.manifest.get("ensemble")
    if not about:
        return []
    seeds = len(comparison.manifest["seeds"])
    sentences = [
        "Ranges in brackets are 95 % bands. They hold four sources of uncertainty: Monte Carlo error "
        f"({seeds} paired seeds), parameters ({about['members']} members of the calibrated ensemble), the "
        f"size of the levers ({about.get('size_draws', 0)} draws from their credible ranges) and the future "
        "(a low and a high one). They do not hold that of the form of the model, which the misses against "
        "official statistics tell. Cannot tell: with all four the band spans zero.",
        f"The runs behind them are at 1:{about['scale']}, each member and each draw under "
        f"{about['draw_seeds']} seeds and each future under {len(about['seeds'])}. A part that cannot be told "
        'from the Monte Carlo error of these runs adds no width; the tables then say "not seen", and how '
        "large it may be at most. More members (--ensemble 40) see smaller parts.",
    ]
    if about.get("stale"):
        sentences.append(
            f"The ensemble was calibrated with other {listing(list(about['stale']))}: until it is calibrated "
            "anew, take the part of the parameters as a rough guide."
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
    unit = "points" if outcome.unit == "percent" else unit_word(outcome.unit)
    head = {"outcome": outcome.label, "unit": unit, "verdict": row["verdict"]}
    if row["verdict"] == "identical":
        return {
            **head,
            "effect": "no change",
            "band": "",
            "parts": {},
            "shares": {},
            "futures": [],
            "agree": "",
            "reading": "the same in every run",
        }
    ends = row["low"], row["high"]

    def words(value: float) -> tuple[str, str]:
        text, within = with_interval(value, *ends, outcome.unit, outcome.digits)
        if not any(figure in "123456789" for figure in text):
            return "0", within
        return text.removesuffix(unit).rstrip(), within

    effect, band = words(row["difference"])
    parts = {name: float(row[f"{name}_percent"]) for name in PART_WORDS}
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
        "futures": [f"{future} {words(row[f'under_{future}'])[0]}" for future in FUTURES]
        if seen["scenario"]
        else ["no difference seen"],
        "agree": f"{round(row['sign_agrees'] * row['members'])} of {row['members']:.0f}",
        "reading": _reading(row["verdict"], parts),
    }


def _reading(verdict: str, parts: dict[str, float]) -> str:
    """What the band allows to be said, what it is made of, and what would narrow it."""
    said = {"higher": "goes up", "lower": "goes down"}.get(verdict, "cannot tell")
    largest = max(parts, key=parts.__getitem__)
    if not parts[largest] > 0:
        return said
    if parts[largest] >= MOSTLY:
        made = f"mostly {PART_WORDS[largest][0]}"
    else:
        made = listing([PART_WORDS[name][0] for name in parts if parts[name] >= MUCH])
    return f"{said}; {made}" + (f": to narrow it, {PART_WORDS[largest][1]}" if said == "cannot tell" else "")


def _percent(share: float) -> str:
    """A part in whole percent."""
    return "under 1 %" if 0 < share < 0.5 else f"{number(share, 0)} %"


def _not_seen(at_most: str) -> str:
    """A part that is lost in the Monte Carlo error; ``at_most`` as a signed amount."""
    size = at_most.lstrip("+")
    return "none" if size == "0" else f"not seen, at most {size}"
