"""What a comparison of policies found: its tables, what they are about, and how it is kept."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.comparison.bands import judged
from sim.core.deprecated import old_method
from sim.results.columns import COMPARISON_TABLES
from sim.results.results import Results, read_folder, write_folder


@dataclass
class Comparison:
    """What policies change: ``comparison.effects`` is a table. its words are in ``sim.present.text``."""

    tables: dict[str, pd.DataFrame]
    manifest: dict[str, Any]

    def __getattr__(self, name: str) -> pd.DataFrame:
        tables = self.__dict__.get("tables", {})
        if name in tables:
            return tables[name]
        raise AttributeError(f"a comparison has no table {name!r}; it has {', '.join(sorted(tables))}")

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
        """``effects`` with the bands of parameters, luck and scenario in place of the intervals, if any."""
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
