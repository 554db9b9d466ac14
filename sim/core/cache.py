"""What is kept on disk between processes: machine code, and hashes that take long to make.

Whatever the state of the cache, nothing fails: what cannot be written is kept among temporary files, else
made again, with one warning; what is damaged, cut short or gone is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
import warnings
from collections.abc import Iterator
from multiprocessing import parent_process
from pathlib import Path

from sim.core.files import reason, write_whole
from sim.core.language import _

NAME = "labor-migration-sim"
_DIGEST = 64  # hexadecimal digits at the beginning of what is kept
_SPARE_NAMES = 4  # folders tried among temporary files, where others own those of our name
IS_HELPER = "LABOR_SIM_IS_HELPER"  # set for a process that compiles for another one, which tells the user
_warned: list[bool] = []
_unwritable: dict[Path, str] = {}  # folders that nothing could be written to, and why


def cache_root() -> Path | None:
    """The folder that the environment names for what is kept, which may not exist; None without a home."""
    return user_folder("LABOR_SIM_CACHE", "XDG_CACHE_HOME", ".cache")


def user_folder(variable: str, above_variable: str, *below_home: str) -> Path | None:
    """The folder that an environment variable names; else one of our name in the folder that another names,
    by default below the home. It may not exist; None without a home."""
    if named := os.environ.get(variable):
        return Path(os.path.abspath(named))
    above = os.environ.get(above_variable) or ""
    if not os.path.isabs(above):
        home = os.path.expanduser("~")
        if not os.path.isabs(home) or os.environ.get("HOME") == "":
            return None
        above = os.path.join(home, *below_home)
    return Path(above) / NAME


def read(name: str) -> bytes | None:
    """What is kept under a name such as ``units/1a2b.code``; None where there is nothing whole."""
    for root in _roots():
        with contextlib.suppress(OSError):
            content = (root / name).read_bytes()
            digest, body = content[:_DIGEST], content[_DIGEST:]
            if digest == _digest(body):
                return body
    return None


def has(name: str) -> bool:
    """Whether something is kept under a name, whole or not."""
    return any(os.path.isfile(root / name) for root in _roots())


def write(name: str, body: bytes) -> bool:
    """Keep something under a name; whether that could be done."""
    content = _digest(body) + body
    for root in _roots(is_made=True):
        if root in _unwritable:
            continue
        path = root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        except OSError as error:
            _unwritable[root] = reason(error)
        else:
            _warn(root)
            return True
    _warn(None)
    return False


def is_shared() -> bool:
    """Whether other processes find what this one keeps, as far as it has learnt."""
    return any(root not in _unwritable for root in _roots(is_made=True))


def _roots(is_made: bool = False) -> Iterator[Path]:
    """Folders in which things are kept, best first. is_made: make one among temporary files if need be."""
    if root := cache_root():
        yield root
    try:
        passing = Path(tempfile.gettempdir())
    except OSError:
        return
    for number in range(_SPARE_NAMES):
        root = passing / (NAME if not number else f"{NAME}-{number}")
        if is_made:
            with contextlib.suppress(OSError):
                root.mkdir(mode=0o700)
        if _is_own(root):
            yield root
            return


def _is_own(folder: Path) -> bool:
    """Whether a folder among temporary files is this user's alone: machine code from others is not run."""
    try:
        about = os.lstat(folder)
    except OSError:
        return False
    if not hasattr(os, "geteuid"):  # temporary files of Windows are each user's own
        return stat.S_ISDIR(about.st_mode)
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid() and not about.st_mode & 0o022


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def _warn(used: Path | None) -> None:
    """Say once, and in one process of several, where things are kept instead of in the cache folder."""
    root = cache_root()
    if root == used or _warned or parent_process() is not None or os.environ.get(IS_HELPER):
        return
    _warned.append(True)
    why = f"{root}: {_unwritable.get(root, '')}" if root else _("there is no home folder")
    if used:
        said = _("compiled code cannot be kept ({why}); it is kept in {folder}", why=why, folder=used)
    else:
        said = _("compiled code cannot be kept ({why}); it is made again in every process", why=why)
    warnings.warn(said, stacklevel=2)
