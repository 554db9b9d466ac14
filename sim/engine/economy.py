"""The state of places between months, and the conditions that workers meet in the next one."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from sim.core.categories import SECTORS
from sim.core.draws import month_keys
from sim.engine.markets import REFERENCE_GROUP, fill_quota_cutoffs, settle_labour_markets
from sim.engine.month_conditions import Opening
from sim.engine.stocks import networks
from sim.parameters.behaviour import PARAMETERS
from sim.policy.policy import Policy
from sim.steps.records import ECONOMY, PLACE
from sim.world.corridors import Corridors
from sim.world.data import Data
from sim.world.places import HOMES, Places
from sim.world.series import Series
from sim.world.synthesis import SEARCHING_SHARE

_STOCK_ELASTICITY = 1.85  # long-run log-odds per log-odds of value at the default switching cost
_MOST_TASTE = 1.5


class Economy:
    """Places between months. Jobs and people are in simulated workers (persons over scale)."""

    def __init__(self, policy: Policy, places: Places, corridors: Corridors, series: Series,
                 mixes: np.ndarray, scale: int, seed: int):
        """mixes: shares of the sectors in local and in out work, (2, sectors)."""
        self.policy, self.places, self.series, self.scale, self.seed = policy, places, series, scale, seed
        self.life_keys = month_keys(seed, -1)
        self.regions = places.regions
        count = len(places)
        self.place_order = np.argsort(places.province[HOMES:], kind="stable") + HOMES
        self.first_place = np.searchsorted(places.province[self.place_order], np.arange(HOMES + 1))
        self._start_markets(mixes, corridors, count)
        self.opening = Opening(self)
        self._start_corridors(corridors)
        self.open_jobs = np.zeros(count)
        self._quota_used, self._quota_used_by_rule = np.zeros((2, count))
        self._poor_away: list[int] = []  # out-migrants of poor households, at the last five quarters' ends
        self.has_works = False  # whether public works or workshops have ever hired

    # --- January 2014 -----------------------------------------------------------------------------
    def _start_markets(self, mixes: np.ndarray, corridors: Corridors, count: int) -> None:
        reference = self.policy.economy(0)[_REFERENCE]
        out_by_place = corridors.out.sum(axis=0) / self.scale
        local = corridors.local / self.scale
        # Filled jobs of January 2014, and the vacancies that keep tightness at its reference.
        filled = np.empty(count)
        filled[:HOMES] = local
        filled[HOMES:] = out_by_place[HOMES:] * (1.0 - SEARCHING_SHARE)
        vacant = np.empty(count)
        vacant[:HOMES] = 0.02 * local
        vacant[HOMES:] = out_by_place[HOMES:] * SEARCHING_SHARE * reference
        mix = np.where((np.arange(count) < HOMES)[:, None], *mixes)
        self.jobs_2014 = (filled + vacant)[:, None] * mix
        self.mix = mix
        # Where more of the workers at home are on the land, and pay is low, output makes more jobs.
        pay = (np.exp(self.series.log_pay[:HOMES, :, 0]) * mixes[0]).sum(axis=1)
        resident = corridors.farm + corridors.local
        reserve = corridors.farm / resident / pay
        self.labour_reserve = reserve / np.average(reserve, weights=resident)
        self.gap = np.zeros(count)
        self.tightness = np.full(count, reference)
        self.news = np.full(count, reference)
        self.limit = np.ones(count)
        self.hire_cumulative = np.cumsum(mix, axis=1)
        self.offer = np.full(HOMES, 0.3)
        self.migrants = out_by_place
        workers = corridors.workers / self.scale
        self.network = corridors.out / self.scale / workers[:, None]
        self.out_share = self.network.sum(axis=1)

    def _start_corridors(self, corridors: Corridors) -> None:
        """Corridor terms that reproduce the stocks of 2013 at the incomes of January 2014.

        What distance and the province border explain is kept apart, so that both can be changed.
        Levers are left out: they change the world that these terms describe.
        """
        self.opening.write_places(0, with_levers=False)
        numbers, c0 = self.opening.numbers, self.opening.now
        self.nest = float(numbers[_NEST])
        shares = corridors.out / np.maximum(corridors.out.sum(axis=1, keepdims=True), 1e-9)
        province_share = np.zeros((HOMES, HOMES))
        np.add.at(province_share.T, self.places.province, shares.T)
        own = province_share[:, self.places.province]
        inside = np.where(own > 0, shares / np.maximum(own, 1e-300), 0.0)
        weight = inside * np.power(own, 1.0 / self.nest)
        values = c0.income_value[REFERENCE_GROUP]
        mean_value = shares @ values
        with np.errstate(divide="ignore"):
            term = self.nest * np.log(weight) - values[None, :] + mean_value[:, None]
        self.log_distance = np.log(np.maximum(corridors.distance_km, 30.0))
        self.is_across = self.places.province[None, :] != np.arange(HOMES)[:, None]
        distance, border = self.distance_terms(
            *(PARAMETERS[name].default for name in ("distance_coefficient", "province_border_cost")))
        self.corridor_residual = term + distance + border
        farm = corridors.farm / corridors.workers
        odds = np.log(self.out_share / np.maximum(farm, 1e-9)) / _STOCK_ELASTICITY
        gain = mean_value - numbers[_BETA] * np.log(c0.farm_income) + numbers[_GAMMA] * self.out_share
        taste = odds - gain
        taste -= np.average(taste, weights=corridors.workers)
        self.home_taste = np.clip(taste, -_MOST_TASTE, _MOST_TASTE)

    def distance_terms(self, coefficient: float, border_cost: float) -> tuple[np.ndarray, np.ndarray]:
        """What distance and the province border take off the value of each corridor, (homes, places)."""
        return coefficient * self.log_distance, border_cost * self.is_across

    # --- the month --------------------------------------------------------------------------------
    def begin(self, month: int) -> Opening:
        """What workers meet in a month, in a record that is written anew for the next."""
        self.opening.write(month)
        return self.opening

    def conditions(self, month: int) -> np.recarray:
        """What workers would meet in a month if every claim were granted, in a record of its own."""
        return Opening(self).write(month)

    def note_poor_away(self, count: int) -> None:
        """Keep a quarter's count of out-migrants of poor households, for the same quarter of next year."""
        self._poor_away = [*self._poor_away[-4:], count]

    def poor_shortfall(self) -> float:
        """Share by which fewer of them were away at the last quarter's end than a year before."""
        if len(self._poor_away) < 5 or self._poor_away[0] == 0:
            return 0.0
        return max(1.0 - self._poor_away[-1] / self._poor_away[0], 0.0)

    def ration_quotas(self, claims: np.ndarray) -> None:
        """Write how far each settlement quota reaches this month, with levers and had none been in force.

        claims: (places, POINT_BINS) applicants.
        """
        opening, now, month = self.opening, self.opening.now, int(self.opening.now.month[0])
        if month % 12 == 0:
            self._quota_used[:] = self._quota_used_by_rule[:] = 0.0
        fill_quota_cutoffs(opening.plain, opening.has_quota, now.place[_QUOTA], self.migrants,
                           self._quota_used, claims, now.quota_cutoff)
        if not self.policy.names:
            self._quota_used_by_rule[:] = self._quota_used
            now.quota_cutoff_by_rule[:] = now.quota_cutoff
            return
        by_rule = self.policy.place_parameters(month).place_by_rule[_QUOTA].copy()
        fill_quota_cutoffs(opening.plain, opening.has_quota, by_rule, self.migrants,
                           self._quota_used_by_rule, claims, now.quota_cutoff_by_rule)

    def _sector_shift(self, month: int) -> np.ndarray:
        """How the sectors' shares of jobs have moved since January 2014, (sectors,)."""
        return self.series.sector_ratio[:, month] ** self.opening.numbers[_MIX_ELASTICITY]

    def _output_response(self) -> np.ndarray:
        """How much more than elsewhere jobs answer output, (31 provinces)."""
        return self.labour_reserve ** self.opening.numbers[_RESERVE_EXPONENT]

    def settle(self, block: SimpleNamespace) -> None:
        """Bring markets and networks to the end of the month."""
        opening, month = self.opening, int(self.opening.now.month[0])
        self.migrants, self.network = networks(block.by_home, block.by_place, block.away)
        self.out_share = self.network.sum(axis=1)
        rise = opening.attention((month + 1) % 12 + 1) / max(opening.now.attention[0], 1e-9)
        shift = self._sector_shift(month)
        settle_labour_markets(
            opening.plain, self.jobs_2014, shift, self.mix @ shift,
            self.policy.sector_factors(month)["jobs_scale"], self.series.output_ratio[:, month],
            self._output_response(), block.by_place, block.employed, block.business, block.works,
            block.applicants, min(max(rise, 0.3), 4.0), self.gap, self.tightness, self.news, self.limit,
            self.hire_cumulative, self.open_jobs, self.offer,
        )


def sector_mixes(data: Data) -> np.ndarray:
    """Shares of the sectors in local and in out work, (2, sectors)."""
    mixes = [data.marginal("sector_shares", kind).reindex(list(SECTORS)).to_numpy(float)
             for kind in ("local", "out")]
    return np.array([mix / mix.sum() for mix in mixes])


_REFERENCE = ECONOMY.index("reference_tightness")
_NEST = ECONOMY.index("nest_dissimilarity")
_BETA = ECONOMY.index("income_coefficient")
_GAMMA = ECONOMY.index("network_coefficient")
_MIX_ELASTICITY = ECONOMY.index("sector_mix_elasticity")
_RESERVE_EXPONENT = ECONOMY.index("labour_reserve_exponent")
_QUOTA = PLACE.index("settlement_quota_share")
