"""Reconsidering: farm, local work, the present place, or migrating; and where to."""

from sim.core.arithmetic import log, picked
from sim.core.categories import FARM, LOCAL_WORK, MIGRANT_SEARCH, SCHOOL_YEARS
from sim.core.compiled import inlined_rule, rule
from sim.core.draws import PURPOSE, uniform, uniform_mixed
from sim.core.months import JANUARY, OCTOBER
from sim.rules.migration import (
    age_taste,
    attachment,
    attention_probability,
    local_age_taste,
    migration_taste,
    odds,
    schooling_taste,
    value_of_income,
    with_switching_cost,
)
from sim.steps.earnings import log_skill, skill_cells
from sim.steps.groups import group_since, is_parent, worker_group
from sim.steps.income import note_month_on_land
from sim.steps.levers import effective, serve, serve_arrival
from sim.steps.people import fill_birth_ages, months_in_activity, months_of_stay
from sim.steps.race import (
    FIRST,
    FIRST_ABOVE,
    NOWHERE,
    OFFER,
    TIMES,
    draw_luck,
    drawn_luck,
    first_place,
    highest_over_bound,
    is_too_late,
    luck_keys,
    luck_of,
    weight_of_places,
)
from sim.steps.records import AGE_MONTHS, EVENT, OCCASION, STAY_MONTHS, WORKER
from sim.steps.support import insurance_kept
from sim.steps.transitions import change_activity, move_to, take_job
from sim.world.places import HOMES
from sim.world.worker import (
    DISPLACED,
    IS_FEMALE,
    NEW,
    POOR,
    age_months,
    education_of,
    worker_at,
)

OPTIONS = ("farm", "local_work", "stay_or_old_place", "migrate")
STAY_FARM, TAKE_LOCAL, KEEP_PLACE, MIGRATE = 0, 1, 2, 3


@rule
def has_reason_to_choose(w, c) -> bool:
    """Workers who reconsider more often than others: new, displaced, or long without work."""
    discouraged = (w.activity == MIGRANT_SEARCH) & (
        months_in_activity(w, c) >= c.economy.discouraged_after_months
    )
    return ((int(w.status) & (DISPLACED | NEW)) != 0) | discouraged


@rule
def usual_attention(c) -> float:
    """Probability of reconsidering this month without a reason of one's own."""
    return c.attention


@rule
def attention(w, c) -> float:
    """The worker's probability of reconsidering this month."""
    return attention_probability(
        c.attention,
        c.economy.displaced_attention_probability,
        has_reason_to_choose(w, c),
        (int(w.status) & NEW) != 0,
    )


@inlined_rule
def attached_place(w) -> int:
    """The worker's place; for the displaced the place that was lost, or that roads were closed to."""
    return int(w.attached_place) if (int(w.status) & DISPLACED) != 0 else int(w.place)


@inlined_rule
def age_cell(w, c) -> int:
    """Where the worker stands in tables by age in months."""
    return min(age_months(int(w.birth_month), c.month), AGE_MONTHS - 1)


@rule
def option_values(w, c):
    """Value in log-odds of farm, local work, keeping the present (or lost) place, and migrating elsewhere.

    An option that the worker does not have is -1e9. Local work is valued as if it were offered.
    """
    home, place, activity = int(w.home), int(w.place), int(w.activity)
    traits, flags = int(w.traits), int(w.status)
    is_new = (flags & NEW) != 0
    attached = attached_place(w)
    cost, beta = c.economy.switching_cost, c.economy.income_coefficient
    age = age_months(int(w.birth_month), c.month) / 12.0
    skill = log_skill(w, c)
    group = worker_group(w, c)

    is_female = (traits & IS_FEMALE) != 0
    farm = with_switching_cost(c.farm_value[home], cost, is_new or activity == FARM)
    years = SCHOOL_YEARS[education_of(traits)]
    schooled = schooling_taste(years, c.economy.schooling_nonfarm_taste)
    local = (
        beta * (c.mean_log_pay[home] - c.log_reference_income + skill) + c.economy.local_amenity + schooled
    )
    local += local_age_taste(
        age,
        c.economy.local_age_slope,
        c.economy.taste_age_min,
        c.economy.local_age_rise,
        c.economy.local_age_peak,
    )
    local -= c.economy.female_local_cost if is_female else 0.0
    lost_local_job = (flags & DISPLACED) != 0 and attached < HOMES
    local = with_switching_cost(local, cost, is_new or activity == LOCAL_WORK or lost_local_job)
    taste = migration_taste(
        c.economy.migration_amenity + c.home_taste[home],
        age_taste(age, c.economy.migration_age_slope, c.economy.taste_age_min),
        is_female,
        c.economy.female_migration_cost,
        is_parent(group),
        c.economy.child_left_behind_cost,
        c.economy.network_coefficient * c.out_share[home],
    )
    taste += beta * (skill - c.group_skill[group]) + schooled
    taste += schooling_taste(years, c.economy.schooling_away_taste)
    across = age_taste(age, c.economy.across_age_slope, c.economy.taste_age_min)
    keep = -1e9
    if attached >= HOMES:
        keep = taste + c.income_value[group, attached]
        months = months_of_stay(w, c) if attached == place else int(w.migrant_months)
        keep += attachment(months / 12.0, c.economy.place_attachment, c.economy.place_attachment_years_max)
        if c.province[attached] != home:
            keep += across
    places = 0.0
    for other in range(HOMES, len(c.tier)):
        if other != place and other != attached:
            is_across = c.province[other] != home
            places += c.corridor_odds[home, other] * odds(
                c.income_value[group, other] + (across if is_across else 0.0)
            )
    migrate = with_switching_cost(taste + log(places), cost, is_new)
    return farm, local, keep, migrate


@inlined_rule
def odds_of_options(w, c, group):
    """The odds of these options as products of the month's tables, 0 for none; the last is the odds of
    places away for each unit of their weight (``sim.steps.race``). group: the worker's.
    """
    home, place, activity = int(w.home), int(w.place), int(w.activity)
    flags = int(w.status)
    is_new = (flags & NEW) != 0
    attached, age = attached_place(w), age_cell(w, c)
    switching = c.switching_odds

    farm = c.farm_odds[home] * (1.0 if is_new | (activity == FARM) else switching)
    by_traits, experience, training, ability = skill_cells(w, c)
    skill = (
        c.trait_odds[by_traits]
        * c.experience_odds[experience]
        * c.training_odds[training]
        * c.ability_odds[ability]
    )
    local = c.local_odds[home] * skill * c.local_age_odds[age]
    lost_local_job = ((flags & DISPLACED) != 0) & (attached < HOMES)
    local *= 1.0 if is_new | (activity == LOCAL_WORK) | lost_local_job else switching
    away = c.away_odds[home, group] * skill * c.migration_age_odds[age] * c.trait_odds_away[by_traits]
    months = months_of_stay(w, c) if attached == place else int(w.migrant_months)
    across = c.across_age_odds[age]
    keep = away * c.place_odds[group, attached] * c.stay_odds[min(max(months, 0), STAY_MONTHS - 1)]
    keep *= across if c.province[attached] != home else 1.0
    return farm, local, keep, away * (1.0 if is_new else switching)


@inlined_rule
def race_odds(w, c, b, k, group):
    """The same with what support adds: a public post at home, help to leave."""
    farm, local, keep, away = odds_of_options(w, c, group)
    if has_support(c):
        farm, keep, away = with_support(w, c, b, k, farm, keep, away)
    return farm, local, keep, away


@rule
def has_support(c) -> bool:
    """Whether support may add to the odds of somebody this month."""
    helped = c.upper_bound[WORKER.departure_cost_relief] + c.upper_bound[WORKER.poor_floor_relief]
    return (c.upper_bound[WORKER.public_post_pay_yuan] > 0.0) | (helped > 0.0)


@rule
def with_support(w, c, b, k, farm, keep, away):
    """The odds of the farm, the present place and places away with what support adds for the worker."""
    if c.upper_bound[WORKER.public_post_pay_yuan] > 0.0:
        income, beta = c.farm_income[int(w.home)], c.economy.income_coefficient
        post = effective(w, c, b, k, WORKER.public_post_pay_yuan)
        farm *= odds(value_of_income(income + post, beta) - value_of_income(income, beta))
    if (
        c.upper_bound[WORKER.departure_cost_relief] + c.upper_bound[WORKER.poor_floor_relief] > 0.0
        and int(w.place) < HOMES
    ):
        relief = effective(w, c, b, k, WORKER.departure_cost_relief)
        if c.poor_floor_effort > 0.0 and int(w.traits) & POOR:
            relief += c.poor_floor_effort * effective(w, c, b, k, WORKER.poor_floor_relief)
        keep *= odds(relief)
        away *= odds(relief)
    return farm, keep, away


@rule
def option_odds(w, c):
    """The odds of farm, local work, keeping the place and migrating elsewhere: exp of ``option_values``."""
    farm, local, keep, away = odds_of_options(w, c, worker_group(w, c))
    return farm, local, keep, away * _weight_away(w, c)


@rule
def supported_odds(w, c, b, k):
    """The odds of ``option_odds`` with what support adds."""
    farm, local, keep, away = race_odds(w, c, b, k, worker_group(w, c))
    return farm, local, keep, away * _weight_away(w, c)


@rule
def _weight_away(w, c) -> float:
    across = c.across_age_odds[age_cell(w, c)]
    return weight_of_places(c, int(w.home), worker_group(w, c), across, int(w.place), attached_place(w))


@rule
def draw_race(w, c, mixed_id, odds):
    """What the worker chooses, and whether it was local work that came first. odds: ``race_odds``.

    The option whose score is highest wins. Whoever would take up local work without an offer has the next
    best of the same race. The choice is an option, or MIGRATE plus the number of a place.
    """
    farm, local, keep, away = odds
    group, luck = worker_group(w, c), luck_of(luck_keys(c), mixed_id)
    farm, local, keep = farm / luck[0], local / luck[1], keep / luck[2]  # scores from here on
    away, to_beat, is_late = challenge_of_places(w, c, group, luck, farm, local, keep, away)
    reached, place = (0.0, NOWHERE) if is_late else place_of(w, c, mixed_id, group, away, to_beat)
    return winner(w, c, luck, farm, local, keep, reached, place)


@inlined_rule
def challenge_of_places(w, c, group, luck, farm, local, keep, away):
    """Odds of places away for each unit of their weight, the score that one of them has to beat, and whether
    all of them surely come too late for that.

    Those who enter pay no switching cost; all their odds are divided by it, which changes no order, so that
    places have the odds that candidates are made for. luck: ``luck_of``. farm, local, keep: scores. away:
    odds.
    """
    home, across, unit = int(w.home), c.across_age_odds[age_cell(w, c)], _unit_of_odds(w, c)
    at_rest = max(farm, keep)
    to_beat = unit * (max(at_rest, local) if _is_offered(w, c, luck[OFFER]) else at_rest)
    away *= unit
    reach = highest_over_bound(c, home, group, away, across)
    return away, to_beat, is_too_late(c, home, reach, to_beat, luck[FIRST], luck[FIRST_ABOVE])


@inlined_rule
def _unit_of_odds(w, c) -> float:
    return c.switching_odds if (int(w.status) & NEW) != 0 else 1.0


@inlined_rule
def _is_offered(w, c, offer) -> bool:
    """Whether local work can be had, by the draw for an offer."""
    return (int(w.activity) == LOCAL_WORK) | (offer < c.local_offer[int(w.home)])


@inlined_rule
def place_of(w, c, mixed_id, group, away, to_beat):
    """Score and number of the place away that comes first: (0, NOWHERE) if none beats ``to_beat``."""
    home, across = int(w.home), c.across_age_odds[age_cell(w, c)]
    where = int(w.place), attached_place(w)
    reached, place = first_place(c, mixed_id, home, group, away, across, *where, to_beat)
    return reached / _unit_of_odds(w, c), place


@inlined_rule
def winner(w, c, luck, farm, local, keep, away, place):
    """The choice by scores (``draw_race``); away: that of the place away which comes first."""
    at_rest = max(farm, keep)
    wants_local = local > max(at_rest, away)
    choice = picked(away > at_rest, MIGRATE + place, picked(keep > farm, KEEP_PLACE, STAY_FARM))
    return picked(wants_local & _is_offered(w, c, luck[OFFER]), TAKE_LOCAL, choice), wants_local


@rule
def reconsider(w, c, b, k) -> None:
    """Compare the options and note the choice, unless it is what the worker does already."""
    mixed_id = int(b.mixed_id[k])
    if uniform_mixed(c.keys, PURPOSE.attention, mixed_id) >= attention(w, c):
        return
    b.events[EVENT.reconsidered] += 1
    choice, wants_local = draw_race(w, c, mixed_id, race_odds(w, c, b, k, worker_group(w, c)))
    note_choice(w, b, k, choice, wants_local)


@rule
def reconsider_listed(rows, states, c, b, chosen) -> None:
    """The same for those at the ``chosen`` positions of a block, in loops that each do one part for all.

    A worker's choice is a long chain of arithmetic. What hangs on its end, above all whether a place away has
    to be looked for, is asked in a later loop, so that the processor is not kept waiting for one worker.
    """
    count = _list_attentive(rows, states, c, b, chosen)
    b.events[EVENT.reconsidered] += count
    draw_luck(c, b, chosen[:count])
    fill_birth_ages(c, b, chosen[:count])
    for j in range(count):
        k = int(chosen[j])
        w = worker_at(rows, states, k, b.id[k])
        group = group_since(w, c, b.birth_age[j])
        b.group[j] = group
        b.scores[0, j], b.scores[1, j], b.scores[2, j], b.scores[4, j] = odds_of_options(w, c, group)
    if has_support(c):
        for j in range(count):
            k = int(chosen[j])
            w = worker_at(rows, states, k, b.id[k])
            farm, keep, away = b.scores[0, j], b.scores[2, j], b.scores[4, j]
            b.scores[0, j], b.scores[2, j], b.scores[4, j] = with_support(w, c, b, k, farm, keep, away)
    for n in range(TIMES):
        for j in range(count):
            b.scores[n, j] = b.scores[n, j] / b.luck[n, j]
    still_open = 0
    for j in range(count):
        k = int(chosen[j])
        w, group, luck = worker_at(rows, states, k, b.id[k]), int(b.group[j]), drawn_luck(b, j)
        farm, local, keep, away = b.scores[0, j], b.scores[1, j], b.scores[2, j], b.scores[4, j]
        away, to_beat, is_late = challenge_of_places(w, c, group, luck, farm, local, keep, away)
        b.scores[3, j], b.scores[4, j], b.scores[5, j] = 0.0, away, to_beat
        b.open[still_open] = j
        still_open += not is_late
    for n in range(still_open):
        j = int(b.open[n])
        k = int(chosen[j])
        w, mixed_id = worker_at(rows, states, k, b.id[k]), int(b.mixed_id[k])
        b.scores[3, j], b.found[j] = place_of(w, c, mixed_id, int(b.group[j]), b.scores[4, j], b.scores[5, j])
    for j in range(count):
        k = int(chosen[j])
        scores = b.scores[0, j], b.scores[1, j], b.scores[2, j], b.scores[3, j]
        w = worker_at(rows, states, k, b.id[k])
        choice, wants_local = winner(w, c, drawn_luck(b, j), *scores, int(b.found[j]))
        note_choice(w, b, k, choice, wants_local)


@rule
def _list_attentive(rows, states, c, b, chosen) -> int:
    """Put those first among the chosen who reconsider this month; returns how many."""
    n = 0
    for j in range(len(chosen)):
        k = int(chosen[j])
        w = worker_at(rows, states, k, b.id[k])
        chosen[n] = k
        n += uniform_mixed(c.keys, PURPOSE.attention, int(b.mixed_id[k])) < attention(w, c)
    return n


@inlined_rule
def note_choice(w, b, k, choice, wants_local) -> None:
    """Note what a worker has chosen, to be carried out, and who wanted local work."""
    activity = int(w.activity)
    b.applicants[int(w.home)] += wants_local & (activity != LOCAL_WORK)
    is_present = (
        ((choice == STAY_FARM) & (activity == FARM))
        | ((choice == TAKE_LOCAL) & (activity == LOCAL_WORK))
        | ((choice == KEEP_PLACE) & (int(w.place) >= HOMES))
    )
    is_settled = (int(w.status) & (DISPLACED | NEW)) == 0
    b.choice[k] = picked(is_present & is_settled, 0, 1 + choice)


@rule
def has_chosen(state, b, k) -> bool:
    """Whether a choice waits to be carried out."""
    return b.choice[k] != 0


@rule
def carry_out_choice(w, c, b, k) -> None:
    """Carry out the choice of this month."""
    choice = int(b.choice[k]) - 1
    if choice >= 0:
        b.choice[k] = 0
        was_on_land = w.activity == FARM
        carry_out(w, c, b, k, choice)
        is_on_land = w.activity == FARM
        if is_on_land != was_on_land:  # the month's work is done: who leaves has farmed, who comes was paid
            note_month_on_land(w, c, b, 1 if was_on_land else -1)


@rule
def carry_out(w, c, b, k, choice) -> None:
    """Move to what was chosen. Closed roads can keep a worker from leaving."""
    activity = int(w.activity)
    is_home = int(w.place) < HOMES
    if choice == STAY_FARM:
        stay_at_farm(w, c, b, k, activity, is_home)
    elif choice == TAKE_LOCAL:
        if activity != LOCAL_WORK:
            if not is_home:
                w.status = insurance_kept(w, c, b, k, int(w.status))
            go_home(w, c, b, is_home)
            take_job(w, c, b, k, LOCAL_WORK)
        w.status = int(w.status) & ~(DISPLACED | NEW)
    elif choice == KEEP_PLACE:
        depart(w, c, b, k, attached_place(w))
    else:
        depart(w, c, b, k, choice - MIGRATE)


@rule
def stay_at_farm(w, c, b, k, activity, is_home) -> None:
    """Farm or be idle; the memory of a lost job fades."""
    flags = int(w.status) & ~NEW
    if activity != FARM:
        flags = insurance_kept(w, c, b, k, flags) & ~DISPLACED
        go_home(w, c, b, is_home)
        change_activity(w, c, FARM)
    elif (
        flags & DISPLACED and uniform(c.keys, PURPOSE.fade, int(w.id)) < c.economy.displaced_fade_probability
    ):
        flags &= ~DISPLACED
    w.status = flags


@rule
def go_home(w, c, b, is_home) -> None:
    """Return to the home township."""
    if not is_home:
        b.events[EVENT.returns] += 1
        w.attached_place = w.place
        move_to(w, c, int(w.home))


@rule
def is_before_festival(c) -> bool:
    """October to January: whoever leaves home now is back for the festival soon."""
    return (c.month_of_year >= OCTOBER) | (c.month_of_year == JANUARY)


@rule
def depart(w, c, b, k, place) -> None:
    """Go to a place away and look for work there; from home, late in the year, perhaps after the festival."""
    if int(w.place) == place:
        return
    held_up = c.place.travel_closed_share[place] * (
        1.0 - effective(w, c, b, k, WORKER.festival_transport_share)
    )
    if int(w.place) < HOMES and is_before_festival(c):
        held_up = 1.0 - (1.0 - held_up) * (1.0 - c.economy.departure_wait_probability)
    if uniform(c.keys, PURPOSE.departure, int(w.id)) < held_up:
        # roads are closed, or the festival is near: the plan stands, and is taken up again
        w.status = int(w.status) | DISPLACED
        w.attached_place = place
        return
    left = int(w.place)
    if left < HOMES:
        b.events[EVENT.departures] += 1
        serve(w, c, b, k, OCCASION.departure)
    w.status = insurance_kept(w, c, b, k, int(w.status)) & ~(DISPLACED | NEW)
    move_to(w, c, place)
    change_activity(w, c, MIGRANT_SEARCH)
    serve_arrival(w, c, b, k, OCCASION.departure, left)
