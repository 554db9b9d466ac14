"""Runs on the data of a past year, whose figures of every whole year are kept."""

from __future__ import annotations

import hashlib
import pickle

import numpy as np
import pandas as pd
from pydantic import PrivateAttr

from sim.calibration.known_observations import fitted_facts
from sim.experiments.experiment import Experiment
from sim.results.official import official_table
from sim.results.results import Results
from sim.validation.official_figures import with_ratios
from sim.validation.stylised_facts import stylised_facts_table
from sim.validation.targets import read_targets
from sim.world.data import Data, load_data


class Vintage(Experiment):
    """Runs on the data of an origin; all figures of each whole year are kept. ``outside`` is the hash of the
    data, or ``packaged``."""

    outside: str = "packaged"

    _data: Data | None = PrivateAttr(default=None)

    @property
    def tables(self) -> tuple[str, ...]:
        return ("national", "official")

    def input_data(self) -> Data | None:
        """The data that the runs are made on; None: the packaged ones."""
        return self._data

    def rows_of(self, results: Results) -> pd.DataFrame:
        """A row a year: every target's figure under its id, every stylised fact as ``fact.NAME``."""
        data = load_data()
        targets = read_targets(data)
        names = {(target.indicator, target.group) for target in targets}
        table = with_ratios(official_table(results, names))
        table["id"] = table["indicator"] + "." + table["group"]
        wide = table.pivot(index="year", columns="id", values="value")
        wide = wide.reindex(columns=[target.id for target in targets])
        last = results.manifest["end"][:4]
        facts = [fact for fact in fitted_facts(data) if fact.year[-4:] <= last]
        found = stylised_facts_table([results], facts) if facts else None
        for number, fact in enumerate(facts):
            wide[f"fact.{fact.id}"] = np.nan if found is None else found["model"].iloc[number]
        return wide.reset_index()


def hash_of(data: Data) -> str:
    """What the outside series and cohorts of data are told by."""
    tables = (data._province_year, data._national_year, data.cohorts)
    return hashlib.sha256(pickle.dumps([table.to_csv() for table in tables])).hexdigest()[:16]
