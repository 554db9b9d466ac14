"""Scenario files with one to three mistakes that nobody thought of, the same for the same number."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, 1e308, -1e-300, float("nan"), float("inf"), "", " ", "no",
    "1e-3",
    "2025-13", "2025-01", "٣", "²", "工人", "a" * 5000, [], {}, [[]], [None], {"": None}, {"en": 1},
    ["x"] * 50, "startup-subsidy", "Beijing", {"set": "x"}, {"scale": -1}, -0.5, "../baseline",
)  # fmt: skip


def mutated(number: int, sources: list[Path]) -> str:
    """YAML text of one of the sources with mistakes."""
    chance = random.Random(number)
    yaml = YAML(typ="safe", pure=True)
    tree = yaml.load(chance.choice(sources).read_text(encoding="utf-8"))
    for _ in range(chance.randint(1, 3)):
        _break(tree, chance)
    out = YAML()
    from io import StringIO

    text = StringIO()
    out.dump(tree, text)
    written = text.getvalue()
    if chance.random() < 0.1:  # cut off, or with a byte that does not belong
        place = chance.randrange(len(written))
        written = written[:place] if chance.random() < 0.5 else f"{written[:place]}\t{written[place:]}"
    return written


def _break(tree: Any, chance: random.Random) -> None:
    """Change one place: another value, a key gone, a key renamed, a part repeated elsewhere."""
    places = list(_places(tree))
    if not places:
        return
    holder, key = chance.choice(places)
    what = chance.random()
    if what < 0.6:
        holder[key] = copy.deepcopy(chance.choice(ODD_VALUES))
    elif what < 0.75:
        del holder[key]
    elif what < 0.85 and isinstance(holder, dict):
        name = str(key)
        holder[name[:-1] or "x"] = holder.pop(key)
    else:
        holder[key] = copy.deepcopy(chance.choice([other[place] for other, place in places]))


def _places(value: Any):
    if isinstance(value, dict):
        for key in list(value):
            yield value, key
            yield from _places(value[key])
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value, index
            yield from _places(value[index])
