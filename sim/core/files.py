"""Writing files: whole or not at all, and why not."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

from sim.core.language import N_, _

_REASONS = {
    errno.ENOSPC: N_("the disk is full"),
    errno.EACCES: N_("no permission to write there"),
    errno.EPERM: N_("no permission to write there"),
    errno.EROFS: N_("the disk can only be read"),
    errno.ENOENT: N_("a folder above it does not exist and cannot be made"),
    errno.ENOTDIR: N_("a file stands where a folder is needed"),
    errno.EEXIST: N_("a file stands where a folder is needed"),
    errno.ENAMETOOLONG: N_("the name is too long"),
    errno.EISDIR: N_("it is a folder"),
    errno.ELOOP: N_("its links run in a circle"),
    errno.EDQUOT: N_("the disk quota is used up"),
    errno.EFBIG: N_("the file would be larger than is allowed here"),
}


OWN = ".labor-sim-"  # what the names of passing files of ours in folders of others begin with


def is_file(path: Path) -> bool:
    """Whether a file is there; also for what cannot be a path, such as a name that is too long."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """The same for a folder."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_broken_link(path: Path) -> bool:
    """Whether it is a link to what is not there."""
    try:
        return path.is_symlink() and not path.exists()
    except (OSError, ValueError):  # a circle of links, too
        return os.path.islink(path)


def files_of(folder: Path, ending: str) -> list[Path]:
    """The files in a folder whose names end in ``ending`` (``.yaml``), in order of name.

    Left out is what editors, desktops and archives put beside them, which begins with a dot, ``~`` or ``#``
    (``._x.yaml``, ``.#x.yaml``), and what is no file: folders, and links that lead nowhere. A folder that is
    not there has none.
    """
    try:
        names = sorted(os.listdir(folder))
    except OSError:  # not there, or not to be read
        return []
    own = (name for name in names if name.endswith(ending) and name[0] not in ".~#")
    return [path for name in own if is_file(path := folder / name)]


def reason(error: OSError) -> str:
    """Why writing failed, in words.

    >>> reason(OSError(errno.ENOSPC, "No space left on device"))
    'the disk is full'
    """
    return why_not(error.errno or 0) or error.strerror or str(error)


def why_not(code: int) -> str:
    """What an ``errno`` says about writing, in words; empty for one that has none."""
    words = _REASONS.get(code)
    return _(words) if words else ""


def partial_beside(path: Path) -> Path:
    """A name beside ``path`` under which to write what is moved there when it is whole.

    It keeps the suffix, by which libraries know what to write, and not the name, which may be long.
    """
    return path.with_name(f"{OWN}{os.urandom(4).hex()}.partial{path.suffix}")


def write_whole(path: Path, content: bytes | Callable[[Path], object], is_synced: bool = False) -> None:
    """Write a file beside its place and move it there when it is whole.

    content: the bytes, or a function that writes them to the path that it is given. is_synced: whether
    they must have reached the disk before the move. Whatever happens, no part is left behind. Raises OSError.
    """
    partial = partial_beside(path)
    try:
        if callable(content):
            content(partial)
        else:
            partial.write_bytes(content)
        if is_synced:
            with open(partial, "rb+") as stream:
                os.fsync(stream.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
