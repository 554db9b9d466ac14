"""From each month's sums to the result tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from sim.core.categories import (
    ACTIVITIES,
    AGE_GROUPS,
    EARNERS,
    EDUCATION,
    EXITED,
    FARM,
    SEXES,
    TIERS,
    TRAINING,
)
from sim.core.months import month_text
from sim.engine.census import CENSUS_MONTHS
from sim.engine.official_rows import official_rows
from sim.engine.simulation import Simulation
from sim.engine.stocks import add_up
from sim.engine.year_counts import (
    BINS_PER_LOG,
    FIRST_BIN_YUAN,
    INCOME_BINS,
    INCOME_GROUPS,
    income_histogram,
)
from sim.results.columns import TABLES
from sim.steps.records import EVENT, EVENTS, MONEY_FLOWS
from sim.world.places import HOMES
from sim.world.worker import BIRTH_EPOCH, IS_FEMALE

STOCKS = tuple(name for name in ACTIVITIES if name != "exited")
_LIVING = slice(0, EXITED)
_EARNERS = [code for code in range(EXITED) if (EARNERS >> code) & 1]
# What the national figures are made from; the month's events and money by their own names.
_OTHERS = ("savings", "insured", "trained", "parents_away", "new_entrants")
_COUNTS = (
    *ACTIVITIES,
    *(f"{name} {what}" for name in ACTIVITIES for what in ("pay", "paid")),
    *MONEY_FLOWS,
    *EVENTS,
    "businesses",
    "business_jobs",
    "additional_jobs",
    "visiting",
    "across",
    *_OTHERS,
)
# Rural poverty line of 2010 prices 2,300 yuan a year, at 2023 prices (official standard, uprated).
POVERTY_LINE_2023 = 3200.0


# What a record adds to month by month and year by year; the names of its lists.
_KEPT = (
    "months",
    "counts",
    "yuan",
    "places",
    "markets",
    "homes",
    "home_money",
    "census_months",
    "groups",
    "group_pay",
    "corridors",
    "official",
    "income",
)


class Record:
    """Collects sums month by month; multiplies by the scale once, when the tables are made."""

    def __init__(self, run: Simulation, first_month: int, tables: Collection[str] = TABLES):
        """``tables`` are those that are wanted; what only others need is not collected."""
        self.run, self.first, self._wanted = run, first_month, frozenset(tables)
        self._months: list[int] = []
        self._counts: list[np.ndarray] = []
        self._yuan: list[tuple[float, float]] = []
        self._places: list[np.ndarray] = []
        self._markets: list[np.ndarray] = []
        self._homes: list[np.ndarray] = []
        self._home_money: list[np.ndarray] = []
        self._is_across = run.places.province[None, :] != np.arange(HOMES)[:, None]
        self._census_months: list[int] = []
        self._groups: list[np.ndarray] = []
        self._group_pay: list[np.ndarray] = []
        self._corridors: list[pd.DataFrame] = []
        self._official: list[tuple] = []
        self._income: list[pd.DataFrame] = []
        self._starts = 0  # businesses ever started, for the cumulative official figure

    def state(self) -> dict[str, Any]:
        """What has been reported so far, for a checkpoint."""
        kept = {name: list(getattr(self, f"_{name}")) for name in _KEPT}
        return {**kept, "starts": self._starts}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Begin with what ``state`` gave."""
        for name in _KEPT:
            setattr(self, f"_{name}", list(state[name]))
        self._starts = state["starts"]

    def wants(self, *tables: str) -> bool:
        """Whether any of these tables is wanted."""
        return not self._wanted.isdisjoint(tables)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The tables that are wanted, in order of name."""
        return tuple(sorted(self._wanted))

    @property
    def wants_years(self) -> bool:
        """Whether a table is wanted that rests on the counts of each year."""
        return self.wants("official", "corridors", "income_histogram")

    def add_month(self, month: int, block: SimpleNamespace) -> None:
        """Keep a month's sums (copied: the block is used again)."""
        self._starts += int(block.events[EVENT.business_starts])
        if month < self.first:
            return
        markets = self.run.economy.state.markets
        self._months.append(month)
        counts, yuan = self._sums(block)
        self._counts.append(counts)
        self._yuan.append(yuan)
        if self.wants("places"):
            self._places.append(block.by_place[:, _LIVING].copy())
            self._markets.append(np.stack([markets.open_jobs, markets.tightness, np.exp(markets.wage_gap)]))
        if self.wants("homes"):
            self._homes.append(block.by_home[:, _LIVING].copy())
            across = (block.away * self._is_across).sum(axis=1)
            self._home_money.append(np.column_stack([across, block.home_money]))
        if month % 12 + 1 in CENSUS_MONTHS and self.wants("groups"):
            self._census_months.append(month)
            self._groups.append(self.run.census.group_stock[..., _LIVING].copy())
            paid = self.run.census.group_stock[..., _EARNERS].sum(axis=-1)
            self._group_pay.append(np.stack([self.run.census.group_pay, paid], axis=-1))

    def add_year(self, month: int, sums: np.record) -> None:
        """Keep a year's official counts."""
        year = int(month_text(month)[:4])
        if month < self.first:
            return
        run, scale = self.run, self.run.scale
        self._official += official_rows(year, sums, run.places, scale, self._starts)
        out = sums.heads[:, :, 1]
        homes, places = np.nonzero(out)
        names = np.array(run.places.provinces)
        self._corridors.append(
            pd.DataFrame(
                {
                    "year": year,
                    "home": names[homes],
                    "province": names[run.places.province[places]],
                    "tier": np.array(TIERS)[run.places.tier[places]],
                    "out": out[homes, places] * scale,
                }
            )
        )
        edges = FIRST_BIN_YUAN * np.exp((np.arange(INCOME_BINS + 1) - 1) / BINS_PER_LOG)
        edges[0], edges[-1] = 0.0, np.inf
        for group, persons in zip(INCOME_GROUPS, income_histogram(sums), strict=True):
            self._income.append(
                pd.DataFrame(
                    {
                        "year": year,
                        "group": group,
                        "lower_yuan": edges[:-1],
                        "upper_yuan": edges[1:],
                        "persons": persons * scale,
                    }
                )
            )

    def tables(self) -> dict[str, pd.DataFrame]:
        """The wanted tables, in real persons and yuan."""
        months = [month_text(month) for month in self._months]
        census_months = [month_text(month) for month in self._census_months]
        makers = {
            "national": lambda: pd.DataFrame(
                {
                    "month": months,
                    **national_columns(
                        np.array(self._counts).reshape(len(months), len(_COUNTS)),
                        np.array(self._yuan).reshape(len(months), 2),
                        self.run.scale,
                    ),
                }
            ),
            "places": lambda: self._place_table(months),
            "homes": lambda: self._home_table(months),
            "groups": lambda: self._group_table(census_months),
            "official": lambda: pd.DataFrame(
                self._official, columns=["year", "indicator", "group", "value", "unit"]
            ),
            "corridors": lambda: _joined(self._corridors, ["year", "home", "province", "tier", "out"]),
            "income_histogram": lambda: _joined(
                self._income, ["year", "group", "lower_yuan", "upper_yuan", "persons"]
            ),
        }
        return {name: make() for name, make in makers.items() if name in self._wanted}

    def national_row(self, block: SimpleNamespace) -> dict[str, float]:
        """The national figures of a month just lived, in real persons and yuan."""
        counts, yuan = self._sums(block)
        columns = national_columns(np.array([counts]), np.array([yuan]), self.run.scale)
        return {name: column[0].item() for name, column in columns.items()}

    def _sums(self, block: SimpleNamespace) -> tuple[np.ndarray, tuple[float, float]]:
        """What the national figures of a month are made from, in simulated workers: counts and yuan in the
        order of ``_COUNTS``, then the yuan spent by levers and those that farm work is worth.
        """
        run, census = self.run, self.run.census
        at_home = block.by_home[:, FARM] + block.by_home[:, TRAINING]
        counts = np.empty(len(_COUNTS), dtype=np.int64)
        add_up(
            block.by_home,
            block.pay,
            block.money,
            block.events,
            block.business,
            block.visiting,
            block.away,
            run.places.province,
            counts,
        )
        counts[-len(_OTHERS) :] = (
            run.savings,
            census.insured,
            census.trained,
            census.parents_away,
            run.entrants_now.sum(),
        )
        return counts, (run.ledger.month_spending, float(at_home @ run.economy.opening.now.farm_income))

    def _place_table(self, months: list[str]) -> pd.DataFrame:
        places = self.run.places
        names = np.array(places.provinces)
        table = _long(
            self._places,
            months,
            {
                "place": np.array(places.names),
                "province": names[places.province],
                "tier": np.array(TIERS)[places.tier],
            },
            self.run.scale,
        )
        markets = np.concatenate([market.T for market in self._markets]) if months else np.empty((0, 3))
        table["vacancies"] = markets[:, 0] * self.run.scale
        table["tightness"], table["wage_index"] = markets[:, 1], markets[:, 2]
        return table

    def _home_table(self, months: list[str]) -> pd.DataFrame:
        names = {"home": np.array(self.run.places.provinces)}
        table = _long(self._homes, months, names, self.run.scale)
        money = np.concatenate(self._home_money) if months else np.empty((0, 3))
        for n, column in enumerate(("cross_province", "remittances_yuan", "earnings_yuan")):
            table[column] = money[:, n] * self.run.scale
        return table

    def _group_table(self, months: list[str]) -> pd.DataFrame:
        shape = (len(SEXES), len(AGE_GROUPS), len(EDUCATION))
        sex, age, education = (index.ravel() for index in np.indices(shape))
        labels = {
            "sex": np.array(SEXES)[sex],
            "age_group": np.array(AGE_GROUPS)[age],
            "education": np.array(EDUCATION)[education],
        }
        stocks = [group.reshape(-1, group.shape[-1]) for group in self._groups]
        table = _long(stocks, months, labels, self.run.scale)
        pay = np.concatenate([p.reshape(-1, 2) for p in self._group_pay]) if months else np.empty((0, 2))
        table["earnings_yuan"] = pay[:, 0] * self.run.scale
        table["paid_months"] = pay[:, 1] * self.run.scale
        return table


def national_columns(counts: np.ndarray, yuan: np.ndarray, scale: int) -> dict[str, np.ndarray]:
    """The columns of the table ``national``, in real persons and yuan, a row for each month.

    counts: (months, ``_COUNTS``) and yuan: (months, 2), as ``Record`` adds them up.
    """
    of = dict(zip(_COUNTS, counts.T, strict=True))
    real = {name: values * scale for name, values in of.items()}
    out, settled = (of[f"{one}_work"] + of[f"{one}_search"] for one in ("migrant", "settled"))
    living = sum(of[name] for name in STOCKS)
    columns = {name: real[name] for name in STOCKS}
    columns["labour_force"] = (living - settled) * scale
    columns["out"] = out * scale
    columns["away_now"] = (out - of["visiting"]) * scale
    columns["cross_province"] = real["across"]
    columns["within_province"] = columns["out"] - columns["cross_province"]
    columns["settled"] = settled * scale
    columns["searching_rate"] = of["migrant_search"] / np.maximum(out, 1)
    for name in ("migrant", "local", "settled"):
        paid = of[f"{name}_work paid"]
        columns[f"{name}_pay_yuan"] = np.where(paid > 0, of[f"{name}_work pay"] / np.maximum(paid, 1), np.nan)
    columns["earnings_yuan"] = real["earned"]
    columns["remittances_yuan"] = real["remittance"]
    columns["contributions_yuan"] = real["contribution"]
    columns["savings_stock_yuan"] = real["savings"]
    columns["arrears_cases"] = real["arrears_cases"]
    columns["arrears_owed_yuan"] = real["withheld"]
    columns["arrears_recovered_yuan"] = real["recovered"]
    for name in (
        "insured",
        "trained",
        "business_starts",
        "business_closures",
        "settlements",
        "training_enrolments",
        "separations",
        "hires",
        "job_changes",
        "departures",
        "returns",
        "exits",
        "businesses",
        "business_jobs",
        "new_entrants",
        "parents_away",
    ):
        columns[name.removeprefix("new_")] = real[name]
    columns["policy_spending_yuan"], farm_income = yuan[:, 0], yuan[:, 1] * scale
    income = real["earned"] + farm_income + real["benefit"]
    columns["mean_income_yuan"] = income / np.maximum(living * scale, 1)
    return columns


def _joined(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _long(
    stocks: list[np.ndarray], months: list[str], labels: dict[str, np.ndarray], scale: int
) -> pd.DataFrame:
    """Month by month, one row per label set, one column per activity."""
    count = len(next(iter(labels.values())))
    data: dict[str, np.ndarray] = {"month": np.repeat(np.array(months, dtype=object), count)}
    for name, values in labels.items():
        data[name] = np.tile(values.astype(object), len(months))
    values = np.concatenate(stocks) * scale if stocks else np.empty((0, len(STOCKS)))
    for activity, name in enumerate(STOCKS):
        data[name] = values[:, activity]
    return pd.DataFrame(data)


def worker_table(run: Simulation) -> pd.DataFrame:
    """One row per worker at the end of a year, rows aligned across policies of one seed and scale."""
    w, rows = run.workers, run.rows
    activity = w.activity[:rows]
    away, local = w.worked_months[:rows] & 15, w.worked_months[:rows] >> 4
    at_home = np.isin(activity, (FARM, TRAINING)) | (w.place[:rows] < HOMES)
    spare = np.where(at_home & (activity != EXITED), np.maximum(12 - away - local, 0), 0)
    income = w.earnings_year[:rows] + spare * run.conditions.farm_income[w.home[:rows]]
    traits = w.traits[:rows]
    return pd.DataFrame(
        {
            "id": w.id[:rows].copy(),
            "home": np.array(run.places.provinces, dtype=object)[w.home[:rows]],
            "sex": np.array(SEXES, dtype=object)[traits & IS_FEMALE],
            "age": (run.month - 1 + BIRTH_EPOCH - w.birth_month[:rows].astype(int)) // 12,
            "education": np.array(EDUCATION, dtype=object)[(traits >> 1) & 7],
            "activity": np.array(ACTIVITIES, dtype=object)[activity],
            "earnings_year_yuan": np.round(income).astype(np.int64),
        }
    )
