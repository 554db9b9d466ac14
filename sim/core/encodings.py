"""Text files that are not UTF-8: which encoding it seems to be, and how it becomes UTF-8."""

from __future__ import annotations

import re
from shlex import quote

from sim.core.errors import Problem
from sim.core.language import N_, _

_LAST_ASCII, _MOSTLY = 127, 0.9
_KINDS = (("GB18030", N_("GBK (GB 18030)")), ("BIG5", N_("Big5")))


def not_utf8(content: bytes, file: str, line: int | None = None) -> Problem:
    """What is wrong with a ``file`` of that content, which is not UTF-8 from the ``line`` on."""
    name, words = _encoding(content)
    if name is None:
        return Problem(
            _("is not UTF-8 text"),
            file,
            line,
            allowed=_("a file saved as UTF-8: in an editor, Save As with the encoding UTF-8"),
        )
    target = re.sub(r"(\.[^./\\]+)?$", r"-utf8\1", file, count=1)
    command = f"iconv -f {name} -t UTF-8 {quote(file)} > {quote(target)}"
    return Problem(
        _("is not UTF-8 text; it seems to be {encoding}", encoding=words),
        file,
        line,
        allowed=_(
            "a file saved as UTF-8: {command}; or in an editor, Save As with the encoding UTF-8",
            command=command,
        ),
    )


def _encoding(content: bytes) -> tuple[str | None, str]:
    """The name that iconv takes, and words for it; None where it cannot be told."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16", _("UTF-16, which Windows calls Unicode")
    for name, words in _KINDS:
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        wide = [letter for letter in text if ord(letter) > _LAST_ASCII]
        chinese = sum("\u3000" <= letter <= "\u9fff" or "\uff00" <= letter <= "\uffef" for letter in wide)
        if wide and chinese / len(wide) > _MOSTLY:
            return name, _(words)
    return None, ""
