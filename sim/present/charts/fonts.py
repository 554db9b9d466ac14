"""Fonts of charts: Latin from Matplotlib's own font, Chinese and Japanese from a font that comes with the package.

A chart in Chinese takes Latin letters and figures from the packaged font too, so that they fit. The packaged font comes
before those of the machine, so that a chart looks the same everywhere. A character that it lacks is drawn from a
font of the machine. One that no font has is named in a warning, once.
"""

from __future__ import annotations

import atexit
import logging
import os
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from sim.core.language import _, language
from sim.present.text.numbers import in_a_row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LATIN, PACKAGED = "DejaVu Sans", "Labor Sim CJK"
REGULAR = f"{PACKAGED} Regular"  # the regular weight, also where text is bold, for what the bold one lacks
_FILES = ("LaborSimCJK.otf", "LaborSimCJK-Bold.otf")
_OPEN = ExitStack()  # holds the packaged font, a file of its own where the package is an archive
atexit.register(_OPEN.close)
_TOLD: set[str] = set()  # characters that a warning has named
_LISTED = 12  # characters named in one warning


def families() -> list[str]:
    """The fonts of every chart, in the order in which a character is looked for."""
    from matplotlib.font_manager import fontManager

    if REGULAR not in {font.name for font in fontManager.ttflist}:
        for file in _FILES:
            fontManager.addfont(_OPEN.enter_context(as_file(files("sim.present") / "fonts" / file)))
        added = fontManager.ttflist[-len(_FILES) :]
        fontManager.ttflist.append(replace(added[0], name=REGULAR))
    if language() == "zh":
        return [PACKAGED, REGULAR, LATIN, "sans-serif"]
    return [LATIN, PACKAGED, REGULAR, "sans-serif"]


@contextmanager
def without_chatter() -> Iterator[None]:
    """Keep what Matplotlib says of fonts, glyph by glyph and at every draw, from the reader.

    A regular font stands in for a bold one that is not there; missing characters are named by ``use_fonts_for_all``.
    """
    log = logging.getLogger("matplotlib.font_manager")
    log.addFilter(_is_no_chatter)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
            yield
    finally:
        log.removeFilter(_is_no_chatter)


def _is_no_chatter(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("findfont")


def use_fonts_for_all(figure: Figure) -> bool:
    """Give the figure's text further fonts of this machine where it needs them; whether that changed anything.

    Warns once about every character that no font has.
    """
    from matplotlib.text import Text

    marks = figure.findobj(Text)
    missing = lacking("".join(mark.get_text() for mark in marks), families())
    if not missing:
        return False
    further = _fonts_with(missing)
    for mark in marks:
        mark.set_fontfamily([*families(), *further])
    _warn(lacking("".join(sorted(missing)), [*families(), *further]))
    return bool(further)


def lacking(text: str, names: Iterable[str]) -> set[str]:
    """The characters of a text that none of the fonts has; marks that show nothing are not counted."""
    left = {
        letter
        for letter in set(text)
        if unicodedata.category(letter) not in ("Cc", "Cf", "Zs", "Zl", "Zp", "Mn")
    }
    for name in names:
        if left:
            left = {letter for letter in left if ord(letter) not in _letters(_path(name))}
    return left


def _fonts_with(letters: set[str]) -> list[str]:
    """Fonts of this machine for as many of the letters as there are, the one with most first."""
    from matplotlib.font_manager import fontManager

    _look_for_new_fonts()
    fonts = [font for font in fontManager.ttflist if not font.name.startswith("Last Resort")]  # boxes for all
    paths = {font.name: font.fname for font in sorted(fonts, key=lambda font: font.fname)}
    found: list[str] = []
    left = set(letters)
    while left:
        most = max(paths, key=lambda name: sum(ord(letter) in _letters(paths[name]) for letter in left))
        covered = {letter for letter in left if ord(letter) in _letters(paths[most])}
        if not covered:
            break
        found.append(most)
        left -= covered
    return found


@cache
def _look_for_new_fonts() -> None:
    """Let Matplotlib know the fonts that were installed since it made its list."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    known = {font.fname for font in fontManager.ttflist}
    for path in sorted(set(findSystemFonts()) - known):
        try:
            fontManager.addfont(path)
        except (OSError, RuntimeError, UnicodeError):  # damaged, or of a kind that it cannot draw
            continue


@cache
def _letters(path: str) -> frozenset[int]:
    """The characters that a font file has; none for one that cannot be read."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(os.fspath(path)).get_charmap())
    except (OSError, RuntimeError):  # gone since the list of fonts was made, or a colour font
        return frozenset()


def _path(name: str) -> str:
    from matplotlib.font_manager import FontProperties, findfont

    return str(findfont(FontProperties(family=[name])))


def _warn(letters: set[str]) -> None:
    new = sorted(letters - _TOLD)
    if not new:
        return
    _TOLD.update(new)
    named = in_a_row(f"{letter} (U+{ord(letter):04X})" for letter in new[:_LISTED])
    more = len(new) - _LISTED
    if more > 0:
        named = _("{letters} and {count} more", letters=named, count=more)
    warnings.warn(
        _(
            "no font on this machine has {letters}: they are boxes in PNG charts; pages and tables have them "
            "as written. A font that has them, installed on this machine, is used by itself.",
            letters=named,
        ),
        stacklevel=2,
    )
