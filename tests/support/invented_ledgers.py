"""Runs of which a ledger alone is invented, to hold documents against real programmes."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd


def run_of(*rows: tuple[str, int, float, float]) -> SimpleNamespace:
    """A run with a ledger alone: lever, year, yuan and servings; each row halved between two payers."""
    halves = [
        {"lever": lever, "year": year, "payer": payer, "spending_yuan": yuan / 2, "served": served / 2}
        for lever, year, yuan, served in rows
        for payer in ("central", "local")
    ]
    return SimpleNamespace(ledger=pd.DataFrame(halves).astype({"lever": "category"}))
