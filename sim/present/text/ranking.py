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
from sim.analysis.ranking.sizes import SPENDS_LESS
from sim.core.language import N_, Words, _, in_language, in_two_forms, plural
from sim.present.text.comparison import period_words
from sim.present.text.headings import in_both, with_outcome_words
from sim.present.text.numbers import (
    amount,
    apart,
    change,
    interval_alone,
    listing,
    number,
    ordinal,
    unit_word,
    with_interval,
)
from sim.results.outcomes import OUTCOMES

_COMMON_HEADS = {
    "title": N_("instrument"),
    "evidence": N_("grade"),
    "size": N_("size, times the documented"),
    "money": N_("spent a year (net cost, if another), yuan"),
    "effect": N_("effect (95 % over seeds)"),
}
HEADS = Words({"place": N_("place"), **_COMMON_HEADS, "per_billion": N_("per billion of net cost (95 %)")})
APART_HEADS = Words(
    {"why": N_("why it is not ranked"), **_COMMON_HEADS, "per_spent": N_("per billion spent")}
)
WHY = Words(
    {
        NO_NET_COST: N_("contributions may pay for it"),
        UNCLEAR: N_("its effect is lost in chance"),
        SPENDS_NOTHING: N_("spends nothing alone"),
        OTHERS_PAY: N_("firms or workers pay for it"),
        FREE: N_("costs nothing"),
        NOT_COSTED: N_("not costed"),
        THROUGH_OTHERS: N_("acts through others"),
        NO_EFFECT: N_("no effect of its own"),
    }
)


def title(ranking: Ranking, key: str) -> str:
    """The heading of one outcome's table."""
    about, outcome = ranking.about, OUTCOMES[key]
    last, end = about["years"], about["end"]
    said = {"outcome": outcome.label, "budget": amount(about["budget_yuan_per_year"], "yuan")}
    if outcome.kind == "flow":
        return plural(
            "{outcome}: what each instrument adds in the first year ({period}) alone, at {budget} a year",
            "{outcome}: what each instrument adds in the first {count} years ({period}) alone, at {budget} a year",
            last,
            period=period_words(about["begin"], end),
            **said,
        )
    first = int(end[:4]) - (not end.endswith("-12"))
    return _(
        "{outcome}: what each instrument adds in the {ordinal} year ({years}) alone, at {budget} a year",
        ordinal=ordinal(last),
        years=period_words(f"{first}-01", f"{end[:4]}-12"),
        **said,
    )


def ranked_rows(ranking: Ranking, key: str) -> list[dict[str, Any]]:
    """The ranked instruments, the best first."""
    return [
        {"place": place_of(row), **_common(row), **_per_billion(row)}
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
            why = _("does not move it") if row.verdict == "identical" else WHY[row.note]
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
            _(
                "Ranges per billion hold the Monte Carlo error, parameters, the size of the levers and the future; "
                "which differences are real is asked of the Monte Carlo error alone."
            )
        )
    if len(pairs):
        real = int(pairs["is_real"].sum())
        found.append(
            _(
                "Of {pairs} pairs of ranked instruments {real} differ by more than chance (of these at most one in "
                "twenty is expected to be chance); a place in brackets is as far as an instrument may rise or fall.",
                pairs=len(pairs),
                real=real,
            )
        )
        first = ranked.iloc[0]
        if first["rank_worst"] == 1 and len(ranked) > 1:
            found.append(
                _(
                    "{instrument} is first, and better than every other by more than chance.",
                    instrument=title_of(first),
                )
            )
        elif len(ranked) > 1:
            found.append(
                plural(
                    "The first place is open: {count} other cannot be told from {instrument}.",
                    "The first place is open: {count} others cannot be told from {instrument}.",
                    int(first["rank_worst"]) - 1,
                    instrument=_small(title_of(first)),
                )
            )
    found += _spending_sentences(ranking, key, ranked)
    counts = table["note"].value_counts()
    reasons = [
        _("{reason}: {count}", reason=WHY[note], count=counts[note])
        for note in NOTES
        if note != RANKED and note in counts
    ]
    if reasons:
        found.append(_("Not ranked: {reasons}.", reasons=apart(reasons)))
    return found


def _spending_sentences(ranking: Ranking, key: str, ranked: pd.DataFrame) -> list[str]:
    """How many instruments end before the budget is spent, and which adds most in all, whatever a billion buys."""
    found = []
    short = int(ranked["size_note"].isin(SPENDS_LESS).sum())
    if short:
        found.append(
            plural(
                "{count} of {ranked} ranked instruments cannot spend {budget} a year: the credible range of its size "
                "ends before. A high place then says that each yuan does much, not that there is much to buy.",
                "{count} of {ranked} ranked instruments cannot spend {budget} a year: the credible ranges of their "
                "sizes end before. A high place then says that each yuan does much, not that there is much to buy.",
                short,
                ranked=len(ranked),
                budget=amount(ranking.about["budget_yuan_per_year"], "yuan"),
            )
        )
    told = ranked[ranked["verdict"] == "higher"]
    if len(told) > 1 and OUTCOMES[key].good != "lower":
        most = told.loc[told["effect"].idxmax()]
        found.append(
            _(
                "In all, at what each can spend, {instrument} adds most: {effect} for {sum} a year.",
                instrument=_small(title_of(most)),
                effect=change(most["effect"], most["low"], most["high"], most["unit"], OUTCOMES[key].digits)[
                    0
                ],
                sum=amount(most["spending_per_year_yuan"], "yuan"),
            )
        )
    return found


_FREE_IMPROVES = (
    N_("{outcome}: contributions may pay for {instruments}, which improves it too."),
    "{outcome}: contributions may pay for {instruments}, which improve it too.",
)
_FREE_RAISES = (
    N_("{outcome}: contributions may pay for {instruments}, which raises it too."),
    "{outcome}: contributions may pay for {instruments}, which raise it too.",
)


def headline(ranking: Ranking) -> list[str]:
    """A sentence for each outcome: which instruments buy most, and whether that is sure."""
    found = []
    for key in ranking.about["outcomes"]:
        table, outcome = _of(ranking, key), OUTCOMES[key]
        wanted = "lower" if outcome.good == "lower" else "higher"
        told = table[(table["note"] == RANKED) & (table["verdict"] == wanted)].head(3)
        words = [
            _(
                "{instrument} {buys} (evidence {grade})",
                instrument=title_of(row),
                buys=change(*_billion(row), row.unit, _digits(row))[0],
                grade=row.evidence,
            )
            for row in told.itertuples()
        ]
        is_judged = outcome.good != "neutral"
        if words:
            said = _(
                "{outcome}, per billion yuan of net cost: {instruments}.",
                outcome=outcome.label,
                instruments=listing(words),
            )
        elif is_judged:
            said = _(
                "{outcome}: no ranked instrument improves it by more than chance.", outcome=outcome.label
            )
        else:
            said = _("{outcome}: no ranked instrument raises it by more than chance.", outcome=outcome.label)
        found.append(said)
        free = table[(table["note"] == NO_NET_COST) & (table["verdict"] == wanted)]
        if len(free):
            names = listing([_small(title_of(row)) for row in free.itertuples()])
            forms = _FREE_IMPROVES if is_judged else _FREE_RAISES
            found.append(in_two_forms(*forms, len(free)).format(outcome=outcome.label, instruments=names))
    return found


def with_reasons(table: pd.DataFrame) -> pd.DataFrame:
    """The table of a ranking with outcomes, verdicts, units and notes in words of both languages."""
    said = with_outcome_words(table)
    notes = in_both(lambda: [WHY.get(note, "") for note in table["note"]])
    sizes = in_both(lambda: [_(note) if note else "" for note in table["size_note"].fillna("")])
    for column, texts in (("note", notes), ("size_note", sizes)):
        place = list(said.columns).index(column) + 1
        said.insert(place, f"{column}_zh", [chinese for _english, chinese in texts])
    place = list(said.columns).index("note") + 1
    said.insert(place, "note_en", [english for english, _chinese in notes])
    return said


def _of(ranking: Ranking, key: str) -> pd.DataFrame:
    return ranking.table[ranking.table["outcome"] == key]


def place_of(row: Any) -> str:
    """The place, and between which it may lie."""
    place, best, worst = (f"{one:.0f}" for one in (row.rank, row.rank_best, row.rank_worst))
    return place if best == worst else _("{place} ({best}–{worst})", place=place, best=best, worst=worst)


def title_of(row: Any) -> str:
    """An instrument's name in the language in use."""
    return in_language({"en": row.title, "zh": row.title_zh})


def _common(row: Any) -> dict[str, str]:
    """What every row says: the instrument, its size, its money and its effect."""
    said = {"title": title_of(row), "evidence": row.evidence}
    if pd.isna(row.effect):
        return {**said, **dict.fromkeys(("size", "money", "effect"), "–")}
    ends, digits = (row.effect, row.low, row.high), OUTCOMES[row.outcome].digits
    if row.verdict == "cannot tell":
        effect = _("cannot tell ({interval})", interval=interval_alone(*ends, row.unit, digits))
    elif row.verdict == "identical":
        effect = _("no change")
    else:
        effect = _with_ends(*with_interval(*ends, row.unit, digits))
    spent, net = (
        amount(yuan, "yuan").removesuffix(unit_word("yuan")).rstrip()
        for yuan in (row.spending_per_year_yuan, row.net_cost_per_year_yuan)
    )
    size = f"{number(row.size, 0 if row.size >= 10 else 2)}×"
    if row.size_note:
        size = _("{size}, {note}", size=size, note=_(row.size_note))
    money = spent if spent == net else _("{spent} ({net})", spent=spent, net=net)
    return {**said, "size": size, "money": money, "effect": effect}


def _buys(ends: tuple[float, float, float], row: Any) -> str:
    """What a billion buys, with its interval."""
    return _with_ends(*with_interval(*ends, row.unit, _digits(row)))


def _billion(row: Any) -> tuple[float, float, float]:
    return row.per_billion, row.per_billion_low, row.per_billion_high


def _digits(row: Any) -> int:
    return 0 if OUTCOMES[row.outcome].is_count else 2


def _with_ends(text: str, ends: str) -> str:
    return _("{value} ({interval})", value=text, interval=ends)


def _per_billion(row: Any) -> dict[str, str]:
    return {"per_billion": _buys((row.per_billion, *ends_of(row)), row)}


def ends_of(row: Any) -> tuple[float, float]:
    """The ends of the band of what a billion buys, or of the interval over seeds where there is none."""
    if pd.notna(row.band_low):
        return row.band_low, row.band_high
    return row.per_billion_low, row.per_billion_high


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]
