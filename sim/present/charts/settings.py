"""Matplotlib under our own settings: neither the user's environment reaches our charts, nor ours their plots."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

# Settings that are no matter of looks: what windows do, and what Matplotlib finds out when it is asked.
_NOT_OURS = (
    "backend",
    "date.epoch",
    "docstring.",
    "figure.max_open_warning",
    "figure.raise_window",
    "interactive",
    "macosx.",
    "savefig.directory",
    "timezone",
    "tk.",
    "toolbar",
    "webagg.",
)


@contextmanager
def own_settings(style: Mapping[str, Any]) -> Iterator[None]:
    """Draw with Matplotlib's defaults and ``style``; the caller's settings are back afterwards.

    No window system is asked for: figures are made without ``pyplot``, whose state stays as it is.
    """
    matplotlib = imported()
    ours = {
        name: value
        for name, value in dict.items(matplotlib.rcParamsDefault)
        if not name.startswith(_NOT_OURS)
    }
    with matplotlib.rc_context():
        with warnings.catch_warnings():  # of defaults that are on their way out
            warnings.simplefilter("ignore", matplotlib.MatplotlibDeprecationWarning)
            matplotlib.rcParams.update(ours)
        matplotlib.rcParams.update(style)
        yield


def imported() -> Any:
    """Matplotlib, also where ``MPLBACKEND`` or a ``matplotlibrc`` would stop it.

    A notebook leaves the name of its backend to the commands that it starts; one that is not installed there
    ends the import. Whoever plots later in this process gets the backend that was named.
    """
    if "matplotlib" in sys.modules:
        return importlib.import_module("matplotlib")
    named = os.environ.pop("MPLBACKEND", None)
    try:
        try:
            matplotlib = importlib.import_module("matplotlib")
        except ImportError:
            raise
        except Exception:  # a matplotlibrc that is no text, in the present folder perhaps
            matplotlib = _imported_elsewhere()
    finally:
        if named is not None:
            os.environ["MPLBACKEND"] = named
    if named:
        try:
            matplotlib.rcParams["backend"] = named
        except ValueError:  # there is none of that name
            pass
    return matplotlib


def _imported_elsewhere() -> Any:
    """Matplotlib, imported where it finds no settings of the user's."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        del sys.modules[name]
    names = ("MATPLOTLIBRC", "MPLCONFIGDIR")
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as empty:
        os.environ["MPLCONFIGDIR"] = empty
        try:
            os.chdir(empty)
            return importlib.import_module("matplotlib")
        finally:
            os.chdir(here)
            del os.environ["MPLCONFIGDIR"]
            os.environ.update(kept)
