"""A worker's net income of the year: one number for means, quantiles, winners and losers, and poverty.

Pay and profit received (less what an employer withheld, with what was recovered), benefits, relief, posts
and transfers, less contributions, fees, interest on a business's loan and the extra cost of living away from
home, rent included; each month on the land at what the household's land brings in that month; in constant
prices. Per worker: how families share incomes is not in the model.

A month is one on the land for whoever is at home without non-farm work, or helps with the harvest, when
others are paid. Whoever stays on the land is not looked at month by month: the months of a stay are added to
the year's income when it ends, or when the year is counted.
"""

from __future__ import annotations

from sim.core.arithmetic import picked
from sim.core.categories import FARM, SETTLED, TRAINING
from sim.core.compiled import inlined_rule, rule
from sim.core.draws import PURPOSE, keys_for, uniform_for, uniform_with
from sim.rules.income import land_factor, real_income
from sim.world.places import HOMES
from sim.world.worker import MOST_NET_INCOME, clipped


@inlined_rule
def note_income(w, amount) -> None:
    """Add an amount, or what is taken off it, to the worker's net income of the year, in yuan."""
    w.net_income_year = clipped(int(w.net_income_year) + amount, -MOST_NET_INCOME, MOST_NET_INCOME)


@inlined_rule
def extra_living_cost(w, c) -> int:
    """What living in the present place costs a month beyond living at home, rent included, whole yuan.

    Aid with housing is for migrants: who has settled pays in full.
    """
    has_settled = (SETTLED >> int(w.activity)) & 1 != 0
    place = int(w.place)
    return int(picked(has_settled, c.unaided_cost[place], c.living_cost[place]))


@inlined_rule
def is_on_land(w) -> bool:
    """Whether the worker is at home without non-farm work."""
    return (w.activity == FARM) | ((w.activity == TRAINING) & (int(w.place) < HOMES))


@inlined_rule
def farm_income_of_stay(w, c, months) -> float:
    """Mean farm income of the present stay on the land within the first ``months`` of the year, in yuan."""
    first = max(int(w.since_month) - (c.month - (c.month_of_year - 1)), 0)
    return max(c.farm_to_date[int(w.home), months] - c.farm_to_date[int(w.home), first], 0.0)


@rule
def land_of(w, c) -> float:
    """What the land of the worker's household brings in, over the mean of all; fixed for life."""
    draw = uniform_for(c.life_keys, PURPOSE.trait_land, int(w.id), 0)
    return land_factor(draw, c.economy.farm_income_log_sd)


@rule
def leave_land(w, c) -> None:
    """Add the months of a stay on the land, up to last month, to the year's income, where one ends."""
    if is_on_land(w):
        stay = farm_income_of_stay(w, c, c.month_of_year - 1)
        if stay > 0.0:
            note_income(w, int(stay * land_of(w, c)))


@rule
def note_month_on_land(w, c, b, months) -> None:
    """Count this month as one on the land, or, with -1, as none: for whom the stays do not tell it."""
    home = int(w.home)
    b.on_land[home] += months
    note_income(w, months * int(c.farm_income[home] * land_of(w, c)))


@rule
def year_income(w, c) -> float:
    """The worker's net income of the year, in yuan of the base year of prices (2023)."""
    return year_income_with(w, c, land_of(w, c))


@inlined_rule
def year_income_with(w, c, land) -> float:
    """The same with the worker's factor of land, which tells only for those on the land."""
    farm_yuan = farm_income_of_stay(w, c, int(c.month_of_year)) if is_on_land(w) else 0.0
    return real_income(float(w.net_income_year), farm_yuan, land, c.prices_of_year)


@rule
def fill_land(c, ids, count, land) -> None:
    """Write the factors of land of the first ``count`` workers with these ids, several at a time."""
    first, second = keys_for(c.life_keys, PURPOSE.trait_land, 0)
    log_sd = c.economy.farm_income_log_sd
    for k in range(count):
        land[k] = land_factor(uniform_with(first, second, int(ids[k])), log_sd)
