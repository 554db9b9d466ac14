"""Estimates of corridor terms, for reading."""

from __future__ import annotations

import pandas as pd

from sim.validation.gravity import SPECIFICATIONS


def estimates_in_words(table: pd.DataFrame) -> pd.DataFrame:
    """``estimates_table`` for reading: specifications and terms in words."""
    terms = {
        "log_distance": "distance (log)",
        "other_region": "another region",
        "log_earlier_share": "network (log of the share five years earlier)",
    }
    names = {name: name.replace("_", ", ") for name in SPECIFICATIONS}
    return table.assign(specification=table["specification"].map(names), term=table["term"].map(terms))
