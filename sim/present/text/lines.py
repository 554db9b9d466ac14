"""Where lines of text break: a line may end after a Chinese letter, which takes two columns."""

from __future__ import annotations

import re

from sim.core.width import columns

_OPENS, _CLOSES = "（〔《“‘", "，。；：、）〕》”’！？%"  # signs that no line ends, or begins, with
_WIDE = "\u2e80-\u9fff\uff00-\uffef"
_UNITS = "元年月日岁人个万亿号"  # stay with their number
_PIECE = re.compile(rf"[{_OPENS}]*(?:[{_WIDE}]|[^\s{_WIDE}{_OPENS}]+[{_UNITS}]?)[{_CLOSES}]*\s*|\s+")


def filled_lines(text: str, width: int, indent: str = "") -> str:
    r"""The text in lines of at most ``width`` columns, all but the first set in.

    >>> filled_lines("2016-02  She left home.", 16, "  ")
    '2016-02  She\n  left home.'
    >>> filled_lines("外出务工，月工资3,000元。", 10)
    '外出务工，\n月工资\n3,000元。'
    """
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if line.strip() and columns(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = indent
        line += piece
    return "\n".join([*lines, line.rstrip()])
