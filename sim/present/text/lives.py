"""A worker's life in sentences, made from its happenings; the words stand in ``sim.present.text.life_phrases``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sim.agents.life import Happening, Life, LivedMonth, Place, Standing
from sim.core.categories import ACTIVITIES
from sim.core.labels import SCHOOLING
from sim.core.language import plural
from sim.present.text import life_phrases as words
from sim.present.text.numbers import join, listing, month_in_words, number, scale_number
from sim.scenario.references import province_in_words

_QUIET_MONTHS = 3  # a stretch without events that is told is at least so long
_MOVES = ("goes_to_farm", "leaves_home", "moves_on", "goes_back")  # told with how likely they were


class Entry(NamedTuple):
    """What is told of a month: its name, the age in whole years, and the sentences."""

    month: str
    age: int
    text: str


class LifeText(NamedTuple):
    """A life in words."""

    title: str
    about: str
    summary: str
    entries: tuple[Entry, ...]


def life_in_words(life: Life, first: str | None = None, opens: bool = True) -> LifeText:
    """The life in sentences, from the month ``first`` on. opens: whether it says how the worker stood then."""
    months = [month for month in life.months if first is None or month.month >= first]
    return LifeText(
        title_of(life),
        _about(life),
        _summary(life, months) if months else words.PARTS["gone"],
        tuple(_entries(life, months, opens)),
    )


def title_of(life: Life) -> str:
    """Who the worker is, in a line."""
    poor = words.PARTS["poor"] if life.is_poor else ""
    said = {
        "worker": life.worker,
        "born": month_in_words(life.born),
        "education": words.SCHOOLING[life.education],
        "poor": poor,
    }
    return filled(words.PARTS["title"], life, **said)


def place_in_words(place: Place, short: bool = False) -> str:
    """A place by size and province.

    >>> place_in_words(Place("Guangdong", "mega_city"))
    'a city of over 5 million people in Guangdong'
    >>> place_in_words(Place("Beijing", "mega_city"))
    'Beijing'
    """
    return _named(place, words.SHORT_PLACES if short else words.PLACES)


def place_in_two_lines(place: Place) -> str:
    """A place in a picture: its size, and below it the province."""
    return _named(place, words.BAND_PLACES)


def _named(place: Place, table: Mapping[str, str]) -> str:
    province = province_in_words(place.province)
    if place.tier == "mega_city" and place.province in words.CITY_PROVINCES:
        return province
    return table[place.tier].format(province=province)


def duration(months: int) -> str:
    """A number of months in years and months.

    >>> duration(14), duration(24), duration(0)
    ('1 year and 2 months', '2 years', 'less than a month')
    """
    if months < 1:
        return words.PARTS["less_than_month"]
    in_years = plural("{count} year", "{count} years", months // 12)
    in_months = plural("{count} month", "{count} months", months % 12)
    if months < 12 or months % 12 == 0:
        return in_months if months < 12 else in_years
    return words.PARTS["years_and_months"].format(years=in_years, months=in_months)


def times(count: int) -> str:
    """How often: never, once, twice, ``5 times``."""
    return words.PARTS[("never", "once", "twice")[count] if count < 3 else "times"].format(count=count)


def found_in_words(count: int, month: str, worker: int) -> str:
    """How many a description fits, and who was picked."""
    key = "found.one" if count == 1 else "found"
    return words.PARTS[key].format(count=number(count), month=month_in_words(month), worker=worker)


def life_as_json(life: Life) -> dict[str, Any]:
    """The life for a program: who, each month with its figures and happenings, and the sentences."""
    told = life_in_words(life)
    return {
        "worker": {
            name: getattr(life, name)
            for name in (
                "worker",
                "sex",
                "home",
                "region",
                "education",
                "is_poor",
                "scenario",
                "scale",
                "seed",
            )
        },
        "title": told.title,
        "summary": told.summary,
        "entries": [entry._asdict() for entry in told.entries],
        "months": [_month_as_json(month) for month in life.months],
    }


def _month_as_json(month: LivedMonth) -> dict[str, Any]:
    decision = month.decision
    return {
        "month": month.month,
        "age_months": month.age_months,
        "activity": month.activity,
        "place": month.place._asdict(),
        "sector": month.sector,
        "is_visiting": month.is_visiting,
        "is_insured": month.is_insured,
        "pay_yuan": month.pay_yuan,
        "savings_yuan": month.savings_yuan,
        "owed_yuan": month.owed_yuan,
        "money_yuan": month.money,
        "happenings": [
            {
                "what": one.what,
                **{
                    name: value._asdict() if isinstance(value, Place) else value
                    for name, value in one.facts.items()
                },
            }
            for one in month.happenings
        ],
        "reconsidered": decision is not None,
        "chose": decision.chosen.what if decision is not None and decision.chosen else None,
    }


# --- the parts of a life --------------------------------------------------------------------------
def _entries(life: Life, months: list[LivedMonth], opens: bool) -> Iterable[Entry]:
    told = [n for n, month in enumerate(months) if n == 0 or month.happenings]
    for position, n in enumerate(told):
        month = months[n]
        until = told[position + 1] if position + 1 < len(told) else len(months)
        said = (
            []
            if n or not opens or any(one.what == "enters" for one in month.happenings)
            else [_opening(life, month)]
        )
        said += sentences_of(life, month, month.start.place)
        if not said:
            said = [filled(words.TWINS["as_before"], life)]
        said += _quiet(life, months[n + 1 : until])
        yield Entry(month.month, month.age_months // 12, join(*said))


def _opening(life: Life, month: LivedMonth) -> str:
    now = now_in_words(life, month.start)
    return filled(words.PARTS["opening"], life, age=month.age_months // 12, now=now)


def now_in_words(life: Life, now: Standing) -> str:
    """What the worker was doing: ``farming or idle in her village in Henan``."""
    said = {"job": words.JOBS[now.sector], "place": place_in_words(now.place), "pay": number(now.pay_yuan)}
    return filled(words.NOW[now.activity], life, **said)


def sentences_of(life: Life, month: LivedMonth, here: Place | None) -> list[str]:
    """What happened in a month, in sentences. here: the place before, which need not be named again."""
    said: list[str] = []
    for one in month.happenings:
        said.append(sentence(life, one, here))
        here = one.facts.get("place", here)
        if one.what in _MOVES and month.decision is not None and month.decision.chosen is not None:
            said.append(_odds(life, month.decision.chosen.probability))
    return said


def _odds(life: Life, probability: float) -> str:
    count = round(100 * probability)
    key = "odds.none" if count == 0 else "odds.most" if count == 100 else "odds"
    return filled(words.PARTS[key], life, count=count)


def _quiet(life: Life, months: list[LivedMonth]) -> list[str]:
    """A sentence on a stretch without events."""
    if len(months) < _QUIET_MONTHS:
        return []
    paid = [month.money.get("earned", 0) for month in months]
    said = {
        "duration": duration(len(months)),
        "pay": number(_two_figures(sum(paid) / len(months))),
        "sent": number(_two_figures(sum(month.money.get("remittance", 0) for month in months))),
    }
    template = words.QUIET.get(months[0].activity)
    return [filled(template, life, **said)] if template else []


def sentence(life: Life, happening: Happening, here: Place | None = None) -> str:
    """A happening in a sentence. here: a place that has just been named."""
    facts = happening.facts
    place = facts.get("place")
    where = (
        {
            "where": words.PARTS["there"]
            if place == here
            else words.PARTS["where"].format(place=place_in_words(place))
        }
        if place
        else {}
    )
    key = f"{happening.what}.{_variant(happening)}".removesuffix(".")
    return filled(
        words.SENTENCES[key], life, **{**_facts_in_words(facts), **_further(life, happening), **where}
    )


def _variant(happening: Happening) -> str:
    """Which of several sentences there are for what happened."""
    what, facts = happening.what, happening.facts
    if what == "settles":
        return "new" if facts["is_new"] else ""
    if what == "starts_business":
        return "returned" if facts["from_place"].tier != "home_township" else ""
    if what == "closes_business":
        return "default" if facts["lost_yuan"] else "repaid" if facts["repaid_yuan"] else ""
    if what == "takes_course":
        return "" if facts["is_completed"] else "dropped"
    if what == "ends_course":
        is_away = facts["activity"] == "migrant_search"
        return "job" if facts["has_job"] else "school" if facts["is_school"] else "search" if is_away else ""
    if what == "changes_job":
        return "" if facts["sector"] == facts["sector_before"] else "sector"
    if what == "loses_job":
        return "local" if facts["activity"] == "local_work" else ""
    if what == "finds_job":
        return "" if facts["months"] > 1 else "soon"
    if what == "begins_works":
        return "workshop" if facts["is_workshop"] else ""
    if what in ("goes_to_farm", "takes_local_job"):
        return "from_away" if facts["from_place"].tier != "home_township" else ""
    if what == "held_up":
        return "closed" if facts["is_closed"] else ""
    return ""


def _facts_in_words(facts: dict[str, Any]) -> dict[str, str]:
    said = {}
    for name, value in facts.items():
        if isinstance(value, Place):
            said[name] = place_in_words(value)
        elif name.startswith("sector"):
            said[name.replace("sector", "job")] = words.JOBS[value]
        elif name.endswith("_yuan"):
            said[name.removesuffix("_yuan")] = number(value)
        elif name == "months":
            said["duration"] = duration(value)
        elif name == "education":
            said[name] = SCHOOLING[value]
        else:
            said[name] = str(value)
    return said


def _further(life: Life, happening: Happening) -> dict[str, str]:
    """Clauses that stand only where there is something to say."""
    facts, parts = happening.facts, words.PARTS
    said = {"relief": "", "support": "", "additional": "", "staff": ""}
    if facts.get("relief_yuan"):
        said["relief"] = parts["relief"].format(relief=number(facts["relief_yuan"]))
    if happening.what == "starts_business":
        given = [
            parts[name].format(**{name: number(facts[f"{name}_yuan"])})
            for name in ("grant", "loan")
            if facts[f"{name}_yuan"]
        ]
        if facts["loan_yuan"] >= facts["capital_yuan"]:  # a loan is lent in whole units
            said["support"] = parts["borrowed"]
        elif given:
            said["support"] = parts["support"].format(parts=listing(given))
        if facts["is_additional"]:
            said["additional"] = filled(parts["additional"], life)
        if facts["jobs"]:
            said["staff"] = parts["staff" if facts["jobs"] > 1 else "one"].format(jobs=facts["jobs"])
    return said


def _about(life: Life) -> str:
    said = {"title": life.title, "seed": life.seed, "scale": scale_number(life.scale)}
    return words.PARTS["about"].format(**said)


def _summary(life: Life, months: list[LivedMonth]) -> str:
    spent = Counter(month.activity for month in months)
    parts = [
        filled(words.PARTS[f"spent.{activity}"], life, duration=duration(spent[activity]))
        for activity in sorted(spent, key=lambda one: (-spent[one], ACTIVITIES.index(one)))
        if f"spent.{activity}" in words.PARTS
    ]
    what = Counter(one.what for month in months for one in month.happenings)
    left, lost = what["leaves_home"], what["loses_job"] + what["stranded"] + what["placed"]
    key = "moves.both" if left and lost else "moves.left" if left else "moves.lost" if lost else "moves.none"
    sent = sum(month.money.get("remittance", 0) for month in months)
    return filled(
        words.PARTS["summary"],
        life,
        first=month_in_words(months[0].month),
        last=month_in_words(months[-1].month),
        spent=listing(parts, are_clauses=True),
        moves=words.PARTS[key].format(left=times(left), lost=times(lost)),
        sent=words.PARTS["sent"].format(sent=number(_two_figures(sent))) if sent else "",
    )


def _two_figures(value: float) -> float:
    """A sum of money without the figures that nobody reads: 41,372 becomes 41,400."""
    step = 10 if abs(value) < 10_000 else 100
    return round(value / step) * step


def filled(template: str, life: Life, **said: Any) -> str:
    """A template with the worker's pronouns and home, and what else is given."""
    own = words.PRONOUNS[life.sex]
    capitals = {name.capitalize(): word.capitalize() for name, word in own.items()}
    return template.format(**own, **capitals, **{"home": province_in_words(life.home), **said})
