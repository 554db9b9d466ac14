"""Standard input, output and error as every command finds them, and the signals that end it.

One rule for all commands:

- A character that the encoding of a stream lacks is spelt: a dash as ``-``, 中 as ``\\u4e2d``.
- A reader that leaves (``| head``, ``| true``), or a stream that is closed (``>&-``), ends nothing: the
  command goes on without a word, what it writes to files is written, and it exits as it would have.
- Output that cannot be written for another reason (a full disk) is told at the end, with exit code 2. What is
  written to files is written.
- Ctrl-C ends a command with 130, SIGTERM with 143, SIGHUP with 129; no part of a file is left behind.
"""

from __future__ import annotations

import codecs
import io
import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sim.core.errors import SimError
from sim.core.files import reason
from sim.core.language import _

_SPELT = "labor-sim.spelt"  # the name of the error handler
_PLAIN = {
    **dict.fromkeys("–‐‑−─━", "-"),
    **dict.fromkeys("‘’", "'"),
    **dict.fromkeys("“”", '"'),
    **{
        "—": "--",
        "…": "...",
        "×": "x",
        "·": ".",
        "•": "*",
        "≤": "<=",
        "≥": ">=",
        "±": "+/-",
        "→": "->",
        "²": "^2",
    },
    "\N{NO-BREAK SPACE}": " ",
}


class Stopped(KeyboardInterrupt):
    """The command was told to stop by the signal ``number``; handled as Ctrl-C is."""

    def __init__(self, number: int):
        super().__init__(number)
        self.number = number


def exit_code_of(stop: KeyboardInterrupt) -> int:
    """What a command that was stopped exits with, as a shell says it: 128 and the number of the signal."""
    return 128 + (stop.number if isinstance(stop, Stopped) else signal.SIGINT)


@contextmanager
def command_streams() -> Iterator[None]:
    """The streams and signals of a command while it runs. Exits with 2 where the output was not written."""
    _fill_closed()
    codecs.register_error(_SPELT, _spelt)
    outlets = {name: _made_tolerant(name) for name in ("stdout", "stderr")}
    code: Any = None
    with _heard("SIGTERM", "SIGHUP"):
        try:
            yield
        except SystemExit as end:
            code = end.code
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    outlet = outlets["stdout"]
    if outlet is not None and outlet.failure is not None:
        message = _("the output cannot be written: {reason}", reason=reason(outlet.failure))
        print(_("error: {message}", message=message), file=sys.stderr, flush=True)
        code = code or SimError.exit_code
    raise SystemExit(code)


class _Outlet(io.RawIOBase):
    """A file descriptor to which writing never fails: what nobody reads any more is dropped."""

    def __init__(self, descriptor: int):
        self._descriptor = descriptor
        self._is_gone = False
        self.failure: OSError | None = None

    def write(self, content: Any) -> int:
        while not self._is_gone:
            try:
                return os.write(self._descriptor, content)
            except BlockingIOError:
                select.select([], [self._descriptor], [])
            except BrokenPipeError:
                self._is_gone = True
            except OSError as error:
                self._is_gone, self.failure = True, error
        return len(content)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)


def _made_tolerant(name: str) -> _Outlet | None:
    """Put a stream that never fails in the place of a standard one; None where that is a stand-in."""
    stream = getattr(sys, name)
    if stream is not getattr(sys, f"__{name}__"):
        return None
    if os.name == "nt":  # the console of Windows writes characters, not bytes
        stream.reconfigure(errors=_SPELT)
        return None
    stream.flush()
    outlet = _Outlet(stream.fileno())
    buffered: Any = io.BufferedWriter(outlet)
    is_direct = stream.line_buffering or name == "stderr"
    setattr(sys, name, io.TextIOWrapper(buffered, stream.encoding, _SPELT, line_buffering=is_direct))
    return outlet


def _fill_closed() -> None:
    """Open the null device in the place of closed streams: a file opened later would be taken for one."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is not None:
            continue
        opened = os.open(os.devnull, os.O_RDWR)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        else:
            os.set_inheritable(number, True)
        stream = open(number, mode, encoding="utf-8", closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _spelt(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that an encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    plain = (_PLAIN.get(letter) or letter.encode("ascii", "backslashreplace").decode() for letter in text)
    return "".join(plain), error.end


@contextmanager
def _heard(*names: str) -> Iterator[None]:
    """Meanwhile, signals that would end the process stop the command; ignored ones stay so (nohup)."""
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        numbers = []  # only the main thread may say what signals do
    taken = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _stop(number: int, frame: Any) -> None:
    raise Stopped(number)
