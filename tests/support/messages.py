"""The marked messages of the program beside the Chinese catalogues.

``python tests/support/messages.py`` prints those that no catalogue has, ready to be filled in, by the
file that they stand in; ``--stale`` those of the catalogues that the program has no more.
"""

from __future__ import annotations

import re
import string
import sys
from pathlib import Path
from typing import NamedTuple

from babel.messages.extract import extract
from babel.messages.pofile import read_po
from support.data_texts import data_texts
from typer.main import get_command

from sim.cli import app
from sim.cli.help import texts_of

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = sorted((ROOT / "sim" / "data" / "zh").glob("*.po"))
KEYWORDS = {"_": None, "N_": None, "in_context": ((1, "c"), 2), "NC_": ((1, "c"), 2), "plural": (1, 2)}
IN_TEMPLATES = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}

# What stays as it is in a Chinese text: commands, options, files, and names that have no Chinese form.
LATIN = re.compile(
    r"\{[^}]*\}|%\([^)]*\)s|%%|`[^`]*`|<code>[^<]*</code>|<[^>]*>|--[a-z][a-z-]*|labor-sim[a-z -]*|"
    r"[\w*./-]*\.(?:html|csv|md|yaml|xlsx|docx|pdf|parquet|json|svg|png|txt)|\bhttps?://\S+|"
    r"(?<![A-Za-z])(?:[A-D]|[A-Z]{1,2}[0-9]{2,4}|HTML|CSV|PDF|SVG|PNG|JSON|YAML|UTF-8|UTF-16|GBK|Excel|Word|"
    r"Chromium|Chrome|Edge|openpyxl|python-docx|"
    r"Parquet|Python|YYYY|MM|Ctrl-C|SIGTERM|SCENARIO|FOLDER|FILE|ID|GDP|zh|en)(?![A-Za-z])",
    re.ASCII,
)


class Key(NamedTuple):
    context: str | None
    english: str


class Entry(NamedTuple):
    """One message of a catalogue."""

    file: str
    key: Key
    chinese: str
    many: str  # the English of a count of several, else empty


def marked() -> dict[Key, str]:
    """Every message that the program marks or its data hold, with where it stands first."""
    return {key: place for key, (place, _) in _extracted().items()}


def _extracted() -> dict[Key, tuple[str, str]]:
    """Every marked message: place of its first use, and its English for a count of several."""
    found: dict[Key, tuple[str, str]] = {}
    for method, pattern, keywords in (
        ("python", "*.py", KEYWORDS),
        ("jinja2.ext:babel_extract", "*.j2", IN_TEMPLATES),
    ):
        for path in sorted((ROOT / "sim").rglob(pattern)):
            options = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
            with path.open("rb") as stream:
                for line, message, _, context in extract(method, stream, keywords, options=options):
                    english, many = (message, "") if isinstance(message, str) else message[:2]
                    found.setdefault(Key(context, english), (f"{path.relative_to(ROOT)}:{line}", many))
    for text in data_texts():
        found.setdefault(Key(text.context, text.english), (text.place, ""))
    for text in texts_of(get_command(app)):
        found.setdefault(Key(None, text), ("sim/cli: help", ""))
    return found


def entries() -> list[Entry]:
    """Every message of the catalogues."""
    found = []
    for path in CATALOGUES:
        with path.open("rb") as stream:
            for message in read_po(stream, locale="zh"):
                english, many = (message.id, "") if isinstance(message.id, str) else message.id
                chinese = message.string if isinstance(message.string, str) else message.string[0]
                if english:
                    found.append(Entry(path.name, Key(message.context, english), chinese, many))
    return found


def fields(text: str, is_template: bool) -> set[str]:
    """The names of the values that a message holds."""
    if is_template:
        return {part.split(")")[0] for part in text.split("%(")[1:]}
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def left_in_english(text: str) -> list[str]:
    """The words of a Chinese text that are neither Chinese nor allowed to stay."""
    return re.findall("[A-Za-z]{2,}", LATIN.sub(" ", text))


def faults_of_chinese(text: str) -> list[str]:
    """What a Chinese text must not hold: English words, blanks between letters, gaps, half-width signs."""
    faults = (
        r"[A-Za-z]{2,}|[{}_]|(?<=[一-龥，。；：）]) +| +(?=[一-龥，。；：（])|[,;:!?](?!\d)|[，。；：]{2}"
    )
    return re.findall(faults, LATIN.sub("", text))


def missing() -> dict[Key, str]:
    """Marked messages without a Chinese text."""
    known = {entry.key for entry in entries() if entry.chinese}
    return {key: place for key, place in marked().items() if key not in known}


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


if __name__ == "__main__":
    if "--stale" in sys.argv:
        known = marked()
        for entry in entries():
            if entry.key not in known:
                print(f"{entry.file}: {entry.key.english}")
    else:
        forms = _extracted()
        for key, place in sorted(missing().items(), key=lambda item: item[1]):
            print(f"#: {place}")
            if key.context:
                print(f"msgctxt {_quoted(key.context)}")
            many = forms[key][1]
            plural = f"msgid_plural {_quoted(many)}\nmsgstr[0]" if many else "msgstr"
            print(f'msgid {_quoted(key.english)}\n{plural} ""\n')
