"""The picture of the rooms, docs/architecture.svg: read from the code, and of today."""

from __future__ import annotations

import importlib.util
import re
import sys
from itertools import combinations

import pytest
from test_rooms import ROOMS, ROOT

SCRIPT = ROOT / "docs" / "draw_architecture.py"


@pytest.fixture(scope="module")
def drawing():
    spec = importlib.util.spec_from_file_location("draw_architecture", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def arrows(drawing):
    return drawing.read_arrows()


@pytest.fixture
def house(tmp_path):
    """A package of three rooms in which the lowest imports from the highest, inside a function."""
    texts = {
        "ground": ("What all use.", "def late():\n    from house.top import see\n    return see\n"),
        "middle": ("What is between.", "from house.ground import late\n"),
        "top": ("What people see.", "import house.middle\nfrom house.ground.part import late as see\n"),
    }
    for name, (purpose, text) in texts.items():
        folder = tmp_path / "house" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(f'"""{purpose}"""\n', encoding="utf-8")
        (folder / "part.py").write_text(text, encoding="utf-8")
    return tmp_path / "house"


def test_no_arrow_goes_up(drawing, arrows):
    assert drawing.declared_order() == ROOMS
    assert set(drawing.read_rooms()) == set(ROOMS)
    assert len(arrows) > len(ROOMS)
    assert drawing.upward(arrows, ROOMS) == []
    floors = drawing.floors(ROOMS, arrows)
    assert floors["core"] == 0
    assert all(floors[above] > floors[below] for above, below in arrows)


def test_the_stored_picture_is_of_today(drawing, arrows):
    text = drawing.PICTURE.read_text(encoding="utf-8")
    rooms = set(re.findall(r'id="room-(\w+)"', text))
    drawn = {(above, below) for above, below in re.findall(r'id="arrow-(\w+)-(\w+)"', text)}
    again = "the rooms or their imports changed; run: python docs/draw_architecture.py"
    assert rooms == set(ROOMS), again
    assert drawn == set(drawing.told(arrows)), again
    assert all(f"<!-- {room} -->" in text for room in ROOMS)  # the name stands in the picture


def test_the_page_tells_what_every_room_is_for():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE)) == ROOMS
    assert "](architecture.svg)" in text


def test_left_out_arrows_follow_from_those_that_are_drawn(drawing, arrows):
    drawn = set(drawing.told(arrows))
    assert drawn < set(arrows)
    for above, below in arrows:
        assert below in drawing._reached(above, drawn)


def test_boxes_do_not_overlap(drawing, arrows):
    at = drawing.place(ROOMS, drawing.told(arrows))
    for (one, (x, floor)), (other, (u, level)) in combinations(at.items(), 2):
        if floor == level:
            assert abs(x - u) >= (drawing._width(one) + drawing._width(other)) / 2, (one, other)


def test_an_arrow_that_goes_up_is_found_and_red(drawing, house, tmp_path):
    order, arrows = ("ground", "middle", "top"), drawing.read_arrows(house)
    assert dict(arrows) == {
        ("ground", "top"): 1,
        ("middle", "ground"): 1,
        ("top", "middle"): 1,
        ("top", "ground"): 1,
    }
    assert drawing.upward(arrows, order) == [("ground", "top")]
    picture = tmp_path / "house.svg"
    assert drawing.draw(drawing.read_rooms(house), arrows, order, picture) == [("ground", "top")]
    drawn = dict(re.findall(r'<g id="arrow-([\w-]+)">\s*<path [^>]*stroke: (#\w+)', picture.read_text()))
    assert drawn == {
        "ground-top": drawing.RED,
        "middle-ground": drawing.INK,
        "top-middle": drawing.INK,
    }


def test_a_room_is_refused_that_has_no_place_or_says_no_purpose(drawing, house):
    with pytest.raises(ValueError, match="top has no place in ROOMS"):
        drawing.upward(drawing.read_arrows(house), ("ground", "middle"))
    (house / "top" / "__init__.py").write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="top/__init__.py: the docstring must say"):
        drawing.read_rooms(house)


def test_the_same_code_gives_the_same_picture(drawing, house, tmp_path):
    written = []
    for name in ("one.svg", "two.svg"):
        order = ("ground", "middle", "top")
        drawing.draw(drawing.read_rooms(house), drawing.read_arrows(house), order, tmp_path / name)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]
    assert b"<dc:date>" not in written[0]
