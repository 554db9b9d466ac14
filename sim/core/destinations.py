"""Places that a user names for results: tried before the work, held while it lasts, and written with care.

A folder is held by a lock that the operating system releases when the process ends, however it ends, so that
a lock that was left behind never blocks.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.core.files import OWN, partial_beside, write_whole
from sim.core.language import _

LOCK = f"{OWN}lock"
_UNMOVABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV}
_held: dict[str, tuple[int, int]] = {}  # folder -> file descriptor of its lock, how often it is held here
_CHANGING = threading.RLock()


class InUseError(OSError):
    """Another process writes to the folder."""


# --- files --------------------------------------------------------------------------------------------


def try_file(path: Path) -> None:
    """Raise OSError, before any work, where ``write_file`` could not write; nothing is changed."""
    if _is_standard_output(path):
        return
    if _is_device(path):
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return
    real = Path(os.path.realpath(path))
    if real.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if real.exists():
        with open(real, "ab"):
            return
    with open(real, "xb"):  # its own name: another one might be allowed where this is too long
        pass
    real.unlink()


def write_file(path: Path, content: bytes | Callable[[Path], object]) -> None:
    """Write the file that a user named, in one step where its place allows it.

    content: the bytes, or a function that writes them to the path that it is given. A link stays a link, a
    file keeps its permissions; what cannot be moved to its place (another's folder, a mounted file) is
    written in place, and a device, a pipe or standard output is written to. Raises OSError.
    """
    if _is_device(path) or _is_standard_output(path):
        _write_to_stream(path, _bytes_of(content, path.suffix))
        return
    real = Path(os.path.realpath(path))
    earlier = real.stat() if real.exists() else None

    def make(partial: Path) -> None:
        if callable(content):
            content(partial)
        else:
            partial.write_bytes(content)
        if earlier is not None:
            with contextlib.suppress(OSError):
                partial.chmod(stat.S_IMODE(earlier.st_mode))

    try:
        write_whole(real, make)
    except OSError as error:
        if earlier is None or error.errno not in _UNMOVABLE:
            raise
        real.write_bytes(_bytes_of(content, real.suffix))


def _is_device(path: Path) -> bool:
    """Whether it is there and neither a file nor a folder: a device, a pipe, a socket."""
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _is_standard_output(path: Path) -> bool:
    """Whether it is the file that standard output goes to: a second writer would overwrite the first."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(1))
    except OSError:
        return False


def _write_to_stream(path: Path, content: bytes) -> None:
    if _is_standard_output(path):
        sys.stdout.flush()
        left = memoryview(content)
        while left:
            left = left[os.write(1, left) :]
        return
    with open(path, "wb") as stream:
        stream.write(content)


def _bytes_of(content: bytes | Callable[[Path], object], suffix: str) -> bytes:
    if not callable(content):
        return content
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        passing = Path(folder) / f"content{suffix}"
        content(passing)
        return passing.read_bytes()


# --- folders ------------------------------------------------------------------------------------------


@contextmanager
def claimed(folder: Path) -> Iterator[Path]:
    """Make a folder if need be, try to write in it, and hold it; yields where it really lies.

    A folder that was made here and is empty in the end is removed. Raises InUseError while another process
    holds it, and any other OSError that writing would meet.
    """
    is_loose_link = os.path.islink(folder) and not os.path.exists(folder)
    place = Path(os.path.realpath(folder) if is_loose_link else os.path.abspath(folder))
    made = [one for one in (place, *place.parents) if not one.exists()]
    try:
        place.mkdir(parents=True, exist_ok=True)
        real = Path(os.path.realpath(place))
        with held(real):
            _try_folder(real)
            yield real
    finally:
        for one in made:
            with contextlib.suppress(OSError):
                one.rmdir()


def _try_folder(folder: Path) -> None:
    """Make, move and remove a small file."""
    first, second = (partial_beside(folder / "trial") for __ in range(2))
    try:
        first.write_bytes(b"trial")
        os.replace(first, second)
    finally:
        first.unlink(missing_ok=True)
        second.unlink(missing_ok=True)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep other processes from writing results to a folder. Raises InUseError where one does."""
    key = os.path.realpath(folder)
    with _CHANGING:
        descriptor, times = _held.get(key) or (_locked(os.path.join(key, LOCK)), 0)
        _held[key] = descriptor, times + 1
    try:
        yield
    finally:
        with _CHANGING:
            descriptor, times = _held.pop(key)
            if times > 1:
                _held[key] = descriptor, times - 1
            else:
                _release(descriptor, os.path.join(key, LOCK))


def _locked(path: str) -> int:
    """The descriptor of a lock file that this process alone has locked."""
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except PermissionError:
            if not os.path.exists(path):
                raise
            descriptor = os.open(path, os.O_RDONLY)  # left behind by another user
        try:
            _lock(descriptor)
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                return descriptor
        except FileNotFoundError:  # removed by whoever held it before
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    try:
        if os.name == "nt":
            windows: Any = importlib.import_module("msvcrt")
            windows.locking(descriptor, windows.LK_NBLCK, 1)
        else:
            unix: Any = importlib.import_module("fcntl")
            unix.flock(descriptor, unix.LOCK_EX | unix.LOCK_NB)
    except ImportError:
        return
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            raise InUseError(errno.EAGAIN, _("another process is writing to this folder")) from None
        # else a file system without locks: the last one wins


def _release(descriptor: int, path: str) -> None:
    """Give a lock up; its file goes while it is still locked, so that nobody takes it for a living one."""
    if os.name != "nt":
        with contextlib.suppress(OSError):
            os.unlink(path)
    os.close(descriptor)
    if os.name == "nt":  # an open file cannot be removed there
        with contextlib.suppress(OSError):
            os.unlink(path)
