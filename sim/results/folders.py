"""Folders of results: whose they are, and how their files are replaced without touching anybody else's.

New files are written to a passing folder inside the folder of results, which need not allow anything in the
folder above, and may be a link or a mount point. Once all are whole they are moved to their places one by
one, ``manifest.json`` last; it holds a hash of each, so that a folder whose replacement was cut short is
told from a whole one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from sim.core.destinations import InUseError, claimed
from sim.core.errors import Problem, ResultsError, UsageError
from sim.core.files import OWN, is_file, is_folder, reason
from sim.core.language import N_, Words, _

MANIFEST = "manifest.json"
FILES = "files"  # key of the manifest: every other file that belongs to the results -> its hash
UNFINISHED = f"{OWN}unfinished"  # folder of what a killed command goes on with
KINDS = Words(
    {
        "run": N_("run"),
        "comparison": N_("comparison"),
        "validation": N_("validation"),
        "sweep": N_("sweep"),
        "attribution": N_("attribution"),
        "ranking": N_("ranking"),
        "ensemble": N_("ensemble"),
        "calibration": N_("calibration"),
        "backtest": N_("backtest"),
    }
)
_STAGING = f"{OWN}writing"
_EARLIER = f"{OWN}earlier"
# What file systems, desktops and version control put into folders, beside all that begins with a dot.
_NOBODYS = {"lost+found", "Thumbs.db", "desktop.ini", "$RECYCLE.BIN", "System Volume Information", "Icon\r"}
# Files beside the tables in folders of versions whose manifest did not list them.
_FORMER_FILES = (
    "bands.csv", "effects.csv", "winners.csv", "validation.csv", "validation.txt", "report.html",
)  # fmt: skip


def check_folder(folder: str | os.PathLike, kind: str | None = None) -> None:
    """Raise ``ResultsError`` before a long run if its results could not be written to ``folder``.

    kind: what is to be written there, such as ``run``; results of another kind are not replaced.
    """
    with claimed_folder(folder, kind):
        pass


def kind_words(kind: str) -> str:
    """What a folder of results holds, in words, by the ``kind`` of its manifest."""
    return KINDS.get(kind, kind)


@contextmanager
def claimed_folder(folder: str | os.PathLike, kind: str | None = None) -> Iterator[Path]:
    """Try a folder and keep other processes from writing results to it; yields where it really lies.

    Raises ``UsageError`` while another process writes there, ``ResultsError`` where it cannot be written,
    holds other files or results of another ``kind``.
    """
    with contextlib.ExitStack() as claim:
        with explained(folder):
            refuse_foreign(Path(folder), kind)
            real = claim.enter_context(claimed(Path(folder)))
        yield real


@contextmanager
def explained(folder: str | os.PathLike) -> Iterator[None]:
    """Raise what prevents files from being written as a ``ResultsError``."""
    try:
        yield
    except InUseError as error:
        raise UsageError(
            Problem(
                str(error.strerror), file=str(folder), allowed=_("another folder, or wait until it has ended")
            )
        ) from None
    except OSError as error:
        raise ResultsError(
            Problem(_("cannot write results: {error}", error=reason(error)), file=str(folder))
        ) from error


def refuse_foreign(folder: Path, kind: str | None = None) -> None:
    """Raise ``ResultsError`` unless the folder is new, empty or holds results (of that ``kind``)."""
    if is_file(folder):
        raise ResultsError(Problem(_("a file of that name exists"), file=str(folder)))
    if not is_folder(folder):
        return
    about = _manifest(folder)
    if about is None:
        if foreign_in(folder):
            raise ResultsError(Problem(_("the folder holds other files; name a new one"), file=str(folder)))
        return
    if not _is_ours(about):
        raise ResultsError(
            Problem(
                _("the folder holds a {manifest} of another program; name a new one", manifest=MANIFEST),
                file=str(folder),
            )
        )
    found = about.get("kind", "run")
    if kind is not None and found != kind:
        raise ResultsError(
            Problem(
                _("holds a {found}, not a {kind}", found=kind_words(found), kind=kind_words(kind)),
                file=str(folder),
            )
        )


def foreign_in(folder: Path) -> list[str]:
    """What lies in a folder without a manifest and is neither ours nor what systems put into folders."""
    ours = {PurePosixPath(name).parts[0] for name in _files_of(_manifest(folder / _STAGING))}
    return sorted(
        name
        for name in os.listdir(folder)
        if not name.startswith(".") and name not in _NOBODYS and name not in ours
    )


@contextmanager
def replaced(folder: str | os.PathLike, kind: str) -> Iterator[Path]:
    """Write results of a ``kind``: yields an empty folder for the new files, ``manifest.json`` among them.

    They take the places of the earlier ones when the block ends well; otherwise nothing changes. Raises
    ``ResultsError`` or ``UsageError`` where the folder cannot be used.
    """
    with claimed_folder(folder, kind) as final:
        staging = final / _STAGING
        with explained(folder):
            former = {**_files_of(_manifest(staging)), **_files_of(_manifest(final))}
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir()
        try:
            with explained(folder):
                yield staging
                _place(staging, final, former)
        finally:  # also when interrupted from the keyboard
            shutil.rmtree(staging, ignore_errors=True)


def files_in(folder: Path) -> dict[str, str]:
    """Every file below a folder, as ``charts/name.png``, with its hash, in order of name."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): file_digest(path.read_bytes()) for path in paths}


def file_digest(content: bytes) -> str:
    """What ``manifest.json`` notes of a file."""
    return hashlib.sha256(content).hexdigest()[:32]


def _place(staging: Path, final: Path, former: Mapping[str, str]) -> None:
    """Move every new file to its place, the manifest last; then remove former ones that have no successor.

    Where that fails on the way, all is as it was.
    """
    new = [name for name in files_in(staging) if name != MANIFEST] + [MANIFEST]
    backup = staging / _EARLIER
    placed: list[str] = []
    try:
        for name in new:
            target = final / name
            _clear_way(final, name, former)
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                (backup / name).parent.mkdir(parents=True, exist_ok=True)
                with contextlib.suppress(OSError):  # a file system without links: no way back
                    os.link(target, backup / name)
            placed.append(name)
            os.replace(staging / name, target)
    except BaseException:
        _put_back(final, backup, staging, placed)
        raise
    for name in former.keys() - set(new):
        _remove_own(final, name, former[name])


def _put_back(final: Path, backup: Path, staging: Path, placed: Iterable[str]) -> None:
    for name in placed:
        if (staging / name).exists():  # it was not moved
            continue
        if (backup / name).exists():
            os.replace(backup / name, final / name)
        elif name != MANIFEST:
            (final / name).unlink(missing_ok=True)
            _remove_if_empty(final, (final / name).parent)


def _clear_way(final: Path, name: str, former: Mapping[str, str]) -> None:
    """Set aside what somebody else has put where a file of ours goes."""
    for place in (*reversed(PurePosixPath(name).parents[:-1]), PurePosixPath(name)):
        path, is_last = final / place, str(place) == name
        if not os.path.lexists(path):
            return
        if path.is_dir() if not is_last else (name == MANIFEST or name in former) and not path.is_dir():
            continue
        number = 1
        while os.path.lexists(aside := path.with_name(f"{path.name}.kept-{number}")):
            number += 1
        path.rename(aside)
        warnings.warn(
            _(
                "{name} in {final} was not part of the results: it is now {name_2}",
                name=path.name,
                final=final,
                name_2=aside.name,
            ),
            stacklevel=2,
        )


def _remove_own(final: Path, name: str, digest: str) -> None:
    """Remove a former file, unless somebody has changed it since."""
    path = final / name
    with contextlib.suppress(OSError):
        if path.is_file() and (not digest or file_digest(path.read_bytes()) == digest):
            path.unlink()
            _remove_if_empty(final, path.parent)


def _remove_if_empty(final: Path, folder: Path) -> None:
    if folder != final and not folder.is_symlink():
        with contextlib.suppress(OSError):
            folder.rmdir()


def _files_of(about: Mapping[str, Any] | None) -> dict[str, str]:
    """The files that a manifest names, with their hashes; a hash is empty where a former version had none."""
    if about is None:
        return {}
    listed = about.get(FILES)
    if not isinstance(listed, dict):
        tables = about.get("tables")
        named = [f"{name}.parquet" for name in tables] if isinstance(tables, list) else []
        listed = dict.fromkeys([*named, *_FORMER_FILES], "")
    return {str(name): str(digest) for name, digest in listed.items() if _stays_within(str(name))}


def _stays_within(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest as it is; None where there is none. Raises ``ResultsError`` for one that is damaged."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ResultsError(
            Problem(
                _("{manifest} cannot be read: {error}", manifest=MANIFEST, error=error),
                file=str(folder),
                allowed=_("a new folder, or remove that file"),
            )
        ) from None
    return found if isinstance(found, dict) else {"kind": None}


def _is_ours(about: Mapping[str, Any]) -> bool:
    return about.get("kind", "run") in KINDS and bool({"format", "kind", "seed", "tables"} & about.keys())
