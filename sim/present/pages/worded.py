"""Tables for CSV files: beside every name and code what it means, in English and Chinese."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from sim.comparison.comparison import Comparison
from sim.core.language import N_, Words, speaking
from sim.present.pages.comparison_tables import ACCOUNT_WORDS
from sim.present.text.comparison import title_of
from sim.present.text.focus import COME, GO, flow_place_words, focus_measure_words
from sim.present.text.groups import winners_group
from sim.present.text.headings import COST_NOTES, ITEMS, VERDICTS
from sim.present.text.levers import PAYERS, lever_title
from sim.present.text.numbers import unit_word

_DIRECTIONS = Words({GO: N_("its people work in"), COME: N_("its workers come from")})
_ENGLISH_ALREADY = (
    "unit",
    "verdict",
    "cost_note",
    "direction",
    "item",
)  # codes that English reads as they are


def worded(comparison: Comparison, table: pd.DataFrame) -> pd.DataFrame:
    """The table with columns of words beside those of names: ``policy_en`` and ``policy_zh`` beside ``policy``."""
    said = table.copy()
    for column, words in _words_of(comparison).items():
        if column not in table:
            continue
        for name in ("zh", "en"):
            if name == "en" and column in _ENGLISH_ALREADY:
                continue
            with speaking(name):
                known: dict[Any, str] = {}
                cells = [
                    known.get(key) or known.setdefault(key, words(key)) for key in _keys_of(table, column)
                ]
            said.insert(list(said.columns).index(column) + 1, f"{column}_{name}", cells)
    return said


def _keys_of(table: pd.DataFrame, column: str) -> list[Any]:
    """What names a cell: its own name, with that of its policy for a lever and of its grouping for a group."""
    beside = {"lever": "policy", "group": "grouping"}.get(column)
    if beside is None:
        return table[column].tolist()
    return list(zip(table[beside], table[column], strict=True))


def _words_of(comparison: Comparison) -> Mapping[str, Callable[[Any], str]]:
    """What each column's names mean, in the language in use."""
    policies = {policy["name"]: policy for policy in comparison.policies}

    def lever(key: tuple[str, str]) -> str:
        found = policies.get(key[0], {}).get("levers", {}).get(key[1])
        return lever_title(found) if found else key[1]

    return {
        "policy": lambda name: title_of(policies[name]) if name in policies else name,
        "outcome": focus_measure_words,
        "unit": unit_word,
        "verdict": lambda name: VERDICTS.get(name, name),
        "cost_note": lambda name: COST_NOTES.get(name, name),
        "lever": lever,
        "payer": lambda name: PAYERS.get(name, name),
        "account": lambda name: ACCOUNT_WORDS.get(name, name),
        "item": lambda name: ITEMS.get(name, name),
        "group": lambda key: winners_group(*key),
        "direction": lambda name: _DIRECTIONS.get(name, name),
        "place": flow_place_words,
    }
