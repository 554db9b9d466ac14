"""Hatches as lines and dots: a browser prints each pattern of an SVG as a picture, which makes a PDF large."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path

STROKES, DOTS = "strokes", "dots"
_DOT = 0.05  # of a step: the length of a line that its round ends make a dot
_ROWS = 2  # of dots in a box
_LINE_WIDTH = {STROKES: 0.8, DOTS: 1.4}  # points
Box = tuple[float, float, float, float]  # left edge, lower edge, width, height


def hatch(panel: Axes, kind: str, box: Box, step: float, lean: float, colour: str) -> None:
    """Hatch a box of the panel, in its data: marks ``step`` apart, strokes that lean over ``lean``, both along x."""
    from matplotlib.patches import PathPatch

    marks = PathPatch(
        hatch_path(kind, box, step, lean),
        facecolor="none",
        edgecolor=colour,
        linewidth=_LINE_WIDTH[kind],
        capstyle="round" if kind == DOTS else "butt",
        zorder=1.5,
    )
    if box[2] > 0:
        panel.add_patch(marks)


def swatches(looks: Iterable[tuple[str, str]]) -> tuple[list[Any], dict[Any, Any]]:
    """The handles of a legend for colours and their hatches (empty: none), and what draws them there."""
    from matplotlib.legend_handler import HandlerTuple
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.path import Path

    shapes: dict[str, tuple[Any, int]] = {STROKES: (Path([(-0.5, 1.0), (0.5, -1.0)]), 7), DOTS: ("o", 2)}
    handles: list[Any] = []
    for colour, kind in looks:
        marker, size = shapes.get(kind, (None, 0))
        marks = Line2D([], [], color="white", linestyle="none", marker=marker, markersize=size)
        handles.append((Patch(color=colour, linewidth=0), marks))
    return handles, {tuple: HandlerTuple(ndivide=1)}


def hatch_path(kind: str, box: Box, step: float, lean: float = 0.0) -> Path:
    """The marks that fill a box, cut off at its edges; counted from 0 of x, so that boxes side by side go on."""
    from matplotlib.path import Path

    lines = list(_dots(box, step) if kind == DOTS else _strokes(box, step, lean))
    points = [point for line in lines for point in line]
    return Path(points or [box[:2]], [Path.MOVETO, Path.LINETO] * len(lines) or [Path.MOVETO])


_Line = tuple[tuple[float, float], tuple[float, float]]


def _strokes(box: Box, step: float, lean: float) -> Iterator[_Line]:
    left, low, width, height = box
    for count in range(int((left - lean) // step) + 1, int((left + width) // step) + 1):
        foot = count * step
        begin, end = max(foot, left), min(foot + lean, left + width)
        if begin < end:
            ends = (low + height * (place - foot) / lean for place in (begin, end))
            yield (begin, next(ends)), (end, next(ends))


def _dots(box: Box, step: float) -> Iterator[_Line]:
    left, low, width, height = box
    for row in range(_ROWS):
        at = low + height * (row + 0.5) / _ROWS
        for count in range(int(left // step), int((left + width) // step) + 1):
            place = (count + 0.25 + 0.5 * row) * step
            if left < place < left + width:
                yield (place, at), (place + _DOT * step, at)
