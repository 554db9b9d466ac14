"""What groups of workers and places are called: in tables by place and group, in tables of winners, in sentences.

The words are those of ``sim.core.labels`` where a group is the same everywhere; here stands what they become.
"""

from __future__ import annotations

from sim.core.labels import ACTIVITIES, AGES, SCHOOLING, TIERS, region, region_alone
from sim.core.language import N_, Words, _, in_context, speaking
from sim.scenario.references import province_in_words

OWN_PROVINCE = "own province"
_OF_DIMENSIONS = Words(
    {
        "male": N_("Men"),
        "female": N_("Women"),
        "poor_household": N_("Poor households"),
        "other_household": N_("Other households"),
        "entered_later": N_("Entered after the start"),
    }
)
_OF_WINNERS = Words(
    {
        "all": N_("All workers"),
        "male": N_("Men"),
        "female": N_("Women"),
        "farm": N_("Farming or idle before"),
        "local_work": N_("Working locally before"),
        "own_business": N_("Own business before"),
        "migrant_work": N_("Working away before"),
        "migrant_search": N_("Looking for work away before"),
        "settled_work": N_("Settled and working before"),
        "settled_search": N_("Settled and looking for work before"),
        "training": N_("In training before"),
        "exited": N_("Out of the labour force before"),
        "entered_later": N_("Entered after the start"),
        "poor_household": N_("Poor household"),
        "other_household": N_("Other household"),
        "income_tenth_1": N_("Lowest tenth of incomes before"),
        "income_tenth_10": N_("Highest tenth of incomes before"),
    }
)
_TENTH = "income_tenth_"
# Groups in a sentence, by the grouping of the table ``winners``; others are too fine to name one.
_IN_SENTENCES = {
    "sex": Words({"male": N_("men"), "female": N_("women")}),
    "household": Words({"poor_household": N_("poor households"), "other_household": N_("other households")}),
    "starting_activity": Words(
        {
            "farm": N_("those who farmed or were idle before"),
            "local_work": N_("those who worked locally before"),
            "migrant_work": N_("those who worked away before"),
            "own_business": N_("those who had a business before"),
            "migrant_search": N_("those who looked for work away before"),
            "settled_work": N_("those who had settled before and worked"),
            "settled_search": N_("those who had settled before and looked for work"),
        }
    ),
    "income_tenth": Words(
        {
            "income_tenth_1": N_("the tenth with the lowest incomes before"),
            "income_tenth_10": N_("the tenth with the highest incomes before"),
        }
    ),
}


def group_words(dimension: str, group: str, language: str | None = None) -> str:
    """A group as it is written, in the language in use or in another one.

    >>> group_words("corridor", "West > own province"), group_words("tier", "city", "zh")
    ('West, own province', '100万至300万人的城市')
    """
    with speaking(language):
        if dimension == "corridor":
            return _corridor(*group.split(" > "))
        if group in _OF_DIMENSIONS:
            return _OF_DIMENSIONS[group]
        if group in AGES:
            return _("Aged {ages}", ages=AGES[group])
        if group in SCHOOLING:
            return SCHOOLING[group].capitalize()
        words = TIERS.get(group) or ACTIVITIES.get(group)
        return words[:1].upper() + words[1:] if words else place_words(group)


def _corridor(home: str, place: str) -> str:
    here = region_alone(home)
    if place == OWN_PROVINCE:
        return _("{region}, own province", region=here)
    if home == place:
        return _("{home} to {place}, other province", home=here, place=region_alone(place))
    return in_context("corridor", "{home} to {place}", home=here, place=region_alone(place))


def place_words(name: str) -> str:
    """A province, by its English name, or a region, as a heading in the language in use."""
    return province_in_words(region_alone(name))


def winners_group(grouping: str, group: str) -> str:
    """A group of the table of winners as it is written, in the language in use."""
    if group in _OF_WINNERS:
        return _OF_WINNERS[group]
    if group in AGES:
        return _("Aged {ages}", ages=AGES[group])
    if group in SCHOOLING:
        return SCHOOLING[group].capitalize()
    if group.startswith(_TENTH):
        return _("Income tenth {number} before", number=group.removeprefix(_TENTH))
    return _("Home in {region}", region=region(group)) if grouping == "region" else group


def group_in_a_sentence(grouping: str, group: str) -> str:
    """A group of ``winners`` in a sentence; empty for one that is too fine to be named."""
    if grouping == "age_group":
        return _("those aged {ages}", ages=AGES[group])
    if grouping == "education":
        return _("those with {schooling}", schooling=SCHOOLING[group])
    if grouping == "region":
        return _("those from {region}", region=region(group))
    return _IN_SENTENCES[grouping].get(group, "") if grouping in _IN_SENTENCES else ""
