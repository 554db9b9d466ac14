"""The section "who moves because of it": up to six groups, each with a typical worker's two lives."""

from __future__ import annotations

from functools import partial

from sim.comparison.changers import Gallery
from sim.present.charts.lives import twins_chart
from sim.present.pages.evidence_links import linked, marked
from sim.present.pages.images import image_address
from sim.present.pages.validation import page_template
from sim.present.text import life_phrases as words
from sim.present.text.changers import gallery_in_words
from sim.present.text.numbers import join


def changers_section(gallery: Gallery, heading: int = 2, address: str = "") -> str:
    """The section as HTML, to be placed in a page. heading: level of its heading; groups are one below.
    address: where figures lead; without one they are no links.
    """
    plain = gallery_in_words(gallery)
    told = gallery_in_words(gallery, marked) if address else plain
    cards = [
        {
            "card": card,
            "about": join(card.numbers, card.causes),
            "image": image_address(twins_chart(card.twins)),
            "alt": words.CHANGERS["alt"].format(title=without.title, typical=without.typical),
        }
        for card, without in zip(told.cards, plain.cards, strict=True)
    ]
    return page_template("changers.html.j2").render(
        told=told, cards=cards, heading=heading, address=address, linked=partial(linked, address=address)
    )
