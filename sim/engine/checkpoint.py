"""The state of a run at the start of a month, from which runs of other scenarios can branch.

A run that branches gives the tables of a run from the beginning, bit for bit, as long as nothing that acts
before the month differs. A checkpoint in memory is a map of states; on disk it is one file: a line that
says what it is, a line with the hash and length of the rest, and compressed arrays.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.core.destinations import try_file, write_file
from sim.core.errors import Problem, ResultsError, UsageError, written_by
from sim.core.files import reason
from sim.core.language import N_, _
from sim.core.months import month_index, month_text
from sim.core.sources import model_hash
from sim.scenario.scenario import Scenario
from sim.scenario.shared_history import differences, history_before

FORMAT = 2  # raise it when a reader of today could not read the file
_WRITTEN_BY = {1: "0.1"}  # the version that wrote a former format
_TITLE = b"labor-sim checkpoint "
_MOST_TOLD = 5  # differences told one by one


@dataclass(frozen=True)
class Checkpoint:
    """``about`` says where it comes from; ``state`` is what a run needs in order to go on.

    ``about``: month ("YYYY-MM", the first month not yet run), start (first month reported), seed, scale,
    tables, code_hash, scenario_name, and history (``sim.scenario.shared_history.history_before`` of the
    scenario).
    """

    about: Mapping[str, Any]
    state: Mapping[str, Any]

    @property
    def month(self) -> str:
        """The first month that a branch runs itself."""
        return self.about["month"]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays in memory, nearly all that a checkpoint holds."""
        return sum(array.nbytes for array in _arrays(self.state))

    def save(self, path: str | os.PathLike) -> Path:
        """Write to a file, all of it or nothing. Raises ``ResultsError`` where that fails."""
        path = Path(path)
        with _written(path):
            write_file(path, _encoded(self))
        return path

    @staticmethod
    def check_file(path: str | os.PathLike) -> None:
        """Raise ``ResultsError`` before a long run if a checkpoint could not be saved to a file."""
        with _written(Path(path)):
            try_file(Path(path))

    @classmethod
    def load(cls, path: str | os.PathLike) -> Checkpoint:
        """Read a file written by ``save``, checked. Raises ``ResultsError`` where it is not whole."""
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            reason = error.strerror or str(error)
            raise ResultsError(
                Problem(_("cannot read the checkpoint: {reason}", reason=reason), file=str(path))
            ) from error
        return _decoded(content, str(path))

    def check(
        self,
        scenario: Scenario,
        seed: int,
        scale: int,
        start: str,
        end: str,
        keep: Iterable[str] = (),
        tables: Iterable[str] = (),
    ) -> None:
        """Raise ``UsageError``, saying what differs, unless a run of ``scenario`` may branch from here.

        The run makes ``tables`` of the months from ``start`` to ``end`` and keeps the workers of the
        months ``keep``.
        """
        if self.about["code_hash"] != model_hash():
            raise UsageError(
                Problem(
                    _("the checkpoint was saved by another version of the model"),
                    key="branch_from",
                    value=self.about["code_hash"],
                    allowed=_("{hash}; save it again", hash=model_hash()),
                )
            )
        problems = [
            Problem(
                _(message),
                key=what,
                value=given,
                allowed=str(self.about[what]),
            )
            for what, given, message in (
                ("seed", seed, N_("the checkpoint was saved from a run with another seed")),
                ("scale", scale, N_("the checkpoint was saved from a run with another scale")),
                ("start", start, N_("the checkpoint was saved from a run with another start")),
            )
            if given != self.about[what]
        ]
        before = month_text(month_index(self.month) - 1)
        problems += [
            Problem(
                _("lies before the month from which the run branches"),
                key=key,
                value=month,
                allowed=_("{month} or later", month=first),
            )
            for key, month, first in [("to", end, before), *(("keep", m, self.month) for m in keep)]
            if month < first
        ]
        problems += [
            Problem(
                _("the run that was saved did not make this table"),
                key="tables",
                value=name,
                allowed=tuple(self.about["tables"]),
            )
            for name in sorted(set(tables) - set(self.about["tables"]))
        ]
        found = list(differences(self.about["history"], history_before(scenario, self.month)))
        problems += [
            Problem(
                _("acts before {month} and differs from the checkpoint's", month=self.month),
                key=key,
                value=_short(theirs),
                allowed=_short(mine),
            )
            for key, mine, theirs in found[:_MOST_TOLD]
        ]
        if len(found) > _MOST_TOLD:
            problems.append(
                Problem(
                    _(
                        "and {value} more that act before {month}",
                        value=len(found) - _MOST_TOLD,
                        month=self.month,
                    )
                )
            )
        if problems:
            raise UsageError(problems)


@contextmanager
def _written(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # standard output, whose reader has gone
        raise
    except OSError as error:
        problem = Problem(_("cannot write the checkpoint: {error}", error=reason(error)), file=str(path))
        raise ResultsError(problem) from error


def _short(value: Any) -> str:
    if value is None:
        return _("not there")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


# --- as bytes -----------------------------------------------------------------------------------------


def _encoded(checkpoint: Checkpoint) -> bytes:
    import pyarrow

    arrays: list[np.ndarray] = []
    skeleton = {"about": dict(checkpoint.about), "state": _pack(checkpoint.state, arrays)}
    text = json.dumps(skeleton, ensure_ascii=False).encode()
    raw = io.BytesIO()
    named: dict[str, Any] = {f"a{n}": array for n, array in enumerate(arrays)}
    np.savez(raw, skeleton=np.frombuffer(text, dtype=np.uint8), **named)
    body = pyarrow.compress(raw.getvalue(), codec="zstd", asbytes=True)
    head = f"{hashlib.sha256(body).hexdigest()} {len(body)} {raw.getbuffer().nbytes}"
    return _TITLE + f"{FORMAT}\n{head}\n".encode() + body


def _decoded(content: bytes, file: str) -> Checkpoint:
    import pyarrow

    title, __, rest = content.partition(b"\n")
    if not title.startswith(_TITLE):
        raise ResultsError(
            Problem(
                _("not a checkpoint"), file=file, allowed=_("a file written by `labor-sim run --save-at`")
            )
        )
    found = title.removeprefix(_TITLE).decode(errors="replace")
    if found != str(FORMAT):
        version = _WRITTEN_BY.get(int(found)) if found.isascii() and found.isdigit() else None
        raise ResultsError(written_by(version, _("the checkpoint"), _("save it again"), file))
    head, __, body = rest.partition(b"\n")
    try:
        digest, length, size = head.decode().split()
        is_whole = len(body) == int(length) and hashlib.sha256(body).hexdigest() == digest
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ResultsError(
            Problem(
                _("the checkpoint is damaged: it is cut short, or was changed after it was written"),
                file=file,
                allowed=_("save it again"),
            )
        )
    try:
        with np.load(
            io.BytesIO(pyarrow.decompress(body, int(size), codec="zstd", asbytes=True)), allow_pickle=False
        ) as arrays:
            skeleton = json.loads(arrays["skeleton"].tobytes())
            return Checkpoint(skeleton["about"], _unpack(skeleton["state"], arrays))
    except (KeyError, OSError, ValueError, MemoryError, OverflowError, zipfile.BadZipFile) as error:
        raise ResultsError(
            Problem(_("the checkpoint cannot be read: {error}", error=error), file=file)
        ) from error


def _pack(value: Any, arrays: list[np.ndarray]) -> Any:
    """A tree of maps, lists, tables, arrays and plain values as JSON, its arrays put aside."""
    if isinstance(value, Mapping):
        return {"map": [[_pack(key, arrays), _pack(child, arrays)] for key, child in value.items()]}
    if isinstance(value, pd.DataFrame):
        return {"table": [[name, _pack(_plain_column(value[name]), arrays)] for name in value.columns]}
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            raise TypeError("an array of objects cannot be kept in a checkpoint")
        if value.dtype.names:  # column by column: alike values lie together and compress well
            fields = [[name, _pack(np.ascontiguousarray(value[name]), arrays)] for name in value.dtype.names]
            return {
                "record": np.lib.format.dtype_to_descr(value.dtype),
                "fields": fields,
                "length": len(value),
            }
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, (list, tuple)):
        if len(value) > 1 and _are_alike(value):
            arrays.append(np.stack(value))
            return {"stack": len(arrays) - 1}
        return {"tuple" if isinstance(value, tuple) else "list": [_pack(child, arrays) for child in value]}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be kept in a checkpoint")


def _unpack(packed: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    if not isinstance(packed, dict):
        return packed
    if "map" in packed:
        return {_unpack(key, arrays): _unpack(child, arrays) for key, child in packed["map"]}
    if "table" in packed:
        return pd.DataFrame({name: _unpack(column, arrays) for name, column in packed["table"]})
    if "record" in packed:
        kind = np.dtype([(n, d, tuple(s[0])) if s else (n, d) for n, d, *s in packed["record"]])
        records = np.empty(packed["length"], dtype=kind)
        for name, column in packed["fields"]:
            records[name] = _unpack(column, arrays)
        return records
    if "array" in packed:
        return arrays[f"a{packed['array']}"]
    if "stack" in packed:
        return list(arrays[f"a{packed['stack']}"])
    if "tuple" in packed:
        return tuple(_unpack(child, arrays) for child in packed["tuple"])
    return [_unpack(child, arrays) for child in packed["list"]]


def _plain_column(column: pd.Series) -> Any:
    return column.to_numpy() if pd.api.types.is_numeric_dtype(column) else column.tolist()


def _are_alike(values: list | tuple) -> bool:
    """Whether all are plain arrays of one shape and type."""
    first = values[0]
    return (
        isinstance(first, np.ndarray)
        and not first.dtype.names
        and all(
            isinstance(value, np.ndarray) and value.shape == first.shape and value.dtype == first.dtype
            for value in values
        )
    )


def _arrays(value: Any) -> Iterator[np.ndarray]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, Mapping):
        for child in value.values():
            yield from _arrays(child)
    elif isinstance(value, (list, tuple)):
        for child in value:
            yield from _arrays(child)
