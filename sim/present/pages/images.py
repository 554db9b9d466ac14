"""A chart as an address that holds it, so that a page needs no other file."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from sim.present.charts import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def image_address(figure: Figure | None) -> str | None:
    """A chart as a data address, so that the page needs no other file."""
    if figure is None:
        return None
    return "data:image/svg+xml;base64," + base64.b64encode(style.as_svg(figure)).decode()
