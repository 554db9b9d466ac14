"""Draws the pictures of the README into ``docs/pictures``.

    make run && .venv/bin/python docs/draw_readme.py        # all of them
    .venv/bin/python docs/draw_readme.py page map           # some
    .venv/bin/python docs/draw_readme.py --comparison OTHER/comparison page

The page, the map and what is beside them are of the comparison of ``make run``, the first screen through an
installed Chromium, Chrome or Edge. The ranking and the lives are run anew: some minutes. The worker of the
life is found by a description, so that there is one after every change of the model.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from sim.agents.find import find_workers
from sim.agents.following import follow, run_to
from sim.analysis.ranking import rank
from sim.comparison.changers import gallery
from sim.comparison.comparison import Comparison
from sim.core.errors import SimError
from sim.core.language import LANGUAGES, speaking
from sim.present.charts.breakdown import province_map
from sim.present.charts.comparison import difference_over_time
from sim.present.charts.lives import gallery_chart, life_chart
from sim.present.charts.ranking import what_a_billion_buys
from sim.present.charts.style import as_png
from sim.present.charts.validation import validation_grid
from sim.present.office.printing import browsed
from sim.present.pages.comparison import render_report
from sim.present.pages.validation import charted
from sim.validation.validate import validate

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
LARGEST = 300_000  # bytes of a picture
DPI = 100
SCREEN = (1080, 890)  # pixels of the first screen
MAPPED = "residency-easing"
BUDGET, RANKED, FAMILIES = 20e9, ("local", "settled"), ("return-and-enterprise", "residency-and-points")
RANKING = {"seeds": 8, "scale": 20_000}
LIVES = {"scale": 5000, "seed": 1}
WHO, FOLLOWED = "woman, Henan, 16-24, farming", 40
POLICY, END = "startup-support", "2030-12"

Picture = tuple[str, bytes]


def page(comparison: Comparison) -> Iterator[Picture]:
    """The first screen of the page, in each language."""
    size = f"--window-size={SCREEN[0]},{SCREEN[1]}"
    for language in LANGUAGES:
        with speaking(language), tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "report.html"
            whole = render_report(comparison, validate(comparison.baseline_runs()))
            source.write_text(whole, encoding="utf-8")
            yield f"page-{language}", browsed(source, "screenshot", size, "--hide-scrollbars")


def over_time(comparison: Comparison) -> Iterator[Picture]:
    """The first outcome over time."""
    yield "first_comparison", as_png(difference_over_time(comparison, "local"), DPI)


def provinces(comparison: Comparison) -> Iterator[Picture]:
    """The map of the provinces under one policy."""
    policy = next(one for one in comparison.policies if one["name"] == MAPPED)
    yield "map", as_png(province_map(comparison, policy), DPI)


def against_official(comparison: Comparison) -> Iterator[Picture]:
    """The baseline against official statistics."""
    validation = validate(comparison.baseline_runs())
    yield "validation", as_png(validation_grid(validation, charted(validation)), DPI)


def ranking(_comparison: Comparison) -> Iterator[Picture]:
    """Instruments by what a billion yuan buys."""
    found = rank(BUDGET, RANKED, families=FAMILIES, **RANKING)
    yield "ranking", as_png(what_a_billion_buys(found), DPI)


def lives(_comparison: Comparison) -> Iterator[Picture]:
    """One life, and who moves because of a policy."""
    run = run_to("baseline", "2014-01", LIVES["scale"], LIVES["seed"])
    run.close()
    ids = [int(one) for one in find_workers(run, WHO).ids[:FOLLOWED]]
    told = follow("baseline", ids, **LIVES)
    # the one with most to see: kinds of activity, and then what happened
    life = max(told, key=lambda one: (len({month.activity for month in one.months}), len(one.happenings)))
    yield "one_life", as_png(life_chart(life), DPI)
    yield "who_moves", as_png(gallery_chart(gallery("baseline", POLICY, end=END, **LIVES)), DPI)


DRAWN: dict[str, Callable[[Any], Iterator[Picture]]] = {
    "page": page,
    "comparison": over_time,
    "map": provinces,
    "validation": against_official,
    "ranking": ranking,
    "lives": lives,
}
FRESH = ("ranking", "lives")  # need no comparison


def small(picture: bytes) -> bytes:
    """The same picture in fewer bytes, so that a clone stays small."""
    from PIL import Image

    stream = BytesIO()
    with Image.open(BytesIO(picture)) as image:
        image.convert("RGB").save(stream, "PNG", optimize=True)
    return stream.getvalue()


def draw(names: Iterable[str], folder: Path) -> None:
    """Draw the pictures named and say where they are. Raises ``SimError``."""
    comparison = Comparison.load(folder) if set(names) - set(FRESH) else None
    for name in names:
        for file, picture in DRAWN[name](comparison):
            kept = small(picture)
            if len(kept) > LARGEST:
                sys.exit(f"{file}.png has {len(kept):,} bytes, more than {LARGEST:,}: draw less of it")
            (PICTURES / f"{file}.png").write_bytes(kept)
            print(f"docs/pictures/{file}.png: {len(kept):,} bytes")


def main() -> None:
    """Draw what the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(DRAWN))
    parser.add_argument("--comparison", type=Path, default=ROOT / "results" / "comparison", metavar="FOLDER")
    asked = parser.parse_args()
    if wrong := [name for name in asked.names if name not in DRAWN]:
        parser.error(f"no such picture: {', '.join(wrong)}; there are {', '.join(DRAWN)}")
    if not asked.comparison.is_dir() and set(asked.names or DRAWN) - set(FRESH):
        parser.error(f"{asked.comparison} is not there: run make run first, or name one with --comparison")
    PICTURES.mkdir(exist_ok=True)
    try:
        draw(asked.names or list(DRAWN), asked.comparison)
    except SimError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
