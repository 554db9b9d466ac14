"""Tables as CSV: UTF-8, one line a row, text as it is.

A cell is not changed because a spreadsheet might take it for a formula: of what a user writes only names of
files, scenarios and levers reach a CSV table, and other programs need them as they are.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

READABLE = "%.10g"  # of numbers for reading: ten figures, so that no sum of fractions shows its rounding


def csv_bytes(table: pd.DataFrame, excel: bool = False, **options: Any) -> bytes:
    """The table as a CSV file. ``excel`` puts a byte order mark first, without which Excel takes UTF-8 for
    something else; ``options`` are those of ``DataFrame.to_csv``, by default without the index.
    """
    text = table.to_csv(**{"index": False, "lineterminator": "\n", **options})
    return text.encode("utf-8-sig" if excel else "utf-8")
