"""The state of places between months, and the conditions that workers meet in the next one."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.core.arithmetic import GOLDEN_RATIO
from sim.core.categories import EMPLOYEES, SECTORS, members
from sim.core.months import DECEMBER
from sim.engine.market_state import MarketState, OpeningNumbers
from sim.engine.markets import (
    LabourDemand,
    MonthsWork,
    settle_labour_markets,
)
from sim.engine.month_conditions import MonthConditions
from sim.engine.parameter_tables import QUOTA_COUNTS, fill_quota_cutoffs
from sim.engine.stocks import networks
from sim.parameters.behaviour import DEFAULTS
from sim.parameters.definition import chosen
from sim.policy.policy import Policy
from sim.steps.groups import REFERENCE_GROUP
from sim.steps.records import PLACE
from sim.world.corridors import Corridors
from sim.world.places import HOMES
from sim.world.series import FIRST_YEAR, Series
from sim.world.world import World

_CONSTRUCTION = SECTORS.index("construction")
_EMPLOYEES = members(EMPLOYEES)


class Economy:
    """Settles places between months. Jobs and people are in simulated workers (persons over scale)."""

    def __init__(
        self,
        policy: Policy,
        world: World,
        series: Series,
        scale: int,
        seed: int,
    ):
        places, corridors, mixes = world.places, world.corridors, world.sector_mixes
        self.policy, self.places, self.series, self.scale = policy, places, series, scale
        mix = np.where((np.arange(len(places)) < HOMES)[:, None], *mixes)
        start = chosen(OpeningNumbers, policy.economy_by_name(0))
        self.market_state = MarketState(policy, places, series, seed, mix, corridors.distance_km, start)
        self._wages_since = series.since("wages", FIRST_YEAR)  # of 2014, for a cost in its yuan
        self.jobs_2014, self.labour_reserve = self._first_jobs(mixes, corridors, start)
        self.farmers_2014 = corridors.farm / scale
        self.people_2014 = (
            np.concatenate([corridors.farm + corridors.local, corridors.out.sum(axis=0)[HOMES:]]) / scale
        )
        workers = corridors.workers / scale
        self.market_state.note_networks(
            corridors.out.sum(axis=0) / scale, corridors.out / scale / workers[:, None]
        )
        self.opening = MonthConditions(self.market_state)
        self._start_corridors(corridors, start)
        self._quota_counts = np.zeros((len(QUOTA_COUNTS), len(places)))  # (``fill_quota_cutoffs``)
        # a part of a place to begin with, spread evenly over places, so that all together give out their
        # quotas from the first month on, however few simulated workers these are for each
        self._quota_counts[:2] = (np.arange(len(places)) * GOLDEN_RATIO) % 1.0
        self._quota_counts_after = self._quota_counts.copy()  # the month, but for who settles in it
        self.quota_waiting = np.zeros(len(places), dtype=np.int64)  # for a place in a quota, this month

    def settlement_cost(self, month: int) -> float:
        """What one who settles this month costs the city for life, whole yuan of the month."""
        cost = self.opening.numbers.settlement_public_cost_yuan
        return float(np.rint(cost * self._wages_since[month]))

    def cost_before_aid(self) -> np.ndarray:
        """What living in a place costs a migrant a month beyond living at home, before aid with rents, yuan,
        (places,). Public housing makes it less.
        """
        now, relief = self.opening.now, self.opening.numbers.public_housing_rent_relief
        return now.unaided_cost * (1.0 - relief * now.place[PLACE.public_housing_share])

    def note_insured(self, stock: np.ndarray, insured: np.ndarray, is_first: bool) -> None:
        """Take over from a census which part of the employees of each place employers contribute for.

        stock: workers by home, place and activity. insured: employees in the scheme, by place. is_first:
        whether it is that of January 2014.
        """
        employees = stock[:, :, _EMPLOYEES].sum(axis=(0, 2))
        pooled = self.opening.numbers.insured_share_pooled
        self.market_state.note_insured(insured, employees, pooled, is_first)

    # --- January 2014 -----------------------------------------------------------------------------
    def _first_jobs(
        self, mixes: np.ndarray, corridors: Corridors, start: OpeningNumbers
    ) -> tuple[np.ndarray, np.ndarray]:
        """Jobs of January 2014 by place and sector; labour at home that output can draw on, by province.

        Filled jobs, and the vacancies that keep tightness at its reference. Where more of the workers at
        home are on the land, and pay is low, output makes more jobs: the reserve is over its mean.
        """
        places = len(self.places)
        out_by_place = corridors.out.sum(axis=0) / self.scale
        local = corridors.local / self.scale
        filled, vacant = np.empty(places), np.empty(places)
        filled[:HOMES] = local
        searching = start.migrant_search_share_start
        filled[HOMES:] = out_by_place[HOMES:] * (1.0 - searching)
        vacant[:HOMES] = start.local_vacancy_share_start * local
        vacant[HOMES:] = out_by_place[HOMES:] * searching * start.reference_tightness
        pay = (np.exp(self.series.log_pay[:HOMES, :, 0]) * mixes[0]).sum(axis=1)
        resident = corridors.farm + corridors.local
        reserve = corridors.farm / resident / pay
        return (filled + vacant)[:, None] * self.market_state.mix, reserve / np.average(
            reserve, weights=resident
        )

    def _start_corridors(self, corridors: Corridors, start: OpeningNumbers) -> None:
        """Corridor terms that reproduce the stocks of 2013 at the incomes of January 2014.

        What distance and the province border explain is kept apart, so that both can be changed.
        Levers are left out: they change the world that these terms describe.
        """
        state = self.market_state
        self.opening.write_places(0, with_levers=False)
        numbers, c0 = self.opening.numbers, self.opening.now
        shares = corridors.out / np.maximum(corridors.out.sum(axis=1, keepdims=True), 1e-9)
        values = c0.income_value[REFERENCE_GROUP]
        mean_value = shares @ values
        with np.errstate(divide="ignore"):
            term = np.log(shares) - values[None, :] + mean_value[:, None]
        distance, border = state.distance_terms(
            DEFAULTS["distance_coefficient"], DEFAULTS["province_border_cost"]
        )
        state.corridor_residual = term + distance + border
        farm = corridors.farm / corridors.workers
        odds = np.log(state.out_share / np.maximum(farm, 1e-9)) / start.stock_elasticity
        gain = mean_value - c0.farm_value
        taste = odds - (gain + numbers.network_coefficient * state.out_share)
        taste -= np.average(taste, weights=corridors.workers)
        state.home_taste = np.clip(taste, -start.home_taste_max, start.home_taste_max)

    # --- the month --------------------------------------------------------------------------------
    def begin(
        self, month: int, rationed: frozenset[int] = frozenset(), closed: frozenset[int] = frozenset()
    ) -> MonthConditions:
        """What workers meet in a month, in a record that is written anew for the next.

        rationed: levers whose money does not reach everybody who qualifies; closed: those that have none.
        """
        self.opening.write(month, rationed, closed)
        return self.opening

    def conditions(self, month: int) -> np.recarray:
        """What workers would meet in a month with money and quotas for all, in a record of its own."""
        return MonthConditions(self.market_state).write(month)

    def ration_quotas(self, claims: np.ndarray, claims_without_levers: np.ndarray) -> None:
        """Write how far each settlement quota reaches this month, with levers and had none been in force.

        claims, claims_without_levers: (places, QUEUE_BINS) applicants. The same month may be rationed again.
        """
        opening = self.opening
        self._quota_counts_after[:] = self._quota_counts
        fill_quota_cutoffs(
            opening.plain,
            opening.has_quota,
            self.market_state.migrants,
            self._quota_counts_after,
            self.quota_waiting,
            claims,
            claims_without_levers,
        )

    def sector_shift(self, month: int) -> np.ndarray:
        """How the sectors' shares of jobs have moved since January 2014, (sectors,)."""
        shift = self.series.sector_ratio[:, month] ** self.opening.numbers.sector_mix_elasticity
        shift[_CONSTRUCTION] *= self.series.building[month]
        return shift

    def _output_response(self) -> np.ndarray:
        """How much more than elsewhere jobs answer output: at home and away, (2, 31 provinces)."""
        numbers = self.opening.numbers
        exponents = np.array([numbers.local_labour_reserve_exponent, numbers.labour_reserve_exponent])
        return self.labour_reserve ** exponents[:, None]

    def _relocation(self, month: int) -> np.ndarray:
        """Log points by which jobs in cities have moved to a province since January 2014, (31 provinces).

        They move to where output and jobs in urban units grow more than elsewhere. The mean over the jobs of
        January 2014 is nil: jobs move, and are not made.
        """
        jobs, numbers = self.jobs_2014[HOMES:].sum(axis=1), self.opening.numbers
        pull = numbers.jobs_relative_output_elasticity * np.log(self.series.output_ratio[:, month])
        pull += numbers.jobs_relative_units_elasticity * np.log(self.series.unit_jobs[:, month])
        return pull - np.average(pull[self.places.province[HOMES:]], weights=jobs)

    def settle(self, block: SimpleNamespace) -> None:
        """Bring markets and networks to the end of the month."""
        opening, month, state = self.opening, int(self.opening.now.month[0]), self.market_state
        if opening.has_quota.any():
            self._note_quotas(block.settled)
        state.note_networks(*networks(block.by_home, block.by_place, block.stock))
        state.farm_to_date[:] = opening.now.farm_to_date if month % 12 + 1 < DECEMBER else 0.0  # a new year
        numbers = opening.numbers
        rise = opening.attention((month + 1) % 12 + 1) / max(opening.now.attention[0], 1e-9)
        rise = min(max(rise, numbers.applicants_rise_min), numbers.applicants_rise_max)
        shift = self.sector_shift(month)
        tables = opening.policy.place_parameters(month)
        demand = LabourDemand(
            self.jobs_2014,
            self.people_2014,
            shift,
            state.mix @ shift,
            self.policy.sector_factors(month)["jobs_scale"],
            self.series.output_ratio[:, month],
            self._output_response(),
            self._relocation(month),
            tables.sector_jobs_scale,
            tables.sector_pay_scale,
            self.farmers_2014,
            self.series.observed_months,
        )
        work = MonthsWork(block.by_place, block.employed, block.business, block.works, block.applicants)
        settle_labour_markets(opening.plain, state.markets, demand, work, rise)

    def _note_quotas(self, settled: np.ndarray) -> None:
        """Take over the month's counts of quotas, less who settled."""
        opening = self.opening
        has_quota = opening.has_quota & (opening.now.place[PLACE.settlement_quota_share] < 1.0)
        self._quota_counts[:] = self._quota_counts_after
        self._quota_counts[0] -= np.where(has_quota, settled, 0)

    def state(self) -> dict[str, Any]:
        """What months change, for a checkpoint."""
        return {
            "market_state": self.market_state.state(),
            "quota_counts": self._quota_counts.copy(),
            "jobs_2014": self.jobs_2014.copy(),
            "labour_reserve": self.labour_reserve.copy(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what ``state`` gave."""
        self.market_state.restore(state["market_state"])
        self.opening = MonthConditions(self.market_state)  # what was written rests on what was there before
        self._quota_counts[:] = state["quota_counts"]
        self.jobs_2014, self.labour_reserve = state["jobs_2014"].copy(), state["labour_reserve"].copy()
