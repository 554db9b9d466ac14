"""Draw the rooms of the package as boxes on floors: docs/architecture.svg, read from the code.

    python docs/draw_architecture.py            # draw the picture anew
    python docs/draw_architecture.py OTHER.png  # the same elsewhere

An arrow says that a room imports from another one, wherever the import stands. A room's floor is the
longest way down from it to a room that imports from none. Arrows that follow from others are left out: if a
room imports from a second and that from a third, the arrow from the first to the third is not drawn. An
arrow that goes up (against ``ROOMS`` in tests/test_rooms.py) is drawn in red, and the command then fails.
"""

from __future__ import annotations

import ast
import random
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "architecture.svg"

Arrow = tuple[str, str]  # from the room that imports to the room that is imported from
Via = tuple[str, str, int]  # where an arrow passes a floor on which it neither begins nor ends
Node = str | Via

INK, GREY, PALE, RED, BLUE = "#222222", "#6f6f6f", "#f2f4f6", "#cc0000", "#0072b2"
WIDTH, HEIGHT, FLOOR = 2.55, 0.98, 1.66  # of a box, and from floor to floor, in inches
GAP, VIA_WIDTH = 0.5, 0.25  # between boxes, and the room that a passing arrow takes
LETTERS, LINES = 40, 3  # of a purpose: letters in a line, and lines at most
STRAIGHT = 12.0  # how much more a passing arrow wants to run straight than rooms want to be close
STARTS = 20  # orders of the rows from which the best one is sought
CAPTION = "An arrow: imports from. Arrows that follow from others are left out; all rooms rest on the ground."


@dataclass(frozen=True)
class Room:
    """A folder of the package. ``purpose`` is the first line of its docstring."""

    name: str
    purpose: str
    files: int
    lines: int


def read_rooms(package: Path = ROOT / "sim") -> dict[str, Room]:
    """The rooms of a package by name. Raises ValueError for a room whose docstring says no purpose."""
    found = {}
    for folder in sorted(path.parent for path in package.glob("*/__init__.py")):
        said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
        if not said:
            raise ValueError(f"{folder.name}/__init__.py: the docstring must say what the room is for")
        texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py")]
        lines = sum(len(text.splitlines()) for text in texts)
        found[folder.name] = Room(folder.name, said.splitlines()[0], len(texts), lines)
    return found


def read_arrows(package: Path = ROOT / "sim") -> Counter[Arrow]:
    """How many imports lead from each room to each other one, in functions and for type checkers too."""
    found: Counter[Arrow] = Counter()
    for path in sorted(package.glob("*/**/*.py")):
        room = path.relative_to(package).parts[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            used = {name.split(".")[1] for name in names if name.startswith(f"{package.name}.")}
            found.update((room, other) for other in used - {room} if (package / other).is_dir())
    return found


def declared_order(tests: Path = ROOT / "tests" / "test_rooms.py") -> tuple[str, ...]:
    """The rooms from the ground up, as the tests of the house declare them."""
    for node in ast.parse(tests.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ROOMS":
            return tuple(ast.literal_eval(node.value))
    raise ValueError(f"{tests}: no ROOMS")


def upward(arrows: Iterable[Arrow], order: tuple[str, ...]) -> list[Arrow]:
    """The arrows that lead to a room further up, in order. Raises ValueError for a room without a place."""
    arrows = list(arrows)
    for room in sorted({room for arrow in arrows for room in arrow} - set(order)):
        raise ValueError(f"{room} has no place in ROOMS of tests/test_rooms.py")
    return sorted((a, b) for a, b in arrows if order.index(b) > order.index(a))


def told(arrows: Iterable[Arrow]) -> list[Arrow]:
    """The arrows that do not follow from others. They must run in no circle."""
    arrows = set(arrows)
    return sorted(
        (a, b)
        for a, b in arrows
        if not any(b in _reached(c, arrows) for one, c in arrows if one == a and c != b)
    )


def _reached(room: str, arrows: set[Arrow]) -> set[str]:
    found, waiting = set(), [room]
    while waiting:
        here = waiting.pop()
        new = {b for a, b in arrows if a == here} - found
        found |= new
        waiting += new
    return found


def floors(rooms: Iterable[str], arrows: Iterable[Arrow]) -> dict[str, int]:
    """The floor of each room: the longest way down. The arrows must run in no circle."""
    found = dict.fromkeys(rooms, 0)
    for _ in found:
        for a, b in arrows:
            found[a] = max(found[a], found[b] + 1)
    return found


# --- where boxes stand ---------------------------------------------------------------------------------


def place(rooms: Iterable[str], arrows: list[Arrow]) -> dict[Node, tuple[float, int]]:
    """Middle (inches from the middle of the picture) and floor of every room, and of every point at which
    an arrow passes a floor: with few crossings, and arrows as straight as they get.
    """
    floor = floors(rooms, arrows)
    rows: list[list[Node]] = [[] for _ in range(max(floor.values()) + 1)]
    for room in sorted(floor):
        rows[floor[room]].append(room)
    links: list[tuple[Node, Node]] = []
    for a, b in arrows:
        way = [a, *((a, b, level) for level in range(floor[a] - 1, floor[b], -1)), b]
        for via in way[1:-1]:
            rows[via[2]].append(via)
        links += zip(way[:-1], way[1:], strict=True)
    rows = _in_order(rows, links)
    middle = _middles(rows, links)
    return {node: (middle[node], level) for level, row in enumerate(rows) for node in row}


def _in_order(rows: list[list[Node]], links: list[tuple[Node, Node]]) -> list[list[Node]]:
    """The rows, each in the order in which the fewest arrows cross: the best of several searches."""
    shuffle = random.Random(1).shuffle
    found = []
    for _ in range(STARTS):
        tried = [list(row) for row in rows]
        for row in tried:
            shuffle(row)
        _sort_rows(tried, links)
        cost = [_cost(upper, lower, links) for lower, upper in zip(tried[:-1], tried[1:], strict=True)]
        found.append((tuple(map(sum, zip(*cost, strict=True))), tried))
    return min(found, key=lambda one: one[0])[1]


def _sort_rows(rows: list[list[Node]], links: list[tuple[Node, Node]]) -> None:
    """Put each row into its best order beside its neighbours, up and down, until nothing changes."""
    levels = range(len(rows))
    for _ in range(12):
        before = [list(row) for row in rows]
        for level in (*levels, *reversed(levels)):
            neighbours = [rows[other] for other in (level - 1, level + 1) if other in levels]

            def cost(row: tuple[Node, ...], neighbours=neighbours) -> tuple[float, ...]:
                costs = [_cost(row, other, links) for other in neighbours]
                return tuple(map(sum, zip(*costs, strict=True)))

            if len(rows[level]) <= 7:  # more have too many orders to try
                rows[level] = list(min(permutations(rows[level]), key=cost))
        if rows == before:
            break


def _cost(row: Iterable[Node], other: Iterable[Node], links: list[tuple[Node, Node]]) -> tuple[float, float]:
    """How many arrows between two rows cross, and how far they run sideways."""
    here, there = _spread(row), _spread(other)
    ends = [(here[a], there[b]) for a, b in links if a in here and b in there]
    ends += [(here[b], there[a]) for a, b in links if b in here and a in there]
    crossings = sum((x - u) * (y - v) < 0 for n, (x, y) in enumerate(ends) for u, v in ends[n + 1 :])
    return crossings, sum(abs(x - y) for x, y in ends)


def _spread(row: Iterable[Node]) -> dict[Node, float]:
    """Places from -1 to 1 for a row, in its order."""
    row = list(row)
    return {node: 2 * (n + 0.5) / len(row) - 1 for n, node in enumerate(row)}


def _middles(rows: list[list[Node]], links: list[tuple[Node, Node]]) -> dict[Node, float]:
    """Middles at which nodes stand close to those they are linked with, and none on another."""
    beside: dict[Node, list[tuple[Node, float]]] = {node: [] for row in rows for node in row}
    for a, b in links:
        weight = 1.0 + STRAIGHT * (not isinstance(a, str)) * (not isinstance(b, str))
        beside[a].append((b, weight))
        beside[b].append((a, weight))
    middle = {node: 3.0 * x for row in rows for node, x in _spread(row).items()}
    for turn in range(400):
        for row in rows if turn % 2 else reversed(rows):
            wanted = [
                _mean([middle[other] for other, _ in beside[node]], [weight for _, weight in beside[node]])
                if beside[node]
                else middle[node]
                for node in row
            ]
            weights = [sum(weight for _, weight in beside[node]) or 1.0 for node in row]
            middle.update(zip(row, _apart(row, wanted, weights), strict=True))
    centre = (max(middle.values()) + min(middle.values())) / 2
    return {node: x - centre for node, x in middle.items()}


def _apart(row: list[Node], wanted: list[float], weights: list[float]) -> list[float]:
    """The middles nearest to those wanted at which nothing overlaps (pooled neighbours)."""
    offsets = [0.0]
    for left, right in zip(row[:-1], row[1:], strict=True):
        offsets.append(offsets[-1] + (_width(left) + _width(right)) / 2 + GAP)
    pools: list[tuple[list[float], list[float]]] = []
    for want, offset, weight in zip(wanted, offsets, weights, strict=True):
        pools.append(([want - offset], [weight]))
        while len(pools) > 1 and _mean(*pools[-2]) > _mean(*pools[-1]):
            values, heavy = pools.pop()
            pools[-1][0].extend(values)
            pools[-1][1].extend(heavy)
    free = [_mean(*pool) for pool in pools for _ in pool[0]]
    return [x + offset for x, offset in zip(free, offsets, strict=True)]


def _mean(values: list[float], weights: list[float]) -> float:
    return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)


def _width(node: Node) -> float:
    return WIDTH if isinstance(node, str) else VIA_WIDTH


# --- the picture ---------------------------------------------------------------------------------------


def draw(
    rooms: dict[str, Room], arrows: Iterable[Arrow], order: tuple[str, ...], to: Path = PICTURE
) -> list[Arrow]:
    """Draw the picture and return the arrows that go up."""
    import matplotlib
    from matplotlib.figure import Figure

    wrong = upward(arrows, order)
    drawn = told(set(arrows) - set(wrong))
    at = place(rooms, drawn)
    style = {"svg.hashsalt": "labor-sim", "svg.fonttype": "path", "font.family": "DejaVu Sans"}
    with matplotlib.rc_context(style):
        left = min(x - _width(node) / 2 for node, (x, _) in at.items()) - 0.9
        right = max(x + _width(node) / 2 for node, (x, _) in at.items()) + 0.3
        top = max(level for _, level in at.values()) * FLOOR + HEIGHT / 2 + 0.55
        bottom = -HEIGHT / 2 - 0.35
        figure = Figure(figsize=(right - left, top - bottom))
        panel = figure.add_axes((0, 0, 1, 1))
        panel.set(xlim=(left, right), ylim=(bottom, top))
        panel.set_axis_off()
        for level in range(max(level for _, level in at.values()) + 1):
            _draw_floor(panel, level, left, right)
        panel.text(left + 0.12, top - 0.2, CAPTION, color=INK, fontsize=9, va="center")
        leaving, arriving = _ends(at, drawn, first=True), _ends(at, drawn, first=False)
        for arrow in drawn:
            _draw_arrow(panel, arrow, at, leaving[arrow], arriving[arrow])
        for a, b in wrong:
            _draw_wrong(panel, a, b, at)
        for room in rooms.values():
            _draw_box(panel, room, *at[room.name])
        metadata = {"Date": None, "Creator": None} if to.suffix == ".svg" else None
        figure.savefig(to, metadata=metadata, facecolor="white", dpi=110)
    return wrong


def _draw_floor(panel, level: int, left: float, right: float) -> None:
    from matplotlib.patches import Rectangle

    low = level * FLOOR - HEIGHT / 2 - 0.14
    panel.add_patch(Rectangle((left, low), right - left, HEIGHT + 0.28, facecolor=PALE, linewidth=0))
    name = "ground" if level == 0 else f"floor {level}"
    panel.text(left + 0.12, level * FLOOR, name, color=GREY, fontsize=9, va="center")


def _draw_box(panel, room: Room, x: float, level: int) -> None:
    from matplotlib.patches import FancyBboxPatch

    y = level * FLOOR
    panel.add_patch(
        FancyBboxPatch(
            (x - WIDTH / 2, y - HEIGHT / 2),
            WIDTH,
            HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor="white",
            edgecolor=INK,
            linewidth=1.1,
            zorder=3,
            gid=f"room-{room.name}",
        )
    )
    words = {"zorder": 4, "ha": "center", "va": "top"}
    panel.text(x, y + HEIGHT / 2 - 0.08, room.name, fontsize=11.5, fontweight="bold", color=BLUE, **words)
    purpose = textwrap.fill(room.purpose.replace("``", ""), LETTERS, max_lines=LINES, placeholder=" …")
    panel.text(x, y + HEIGHT / 2 - 0.33, purpose, fontsize=8, color=INK, linespacing=1.25, **words)
    size = f"{room.files} files, {max(round(room.lines, -2), 100):,} lines"
    words["va"] = "bottom"
    panel.text(x, y - HEIGHT / 2 + 0.06, size, fontsize=7.5, color=GREY, **words)


def _ends(
    at: dict[Node, tuple[float, int]], arrows: list[Arrow], first: bool
) -> dict[Arrow, tuple[float, float]]:
    """Where each arrow leaves the lower edge of its first room, or meets the upper edge of its last."""
    found = {}
    for room in {arrow[not first] for arrow in arrows}:
        mine = [arrow for arrow in arrows if arrow[not first] == room]
        mine.sort(key=lambda arrow: at[_ways(arrow, at)[1 if first else -2]][0])
        x, level = at[room]
        for n, arrow in enumerate(mine, 1):
            edge = level * FLOOR + (-HEIGHT / 2 if first else HEIGHT / 2)
            found[arrow] = (x + WIDTH * 0.8 * (n / (len(mine) + 1) - 0.5), edge)
    return found


def _ways(arrow: Arrow, at: dict[Node, tuple[float, int]]) -> list[Node]:
    """The nodes that an arrow runs through, ends included."""
    a, b = arrow
    return [a, *((a, b, level) for level in range(at[a][1] - 1, at[b][1], -1)), b]


def _draw_arrow(
    panel,
    arrow: Arrow,
    at: dict[Node, tuple[float, int]],
    start: tuple[float, float],
    end: tuple[float, float],
) -> None:
    """A curve that leaves, passes floors and arrives upright."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path as Curve

    points, codes = [start], [Curve.MOVETO]

    def bend(x: float, y: float) -> None:
        x_before, y_before = points[-1]
        half = (y_before - y) / 2
        points.extend([(x_before, y_before - half), (x, y + half), (x, y)])
        codes.extend([Curve.CURVE4] * 3)

    for via in _ways(arrow, at)[1:-1]:
        x, level = at[via]
        bend(x, level * FLOOR + HEIGHT / 2 + 0.14)
        points.append((x, level * FLOOR - HEIGHT / 2 - 0.14))
        codes.append(Curve.LINETO)
    bend(*end)
    panel.add_patch(_arrow_patch(FancyArrowPatch, Curve(points, codes), INK, arrow))


def _draw_wrong(panel, a: str, b: str, at: dict[Node, tuple[float, int]]) -> None:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path as Curve

    (x, level), (u, other) = at[a], at[b]
    line = Curve([(x, level * FLOOR + HEIGHT / 2), (u, other * FLOOR - HEIGHT / 2)])
    patch = _arrow_patch(FancyArrowPatch, line, RED, (a, b))
    patch.set(linewidth=2.2, zorder=5)
    panel.add_patch(patch)


def _arrow_patch(make: Callable, path, colour: str, arrow: Arrow):
    return make(
        path=path,
        arrowstyle="-|>,head_length=5,head_width=2.6",
        color=colour,
        linewidth=1.0,
        capstyle="butt",
        zorder=2,
        gid=f"arrow-{arrow[0]}-{arrow[1]}",
    )


def main() -> int:
    to = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE
    wrong = draw(read_rooms(), read_arrows(), declared_order(), to)
    for a, b in wrong:
        print(f"{a} imports from {b}, which is further up", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
