"""Parquet files that hold a hash of their own content, so that a damaged one is told from a whole one."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sim.core.errors import Problem, ResultsError
from sim.core.files import reason
from sim.core.language import _

_SEAL = b"labor-sim sha256"


def write_sealed(table: Any, path: Path) -> None:
    """Write an Arrow table with the hash of its content in its metadata. Raises ``OSError``."""
    import pyarrow.parquet as parquet

    about = {**(table.schema.metadata or {}), _SEAL: _digest(table).encode()}
    parquet.write_table(table.replace_schema_metadata(about), path, compression="zstd")


def read_sealed(path: Path, again: str) -> Any:
    """The Arrow table in a file. ``again``: what the user may do about a damaged one.

    Raises ``ResultsError`` for a file that cannot be read or is not as it was written. A file without a hash,
    which an earlier version wrote, is taken as it is.
    """
    import pyarrow.parquet as parquet

    try:
        with open(path, "rb") as stream:
            begins = stream.read(4)
        if begins and begins != b"PAR1":
            raise ResultsError(Problem(_("is not a Parquet file"), file=str(path), allowed=again))
        table = parquet.read_table(path)
        table.validate(full=True)
        about = table.schema.metadata or {}
        is_whole = about.get(_SEAL, b"").decode() in ("", _digest(table))
    except (FileNotFoundError, ResultsError):
        raise
    except PermissionError as error:
        raise ResultsError(
            Problem(_("cannot be read: {reason}", reason=reason(error)), file=str(path))
        ) from None
    except Exception:  # the library has an error of its own for every way in which a file may be damaged
        is_whole = False
    if not is_whole:
        told = _("the file is damaged: it is cut short, or was changed after it was written")
        raise ResultsError(Problem(told, file=str(path), allowed=again))
    return table


def _digest(table: Any) -> str:
    """A hash of names, types, what is said of them, and values; the same however a file lays them out."""
    import pyarrow as arrow

    digest = hashlib.sha256()
    said = {key: value for key, value in (table.schema.metadata or {}).items() if key != _SEAL}
    digest.update(repr(sorted(said.items())).encode())
    for name, field in zip(table.column_names, table.schema, strict=True):
        column = table.column(name)
        own = {key: value for key, value in (field.metadata or {}).items() if not key.startswith(b"PARQUET:")}
        digest.update(repr((name, str(field.type), len(column), sorted(own.items()))).encode())
        if arrow.types.is_primitive(column.type) and not column.null_count:
            digest.update(column.to_numpy().tobytes())
        else:
            digest.update(repr(column.to_pylist()).encode())
    return digest.hexdigest()
