"""Hatches are lines and dots within their boxes: no pattern of SVG, which a browser prints as a picture."""

from __future__ import annotations

import numpy as np
import pytest

from sim.present.charts.hatching import DOTS, STROKES, hatch, hatch_path, swatches
from sim.present.charts.style import as_svg, empty_figure, styled

BOX = (1.3, 2.0, 4.1, 0.7)


@pytest.mark.parametrize(("kind", "lean"), [(STROKES, 0.5), (STROKES, 3.0), (DOTS, 0.0)])
def test_the_marks_of_a_hatch_lie_in_their_box_and_fill_it(kind, lean):
    points = hatch_path(kind, BOX, 0.5, lean).vertices
    left, low, width, height = BOX
    assert points[:, 0].min() >= left and points[:, 0].max() <= left + width + 0.05
    assert points[:, 1].min() >= low - 1e-9 and points[:, 1].max() <= low + height + 1e-9
    assert np.ptp(points[:, 0]) > 0.85 * width and len(points) >= 2 * (width // 0.5)


def test_an_empty_box_has_no_marks():
    assert len(hatch_path(STROKES, (1.0, 0.0, 0.0, 1.0), 0.5, 0.5).vertices) <= 1


@styled
def bars():
    figure = empty_figure(4, 2)
    panel = figure.subplots()
    looks = {"one": ("#009e73", STROKES), "two": ("#e69f00", DOTS), "three": ("#c9c9c9", "")}
    for row, (colour, kind) in enumerate(looks.values()):
        panel.barh(row, 60, color=colour)
        if kind:
            hatch(panel, kind, (0, row - 0.4, 60, 0.8), 5, 5, "white")
    handles, drawn_by = swatches(looks.values())
    figure.legend(handles, list(looks), handler_map=drawn_by, numpoints=3)
    return figure


def test_a_hatched_picture_holds_no_pattern():
    drawn = as_svg(bars()).decode()
    assert "<pattern" not in drawn
    assert drawn.count("#ffffff") > 2  # the marks of the bars and of the legend
