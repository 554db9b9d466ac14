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
    "monte_carlo": ("Monte Carlo error", "more seeds, or a finer scale"),
    "scenario": ("future", "nothing but time: look at both futures"),
}
MOSTLY, MUCH = 60.0, 25.0  # percent of a band from which it is mostly one part's, or one part's among others


def band_sentences(comparison: Comparison) -> list[str]:
    """What the bands hold and what not; empty for a comparison that carries none."""
    about = comparison.manifest.get("ensemble")
    if not about:
        return []
    seeds = len(comparison.manifest["seeds"])
    sentences = [
        "Ranges in brackets are 95 % bands. They hold three sources of uncertainty: Monte Carlo error "
        f"({seeds} paired seeds), parameters ({about['members']} members of the calibrated ensemble) and the "
        "future (a low and a high one). They do not hold that of the size of a lever, which its grade of "
        "evidence tells, nor that of the form of the model, which the misses against official statistics tell.",
        f"Members and futures were run at 1:{about['scale']}, each member under {about['member_seeds']} seeds "
        f"and each future under {len(about['seeds'])}. In so few runs a small part cannot be told from the "
        'Monte Carlo error; it is then an upper estimate ("up to" in the tables), so that more members '
        "(--ensemble 40) usually narrow the band.",
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
    seen = {"monte_carlo": True, **{name: bool(row[f"{name}_seen"]) for name in ("parameters", "scenario")}}
    return {
        **head,
        "effect": effect,
        "band": band,
        "parts": parts,
        "shares": {name: _percent(share, seen[name]) for name, share in parts.items()},
        "futures": [f"{future} {words(row[f'under_{future}'])[0]}" for future in FUTURES]
        if seen["scenario"]
        else ["no difference seen"],
        "agree": f"{round(row['sign_agrees'] * row['members'])} of {row['members']:.0f}",
        "reading": _reading(row["verdict"], parts, seen),
    }


def _reading(verdict: str, parts: dict[str, float], seen: dict[str, bool]) -> str:
    """What the band allows to be said, what it is made of, and what would narrow it."""
    said = {"higher": "goes up", "lower": "goes down"}.get(verdict, "cannot tell")
    largest = max(parts, key=parts.__getitem__)
    if not parts[largest] > 0:
        return said
    if not seen[largest]:
        few = "so few runs" if largest == "scenario" else "so few members"
        return (
            f"{said} with {few}" if said == "cannot tell" else f"{said}; by how much is uncertain with {few}"
        )
    if parts[largest] >= MOSTLY:
        made = f"mostly {PART_WORDS[largest][0]}"
    else:
        made = listing([PART_WORDS[name][0] for name in parts if parts[name] >= MUCH])
    return f"{said}; {made}" + (f": to narrow it, {PART_WORDS[largest][1]}" if said == "cannot tell" else "")


def _percent(share: float, is_seen: bool) -> str:
    """A part in whole percent, as an upper estimate where it is not told from the Monte Carlo error."""
    text = "under 1 %" if 0 < share < 0.5 else f"{number(share, 0)} %"
    return text if is_seen or text.startswith("under") else f"up to {text}"
