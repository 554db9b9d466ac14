"""Finding a worker by a description in words: ``woman, Henan, 30, poor household``.

The words are looked up in ``WORDS``, Chinese ones in ``sim.agents.in_chinese``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Any, NamedTuple
from unicodedata import normalize

import numpy as np

from sim.agents import in_chinese
from sim.agents.in_chinese import conditions_in_chinese
from sim.core.categories import (
    ACTIVITIES,
    AGE_GROUP_LOWER,
    EDUCATION,
    EXITED,
    FARM,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    OWN_BUSINESS,
    REGIONS,
    SECTORS,
    SETTLED_SEARCH,
    SETTLED_WORK,
    TIERS,
    TRAINING,
    activity_set,
)
from sim.core.draws import mix32
from sim.core.errors import Problem, UsageError, nearest
from sim.core.language import N_, _, in_context, language
from sim.engine.simulation import Simulation
from sim.scenario.references import province_in_words
from sim.world.data import load_data
from sim.world.places import HOMES, Places
from sim.world.worker import (
    EDUCATION_MASK,
    EDUCATION_SHIFT,
    INSURED,
    IS_FEMALE,
    POOR,
    TRAINED,
    age_months,
)

_AWAY = activity_set(MIGRANT_WORK, MIGRANT_SEARCH)
_SETTLED = activity_set(SETTLED_WORK, SETTLED_SEARCH)
_AT_WORK = activity_set(LOCAL_WORK, MIGRANT_WORK, SETTLED_WORK)

# What a word asks for: the name of a condition and its value (see ``_holds``).
WORDS: dict[str, tuple[str, Any]] = {
    **dict.fromkeys(("woman", "women", "female", "she"), ("female", True)),
    **dict.fromkeys(("man", "men", "male", "he"), ("female", False)),
    **dict.fromkeys(("poor", "poor household"), ("poor", True)),
    **dict.fromkeys(("not poor",), ("poor", False)),
    **dict.fromkeys(("no schooling", "no school"), ("education", "none")),
    **dict.fromkeys(("primary", "primary school"), ("education", "primary")),
    **dict.fromkeys(("junior", "junior middle", "junior middle school"), ("education", "junior")),
    **dict.fromkeys(
        ("senior", "senior middle", "senior middle school", "high school"), ("education", "senior")
    ),
    **dict.fromkeys(("college", "university"), ("education", "college")),
    **dict.fromkeys(("farm", "farmer", "farming", "on the farm", "idle"), ("activities", activity_set(FARM))),
    **dict.fromkeys(("local work", "local job", "works near home"), ("activities", activity_set(LOCAL_WORK))),
    **dict.fromkeys(
        ("business", "own business", "owner", "founder"), ("activities", activity_set(OWN_BUSINESS))
    ),
    **dict.fromkeys(("away", "migrant"), ("activities", _AWAY)),
    **dict.fromkeys(
        ("working away", "migrant work", "at work away"), ("activities", activity_set(MIGRANT_WORK))
    ),
    **dict.fromkeys(
        ("looking for work", "searching", "unemployed", "migrant search"),
        ("activities", activity_set(MIGRANT_SEARCH, SETTLED_SEARCH)),
    ),
    **dict.fromkeys(("settled",), ("activities", _SETTLED)),
    **dict.fromkeys(("training", "on a course"), ("activities", activity_set(TRAINING))),
    **dict.fromkeys(("insured",), ("status", INSURED)),
    **dict.fromkeys(("trained",), ("status", TRAINED)),
    **dict.fromkeys(("in another province", "across provinces", "other province"), ("across", True)),
    **dict.fromkeys(("in the home province", "own province", "home province"), ("across", False)),
    **dict.fromkeys(("county town", "in a county town"), ("tier", "county_town")),
    **dict.fromkeys(("city", "in a city"), ("tier", "city")),
    **dict.fromkeys(("large city", "in a large city"), ("tier", "large_city")),
    **dict.fromkeys(("mega city", "in a mega city"), ("tier", "mega_city")),
    **dict.fromkeys(("manufacturing", "factory", "factory worker"), ("sector", "manufacturing")),
    **dict.fromkeys(("construction", "builder", "building"), ("sector", "construction")),
    **dict.fromkeys(("wholesale", "retail", "shop", "wholesale and retail"), ("sector", "wholesale_retail")),
    **dict.fromkeys(("transport", "driver", "delivery"), ("sector", "transport")),
    **dict.fromkeys(("hotel", "catering", "restaurant", "hotels and catering"), ("sector", "hotel_catering")),
    **dict.fromkeys(("services", "resident services"), ("sector", "resident_services")),
    **dict.fromkeys(("other trades",), ("sector", "other")),
    **{region.lower(): ("region", region) for region in REGIONS},
}
_DESTINATION = re.compile(r"(?:works? |working |settled |away )?(?:in|to|at) (?P<name>.+)")
_ORIGIN = re.compile(r"(?:from|home|born in|registered in) (?P<name>.+)")
_AGE = re.compile(r"(?:aged? |is )?(?P<low>\d{2})(?:\s*(?:-|–|to)\s*(?P<high>\d{2}))?(?: years?(?: old)?)?")
_AGE_FROM = re.compile(r"(?:aged? )?(?:over|older than|from) (?P<age>\d{2})(?: years?(?: old)?)?")
_AGE_TO = re.compile(r"(?:aged? )?(?:under|younger than|below) (?P<age>\d{2})(?: years?(?: old)?)?")
_SAID = N_(
    "woman, Henan, 30, 25-35, over 40, poor household, junior middle school, farming, away, in Guangdong, "
    "in a mega city, manufacturing"
)


YOUNGEST = AGE_GROUP_LOWER[0]
MOST_YEARS = 5  # by which an age is widened to find somebody
FINER = (10_000, 5_000, 2_000, 1_000, 500, 200, 100)  # scales that are offered
SURELY = 3.0  # workers expected, so that there is nearly surely one


class Condition(NamedTuple):
    """One thing that is asked of a worker. words: as they were given."""

    words: str
    kind: str
    value: Any


def parse_description(text: str, provinces: tuple[str, ...], key: str = "--find") -> tuple[Condition, ...]:
    """What a description asks for; words are separated by commas.

    Raises UsageError, for all at once, for words that are not known, with the nearest that is.
    """
    parts = [part.strip() for part in re.split("[,;，、；]", text) if part.strip()]
    found, problems = [], []
    for part in parts:
        asked = _conditions(part, provinces)
        if not asked:
            problems.append(
                Problem(
                    _("no such words for a worker"),
                    key=key,
                    value=part,
                    nearest=nearest(part, _known(provinces)),
                    allowed=_("words with commas between them, such as {words}", words=_(_SAID)),
                )
            )
        found += asked
    if not parts:
        allowed = _("words such as {words}", words=_(_SAID))
        problems = [Problem(_("says nothing"), key=key, value=text, allowed=allowed)]
    for kind in ("female", "poor", "education", "home", "age", "activities", "tier", "sector", "across"):
        same = [one for one in found if one.kind == kind]
        if not _may_all_hold([one.value for one in same], kind):
            problems.append(
                Problem(
                    _("nobody is both"),
                    key=key,
                    value=in_context("words for a worker", " and ").join(one.words for one in same),
                    allowed=_("one of these words"),
                )
            )
    if problems:
        raise UsageError(problems)
    return tuple(found)


def _may_all_hold(values: list[Any], kind: str) -> bool:
    """Whether somebody can meet all of these conditions of a kind."""
    if kind == "age" and values:
        return max(low for low, _ in values) <= min(high for _, high in values)
    if kind == "activities" and values:
        return bool(np.bitwise_and.reduce(values))
    return len(set(values)) < 2


def _conditions(part: str, provinces: tuple[str, ...]) -> list[Condition]:
    """What the words between two commas ask for; nothing where they are not known."""
    one = _condition(part, provinces)
    if one is not None:
        return [one]
    said = normalize("NFKC", part).lower()
    return [Condition(part, *asked) for asked in conditions_in_chinese(said, _chinese_provinces())]


def _condition(part: str, provinces: tuple[str, ...]) -> Condition | None:
    said = normalize("NFKC", part).lower()  # full-width letters and digits are letters and digits
    words = re.sub(r"^(an?|the|with|who is|is) ", "", re.sub(r"\s+", " ", said))
    if words in WORDS:
        return Condition(part, *WORDS[words])
    by_name = {name.lower(): number for number, name in enumerate(provinces)}
    if words in by_name:
        return Condition(part, "home", by_name[words])
    for pattern, bounds in ((_AGE_FROM, "from"), (_AGE_TO, "to")):
        shape = pattern.fullmatch(words)
        if shape:
            age = int(shape["age"])
            return Condition(part, "age", (age + 1, 99) if bounds == "from" else (0, age - 1))
    shape = _AGE.fullmatch(words)
    if shape:
        low = int(shape["low"])
        return Condition(part, "age", (low, int(shape["high"] or low)))
    for pattern, kind in ((_ORIGIN, "home"), (_DESTINATION, "province")):
        shape = pattern.fullmatch(words)
        if shape and shape["name"] in by_name:
            return Condition(part, kind, by_name[shape["name"]])
    return None


def _chinese_provinces() -> dict[str, int]:
    """The number of each province by its Chinese names, the short and the full one."""
    table = load_data().provinces
    names = [*enumerate(table["name_zh"]), *enumerate(table["name_zh_full"])]
    return {name: number for number, name in names}


def _known(provinces: tuple[str, ...]) -> tuple[str, ...]:
    """All words that a description may hold, but for ages."""
    chinese = load_data().provinces["name_zh"]
    places = (*provinces, *(f"in {name}" for name in provinces), *chinese, *(f"在{name}" for name in chinese))
    return (*WORDS, *in_chinese.WORDS, *places)


class Found(NamedTuple):
    """Whom a description fits in the coming month of a run: ids in order, and the conditions."""

    ids: np.ndarray
    conditions: tuple[Condition, ...]


def find_workers(run: Simulation, text: str, key: str = "--find") -> Found:
    """The ids of those in the labour force whom a description fits, as the coming month begins.

    Raises UsageError for unknown words, and where it fits nobody: it then offers the nearest description that
    fits somebody, and the scale at which this one is likely to.
    """
    conditions = parse_description(text, run.places.provinces, key)
    columns = {
        name: np.asarray(getattr(run.workers, name)[: run.rows])
        for name in ("activity", "home", "place", "traits", "status", "sector", "birth_month")
    }
    living = columns["activity"] != EXITED
    masks = [living & _holds(one, columns, run.places, run.month) for one in conditions]
    fits = np.logical_and.reduce(masks)
    if not fits.any():
        offer = _offered(conditions, masks, columns, living, run)
        finer = _scale_for(masks, living, run.scale)
        said = {"count": format(offer.fits, ","), "scale": finer}
        if finer:
            told = _(
                "that, which fits {count} here; or --scale 1:{scale}, at which this is likely to", **said
            )
        else:
            told = _("that, which fits {count} here", **said)
        alone = partial(_alone, asked=conditions, provinces=run.places.provinces)
        counts = in_context("words for a worker", "; ").join(
            _("{words}: {count}", words=alone(one), count=format(int(mask.sum()), ","))
            for one, mask in zip(conditions, masks, strict=True)
        )
        raise UsageError(
            Problem(
                _("nobody at 1:{scale} fits all of this", scale=run.scale),
                key=key,
                value=text,
                nearest=offer.words or None,
                allowed=_("{offered} (alone the words fit {counts})", offered=told, counts=counts),
            )
        )
    return Found(np.asarray(run.workers.ids.numbers(run.rows))[fits], conditions)


class _Offer(NamedTuple):
    """A description near the one that was asked for: how many it fits, and its words."""

    fits: int
    words: str


def _offered(
    conditions: tuple[Condition, ...],
    masks: list[np.ndarray],
    columns: Mapping[str, np.ndarray],
    living: np.ndarray,
    run: Simulation,
) -> _Offer:
    """The nearest description that fits somebody: an age widened by a few years, else the fewest words less.

    Of several with as many words it is the one that fits most.
    """
    for years in range(1, MOST_YEARS + 1):
        for place, one in enumerate(conditions):
            if one.kind != "age":
                continue
            ages = (max(one.value[0] - years, YOUNGEST), one.value[1] + years)
            wider = Condition("", "age", ages)
            others = [mask for number, mask in enumerate(masks) if number != place]
            holds = living & _holds(wider, columns, run.places, run.month)
            count = int(np.logical_and.reduce([holds, *others]).sum())
            if count:
                near = [*conditions[:place], wider, *conditions[place + 1 :]]
                return _Offer(count, _together(near, conditions, run.places.provinces))
    for kept in range(len(conditions) - 1, 0, -1):
        found = [
            _Offer(
                int(np.logical_and.reduce([masks[place] for place in places]).sum()),
                _together([conditions[place] for place in places], conditions, run.places.provinces),
            )
            for places in combinations(range(len(conditions)), kept)
        ]
        if best := max(found, key=lambda offer: offer.fits).fits:
            return next(offer for offer in found if offer.fits == best)
    return _Offer(0, "")


def _together(offered: Sequence[Condition], asked: Sequence[Condition], provinces: tuple[str, ...]) -> str:
    """Conditions as a description."""
    words = [_alone(one, asked, provinces) for one in offered]
    return in_context("words for a worker", ", ").join(words)


def _alone(one: Condition, asked: Sequence[Condition], provinces: tuple[str, ...]) -> str:
    """Words for one condition: those that asked for it, or where they asked for more too, its own."""
    is_alone = [other.words for other in asked].count(one.words) == 1
    return one.words if is_alone else _own_words(one, provinces)


def _own_words(one: Condition, provinces: tuple[str, ...]) -> str:
    """Words that ask for one condition alone, in the language in use."""
    if one.kind == "age":
        if one.value[0] == one.value[1]:
            return in_context("age of a worker", "{age}", age=one.value[0])
        return _("{low}-{high}", low=one.value[0], high=one.value[1])
    if one.kind in ("home", "province"):
        name = province_in_words(provinces[one.value])
        return name if one.kind == "home" else in_context("words for a worker", "in {place}", place=name)
    first, second = (in_chinese.WORDS, WORDS) if language() == "zh" else (WORDS, in_chinese.WORDS)
    known = [*first.items(), *second.items()]
    return next(words for words, asked in known if asked == (one.kind, one.value))


def _scale_for(masks: list[np.ndarray], living: np.ndarray, scale: int) -> int | None:
    """A scale at which a few are likely to meet all conditions, from how many meet all but one; None for no
    scale that a computer would hold.
    """
    everybody = max(int(living.sum()), 1)
    expected = []
    for place, mask in enumerate(masks):
        others = [living, *(one for number, one in enumerate(masks) if number != place)]
        expected.append(float(np.logical_and.reduce(others).sum()) * float(mask.sum()) / everybody)
    likely = min((one for one in expected if one > 0), default=0.0)
    return next((finer for finer in FINER if finer < scale and likely * scale / finer >= SURELY), None)


def pick(ids: np.ndarray, seed: int) -> int:
    """One of these ids: the same for the same ids and seed, whatever their order."""
    return min((int(one) for one in ids), key=lambda one: (mix32(one ^ mix32(seed + 1)), one))


def _holds(one: Condition, columns: Mapping[str, np.ndarray], places: Places, month: int) -> np.ndarray:
    """Of whom a condition holds."""
    kind, value = one.kind, one.value
    traits, place = columns["traits"], columns["place"].astype(np.int64)
    if kind == "female":
        return ((traits & IS_FEMALE) != 0) == value
    if kind == "poor":
        return ((traits & POOR) != 0) == value
    if kind == "education":
        return ((traits >> EDUCATION_SHIFT) & EDUCATION_MASK) == EDUCATION.index(value)
    if kind == "home":
        return columns["home"] == value
    if kind == "region":
        return places.regions[columns["home"]] == REGIONS.index(value)
    if kind == "age":
        years = age_months(columns["birth_month"].astype(np.int64), month) // 12
        return (value[0] <= years) & (years <= value[1])
    if kind == "activities":
        return (value >> columns["activity"].astype(np.int64)) & 1 == 1
    if kind == "status":
        return (columns["status"] & value) != 0
    is_away = place >= HOMES
    if kind == "province":
        return is_away & (places.province[place] == value)
    if kind == "tier":
        return is_away & (places.tier[place] == TIERS.index(value))
    if kind == "across":
        return is_away & ((places.province[place] != columns["home"]) == value)
    is_at_work = (_AT_WORK >> columns["activity"].astype(np.int64)) & 1 == 1
    return is_at_work & (columns["sector"] == SECTORS.index(value))


assert all(
    value < 1 << len(ACTIVITIES)
    for kind, value in (*WORDS.values(), *in_chinese.WORDS.values())
    if kind == "activities"
)
