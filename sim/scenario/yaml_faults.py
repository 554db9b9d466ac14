"""What is wrong with a file that is no YAML, in words for whoever wrote it."""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError

from sim.core.errors import Problem
from sim.core.language import N_, _

# A key and a text without quotes that holds a colon.
_COLON = re.compile(r"^(?P<key>\s*(?:- )?[\w-]+): (?P<text>[^\"'\[{|>#].*: .*|[^\"'\[{|>#].*:)$")
# The same between braces: a value that goes on after a colon, up to the next comma or brace.
_COLON_INSIDE = re.compile(r"[{,]\s*(?P<key>[\w-]+): (?P<text>[^\"'{}\[\],]*: [^\"'{}\[\],]*)[,}]")
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
            _not_yaml(_("the line begins with a tab, or holds one before a value")),
            file,
            None if at is None else at + 1,
            allowed=_("blanks: two for each level; most editors can turn tabs into blanks"),
        )
    if "mapping values are not allowed" in reason:
        for at in near:
            shape = _COLON.match(lines[at])
            if shape:
                return _colon(file, at, shape["key"].strip(" -"), shape["text"])
        return Problem(
            _not_yaml(_("a colon where no key can stand")),
            file,
            _line(number),
            allowed=_("`key: value` lines, each level set in"),
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
            opened = ""
            if began is not None and began.line != at:
                opened = _(", opened on line {line},", line=began.line + 1)
            return Problem(_not_yaml(_(told, begun=opened)), file, _line(at), allowed=_(allowed))
    return Problem(_not_yaml(reason), file, _line(number))


def _not_yaml(reason: str) -> str:
    return _("not YAML: {reason}", reason=reason)


def _colon(file: str, at: int, key: str, text: str) -> Problem:
    said = text.replace(_QUOTED, "'")
    return Problem(
        _not_yaml(_("the text holds a colon and a blank, which begin a new key")),
        file,
        at + 1,
        key,
        allowed=_('text with a colon in quotes; write {key}: "{said}"', key=key, said=said),
    )


# What the reader says, whether the line where it began is to be told, what it means, and what is right.
_TOLD = (
    (
        "while scanning a quoted scalar",
        True,
        N_("a quote is opened here and not closed"),
        N_("one at both ends"),
    ),
    (
        "expected ',' or ']'",
        False,
        N_("a list in brackets{begun} is not closed or lacks a comma"),
        N_("such as [a, b]"),
    ),
    (
        "expected ',' or '}'",
        False,
        N_("a map in braces{begun} is not closed or lacks a comma"),
        N_("such as {a: 1}"),
    ),
    (
        "could not find expected ':'",
        True,
        N_("a line without a colon after its key"),
        N_("`key: value` lines"),
    ),
    (
        "expected <block end>",
        False,
        N_("the line does not stand below those that it belongs to"),
        N_("keys of one level set in by the same number of blanks"),
    ),
    (
        "cannot start any token",
        False,
        N_("a text begins with a sign that YAML reserves"),
        N_("the text in quotes"),
    ),
    (
        "undefined alias",
        False,
        N_("undefined alias: `*` names what no `&` has named before"),
        N_("the text in quotes"),
    ),
    ("found duplicate anchor", False, N_("the same name after two `&`"), N_("a name for each")),
)


def _near(lines: list[str], number: int | None) -> list[int]:
    """The line that the reader stopped at and those before it, where the mistake may be."""
    if number is None:
        return []
    return [at for at in (number, number - 1) if 0 <= at < len(lines)]


def _line(number: int | None) -> int | None:
    return None if number is None else number + 1
