"""What is wrong with a file that is no YAML, or no UTF-8, in words for whoever wrote it."""

from __future__ import annotations

import re
from shlex import quote

from ruamel.yaml.error import MarkedYAMLError

from sim.core.errors import Problem

# A key and a text without quotes that holds a colon.
_COLON = re.compile(r"^(?P<key>\s*(?:- )?[\w-]+): (?P<text>[^\"'\[{|>#].*: .*|[^\"'\[{|>#].*:)$")
# The same between braces: a value that goes on after a colon, up to the next comma or brace.
_COLON_INSIDE = re.compile(r"[{,]\s*(?P<key>[\w-]+): (?P<text>[^\"'{}\[\],]*: [^\"'{}\[\],]*)[,}]")
_NOT = "not YAML"
_QUOTED = '"'


def in_words(error: MarkedYAMLError, text: str, file: str) -> Problem:
    """The mistake behind what the reader of YAML says: a tab, a colon in a text, an open quote or bracket."""
    mark = error.problem_mark or error.context_mark
    number = mark.line if mark else None
    lines = text.split("\n")
    reason = " ".join(str(part) for part in (error.context, error.problem) if part)
    near = _near(lines, number)
    tab = next((at for at in near if "\t" in lines[at][: len(lines[at]) - len(lines[at].lstrip())]), None)
    if tab is not None or "'\\t'" in reason:
        at = number if tab is None else tab
        return Problem(
            f"{_NOT}: the line begins with a tab, or holds one before a value",
            file,
            None if at is None else at + 1,
            allowed="blanks: two for each level; most editors can turn tabs into blanks",
        )
    if "mapping values are not allowed" in reason:
        for at in near:
            shape = _COLON.match(lines[at])
            if shape:
                return _colon(file, at, shape["key"].strip(" -"), shape["text"])
        return Problem(
            f"{_NOT}: a colon where no key can stand",
            file,
            _line(number),
            allowed="`key: value` lines, each level set in",
        )
    inside = next((_COLON_INSIDE.search(lines[at]) for at in near if _COLON_INSIDE.search(lines[at])), None)
    if inside and "expected ',' or '}'" in reason:
        at = next(at for at in near if _COLON_INSIDE.search(lines[at]))
        return _colon(file, at, inside["key"], inside["text"].strip())
    for words, is_where_it_begins, told, allowed in _TOLD:
        if words in reason:
            began, at = error.context_mark, number
            if began is not None and is_where_it_begins:
                at = began.line
            opened = f", opened on line {began.line + 1}," if began is not None and began.line != at else ""
            return Problem(f"{_NOT}: {told.format(begun=opened)}", file, _line(at), allowed=allowed)
    return Problem(f"{_NOT}: {reason}", file, _line(number))


def _colon(file: str, at: int, key: str, text: str) -> Problem:
    said = text.replace(_QUOTED, "'")
    return Problem(
        f"{_NOT}: the text holds a colon and a blank, which begin a new key",
        file,
        at + 1,
        key,
        allowed=f'text with a colon in quotes; write {key}: "{said}"',
    )


# What the reader says, whether the line where it began is to be told, what it means, and what is right.
_TOLD = (
    ("while scanning a quoted scalar", True, "a quote is opened here and not closed", "one at both ends"),
    (
        "expected ',' or ']'",
        False,
        "a list in brackets{begun} is not closed or lacks a comma",
        "such as [a, b]",
    ),
    ("expected ',' or '}'", False, "a map in braces{begun} is not closed or lacks a comma", "such as {a: 1}"),
    ("could not find expected ':'", True, "a line without a colon after its key", "`key: value` lines"),
    (
        "expected <block end>",
        False,
        "the line does not stand below those that it belongs to",
        "keys of one level set in by the same number of blanks",
    ),
    ("cannot start any token", False, "a text begins with a sign that YAML reserves", "the text in quotes"),
    (
        "undefined alias",
        False,
        "undefined alias: `*` names what no `&` has named before",
        "the text in quotes",
    ),
    ("found duplicate anchor", False, "the same name after two `&`", "a name for each"),
)


def _near(lines: list[str], number: int | None) -> list[int]:
    """The line that the reader stopped at and those before it, where the mistake may be."""
    if number is None:
        return []
    return [at for at in (number, number - 1) if 0 <= at < len(lines)]


def _line(number: int | None) -> int | None:
    return None if number is None else number + 1


def not_utf8(content: bytes, file: str, line: int) -> Problem:
    """In which encoding a file seems to be, and how it becomes UTF-8."""
    name, words = _encoding(content)
    target = re.sub(r"(\.ya?ml)?$", r"-utf8\1", file, count=1)
    how = "in an editor, Save As with the encoding UTF-8"
    if name is None:
        return Problem("is not UTF-8 text", file, line, allowed=f"a file saved as UTF-8: {how}")
    convert = f"iconv -f {name} -t UTF-8 {quote(file)} > {quote(target)}"
    return Problem(
        f"is not UTF-8 text; it seems to be {words}",
        file,
        line,
        allowed=f"a file saved as UTF-8: {convert}; or {how}",
    )


def _encoding(content: bytes) -> tuple[str | None, str]:
    """The name that iconv takes, and words for it; None where it cannot be told."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16", "UTF-16, which Windows calls Unicode"
    for name, words in (("GB18030", "GBK (GB 18030)"), ("BIG5", "Big5")):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        wide = [letter for letter in text if ord(letter) > _LAST_ASCII]
        chinese = sum("\u3000" <= letter <= "\u9fff" or "\uff00" <= letter <= "\uffef" for letter in wide)
        if wide and chinese / len(wide) > _MOSTLY:
            return name, words
    return None, ""


_LAST_ASCII, _MOSTLY = 127, 0.9
