"""A ranking of instruments in words: rows for its table, what is real, and what stands apart and why."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.analysis.ranking import (
    FREE,
    NO_EFFECT,
    NO_NET_COST,
    NOT_COSTED,
    NOTES,
    OTHERS_PAY,
    RANKED,
    SPENDS_NOTHING,
    THROUGH_OTHERS,
    UNCLEAR,
    Ranking,
)
from sim.present.text.comparison import period_words
from sim.present.text.numbers import amount, listing, number, ordinal, with_interval
from sim.results.outcomes import OUTCOMES

HEADS = {
    "place": "place",
    "title": "instrument",
    "evidence": "grade",
    "size": "size",
    "money": "spent a year (net cost), yuan",
    "effect": "effect (95 % over seeds)",
    "per_billion": "per billion of net cost (95 %)",
}
APART_HEADS = {
    "why": "why it is not ranked",
    "title": "instrument",
    "evidence": "grade",
    "size": "size",
    "money": "spent a year (net cost), yuan",
    "effect": "effect (95 % over seeds)",
    "per_spent": "per billion spent",
}
WHY = {
    NO_NET_COST: "contributions may pay for it",
    UNCLEAR: "its effect is lost in chance",
    SPENDS_NOTHING: "spends nothing alone",
    OTHERS_PAY: "firms or workers pay for it",
    FREE: "costs nothing",
    NOT_COSTED: "not costed",
    THROUGH_OTHERS: "acts through others",
    NO_EFFECT: "no effect of its own",
}


def title(ranking: Ranking, key: str) -> str:
    """The heading of one outcome's table."""
    about, outcome = ranking.about, OUTCOMES[key]
    last = about["years"]
    if outcome.kind == "flow":
        when = f"in the first {last} years ({period_words(about['begin'], about['end'])})"
    else:
        first = f"{int(about['end'][:4]) - (not about['end'].endswith('-12'))}"
        year = about["end"][:4] if about["end"].endswith("-12") else f"{first} to {about['end'][:4]}"
        when = f"in the {ordinal(last)} year ({year})"
    budget = amount(about["budget_yuan_per_year"], "yuan")
    return f"{outcome.label}: what each instrument adds {when} alone, at {budget} a year"


def ranked_rows(ranking: Ranking, key: str) -> list[dict[str, Any]]:
    """The ranked instruments, the best first."""
    return [
        {"place": _place(row), **_common(row), **_per_billion(row)}
        for row in _of(ranking, key).itertuples()
        if row.note == RANKED
    ]


def apart_rows(ranking: Ranking, key: str) -> list[dict[str, Any]]:
    """Those that are not ranked, by reason, with the effect where they were run."""
    rows = []
    for row in _of(ranking, key).itertuples():
        if row.note != RANKED:
            spent = "–"
            if pd.notna(row.per_billion_spent) and row.verdict != "cannot tell":
                ends = (row.per_billion_spent, row.per_billion_spent_low, row.per_billion_spent_high)
                spent = _buys(ends, row)
            why = "does not move it" if row.verdict == "identical" else WHY[row.note]
            rows.append({"why": why, **_common(row), "per_spent": spent})
    return rows


def sentences(ranking: Ranking, key: str) -> list[str]:
    """Which differences are real, and what of the list stands apart."""
    pairs = ranking.pairs[ranking.pairs["outcome"] == key]
    table = _of(ranking, key)
    ranked = table[table["note"] == RANKED]
    found = []
    if ranking.about.get("members"):
        found.append(
            "Ranges per billion hold the Monte Carlo error, parameters, the size of the levers and the future; which "
            "differences are real is asked of the Monte Carlo error alone."
        )
    if len(pairs):
        real = int(pairs["is_real"].sum())
        found.append(
            f"Of {len(pairs)} pairs of ranked instruments {real} differ by more than chance (of these at most one in "
            "twenty is expected to be chance); a place in brackets is as far as an instrument may rise or fall."
        )
        first = ranked.iloc[0]
        if first["rank_worst"] == 1 and len(ranked) > 1:
            found.append(f"{first['title']} is first, really better than every other.")
        elif len(ranked) > 1:
            alike = int(first["rank_worst"]) - 1
            found.append(
                f"The first place is open: {alike} others cannot be told from {_small(first['title'])}."
            )
    counts = table["note"].value_counts()
    apart = [f"{WHY[note]}: {counts[note]}" for note in NOTES if note != RANKED and note in counts]
    if apart:
        found.append(f"Not ranked: {'; '.join(apart)}.")
    return found


def headline(ranking: Ranking) -> list[str]:
    """A sentence for each outcome: which instruments buy most, and whether that is sure."""
    found = []
    for key in ranking.about["outcomes"]:
        table, label = _of(ranking, key), OUTCOMES[key].label
        wanted = "lower" if OUTCOMES[key].good == "lower" else "higher"
        told = table[(table["note"] == RANKED) & (table["verdict"] == wanted)].head(3)
        words = []
        for row in told.itertuples():
            buys = _buys((row.per_billion, row.per_billion_low, row.per_billion_high), row)
            words.append(f"{row.title} {buys.split(' (')[0]} (evidence {row.evidence})")
        what = "improves" if OUTCOMES[key].good != "neutral" else "raises"
        found.append(
            f"{label}, per billion yuan of net cost: {listing(words)}."
            if words
            else f"{label}: no ranked instrument {what} it by more than chance."
        )
        free = table[(table["note"] == NO_NET_COST) & (table["verdict"] == wanted)]
        if len(free):
            names = listing([_small(name) for name in free["title"]])
            verb = what if len(free) == 1 else what.removesuffix("s")
            found.append(f"{label}: contributions may pay for {names}, which {verb} it too.")
    return found


def _of(ranking: Ranking, key: str) -> pd.DataFrame:
    return ranking.table[ranking.table["outcome"] == key]


def _place(row: Any) -> str:
    if row.rank_best == row.rank_worst:
        return f"{row.rank:.0f}"
    return f"{row.rank:.0f} ({row.rank_best:.0f}–{row.rank_worst:.0f})"


def _common(row: Any) -> dict[str, str]:
    """What every row says: the instrument, its size, its money and its effect."""
    said = {"title": row.title, "title_zh": row.title_zh, "evidence": row.evidence}
    if pd.isna(row.effect):
        return {**said, **dict.fromkeys(("size", "money", "effect"), "–")}
    text, ends = with_interval(row.effect, row.low, row.high, row.unit, OUTCOMES[row.outcome].digits)
    if row.verdict == "cannot tell":
        effect = f"cannot tell ({f'{ends} {_scale_word(text)}'.strip()})"
    else:
        effect = "no change" if row.verdict == "identical" else f"{text} ({ends})"
    spent, net = (
        amount(yuan, "yuan").removesuffix(" yuan")
        for yuan in (row.spending_per_year_yuan, row.net_cost_per_year_yuan)
    )
    size = f"{number(row.size, 0 if row.size >= 10 else 2)}×"
    size = f"{size}, {row.size_note}" if row.size_note else size
    return {**said, "size": size, "money": f"{spent} ({net})", "effect": effect}


def _buys(ends: tuple[float, float, float], row: Any) -> str:
    """What a billion buys, with its interval."""
    digits = 0 if OUTCOMES[row.outcome].is_count else 2
    return "{} ({})".format(*with_interval(*ends, row.unit, digits))


def _per_billion(row: Any) -> dict[str, str]:
    return {"per_billion": _buys((row.per_billion, *ends_of(row)), row)}


def ends_of(row: Any) -> tuple[float, float]:
    """The ends of the band of what a billion buys, or of the interval over seeds where there is none."""
    if pd.notna(row.band_low):
        return row.band_low, row.band_high
    return row.per_billion_low, row.per_billion_high


def _scale_word(text: str) -> str:
    return " ".join(text.split(" ")[1:])


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]
