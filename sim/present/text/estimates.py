"""Estimates of corridor terms, for reading."""

from __future__ import annotations

import pandas as pd

from sim.core.language import _


def estimates_in_words(table: pd.DataFrame) -> pd.DataFrame:
    """``estimates_table`` for reading: specifications and terms in words."""
    terms = {
        "log_distance": _("distance (log)"),
        "other_region": _("another region"),
        "log_earlier_share": _("network (log of the share five years earlier)"),
    }
    names = {
        "distance": _("distance"),
        "distance_culture": _("distance, culture"),
        "distance_culture_network": _("distance, culture, network"),
    }
    return table.assign(specification=table["specification"].map(names), term=table["term"].map(terms))
