"""Draws the pictures of one life and of who moves because of a policy, for the README.

    python docs/draw_lives.py

The worker is found by a description, so that there is one after every change of the model.
"""

from __future__ import annotations

from pathlib import Path

from sim.agents.find import find_workers
from sim.agents.following import follow, run_to
from sim.comparison.changers import gallery
from sim.present.charts.lives import gallery_chart, life_chart
from sim.present.charts.style import as_png

FIGURES = Path(__file__).resolve().parent.parent / "experiments" / "figures"
SCALE, SEED, WHO, FOLLOWED = 5000, 1, "woman, Henan, 16-24, farming", 40
POLICY, END = "startup-support", "2030-12"


def main() -> None:
    """Write ``one_life.png`` and ``who_moves.png``."""
    run = run_to("baseline", "2014-01", SCALE, SEED)
    run.close()
    ids = [int(one) for one in find_workers(run, WHO).ids[:FOLLOWED]]
    lives = follow("baseline", ids, scale=SCALE, seed=SEED)
    # the one with most to see: kinds of activity, and then what happened
    life = max(lives, key=lambda one: (len({month.activity for month in one.months}), len(one.happenings)))
    (FIGURES / "one_life.png").write_bytes(as_png(life_chart(life), dpi=100))
    found = gallery("baseline", POLICY, scale=SCALE, seed=SEED, end=END)
    (FIGURES / "who_moves.png").write_bytes(as_png(gallery_chart(found), dpi=100))


if __name__ == "__main__":
    main()
