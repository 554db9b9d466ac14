"""The result of a comparison of policies: its tables, its manifest, saving and loading."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.comparison.bands import judged
from sim.core.deprecated import old_method
from sim.results.columns import COMPARISON_TABLES
from sim.results.outcomes import OUTCOMES
from sim.results.results import Results, read_folder, write_folder


class ComparisonTables:
    """The tables of a comparison as editors show them; ``COMPARISON_TABLES`` explains their columns."""

    effects: pd.DataFrame
    """A row per policy, outcome and horizon: year 1, 5 or 10 of the policy."""
    bands: pd.DataFrame
    """A row per policy, outcome and horizon; only a comparison with an ensemble has it."""
    paths: pd.DataFrame
    """A row per policy, outcome and month."""
    winners: pd.DataFrame
    """A row per policy, horizon and group of workers."""
    costs: pd.DataFrame
    """A row per policy, calendar year, lever and payer, mean over seeds."""
    accounts: pd.DataFrame
    """A row per policy, calendar year, account, province and item: who bears what, mean over seeds."""
    by_group: pd.DataFrame
    """A row per policy, horizon, place or group of workers, and what is counted of it."""
    focus_paths: pd.DataFrame
    """A row per policy, side, outcome and month; only a comparison with a ``focus`` on a province has it."""
    focus_flows: pd.DataFrame
    """A row per policy, direction, horizon and place: where its people work, whose workers it has."""
    focus_winners: pd.DataFrame
    """A row per policy, horizon and group of the people of the province, as ``winners``."""
    focus_costs: pd.DataFrame
    """A row per policy, calendar year, lever and payer: what is spent in the province, mean over seeds."""
    baseline: pd.DataFrame
    """A row per seed and month: the table ``national`` of the baseline's runs."""
    official: pd.DataFrame
    """A row per seed, calendar year, official indicator and group, of the baseline's runs."""


@dataclass
class Comparison(ComparisonTables):
    """What policies change: its tables as attributes (``comparison.effects``), and ``manifest``, what was
    compared. ``tables`` holds those that were made; any other raises ``AttributeError``.
    """

    tables: dict[str, pd.DataFrame]
    manifest: dict[str, Any]

    def __getattr__(self, name: str) -> pd.DataFrame:
        tables = self.__dict__.get("tables", {})
        if name in tables:
            return tables[name]
        raise AttributeError(f"a comparison has no table {name!r}; it has {', '.join(sorted(tables))}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.tables})

    def __repr__(self) -> str:
        names = ", ".join(policy["name"] for policy in self.policies)
        tables = ", ".join(sorted(self.tables))
        return f"<Comparison of {self.manifest['base']['name']} with {names}: {tables}>"

    @property
    def policies(self) -> list[dict[str, Any]]:
        """Each policy in the order asked for: name, title, start, own levers, resolved scenario."""
        return self.manifest["policies"]

    @property
    def judged(self) -> pd.DataFrame:
        """``effects`` with bands in place of the intervals over seeds, where there are any."""
        return judged(self.tables)

    headline = old_method("Comparison", "headline")

    def baseline_runs(self) -> list[Results]:
        """The baseline's national and official tables seed by seed, as ``validate`` takes them."""
        tables = {"national": self.baseline, "official": self.official}
        return [
            Results(
                {name: table[table["seed"] == seed].drop(columns="seed") for name, table in tables.items()},
                {
                    "scenario_name": self.manifest["base"]["name"],
                    "seed": seed,
                    "scenario": self.manifest["base"].get("scenario"),
                    "scale": self.manifest["scale"],
                },
            )
            for seed in self.manifest["seeds"]
        ]

    def save(self, folder: str | os.PathLike, extra: dict[str, bytes] | None = None) -> Path:
        """Write the tables and the manifest, all or nothing; ``extra`` are further files to put beside."""
        manifest = {"kind": "comparison", **self.manifest}
        return write_folder(folder, self.tables, manifest, extra, COMPARISON_TABLES)

    @classmethod
    def load(cls, folder: str | os.PathLike) -> Comparison:
        """Read a folder written by ``save``."""
        return cls(*read_folder(folder, kind="comparison"))

    def missing(self) -> list[str]:
        """What a comparison of today holds and this one, of an earlier version, does not."""
        lacking = [
            f"{name}.{column}"
            for name, columns in COMPARISON_TABLES.items()
            if name in self.tables
            for column in columns
            if column not in self.tables[name]
        ]
        known = {"horizons", "reference", "policies", "base"}
        outcomes = [name for name in OUTCOMES if name not in self.manifest.get("outcomes", ())]
        return [*lacking, *outcomes, *sorted(known - self.manifest.keys())]
