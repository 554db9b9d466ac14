"""Which instruments can be ranked by what they do for their cost, and why the others stand apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim.core.chinese import like, parted
from sim.core.errors import Problem, UsageError, nearest
from sim.core.language import N_, _
from sim.results.outcomes import outcome
from sim.scenario.fields import PUBLIC_PAYERS
from sim.scenario.instruments import Instrument, checked_instruments
from sim.scenario.loading import catalogue
from sim.scenario.references import documents as known_documents
from sim.scenario.references import documents_in_chinese

ALIASES = {"real_income": "mean_income", "income": "mean_income"}

# Why an instrument is not ranked.
RANKED = ""
NOT_COSTED = "not costed"
OTHERS_PAY = "others pay"
FREE = "costs nothing"
THROUGH_OTHERS = "acts through others"
NO_EFFECT = "no effect of its own"
SPENDS_NOTHING = "spends nothing"
NO_NET_COST = "no net cost told"
UNCLEAR = "effect not told"
NOTES = (
    RANKED,
    NO_NET_COST,
    UNCLEAR,
    SPENDS_NOTHING,
    OTHERS_PAY,
    FREE,
    NOT_COSTED,
    THROUGH_OTHERS,
    NO_EFFECT,
)


def checked_outcomes(words: Iterable[str]) -> tuple[str, ...]:
    """The outcomes named, each once. Raises ``UsageError``."""
    named = [part for word in words for part in parted(word)]
    found = [outcome(ALIASES.get(name, name)).key for name in named]
    if not found:
        raise UsageError(Problem(_("names no outcome"), key="outcome", allowed=_("such as local,settled")))
    return tuple(dict.fromkeys(found))


def chosen_instruments(
    document: str | None, families: Sequence[str], named: Sequence[str]
) -> list[Instrument]:
    """The instruments of a document, of families or named; all without any. Raises ``UsageError``."""
    every = checked_instruments(catalogue())
    problems = []
    known = tuple(dict.fromkeys(one.family for one in every.values()))
    by_label = {one.family_label.zh: one.family for one in every.values()}
    chinese = {"family": by_label, "document": documents_in_chinese(), "instrument": catalogue().in_chinese}
    families = [by_label.get(word, word) for word in families]
    named = [catalogue().in_chinese.get(word, word) for word in named]
    document = documents_in_chinese().get(document or "", document)
    for key, missing, words, allowed in (
        (
            "document",
            N_("no such document"),
            [document] if document is not None else [],
            tuple(known_documents()),
        ),
        ("family", N_("no such family"), families, known),
        ("instrument", N_("no such instrument"), named, tuple(every)),
    ):
        problems += [
            Problem(
                _(missing),
                key=key,
                value=word,
                allowed=(said := like(word, allowed, chinese[key])),
                nearest=nearest(word, said),
            )
            for word in words
            if word not in allowed
        ]
    if problems:
        raise UsageError(problems)
    found = [
        one
        for one in every.values()
        if (document is None or document in one.documents)
        and (not families or one.family in families)
        and (not named or one.slug in named)
    ]
    if not found:
        raise UsageError(
            Problem(_("no instrument is in all that was named"), key="family", value=", ".join(families))
        )
    return found


def kind_of(instrument: Instrument) -> str:
    """Why an instrument cannot be ranked by its cost; empty if it may be."""
    parts = instrument.parts
    if all(part.no_effect for part in parts):
        return NO_EFFECT
    acting = [part for part in parts if part.effects]
    if not acting:
        return THROUGH_OTHERS
    if any(part.not_costed or not (part.unit_cost or part.no_cost) for part in acting):
        return NOT_COSTED
    payers = {payer for part in acting if part.unit_cost for payer in part.unit_cost.shares}
    if payers & set(PUBLIC_PAYERS):
        return RANKED
    return OTHERS_PAY if payers else FREE


def is_run(note: str) -> bool:
    return note in (RANKED, NOT_COSTED, OTHERS_PAY, FREE)
