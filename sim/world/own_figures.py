"""Official figures that a user has taken in beside the packaged ones.

``labor-sim update-data`` writes them to a folder of the user's own, since a package may be read-only and is
replaced by the next version. They are laid over the packaged figures whenever data are loaded.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from sim.core.cache import user_folder
from sim.core.errors import DataError, Problem
from sim.world.data_checks import check_columns, check_keys, read_rows

VARIABLE = "LABOR_SIM_DATA"  # environment variable with the folder
ANNUAL = "official_annual.csv"
KEYS = ["year", "indicator", "group"]


def own_folder() -> Path | None:
    """The folder of the user's own figures, which may not exist; None without a home."""
    return user_folder(VARIABLE, "XDG_DATA_HOME", ".local", "share")


def own_annual(rules: pd.DataFrame) -> pd.DataFrame | None:
    """The user's own yearly figures; None where there are none. ``rules``: their columns in the schema.

    Raises DataError for a file that is not what ``update-data`` writes.
    """
    folder = own_folder()
    path = None if folder is None else folder / ANNUAL
    if path is None or not os.path.isfile(path):
        return None
    problems: list[Problem] = []
    table = read_rows(path, problems)
    if table is not None:
        table = check_columns(str(path), table, rules, problems)
        if not problems:
            check_keys(str(path), table, rules, problems)
    if problems or table is None:
        raise DataError(problems)
    return table


def laid_over(packaged: pd.DataFrame, own: pd.DataFrame | None) -> pd.DataFrame:
    """The packaged figures, with those of the user in the place of the same and beside them."""
    if own is None:
        return packaged
    mine, theirs = (pd.MultiIndex.from_frame(table[KEYS]) for table in (own, packaged))
    return pd.concat([packaged[~theirs.isin(mine)], own[list(packaged.columns)]])
