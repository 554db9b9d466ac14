"""A worker's net income of the year: one number for means, quantiles, winners and losers, and poverty.

Pay and profit received (less what an employer withheld, with what was recovered), benefits, relief, posts
and transfers, less contributions, fees, interest on a business's loan and the extra cost of living away from
home, rent included; months at home without non-farm work at the income of the household's land; in constant
prices. Per worker: how families share incomes is not in the model.
"""

from __future__ import annotations

from sim.core.arithmetic import picked
from sim.core.categories import EXITED, SETTLED
from sim.core.compiled import inlined_rule, rule
from sim.core.draws import PURPOSE, keys_for, uniform_for, uniform_with
from sim.rules.income import land_factor, real_income
from sim.world.places import HOMES
from sim.world.worker import (
    ENTRANT_BIT,
    ID_MONTH_SHIFT,
    MOST_NET_INCOME,
    clipped,
    worked_away,
    worked_locally,
)


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


@rule
def farm_months(w, c) -> int:
    """Months of the year without non-farm work, of a worker who is at home at its end.

    Those who entered the labour force in the year have as many as were left of it, and those who have left it
    as many as had passed.
    """
    if int(w.place) >= HOMES:
        return 0
    first, end = c.month - (c.month_of_year - 1), c.month + 1
    if int(w.id) >= ENTRANT_BIT:
        first = max(first, (int(w.id) - ENTRANT_BIT) >> ID_MONTH_SHIFT)
    if w.activity == EXITED:
        end = int(w.since_month)
    worked = worked_away(int(w.worked_months)) + worked_locally(int(w.worked_months))
    return max(end - first - worked, 0)


@rule
def year_income(w, c) -> float:
    """The worker's net income of the year, in yuan of the base year of prices (2023)."""
    land = 1.0
    if farm_months(w, c) > 0:
        draw = uniform_for(c.life_keys, PURPOSE.trait_land, int(w.id), 0)
        land = land_factor(draw, c.economy.farm_income_log_sd)
    return year_income_with(w, c, land)


@inlined_rule
def year_income_with(w, c, land) -> float:
    """The same with the worker's factor of land, which tells only for those with months on the farm."""
    months = farm_months(w, c)
    return real_income(float(w.net_income_year), months, c.farm_income[int(w.home)], land, c.price_index)


@rule
def fill_land(c, ids, count, land) -> None:
    """Write the factors of land of the first ``count`` workers with these ids, several at a time."""
    first, second = keys_for(c.life_keys, PURPOSE.trait_land, 0)
    log_sd = c.economy.farm_income_log_sd
    for k in range(count):
        land[k] = land_factor(uniform_with(first, second, int(ids[k])), log_sd)
