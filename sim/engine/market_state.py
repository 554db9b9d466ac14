"""Places between months: what the last month left behind, which the next month's conditions rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.core.draws import month_keys
from sim.engine.guards import GUARDS
from sim.policy.policy import Policy
from sim.world.places import HOMES, Places
from sim.world.series import Series

_QUARTERS, _MONTHS = 4, 12  # of a year
_KINDS, _MEASURES = 2, 3  # of labour markets: at home and away; of what is kept of their last year


class OpeningNumbers(NamedTuple):
    """Parameters that places are set up with, in January 2014."""

    reference_tightness: float
    distance_min_km: float
    stock_elasticity: float
    home_taste_max: float
    migrant_search_share_start: float
    local_vacancy_share_start: float
    local_offer_probability_start: float


class LabourMarkets(NamedTuple):
    """Labour markets at a month's end, as arrays that settling writes to. Jobs are in simulated workers."""

    wage_gap: np.ndarray  # (places,) log wage over its trend
    people: np.ndarray  # (places,) log of the people over those of 2014, as employers have followed them
    tightness: np.ndarray  # (places,) vacancies per searcher
    news: np.ndarray  # (places,) tightness as workers elsewhere have heard of it
    limit: np.ndarray  # (places,) probability of being hired at which all vacancies are filled
    hires_wanted: np.ndarray  # (places, sectors) jobs that employers would fill in a month
    open_jobs: np.ndarray  # (places,) vacancies
    offer: np.ndarray  # (homes,) probability of an offer of local work
    year_vacancies: np.ndarray  # (homes, months of a year) vacancies at home in the last year
    year_applicants: np.ndarray  # (homes, months of a year) those who wanted them
    usual: np.ndarray  # (homes,) vacancies per applicant in the first year
    layoff: np.ndarray  # (places, sectors) probability of being laid off next month
    farmers: np.ndarray  # (homes,) log of those on the land over those of 2014, as income has followed
    year: np.ndarray  # (kinds, 3, months of a year) vacancies, who looks for them, jobs wanted: home, away
    usual_tightness: np.ndarray  # (kinds,) vacancies per searcher of a year, mean of the observed years
    usual_unfilled: np.ndarray  # (1,) share of wanted jobs that is open, mean of the observed years
    saved: np.ndarray  # (kinds,) log points of labour saved beyond the trend since
    output_lost: np.ndarray  # (1,) share of output lost to jobs that stay open
    insured: np.ndarray  # (places,) share of employees in the workers' scheme, as the last census had it
    insured_2014: np.ndarray  # (places,) the same as the run began
    guards: np.ndarray  # (guards, 2) worker-months in which each guard bound, and whom it could concern

    @classmethod
    def at_rest(cls, mix: np.ndarray, numbers: OpeningNumbers) -> LabourMarkets:
        """Markets before the first month. mix: shares of the sectors in a place's jobs, (places, sectors)."""
        count, tightness = len(mix), numbers.reference_tightness
        return cls(
            wage_gap=np.zeros(count),
            people=np.zeros(count),
            tightness=np.full(count, tightness),
            news=np.full(count, tightness),
            limit=np.ones(count),
            hires_wanted=mix.copy(),
            open_jobs=np.zeros(count),
            offer=np.full(HOMES, numbers.local_offer_probability_start),
            year_vacancies=np.zeros((HOMES, _MONTHS)),
            year_applicants=np.zeros((HOMES, _MONTHS)),
            usual=np.zeros(HOMES),
            layoff=np.zeros(mix.shape),
            farmers=np.zeros(HOMES),
            year=np.zeros((_KINDS, _MEASURES, _MONTHS)),
            usual_tightness=np.zeros(_KINDS),
            usual_unfilled=np.zeros(1),
            saved=np.zeros(_KINDS),
            output_lost=np.zeros(1),
            insured=np.zeros(count),
            insured_2014=np.zeros(count),
            guards=np.zeros((len(GUARDS), 2)),
        )


class MarketState:
    """What a month's conditions rest on, besides the policy: markets, networks, corridors, outside series.

    ``corridor_residual`` and the rest of the corridor terms are set once, from the stocks of 2013.
    """

    corridor_residual: np.ndarray  # (homes, places) what distance and border do not explain
    home_taste: np.ndarray  # (homes,) taste for living away

    def __init__(
        self,
        policy: Policy,
        places: Places,
        series: Series,
        seed: int,
        mix: np.ndarray,
        distance_km: np.ndarray,
        numbers: OpeningNumbers,
    ):
        """mix: shares of the sectors in the jobs of 2014, (places, sectors). distance_km: (homes, places)."""
        self.policy, self.places, self.series, self.seed, self.mix = policy, places, series, seed, mix
        self.life_keys = month_keys(seed, -1)
        self.log_distance = np.log(np.maximum(distance_km, numbers.distance_min_km))
        self.is_across = places.province[None, :] != np.arange(HOMES)[:, None]
        self.markets = LabourMarkets.at_rest(mix, numbers)
        self.migrants = np.zeros(len(places))  # simulated out-migrants by place
        self.network = np.zeros((HOMES, len(places)))  # share of the home's workers who live in the place
        self.out_share = np.zeros(HOMES)  # share of the home's workers who live away, settled included
        self.farm_to_date = np.zeros((HOMES, _MONTHS + 1))  # yuan of the year's first months on the land
        self.has_works = False  # whether public works or workshops have ever hired
        self.poor_away: list[int] = []  # out-migrants of poor households, at the last five quarters' ends

    def state(self) -> dict[str, Any]:
        """What months change, for a checkpoint."""
        return {
            "markets": {name: array.copy() for name, array in self.markets._asdict().items()},
            "migrants": self.migrants.copy(),
            "network": self.network.copy(),
            "farm_to_date": self.farm_to_date.copy(),
            "has_works": self.has_works,
            "poor_away": list(self.poor_away),
            # set in January 2014, from the scenario that the shared history was lived under
            "corridor_residual": self.corridor_residual.copy(),
            "home_taste": self.home_taste.copy(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what ``state`` gave."""
        for name, array in state["markets"].items():
            getattr(self.markets, name)[:] = array
        self.note_networks(state["migrants"].copy(), state["network"].copy())
        self.farm_to_date[:] = state["farm_to_date"]
        self.has_works, self.poor_away = state["has_works"], list(state["poor_away"])
        self.corridor_residual, self.home_taste = (
            state["corridor_residual"].copy(),
            state["home_taste"].copy(),
        )

    def note_networks(self, migrants: np.ndarray, network: np.ndarray) -> None:
        """Take over who is where at a month's end."""
        self.migrants, self.network, self.out_share = migrants, network, network.sum(axis=1)

    def note_insured(self, insured: np.ndarray, employees: np.ndarray, pooled: float, is_first: bool) -> None:
        """Take over a census of employees and the insured among them, in simulated workers by place.

        pooled: workers whom the share of all places counts for in that of one. is_first: of January 2014.
        """
        everywhere = insured.sum() / max(employees.sum(), 1)
        self.markets.insured[:] = (insured + pooled * everywhere) / np.maximum(employees + pooled, 1)
        if is_first:
            self.markets.insured_2014[:] = self.markets.insured

    def note_poor_away(self, count: int) -> None:
        """Keep a quarter's count of out-migrants of poor households, for the same quarter of next year."""
        self.poor_away = [*self.poor_away[-_QUARTERS:], count]

    def poor_shortfall(self) -> float:
        """Share by which fewer of them were away at the last quarter's end than a year before."""
        if len(self.poor_away) <= _QUARTERS or self.poor_away[0] == 0:
            return 0.0
        return max(1.0 - self.poor_away[-1] / self.poor_away[0], 0.0)

    def distance_terms(self, coefficient: float, border_cost: float) -> tuple[np.ndarray, np.ndarray]:
        """What distance and the province border take off the value of each corridor, (homes, places)."""
        return coefficient * self.log_distance, border_cost * self.is_across
