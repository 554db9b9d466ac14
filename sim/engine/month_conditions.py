"""The record of what workers meet, written month after month, and again only where something changed.

What hangs on the scenario alone (tables of parameters, pay by experience, what a corridor costs, levers)
is written when the policy gives another object than the month before: what it gives cannot be written to,
so the same object is the same content. What markets and outside series move is written every month.
"""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import numpy as np

from sim.core.categories import REGIONS, SECTORS
from sim.core.draws import month_keys
from sim.core.months import FEBRUARY, MARCH
from sim.core.structured import field_names, for_kernels, make_record
from sim.engine.candidates import packaged_candidates
from sim.engine.choice_odds import fill_personal_odds, fill_place_odds
from sim.engine.market_state import MarketState
from sim.engine.parameter_tables import fill_byte_factors, fill_pay_profiles, write_tables
from sim.engine.place_values import value_places
from sim.policy.place_tables import Tables, within_bounds
from sim.policy.policy import Policy
from sim.policy.rationing import Rationing
from sim.policy.steering import Reach
from sim.rules.earnings import schooling_pay
from sim.rules.migration import floor_effort
from sim.steps.groups import GROUP_SCHOOL_YEARS
from sim.steps.records import BYTES, ECONOMY_NAMES, PLACE_NAMES, QUEUE_BINS, WORKER, conditions_type
from sim.world.places import HOMES

FESTIVAL_MONTHS = (FEBRUARY, MARCH)  # when attention is that of Spring Festival


class MonthConditions:
    """One record of conditions (``record``), its fields (``now``), and what they were last written from."""

    def __init__(self, state: MarketState):
        self.market_state = state
        kind = conditions_type(len(state.places))
        self.record = make_record(kind)
        self.plain = for_kernels(self.record, kind)
        fields = self.record.view(kind, np.ndarray)
        self.now = SimpleNamespace(
            **{  # numbers stay arrays of length one, to write into
                name: fields[name]
                if kind[name].base == kind[name] and not kind[name].names
                else fields[name][0]
                for name in field_names(kind)
            }
        )
        # the named fields of these are as many rows of numbers
        self.now.economy = fields["economy"].view(np.float64)
        for name in ("place", "place_without_levers"):
            setattr(self.now, name, fields[name].view(np.float64).reshape(-1, len(state.places)))
        self.numbers = SimpleNamespace()  # economy-wide parameters of the month, by name
        self._policy = state.policy  # that of the month, as far as money reaches
        self._filled: Policy | None = None  # that whose levers stand in the record
        self._rationed: frozenset[int] = frozenset()
        self._numbers: np.ndarray | None = None
        self._tables: Tables | None = None
        self._relief: np.ndarray | None = None
        self._costs: tuple[float, ...] = ()
        self._reach: Reach | None = None
        self._factors: dict | None = None
        self.has_quota = np.zeros(len(state.places), dtype=bool)  # where a settlement quota holds
        places, now = state.places, self.now
        now.tier[:], now.province[:] = places.tier, places.province
        now.place_at_home[:] = np.arange(HOMES)[:, None]
        now.place_at_home[places.province, places.tier] = np.arange(len(places))
        candidates = packaged_candidates()
        now.candidate_rate[:], now.bound[:] = candidates.rate, candidates.bound
        now.candidate_share[:], now.candidate_alias[:] = candidates.share, candidates.alias
        now.life_keys[:] = state.life_keys
        now.ability_factor[:], now.match_factor[:] = _byte_factors()

    @property
    def policy(self) -> Policy:
        """The policy of the month, as far as money reaches."""
        return self._policy

    def write(
        self, month: int, rationed: frozenset[int] = frozenset(), closed: frozenset[int] = frozenset()
    ) -> np.recarray:
        """What workers meet in a month, before quotas. rationed: levers whose money does not reach all.
        closed: those of them that have none at all.
        """
        state, now = self.market_state, self.now
        self._policy, self._rationed = state.policy.with_rationed(rationed, closed), rationed
        self.write_places(month)
        self._write_corridors(month)
        self._write_levers(month)
        now.attention[0] = self.attention(month % 12 + 1)
        self._write_sectors(month)
        if (
            max(
                now.upper_bound[WORKER.works_offer_probability],
                now.upper_bound[WORKER.workshop_offer_probability],
            )
            > 0.0
        ):
            state.has_works = True
        now.has_works[0] = state.has_works
        now.poor_floor_effort[0] = floor_effort(
            state.poor_shortfall(), self.numbers.poor_floor_shortfall_full
        )
        now.layoff[:], now.highest_layoff[0] = state.markets.layoff, state.markets.layoff.max()
        now.hires_wanted[:], now.local_offer[:] = state.markets.hires_wanted, state.markets.offer
        now.home_taste[:], now.out_share[:] = state.home_taste, state.out_share
        now.network[:] = state.network
        fill_place_odds(self.plain)
        now.quota_cutoff[:] = now.quota_cutoff_without_levers[:] = -1
        now.quota_cutoff_new[:] = QUEUE_BINS - 1
        now.keys[:] = month_keys(state.seed, month)
        return self.record

    def write_places(self, month: int, with_levers: bool = True) -> None:
        """Parameters, pay, costs and the value of places at the start of a month."""
        state, now = self.market_state, self.now
        self._write_numbers(self._policy.economy(month))
        tables = self._policy.place_parameters(month, with_levers)
        self._write_tables(tables, month)
        numbers, series = self.numbers, state.series
        drift = numbers.pay_quality_drift * month / 12.0
        by_sector = series.log_pay[:, :, month].T - drift + (self._log_level + state.markets.wage_gap)
        now.log_pay[:] = (by_sector + tables.log_pay_scale).T
        now.mean_log_pay[:] = np.log((np.exp(now.log_pay) * state.mix).sum(axis=1))
        now.month[0], now.month_of_year[0] = month, month % 12 + 1
        now.price_index[0] = series.price_index[month]
        now.prices_of_year[0] = series.price_index[month - month % 12 : month + 1].mean()
        now.log_reference_income[0] = packaged_candidates().log_income[month]
        value_places(
            self.plain,
            series.cost_index,
            series.rural_income,
            state.markets.tightness,
            state.markets.limit,
            state.markets.news,
            state.markets.farmers,
        )
        now.farm_to_date[:] = state.farm_to_date
        now.farm_to_date[:, month % 12 + 1] = state.farm_to_date[:, month % 12] + now.farm_income

    def ration(self, month: int, rationing: Rationing) -> None:
        """Write how far the money of each lever reaches this month, before quotas."""
        if rationing.rationed != self._rationed:
            self.write(month, rationing.rationed, rationing.closed)
        self._write_reach(rationing)

    def _write_reach(self, rationing: Rationing) -> None:
        levers, count = self.now.levers, len(rationing.cutoff)
        levers["cutoff"][:count], levers["bins_from"][:count] = rationing.cutoff, rationing.bins_from
        levers["bin_bits"][:count] = rationing.bin_bits

    def attention(self, month_of_year: int) -> float:
        """Probability of reconsidering in a calendar month, undisturbed, under the month's parameters."""
        if month_of_year in FESTIVAL_MONTHS:
            return self.numbers.attention_festival_probability
        return self.numbers.attention_ordinary_probability

    def _write_numbers(self, numbers: np.ndarray) -> None:
        if numbers is self._numbers:
            return
        self._numbers = numbers
        self._tables = self._relief = self._factors = None  # they rest on them
        self.now.economy[:] = numbers
        self.numbers = named = SimpleNamespace(**dict(zip(ECONOMY_NAMES, numbers, strict=True)))
        years = np.array([getattr(named, name) for name in GROUP_SCHOOL_YEARS])
        self.now.group_skill[:] = schooling_pay(years, named.schooling_return)
        is_home = np.arange(len(self.market_state.places)) < HOMES
        places = self.market_state.places
        self._is_eastern = (places.regions == REGIONS.index("East"))[places.province]
        level = np.where(is_home, named.local_pay_level, named.migrant_pay_level)
        self._log_level = np.log(level)
        fill_pay_profiles(self.plain)
        fill_personal_odds(self.plain)

    def _write_tables(self, tables: Tables, month: int) -> None:
        if tables is self._tables:
            return
        self._tables, now = tables, self.now
        now.place[:], now.effective[:] = tables.place, tables.effective
        now.place_without_levers[:] = within_bounds(PLACE_NAMES, tables.place_without_levers)
        now.without_levers[:] = now.before_levers[:] = tables.without_levers
        write_tables(self.plain, self.has_quota)
        for row in self._policy.decided_by_worker(month):
            highest = float(now.before_levers[row].max())
            now.upper_bound[row] = self._policy.upper_bound(row, highest, month)

    def _write_corridors(self, month: int) -> None:
        relief, state = self._policy.corridor_relief(month), self.market_state
        years = min(month / 12.0, self.numbers.province_border_drift_years)  # from then on the cost stays
        border_cost = self.numbers.province_border_cost + self.numbers.province_border_drift * years
        eastern = self.numbers.eastern_city_drift * years
        costs = (border_cost, eastern, self.numbers.distance_coefficient)
        if relief is self._relief and costs == self._costs:
            return
        self._relief, self._costs = relief, costs
        distance, border = state.distance_terms(self.numbers.distance_coefficient, border_cost)
        away = np.s_[:, HOMES:]  # nobody goes to a home township; a corridor that nobody takes is at -inf
        corridor = state.corridor_residual[away] - distance[away] - border[away] + relief[away]
        corridor -= eastern * self._is_eastern[HOMES:]
        np.exp(corridor, out=self.now.corridor_odds[away])

    def _write_sectors(self, month: int) -> None:
        factors, now = self._policy.sector_factors(month), self.now
        if factors is self._factors:
            return
        self._factors = factors
        for kind, factor in (("separation", now.separation_factor), ("arrears", now.arrears_factor)):
            of_sector = np.array([getattr(self.numbers, f"{kind}_factor_{sector}") for sector in SECTORS])
            factor[:] = of_sector * factors[f"{kind}_probability"]
        now.highest_separation_factor[0] = now.separation_factor.max()
        now.highest_arrears_factor[0] = now.arrears_factor.max()

    def _write_levers(self, month: int) -> None:
        policy, levers = self._policy, self.now.levers
        reach = policy.reach(month)
        if self._filled is not policy:
            policy.fill_levers(levers, month)
            self.now.eased_since[:] = policy.eased_since()
        elif reach is not self._reach:
            policy.fill_levers_of_month(levers, month)
        policy.fill_prices(levers, month)
        policy.fill_late_grant(levers, month)
        self.now.late_grant[:] = policy.late_grant(month)[:HOMES]
        self._filled, self._reach = policy, reach
        self._write_reach(Rationing({}, len(policy.names)))


@cache
def _byte_factors() -> tuple[np.ndarray, np.ndarray]:
    """Factors of pay by the byte of ability and of match, (256,) each."""
    by_ability, by_match = np.empty(BYTES), np.empty(BYTES)
    fill_byte_factors(by_ability, by_match)
    return by_ability, by_match
