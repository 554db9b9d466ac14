"""Text as Markdown that shows it as written."""

from __future__ import annotations

import re

# What Markdown reads as a mark; an underscore inside a word is none.
_MARK = re.compile(r"[\\`*\[\]<>|$~]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)")


def markdown(text: str) -> str:
    """A text within a line or a cell of Markdown, in one line, its marks escaped.

    >>> print(markdown("*a* | <b>"))
    \\*a\\* \\| \\<b\\>
    """
    return _MARK.sub(r"\\\g<0>", " ".join(text.split()))
