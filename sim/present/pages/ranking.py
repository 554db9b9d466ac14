"""The folder of a ranking: its table, its pairs, and its one picture."""

from __future__ import annotations

import os
from pathlib import Path

from sim.analysis.ranking import COLUMNS, KIND, Ranking
from sim.present.charts.ranking import what_a_billion_buys
from sim.present.charts.style import as_png
from sim.present.text.ranking import with_reasons
from sim.results.csv_files import csv_bytes
from sim.results.results import write_folder


def publish_ranking(ranking: Ranking, folder: str | os.PathLike, *, excel_csv: bool = False) -> Path:
    """Write the tables (Parquet and CSV) and the picture to ``folder``, all or nothing; return the folder.

    Raises ``ResultsError``.
    """
    files = {"charts/ranking.png": as_png(what_a_billion_buys(ranking))}
    files["ranking.csv"] = csv_bytes(with_reasons(ranking.table), excel_csv)
    tables = {"ranking": ranking.table, "pairs": ranking.pairs}
    return write_folder(folder, tables, {"kind": KIND, **ranking.about}, files, COLUMNS)
