"""Who moves because of a policy, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.agents.twins import Twins
from sim.comparison.changers import Changers, Gallery
from sim.core.labels import region
from sim.present.text import life_phrases as words
from sim.present.text.decisions import percent
from sim.present.text.lives import title_of
from sim.present.text.numbers import amount, apart, join, listing, month_in_words, number, scale_number
from sim.present.text.twins import parting_in_words, twins_as_json


@dataclass(frozen=True)
class ChangersCard:
    """One group in words: heading, how many and who, what moved them, and a typical worker's two lives."""

    title: str
    numbers: str
    causes: str
    typical: str
    story: tuple[str, ...]
    twins: Twins


@dataclass(frozen=True)
class GalleryText:
    """The changers of a policy in words."""

    title: str
    intro: str
    cards: tuple[ChangersCard, ...]


def gallery_in_words(gallery: Gallery, mark: Callable[[str], str] = str) -> GalleryText:
    """The gallery as heading, introduction and a card for each group; each figure as ``mark`` gives it back."""
    said = words.CHANGERS
    intro = said["intro"].format(
        persons=mark(amount(gallery.persons, "persons", noun=False)),
        apart=mark(amount(gallery.apart, "persons", noun=False)),
        ends=mark(amount(gallery.ends, "persons", noun=False)),
        policy=gallery.policy,
        month=month_in_words(gallery.month),
        seed=gallery.seed,
        scale=scale_number(gallery.scale),
    )
    if not gallery.groups:
        intro = join(intro, said["none"])
    title = said["title"].format(policy=gallery.policy, base=gallery.base)
    return GalleryText(title, intro, tuple(_card(group, mark) for group in gallery.groups))


def group_title(group: Changers, mark: Callable[[str], str] = str) -> str:
    """How many more are in one position instead of another."""
    count = mark(amount(group.persons, "persons", noun=False))
    return words.CHANGERS["group"].format(
        count=count, after=words.STATES[group.after], before=words.INSTEAD[group.before]
    )


def gallery_as_json(gallery: Gallery) -> dict[str, Any]:
    """The gallery for a program: the numbers, the sentences and the two lives of each typical worker."""
    told = gallery_in_words(gallery)
    about = ("base", "policy", "month", "scale", "seed", "persons", "apart", "ends")
    return {
        **{name: getattr(gallery, name) for name in about},
        "groups": [
            {
                **{
                    name: getattr(group, name)
                    for name in ("before", "after", "workers", "opposite", "persons", "sampled")
                },
                **{name: getattr(group, name) for name in ("sex", "region", "education", "age_years")},
                "causes": [{"causes": list(one), "share": share} for one, share in group.causes.items()],
                "sentences": [card.title, card.numbers, card.causes, card.typical, *card.story],
                "typical": twins_as_json(group.typical),
            }
            for group, card in zip(gallery.groups, told.cards, strict=True)
        ],
    }


def _card(group: Changers, mark: Callable[[str], str]) -> ChangersCard:
    said = words.CHANGERS
    numbers = said["numbers"].format(
        workers=mark(number(group.workers)),
        opposite=mark(number(group.opposite)),
        sexes=said[f"sexes.{group.sex}"],
        region=region(group.region),
        education=words.SCHOOLING[group.education],
        age=number(group.age_years),
    )
    causes = [
        said["cause"].format(share=mark(percent(share)), cause=listing([said[f"by.{one}"] for one in causes]))
        for causes, share in group.causes.items()
    ]
    return ChangersCard(
        title=group_title(group, mark),
        numbers=numbers,
        causes=said["causes"].format(causes=apart(causes), sampled=number(group.sampled)),
        typical=said["typical"].format(title=title_of(group.typical.base)),
        story=tuple(parting_in_words(group.typical)),
        twins=group.typical,
    )
