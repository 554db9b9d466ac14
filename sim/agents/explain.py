"""Why a worker does what it does: the very rules of the month, told for one worker.

Nothing here changes a run. The worker ``w`` is a copy of a row and the conditions ``c`` are plain
(see ``sim.engine.interpreted``).
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.core.categories import (
    ACTIVITIES,
    EARNERS,
    FARM,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    SECTORS,
)
from sim.core.draws import PURPOSE, mixed_with, uniform, uniform_mixed
from sim.rules.migration import score
from sim.steps.earnings import current_pay
from sim.steps.groups import worker_group
from sim.steps.migration import (
    MIGRATE,
    OPTIONS,
    age_cell,
    attached_place,
    attention,
    draw_race,
    odds_of_options,
    option_odds,
    option_values,
    reconsider,
    supported_odds,
)
from sim.steps.month import STEPS, begin_month
from sim.steps.people import is_among
from sim.steps.race import first_place, place_weight, weight_of_places
from sim.world.places import HOMES, Places
from sim.world.worker import (
    ADDITIONAL,
    BACK,
    DISPLACED,
    INSURED,
    NEW,
    TRAINED,
    UNPAID,
    VISITING,
)

STATUS_WORDS = {
    VISITING: "visiting home",
    INSURED: "insured",
    DISPLACED: "displaced",
    TRAINED: "trained",
    NEW: "new",
    ADDITIONAL: "business made possible by support",
    BACK: "back from a visit",
    UNPAID: "unpaid",
}
_MISSING = -1e8  # values below belong to options that the worker does not have
_CHOICE = next(position for position, step in enumerate(STEPS) if step.do is reconsider)


def choice_table(w: SimpleNamespace, c: SimpleNamespace, places: Places, most: int = 5) -> pd.DataFrame:
    """The options of a worker who reconsiders in the month of ``c``, and how likely each is.

    One row per option that the worker has, then the ``most`` likeliest destinations of migrating:
    place; value in log-odds and its parts (income and place, network, switching cost, and the rest:
    tastes that go with age, sex, children and home); wanted, the logit probability; probability,
    after local work has been rationed by offers; this_month, the probability that the month ends so,
    given how likely the worker is to reconsider at all (all zero for owners, the settled and those on
    a course, who do not); odds and luck of the month, and the score that they come to: the highest wins
    (``sim.rules.migration.score``). Luck is the option's own, and the same under every policy; for migrating
    it is that of the place which comes first. ``attrs`` hold the attention probability of the month, whether
    the worker reconsiders, is offered local work, and ``would_choose``. Ignores closed roads and support.
    """
    values = np.array(option_values(w, c))
    has = values > _MISSING
    odds = np.array(option_odds(w, c))
    probability = _after_rationing(w, c, odds)
    present = _present_option(w)
    heed = _heed(w, c)
    race = _race(w, c, places)
    table = pd.DataFrame(
        {
            "option": OPTIONS,
            "place": _option_places(w, places),
            "value": values,
            **_parts(w, c, values),
            "wanted": _shares(odds),
            "probability": probability,
            "this_month": heed * probability + (1.0 - heed) * (np.arange(len(OPTIONS)) == present),
            "odds": odds,
            "luck": race.luck,
            "score": race.score,
        }
    )[has]
    migrate = probability[-1]
    likeliest = destinations(w, c, places).head(most)
    rows = pd.DataFrame(
        {
            "option": "migrate_to",
            "place": likeliest["place"],
            "probability": migrate * likeliest["share"],
            "this_month": heed * migrate * likeliest["share"],
        }
    )
    table = pd.concat([table, rows], ignore_index=True)
    table.attrs["attention_probability"] = heed
    table.attrs["reconsiders"] = uniform(c.keys, PURPOSE.attention, int(w.id)) < heed
    table.attrs["is_offered_local_work"], table.attrs["would_choose"] = race.is_offered, race.winner
    return table


class _Race(NamedTuple):
    """The race of a month's options: luck (uniform) and score of each, whether local work is offered, and
    which wins (an option, or ``migrate to`` a place)."""

    luck: np.ndarray
    score: np.ndarray
    is_offered: bool
    winner: str


def _race(w: SimpleNamespace, c: SimpleNamespace, places: Places) -> _Race:
    mixed_id, home, group = mixed_with(c.keys, int(w.id)), int(w.home), worker_group(w, c)
    farm, local, keep, away = odds_of_race = odds_of_options(w, c, group)
    purposes = (PURPOSE.race_farm, PURPOSE.race_local, PURPOSE.race_keep)
    luck = [uniform_mixed(c.keys, purpose, mixed_id) for purpose in purposes]
    scores = [score(one, u) if one > 0.0 else 0.0 for one, u in zip((farm, local, keep), luck, strict=True)]
    across, kept = c.across_age_odds[age_cell(w, c)], (int(w.place), attached_place(w))
    unit = c.switching_odds if int(w.status) & NEW else 1.0
    reached, _ = first_place(c, mixed_id, home, group, away * unit, across, *kept, 0.0)
    reached /= unit
    odds = away * weight_of_places(c, home, group, across, *kept)
    # the luck with which all places together would have come to that score
    luck.append(float(np.exp(-odds / reached)) if reached > 0.0 else 0.0)
    choice, _ = draw_race(w, c, mixed_id, odds_of_race)
    is_offered = w.activity == LOCAL_WORK
    is_offered |= uniform_mixed(c.keys, PURPOSE.local_offer, mixed_id) < c.local_offer[home]
    winner = f"migrate to {places.names[choice - MIGRATE]}" if choice >= MIGRATE else OPTIONS[choice]
    return _Race(np.array(luck), np.array([*scores, reached]), bool(is_offered), winner)


def destinations(w: SimpleNamespace, c: SimpleNamespace, places: Places) -> pd.DataFrame:
    """Places away and the share of those like this worker who would pick each, likeliest first."""
    home, group, across = int(w.home), worker_group(w, c), c.across_age_odds[age_cell(w, c)]
    share = np.array([place_weight(c, home, group, place, across) for place in range(len(places))])
    share[[int(w.place), attached_place(w)]] = 0.0  # what is kept is no option of migrating
    share /= share.sum()
    table = pd.DataFrame({"place": places.names, "share": share}).iloc[HOMES:]
    return table.sort_values("share", ascending=False, kind="stable", ignore_index=True)


def decision(w: SimpleNamespace, c: SimpleNamespace, b: SimpleNamespace, k: int) -> dict[str, float]:
    """Live the month of a copied worker up to the choice, and tell what it came to.

    Returns the attention probability, whether the worker reconsidered, and the probability of each
    option at that moment (nan for one that it did not have).
    """
    begin_month(w, c, b, k)
    for step in STEPS[:_CHOICE]:
        if step.concerns(w, c):
            step.do(w, c, b, k)
    heed = _heed(w, c)
    odds = np.array(supported_odds(w, c, b, k))
    told = np.where(odds > 0.0, _after_rationing(w, c, odds), np.nan)
    return {
        "attention_probability": heed,
        "reconsidered": uniform(c.keys, PURPOSE.attention, int(w.id)) < heed,
        **{f"{option}_probability": float(p) for option, p in zip(OPTIONS, told, strict=True)},
    }


def rehearse(
    w: SimpleNamespace, c: SimpleNamespace, b: SimpleNamespace, k: int, places: Places
) -> pd.DataFrame:
    """Live a month of a copied worker step by step: whom each step concerns and what it changes."""
    rows = []
    begin_month(w, c, b, k)
    for step in STEPS:
        before = dict(vars(w))
        concerns = step.is_due(w, c, b, k)
        if concerns:
            step.do(w, c, b, k)
        changes = [
            f"{name} {in_words(name, old, places)} -> {in_words(name, vars(w)[name], places)}"
            for name, old in before.items()
            if vars(w)[name] != old
        ]
        rows.append((step.name, concerns, "; ".join(changes)))
    return pd.DataFrame(rows, columns=["step", "concerns", "changes"])


def pay_now(w: SimpleNamespace, c: SimpleNamespace) -> int:
    """Yuan a month in the present job or business; 0 for those without, or at home for the festival."""
    return int(current_pay(w, c)) if is_among(w.activity, w.status, EARNERS, VISITING) else 0


def in_words(column: str, value: int, places: Places) -> str:
    """A stored code as the word it stands for."""
    if column == "activity":
        return ACTIVITIES[value]
    if column in ("place", "attached_place"):
        return places.names[value]
    if column == "sector":
        return SECTORS[value]
    if column == "status":
        return ", ".join(word for bit, word in STATUS_WORDS.items() if value & bit) or "ordinary"
    return str(value)


def _heed(w: SimpleNamespace, c: SimpleNamespace) -> float:
    """Probability that the worker reconsiders this month; zero for those who are not free to."""
    return float(attention(w, c)) if STEPS[_CHOICE].concerns(w, c) else 0.0


# --- parts of a choice ----------------------------------------------------------------------------
def _shares(odds: np.ndarray) -> np.ndarray:
    """The probability of each option where these are the odds."""
    return odds / odds.sum()


def _after_rationing(w, c, odds: np.ndarray) -> np.ndarray:
    """Probabilities of options of these odds: local work needs an offer; who gets none chooses again."""
    local, wanted = OPTIONS.index("local_work"), _shares(odds)
    if w.activity == LOCAL_WORK:
        return wanted
    without = odds.copy()
    without[local] = 0.0
    offer = float(c.local_offer[int(w.home)])
    probability = wanted + wanted[local] * (1.0 - offer) * _shares(without)
    probability[local] = wanted[local] * offer
    return probability


def _parts(w, c, values: np.ndarray) -> dict[str, np.ndarray]:
    """What each part adds to the values: the difference that switching it off makes."""

    def less(changed: SimpleNamespace) -> np.ndarray:
        return values - np.array(option_values(w, changed))

    income = _without(c, "income_coefficient", tables=("income_value", "farm_value"))
    parts = {
        "income_and_place": less(income),
        "network": less(_without(c, "network_coefficient")),
        "switching_cost": less(_without(c, "switching_cost")),
    }
    return {**parts, "taste": values - sum(parts.values())}


def _without(c: SimpleNamespace, parameter: str, tables: tuple[str, ...] = ()) -> SimpleNamespace:
    economy = SimpleNamespace(**{**vars(c.economy), parameter: 0.0})
    nothing = {name: _zeroed(getattr(c, name)) for name in tables}
    return SimpleNamespace(**{**vars(c), "economy": economy, **nothing})


def _zeroed(table: dict | list) -> dict | list:
    return dict.fromkeys(table, 0.0) if isinstance(table, dict) else [0.0] * len(table)


def _present_option(w) -> int:
    """Position of the option that changes nothing; -1 for those who are not free to choose."""
    if w.activity == FARM:
        return OPTIONS.index("farm")
    if w.activity == LOCAL_WORK:
        return OPTIONS.index("local_work")
    return OPTIONS.index("stay_or_old_place") if w.activity in (MIGRANT_WORK, MIGRANT_SEARCH) else -1


def _option_places(w, places: Places) -> list[str]:
    home = places.names[int(w.home)]
    return [home, home, places.names[attached_place(w)], "anywhere"]
