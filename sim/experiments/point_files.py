"""Files with the points of a design, as people and their programs write them.

CSV may be separated by commas, semicolons or tabs, in UTF-8 or UTF-16, with or without a byte order mark.
With semicolons a comma is the decimal point, as spreadsheets write it in most of Europe.
"""

from __future__ import annotations

import codecs
import io
import math
import re
from pathlib import Path

import pandas as pd

from sim.core.chinese import number_of
from sim.core.encodings import not_utf8
from sim.core.errors import Problem, UsageError
from sim.core.language import _

SUFFIXES = (".csv", ".parquet", ".tsv", ".xlsx")
_NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*", re.ASCII)
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_points(path: Path) -> pd.DataFrame:
    """The table in a file whose name ends in one of ``SUFFIXES``, capitals or not; cells of text stay text.

    Raises ``FileNotFoundError``, and ``UsageError`` for another kind of file and for one that cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(Problem(_("not a readable kind of table"), allowed=SUFFIXES))
    try:
        if suffix in (".csv", ".tsv"):
            return _text_table(path.read_bytes(), str(path))
        return _excel_table(path) if suffix == ".xlsx" else pd.read_parquet(path)
    except (FileNotFoundError, UsageError):
        raise
    except Exception as error:  # whatever the libraries make of a damaged file
        told = str(error).splitlines() or [type(error).__name__]
        raise UsageError(Problem(_("cannot be read: {reason}", reason=told[0]))) from None


def as_number(cell: object) -> float:
    """A cell's number; not a number for one that holds none, or digits of another script.

    >>> as_number("1.5"), as_number(2), as_number("1.5万"), as_number("1,5"), as_number("")
    (1.5, 2.0, 15000.0, nan, nan)
    """
    if isinstance(cell, str):
        said = number_of(cell.strip())
        return float(cell) if _NUMBER.fullmatch(cell) else math.nan if said is None else float(said)
    if isinstance(cell, bool) or cell is None or cell is pd.NA:
        return math.nan
    try:
        return float(cell)  # type: ignore[arg-type]  # a date and the like end below
    except (TypeError, ValueError):
        return math.nan


def _text_table(content: bytes, file: str) -> pd.DataFrame:
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeError:
        raise UsageError(not_utf8(content, file)) from None
    if "\0" in text:
        raise UsageError(Problem(_("is not a text file")))
    heading = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=heading.count)
    if not heading:
        return pd.DataFrame()
    # without a heading of its own: two columns of one name are to be seen, not renamed
    rows = pd.read_csv(
        io.StringIO(text), sep=separator, header=None, dtype=str, skipinitialspace=True, keep_default_na=False
    )
    table = rows.iloc[1:].reset_index(drop=True)
    table.columns = [str(name).strip() for name in rows.iloc[0]]
    if separator == ";":
        table = table.apply(lambda column: column.str.replace(",", ".", regex=False))
    return table


def _excel_table(path: Path) -> pd.DataFrame:
    try:
        rows = pd.read_excel(path, header=None, dtype=object)
    except ImportError:
        raise UsageError(
            Problem(
                _("an Excel file needs openpyxl, which is not installed"), allowed=_("pip install openpyxl")
            )
        ) from None
    if rows.empty:
        return pd.DataFrame()
    table = rows.iloc[1:].reset_index(drop=True)
    table.columns = [str(name).strip() for name in rows.iloc[0]]
    return table
