"""The state of places between months, and the conditions that workers meet in the next one."""

from __future__ import annotations

from functools import cache, lru_cache
from types import SimpleNamespace

import numpy as np

from sim.draws import month_keys
from sim.engine.markets import (
    GROUPS,
    REFERENCE_GROUP,
    fill_byte_factors,
    fill_pay_factors,
    fill_pay_profiles,
    settle_labour_markets,
    value_places,
    weigh_destinations,
)
from sim.parameters import PARAMETERS
from sim.policy.arrays import Policy
from sim.rules.migration import floor_effort
from sim.rules.settlement import capacity_offered
from sim.steps.conditions import (
    ECONOMY,
    EXPERIENCE_MONTHS,
    OWN_PAY,
    PLACE,
    POINT_BINS,
    TRAINING_MONTHS,
    WORKER,
    conditions_type,
    make_record,
)
from sim.vocabulary import (
    EXITED,
    HOME_TOWNSHIP,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    SCHOOL_YEARS,
    SECTORS,
    SETTLED_SEARCH,
    SETTLED_WORK,
)
from sim.world.corridors import Corridors
from sim.world.data import Data
from sim.world.places import HOMES, Places
from sim.world.series import Series
from sim.world.synthesis import SEARCHING_SHARE

# Factors by sector around the mean. Separation: tenure differs by trade [W05 of the survey reports,
# A21]; judgement. Arrears: construction 1.8-2.0 %, manufacturing 0.6 %, trade 0.2 % in 2015-16 [E02].
SEPARATION_FACTOR = np.array([0.9, 1.4, 0.9, 0.8, 1.2, 1.0, 0.9])
ARREARS_FACTOR = np.array([0.7, 2.2, 0.25, 0.5, 0.6, 0.6, 0.8])
FESTIVAL_MONTHS = (2, 3)
_STOCK_ELASTICITY = 1.85  # long-run log-odds per log-odds of value at the default switching cost
_MOST_TASTE = 1.5


class Economy:
    """Places between months. Jobs and people are in simulated workers (persons over scale)."""

    def __init__(self, policy: Policy, places: Places, corridors: Corridors, series: Series, data: Data,
                 scale: int, seed: int):
        self.policy, self.places, self.series, self.scale, self.seed = policy, places, series, scale, seed
        self.life_keys = month_keys(seed, -1)
        self.regions = places.regions
        count = len(places)
        self._conditions_type = conditions_type(count)
        self.place_order = np.argsort(places.province[HOMES:], kind="stable") + HOMES
        self.first_place = np.searchsorted(places.province[self.place_order], np.arange(HOMES + 1))
        self._start_markets(data, corridors, count)
        self._start_corridors(corridors)
        self.open_jobs = np.zeros(count)
        self._quota_used, self._quota_used_by_rule = np.zeros((2, count))
        self._poor_away: list[int] = []  # out-migrants of poor households, at the last five quarters' ends
        self._has_works = False  # whether public works or workshops have ever hired

    # --- January 2014 -----------------------------------------------------------------------------
    def _start_markets(self, data: Data, corridors: Corridors, count: int) -> None:
        economy = self.policy.economy(0)
        reference = _economy(economy, "reference_tightness")
        sectors = [data.marginal("sector_shares", kind).reindex(list(SECTORS)).to_numpy(float)
                   for kind in ("local", "out")]
        local_mix, out_mix = (mix / mix.sum() for mix in sectors)
        out_by_place = corridors.out.sum(axis=0) / self.scale
        local = corridors.local / self.scale
        # Filled jobs of January 2014, and the vacancies that keep tightness at its reference.
        filled = np.empty(count)
        filled[:HOMES] = local
        filled[HOMES:] = out_by_place[HOMES:] * (1.0 - SEARCHING_SHARE)
        vacant = np.empty(count)
        vacant[:HOMES] = 0.02 * local
        vacant[HOMES:] = out_by_place[HOMES:] * SEARCHING_SHARE * reference
        mix = np.where((np.arange(count) < HOMES)[:, None], local_mix, out_mix)
        self.jobs_2014 = (filled + vacant)[:, None] * mix
        self.mix = mix
        # Where more of the workers at home are on the land, and pay is low, output makes more jobs.
        pay = (np.exp(self.series.log_pay[:HOMES, :, 0]) * local_mix).sum(axis=1)
        resident = corridors.farm + corridors.local
        reserve = corridors.farm / resident / pay
        self.labour_reserve = reserve / np.average(reserve, weights=resident)
        self.gap = np.zeros(count)
        self.tightness = np.full(count, reference)
        self.news = np.full(count, reference)
        self.limit = np.ones(count)
        self.hire_cumulative = np.cumsum(mix, axis=1)
        self.offer = np.full(HOMES, 0.3)
        self.applicants = np.full(HOMES, 1.0)
        self.searchers = out_by_place * SEARCHING_SHARE
        self.migrants = out_by_place
        workers = corridors.workers / self.scale
        self.network = corridors.out / self.scale / workers[:, None]
        self.out_share = self.network.sum(axis=1)

    def _start_corridors(self, corridors: Corridors) -> None:
        """Corridor terms that reproduce the stocks of 2013 at the incomes of January 2014.

        What distance and the province border explain is kept apart, so that both can be changed.
        Levers are left out: they change the world that these terms describe.
        """
        c0 = self._values(0, with_levers=False)
        self.nest = _economy(c0["economy"], "nest_dissimilarity")
        shares = corridors.out / np.maximum(corridors.out.sum(axis=1, keepdims=True), 1e-9)
        province_share = np.zeros((HOMES, HOMES))
        np.add.at(province_share.T, self.places.province, shares.T)
        own = province_share[:, self.places.province]
        inside = np.where(own > 0, shares / np.maximum(own, 1e-300), 0.0)
        weight = inside * np.power(own, 1.0 / self.nest)
        values = c0["income_value"][REFERENCE_GROUP]
        mean_value = shares @ values
        with np.errstate(divide="ignore"):
            term = self.nest * np.log(weight) - values[None, :] + mean_value[:, None]
        self.log_distance = np.log(np.maximum(corridors.distance_km, 30.0))
        self.is_across = self.places.province[None, :] != np.arange(HOMES)[:, None]
        distance, border = self._distance_terms(self.policy.economy(0), default=True)
        self.corridor_residual = term + distance + border
        farm = corridors.farm / corridors.workers
        odds = np.log(self.out_share / np.maximum(farm, 1e-9)) / _STOCK_ELASTICITY
        beta = _economy(c0["economy"], "income_coefficient")
        gamma = _economy(c0["economy"], "network_coefficient")
        gain = mean_value - beta * np.log(c0["farm_income"]) + gamma * self.out_share
        taste = odds - gain
        taste -= np.average(taste, weights=corridors.workers)
        self.home_taste = np.clip(taste, -_MOST_TASTE, _MOST_TASTE)

    def _distance_terms(self, economy: np.ndarray, default: bool = False) -> tuple[np.ndarray, np.ndarray]:
        def value(name: str) -> float:
            return PARAMETERS[name].default if default else _economy(economy, name)

        return (
            value("distance_coefficient") * self.log_distance,
            value("province_border_cost") * self.is_across,
        )

    # --- the month --------------------------------------------------------------------------------
    def _values(self, month: int, with_levers: bool = True) -> dict[str, np.ndarray]:
        """Parameters, pay, costs and the value of places at the start of a month."""
        economy = self.policy.economy(month)
        place, faced, by_rule = self.policy.place_parameters(month, with_levers)
        level = np.where(np.arange(len(self.places)) < HOMES, _economy(economy, "local_pay_level"),
                         _economy(economy, "migrant_pay_level"))
        drift = _economy(economy, "pay_quality_drift") * month / 12.0
        log_pay = self.series.log_pay[:, :, month] - drift + (np.log(level) + self.gap)[:, None]
        log_pay = log_pay + np.log(place[_SECTOR_PAY].T)
        mean_log_pay = np.log((np.exp(log_pay) * self.mix).sum(axis=1))
        self._offer_for_transfers(economy, place, faced)
        aid = place[_PLACE_AID] + _economy(economy, "public_housing_rent_relief") * place[_PLACE_HOUSED]
        living_cost = _economy(economy, "extra_city_cost_yuan") * self.series.cost_index[:, month] * (1 - aid)
        farm_income = _economy(economy, "farm_income_yuan") * self.series.rural_income[:, month]
        skill = _economy(economy, "schooling_return") * (np.array([6, 6, 9, 9, 12.6, 12.6]) - 9.0)
        income_value = np.zeros((GROUPS, len(self.places)))
        value_places(economy, place, faced, mean_log_pay, living_cost, skill, self.tightness, self.news,
                     self.limit, HOMES, income_value)
        return {
            "economy": economy, "place": place, "faced": faced, "by_rule": by_rule, "log_pay": log_pay,
            "mean_log_pay": mean_log_pay, "living_cost": living_cost, "farm_income": farm_income,
            "group_skill": skill, "income_value": income_value,
        }

    def _offer_for_transfers(self, economy: np.ndarray, place: np.ndarray, faced: np.ndarray) -> None:
        """Places that are paid for those who settle offer more registrations and school places."""
        transfers = place[_PLACE_TRANSFER]
        cost, response = (_economy(economy, name) for name in ("settlement_cost_yuan", "capacity_response"))
        for p in np.flatnonzero(transfers > 0.0):
            for table, row in ((place, _PLACE_QUOTA), (place, _PLACE_SCHOOL), (faced, _OPEN)):
                offered = float(table[row, p])
                table[row, p] = capacity_offered(offered, float(transfers[p]), cost, response, 1.0)

    def conditions(self, month: int) -> np.recarray:
        """What workers meet in a month, before rationing: every claim would be granted."""
        v = self._values(month)
        distance, border = self._distance_terms(v["economy"])
        with np.errstate(invalid="ignore"):
            corridor = self.corridor_residual - distance - border + self.policy.corridor_relief(month)
        weight = np.exp(np.where(np.isfinite(corridor), corridor, -1e9) / self.nest)
        inclusive = np.empty((HOMES, GROUPS))
        provinces = np.empty((HOMES, GROUPS, HOMES))
        slots = np.zeros((HOMES, GROUPS, len(self.place_order)))
        weigh_destinations(v["income_value"], weight, self.nest, self.place_order, self.first_place,
                           inclusive, provinces, slots)
        factors = self.policy.sector_factors(month)
        separation = SEPARATION_FACTOR * factors["separation_probability"]
        arrears = ARREARS_FACTOR * factors["arrears_probability"]
        in_festival = month % 12 + 1 in FESTIVAL_MONTHS
        attention = "attention_festival_probability" if in_festival else "attention_ordinary_probability"
        most = self._most(v["faced"], month)
        if max(most[_WORKS], most[_WORKSHOP]) > 0.0:
            self._has_works = True
        record = make_record(self._conditions_type)
        values = {
            "month": month, "month_of_year": month % 12 + 1,
            "attention": _economy(v["economy"], attention),
            "has_works": self._has_works, "poor_floor_effort": floor_effort(self._poor_shortfall()),
            "tier": self.places.tier, "province": self.places.province,
            "price_index": self.series.price_index[month],
            "separation_factor": separation, "highest_separation_factor": separation.max(),
            "arrears_factor": arrears, "highest_arrears_factor": arrears.max(),
            "tightness": self.tightness, "finding_limit": self.limit,
            "hire_cumulative": self.hire_cumulative, "local_offer": self.offer,
            "home_taste": self.home_taste, "out_share": self.out_share, "network": self.network,
            "inclusive_value": inclusive, "province_cumulative": provinces, "place_cumulative": slots,
            "first_place": self.first_place, "place_order": self.place_order,
            "quota_cutoff": -1, "quota_cutoff_by_rule": -1,
            "keys": _month_keys(self.seed, month),
            "life_keys": self.life_keys, "most": most,
            **_pay_tables(v["economy"], v["log_pay"], v["mean_log_pay"], v["farm_income"]),
            **v,
        }
        fields = record.view(np.ndarray)  # written twice as fast as the fields of a recarray
        for name, value in values.items():
            fields[name] = value
        self.policy.fill_levers(record[0].levers, month, self.policy.cutoffs_without_budget())
        return record

    def note_poor_away(self, count: int) -> None:
        """Keep a quarter's count of out-migrants of poor households, for the same quarter of next year."""
        self._poor_away = [*self._poor_away[-4:], count]

    def _poor_shortfall(self) -> float:
        """Share by which fewer of them were away at the last quarter's end than a year before."""
        if len(self._poor_away) < 5 or self._poor_away[0] == 0:
            return 0.0
        return max(1.0 - self._poor_away[-1] / self._poor_away[0], 0.0)

    def _most(self, faced: np.ndarray, month: int) -> np.ndarray:
        """The highest value of each worker-level parameter that anybody can face, (parameters,)."""
        highest = faced.max(axis=1)
        for row, name in enumerate(WORKER):
            if self.policy.is_changed(name):
                highest[row] = self.policy.upper_bound(row, highest[row], month)
        return highest

    def has_quota(self, c: np.record) -> np.ndarray:
        """Places with a settlement quota this month, bool (places,)."""
        return (c.place[_PLACE_QUOTA] < 1.0) & (self.places.tier != HOME_TOWNSHIP)

    def quota_cutoffs(self, c: np.record, claims: np.ndarray,
                      has_quota: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points above which the month's share of the quota reaches, (places,): without levers, and with.

        claims: (places, POINT_BINS) applicants. has_quota: (places,) whether there is one. The quota
        is a share of the place's out-migrants a year; what a month leaves empty is carried to later
        months of the year.
        """
        if c.month % 12 == 0:
            self._quota_used, self._quota_used_by_rule = np.zeros((2, len(self.places)))
        quota = c.place[_PLACE_QUOTA]
        cutoff = self._cutoff(c, quota, self._quota_used, claims, has_quota)
        if not self.policy.names:
            self._quota_used_by_rule[:] = self._quota_used
            return cutoff, cutoff
        by_rule = self.policy.place_by_rule("settlement_quota_share", int(c.month))
        return self._cutoff(c, by_rule, self._quota_used_by_rule, claims, has_quota), cutoff

    def _cutoff(self, c: np.record, quota: np.ndarray, used: np.ndarray, claims: np.ndarray,
                has_quota: np.ndarray) -> np.ndarray:
        """The same for one quota, (places,); adds to ``used`` what the month gives out."""
        rows = np.flatnonzero(has_quota)
        allowed = quota * self.migrants * (c.month_of_year / 12.0) - used
        from_top = np.cumsum(claims[rows, ::-1], axis=1)
        bins = (from_top <= np.maximum(allowed[rows], 0.0)[:, None]).sum(axis=1)
        cutoff = np.full(len(self.places), -1, dtype=np.int64)
        cutoff[rows] = POINT_BINS - 1 - bins
        taken = np.take_along_axis(from_top, np.maximum(bins - 1, 0)[:, None], 1)[:, 0]
        used[rows] += np.where(bins > 0, taken, 0)
        return cutoff

    def _jobs_by_sector(self, c: np.record) -> np.ndarray:
        """Jobs of January 2014 with the sectors' shares of today, (places, sectors); same sum by place."""
        shift = self.series.sector_ratio[:, c.month] ** _economy(c.economy, "sector_mix_elasticity")
        return self.jobs_2014 * shift / (self.mix @ shift)[:, None]

    def _output_response(self, economy: np.ndarray) -> np.ndarray:
        """How much more than elsewhere jobs answer output, (31 provinces)."""
        return self.labour_reserve ** _economy(economy, "labour_reserve_exponent")

    def settle(self, c: np.record, block: SimpleNamespace) -> None:
        """Bring markets and networks to the end of the month."""
        by_home, by_place = block.stock.sum(axis=1), block.stock.sum(axis=0)
        workers = by_home[:, _RURAL].sum(axis=1)
        away = block.stock[:, :, MIGRANT_WORK] + block.stock[:, :, MIGRANT_SEARCH]
        self.migrants = away.sum(axis=0)
        self.network = away / np.maximum(workers, 1)[:, None]
        self.out_share = self.network.sum(axis=1)
        self.searchers = by_place[:, [MIGRANT_SEARCH, SETTLED_SEARCH]].sum(axis=1).astype(float)
        self.applicants = np.maximum(block.applicants.astype(float), 1.0)
        following = (c.month + 1) % 12 + 1
        name = ("attention_festival_probability" if following in FESTIVAL_MONTHS
                else "attention_ordinary_probability")
        rise = _economy(c.economy, name) / max(c.attention, 1e-9)
        factors = self.policy.sector_factors(c.month)
        jobs = by_place[:, [LOCAL_WORK, MIGRANT_WORK, SETTLED_WORK]].sum(axis=1).astype(float)
        settle_labour_markets(
            c.economy, c.place, self._jobs_by_sector(c), factors["jobs_scale"],
            self.series.output_ratio[:, c.month], self._output_response(c.economy),
            self.places.province, c.month / 12.0, jobs, block.employed.astype(float), self.searchers,
            block.business[:, 2].astype(float), block.works.astype(float), np.maximum(self.searchers, 1.0),
            self.applicants * min(max(rise, 0.3), 4.0), HOMES, self.gap, self.tightness, self.news,
            self.limit, self.hire_cumulative, self.open_jobs, self.offer,
        )


_month_keys = lru_cache(maxsize=1024)(month_keys)  # runs of one seed, one after another, share them
_RURAL = [code for code in range(EXITED) if code not in (SETTLED_WORK, SETTLED_SEARCH)]
_PLACE_AID = PLACE.index("housing_aid_share")
_PLACE_QUOTA = PLACE.index("settlement_quota_share")
_PLACE_SCHOOL = PLACE.index("school_access_share")
_PLACE_HOUSED = PLACE.index("public_housing_share")
_PLACE_TRANSFER = PLACE.index("settlement_transfer_yuan")
_SECTOR_PAY = [PLACE.index(f"pay_scale_{sector}") for sector in SECTORS]
_OPEN = WORKER.index("settlement_open_share")
_WORKS = WORKER.index("works_offer_probability")
_WORKSHOP = WORKER.index("workshop_offer_probability")


def _pay_tables(economy: np.ndarray, log_pay: np.ndarray, mean_log_pay: np.ndarray,
                farm_income: np.ndarray) -> dict[str, np.ndarray]:
    """Log pay by schooling, experience and time since a course, from the rules, and pay as factors."""
    profiles = {
        "schooling_pay": np.empty(len(SCHOOL_YEARS)),
        "experience_pay": np.empty(EXPERIENCE_MONTHS),
        "training_pay": np.empty(TRAINING_MONTHS),
    }
    factors = {
        "trait_factor": np.ones(16),
        "experience_factor": np.empty(EXPERIENCE_MONTHS),
        "training_factor": np.ones(TRAINING_MONTHS + 1),
        "pay_level": np.empty((len(log_pay), OWN_PAY + 1)),
        "farm_value": np.empty(len(farm_income)),
    }
    fill_pay_profiles(economy, np.array(SCHOOL_YEARS, dtype=float), *profiles.values())
    fill_pay_factors(economy, log_pay, mean_log_pay, farm_income, *profiles.values(), *factors.values())
    ability, match = _byte_factors()
    return {**profiles, **factors, "ability_factor": ability, "match_factor": match}


@cache
def _byte_factors() -> tuple[np.ndarray, np.ndarray]:
    """Factors of pay by the byte of ability and of match, (256,) each."""
    by_ability, by_match = np.empty(256), np.empty(256)
    fill_byte_factors(by_ability, by_match)
    return by_ability, by_match


def _economy(values: np.ndarray, name: str) -> float:
    return float(values[ECONOMY.index(name)])
