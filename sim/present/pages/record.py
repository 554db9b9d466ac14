"""The record that a page of a comparison carries: what it was made of, so that it can be made again.

It lies in the page as text that browsers do not show: the scenarios in full, seeds, scale and months, the
program's hash (of its code and data), the ensemble's, and a hash of every table. ``differences`` says where
two pages show other words.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from html import unescape
from typing import Any, NamedTuple

from sim.comparison.comparison import Comparison
from sim.core.errors import Problem, ResultsError
from sim.core.language import _, language
from sim.experiments.sweep import program
from sim.present.text.levers import date_words
from sim.present.text.numbers import in_a_row
from sim.results.csv_files import csv_bytes

_BEGIN, _END = '<template id="run-record">', "</template>"
_FORMAT = 1


class Difference(NamedTuple):
    """Words that two pages do not share, and under which heading of the page they stand."""

    section: str
    page: str
    again: str


def record_of(comparison: Comparison, by: Sequence[str], command: str, has_lives: bool = False) -> str:
    """The record of a comparison, as text for its page."""
    record = {
        "format": _FORMAT,
        "manifest": comparison.manifest,
        "by": list(by),
        "command": command,
        "has_lives": has_lives,
        "language": language(),
        "program": program(),
        "tables": table_hashes(comparison),
    }
    packed = gzip.compress(json.dumps(record, ensure_ascii=False, default=str).encode(), mtime=0)
    return base64.b64encode(packed).decode()


def made_words(about: Mapping[str, Any], people: str, period: str) -> str:
    """What a comparison was made with, in sentences: workers, months, day, versions, code and seeds."""
    versions = in_a_row(f"{name} {version}" for name, version in (about.get("versions") or {}).items())
    said = [
        _("{people}; months {period}.", people=people, period=period),
        _("Made {day}.", day=_day(str(about["created"]))) if about.get("created") else "",
        _("Versions: {versions}.", versions=versions) if versions else "",
        _("Code {hash}.", hash=about["code_hash"]) if about.get("code_hash") else "",
        _("Seeds: {seeds}.", seeds=in_a_row(str(seed) for seed in about["seeds"])),
    ]
    return (" " if language() == "en" else "").join(part for part in said if part)


def _day(created: str) -> str:
    """When results were made; Chinese has the day alone."""
    return date_words(created[:10]) if language() == "zh" else created


def table_hashes(comparison: Comparison) -> dict[str, str]:
    """A hash of the content of every table."""
    return {
        name: hashlib.sha256(csv_bytes(table, False)).hexdigest()
        for name, table in sorted(comparison.tables.items())
    }


def read_record(page: str, file: str) -> dict[str, Any]:
    """The record in a page. Raises ``ResultsError`` where it has none, or one that cannot be read.

    file: the page's, for the message.
    """
    _before, begun, rest = page.partition(_BEGIN)
    text, ended, _after = rest.partition(_END)
    if not begun or not ended:
        raise ResultsError(
            Problem(
                _("this page holds no run record"),
                file=file,
                allowed=_("a page that labor-sim compare --out wrote"),
            )
        )
    try:
        record = json.loads(gzip.decompress(base64.b64decode(text, validate=True)))
        version = record["format"]
    except (binascii.Error, OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(
            Problem(_("the run record is damaged: {reason}", reason=error), file=file)
        ) from None
    if version != _FORMAT:
        raise ResultsError(Problem(_("the run record is of another version"), file=file, value=version))
    return record


def differences(page: str, again: str) -> list[Difference]:
    """Where the words that two pages show differ, in order; pictures count as words of their content."""
    ours, theirs = _words(page), _words(again)
    found = []
    matcher = SequenceMatcher(None, [word for _, word in ours], [word for _, word in theirs], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            section = (ours[a:] or theirs[c:] or [("", "")])[0][0]
            found.append(
                Difference(section, " ".join(w for _, w in ours[a:b]), " ".join(w for _, w in theirs[c:d]))
            )
    return found


def _words(page: str) -> list[tuple[str, str]]:
    """Every word that a page shows, with the heading above it; a picture is one word, its hash."""
    page = re.sub(r"<style.*?</style>|<template.*?</template>|<head.*?</head>", " ", page, flags=re.S)
    page = re.sub(r'<img src="([^"]*)" alt="([^"]*)">', _picture, page)
    heading, found = "", []
    for part in re.split(r"(<h[1-4][^>]*>.*?</h[1-4]>)", page, flags=re.S):
        words = unescape(re.sub(r"<[^>]+>", " ", part)).split()
        if part.startswith("<h"):
            heading = " ".join(words)
        found += [(heading, word) for word in words]
    return found


def _picture(found: re.Match) -> str:
    return f" picture:{hashlib.sha256(found[1].encode()).hexdigest()[:12]} "
