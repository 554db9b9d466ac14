"""From each month's sums to the result tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from sim.core.categories import (
    ACTIVITIES,
    AGE_GROUPS,
    EARNERS,
    EDUCATION,
    EMPLOYEES,
    EXITED,
    FARM,
    LOCAL_WORK,
    MIGRANT_WORK,
    SETTLED_WORK,
    SEXES,
    TIERS,
    TRAINING,
    members,
)
from sim.core.months import DECEMBER, month_text
from sim.core.structured import field_names, for_kernels, make_record
from sim.engine.census import CENSUS_MONTHS
from sim.engine.incomes import INCOME_BINS, Distribution, bin_edges, distribution
from sim.engine.official_rows import official_rows
from sim.engine.simulation import Simulation
from sim.engine.stocks import add_up, nation_type
from sim.engine.year_counts import INCOME_GROUPS, income_histogram
from sim.results.columns import TABLES, empty_table
from sim.steps.records import EVENT, EVENTS, MONEY_FLOWS
from sim.world.data import load_data
from sim.world.places import HOMES
from sim.world.worker import BIRTH_EPOCH, IS_FEMALE, POOR

STOCKS = tuple(name for name in ACTIVITIES if name != "exited")
INCOME_COLUMNS = (
    "median_income_yuan",
    "lowest_tenth_yuan",
    "highest_tenth_yuan",
    "gini_percent",
    "poor_percent",
)  # in the order of Distribution
_LIVING = slice(0, EXITED)
_EMPLOYEES = members(EMPLOYEES)
_EARNERS = members(EARNERS)


# Columns of the table ``homes`` beside the stocks.
_HOME_MONEY = ("cross_province", "remittances_yuan", "earnings_yuan", "poor_remittances_yuan")


@dataclass
class _Kept:
    """What a record adds to, month by month and year by year; a checkpoint keeps all of it."""

    months: list[int] = field(default_factory=list)
    nation: list[np.ndarray] = field(default_factory=list)  # one record of nation_type by month
    places: list[np.ndarray] = field(default_factory=list)
    markets: list[np.ndarray] = field(default_factory=list)
    homes: list[np.ndarray] = field(default_factory=list)
    home_money: list[np.ndarray] = field(default_factory=list)
    census_months: list[int] = field(default_factory=list)
    groups: list[np.ndarray] = field(default_factory=list)
    group_pay: list[np.ndarray] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    corridors: list[np.ndarray] = field(default_factory=list)  # out workers by home and place, a year
    official: list[tuple] = field(default_factory=list)
    income: list[np.ndarray] = field(default_factory=list)  # workers by group and income bin, a year
    incomes: list[tuple] = field(default_factory=list)  # the month, and the year's distribution of incomes
    starts: int = 0  # businesses ever started, for the cumulative official figure

    def nation_by_month(self) -> np.ndarray:
        """The nation's sums, (months,) of ``nation_type``."""
        return np.frombuffer(b"".join(month.tobytes() for month in self.nation), dtype=nation_type())


class Record:
    """Collects sums month by month; multiplies by the scale once, when the tables are made."""

    def __init__(self, run: Simulation, first_month: int, tables: Collection[str] = TABLES):
        """``tables`` are those that are wanted; what only others need is not collected."""
        self.run, self.first, self._wanted = run, first_month, frozenset(tables)
        owners = load_data().marginal("business_owners", "local")
        self._started_before = 1e6 * float(owners["returned_founders"])
        self._is_across = run.places.province[None, :] != np.arange(HOMES)[:, None]
        self._kept = _Kept()
        self._make_month()

    def _make_month(self) -> None:
        """Make the nation's record of a month, which is copied month by month, and views of its fields."""
        self._month = for_kernels(make_record(nation_type()), nation_type())
        fields = self._month.view(nation_type(), np.ndarray)
        self._in_month = {name: fields[name] for name in field_names(nation_type())}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Of a copy: views of the fields of its own record, not of copies of them."""
        vars(self).update(state)
        self._make_month()

    def state(self) -> dict[str, Any]:
        """What has been reported so far, for a checkpoint."""
        kept = {name: copy(value) for name, value in vars(self._kept).items()}
        return {**kept, "nation": self._kept.nation_by_month()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Begin with what ``state`` gave."""
        nation = [state["nation"][n : n + 1] for n in range(len(state["nation"]))]
        self._kept = _Kept(**{name: copy(value) for name, value in {**state, "nation": nation}.items()})

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
        kept = self._kept
        kept.starts += int(block.events[EVENT.business_starts])
        if month < self.first:
            return
        markets = self.run.economy.market_state.markets
        kept.months.append(month)
        kept.nation.append(self._nation(block))
        if self.run.incomes is not None and month % 12 + 1 == DECEMBER:
            kept.incomes.append((month, distribution(self.run.incomes)))
        if self.wants("places"):
            kept.places.append(block.by_place[:, _LIVING].copy())
            kept.markets.append(np.stack([markets.open_jobs, markets.tightness, np.exp(markets.wage_gap)]))
        if self.wants("homes"):
            kept.homes.append(block.by_home[:, _LIVING].copy())
            across = (block.away * self._is_across).sum(axis=1)
            kept.home_money.append(np.column_stack([across, block.home_money]))
        if month % 12 + 1 in CENSUS_MONTHS and self.wants("groups"):
            kept.census_months.append(month)
            kept.groups.append(self.run.census.group_stock[..., _LIVING].copy())
            paid = self.run.census.group_stock[..., _EARNERS].sum(axis=-1)
            kept.group_pay.append(np.stack([self.run.census.group_pay, paid], axis=-1))

    def add_year(self, month: int, sums: np.record) -> None:
        """Keep a year's official counts."""
        year = int(month_text(month)[:4])
        if month < self.first:
            return
        run, scale = self.run, self.run.scale
        kept = self._kept
        kept.official += official_rows(year, sums, run.places, scale, kept.starts, self._started_before)
        kept.years.append(year)
        if self.wants("corridors"):
            kept.corridors.append(sums.heads[:, :, 1].copy())
        if self.wants("income_histogram"):
            kept.income.append(income_histogram(sums))

    def tables(self) -> dict[str, pd.DataFrame]:
        """The wanted tables, in real persons and yuan."""
        kept = self._kept
        months = [month_text(month) for month in kept.months]
        census_months = [month_text(month) for month in kept.census_months]
        makers = {
            "national": lambda: pd.DataFrame(
                {
                    "month": months,
                    **national_columns(kept.nation_by_month(), self.run.scale),
                    **income_columns(kept.months, kept.incomes),
                }
            ),
            "places": lambda: self._place_table(months),
            "homes": lambda: self._home_table(months),
            "groups": lambda: self._group_table(census_months),
            "official": lambda: _joined(
                [pd.DataFrame(kept.official, columns=list(TABLES["official"]))] if kept.official else [],
                "official",
            ),
            "corridors": self._corridor_table,
            "income_histogram": self._income_table,
        }
        return {name: make() for name, make in makers.items() if name in self._wanted}

    def _corridor_table(self) -> pd.DataFrame:
        """A row for each year, home and place with out-migrants from one in the other."""
        kept, places = self._kept, self.run.places
        if not kept.corridors:
            return empty_table("corridors", TABLES["corridors"])
        counts = np.stack(kept.corridors)
        years, homes, where = np.nonzero(counts)
        names = np.array(places.provinces)
        return pd.DataFrame(
            {
                "year": np.array(kept.years)[years],
                "home": names[homes],
                "province": names[places.province[where]],
                "tier": np.array(TIERS)[places.tier[where]],
                "out": counts[years, homes, where] * self.run.scale,
            }
        )

    def _income_table(self) -> pd.DataFrame:
        """A row for each year, group and income bin."""
        kept, groups = self._kept, len(INCOME_GROUPS)
        if not kept.income:
            return empty_table("income_histogram", TABLES["income_histogram"])
        edges = bin_edges()
        years = len(kept.income)
        return pd.DataFrame(
            {
                "year": np.repeat(kept.years, groups * INCOME_BINS),
                "group": np.tile(np.repeat(np.array(INCOME_GROUPS), INCOME_BINS), years),
                "lower_yuan": np.tile(edges[:-1], years * groups),
                "upper_yuan": np.tile(edges[1:], years * groups),
                "persons": np.concatenate(kept.income).ravel() * self.run.scale,
            }
        )

    def national_row(self, block: SimpleNamespace) -> dict[str, float]:
        """The national figures of a month just lived, in real persons and yuan."""
        columns = national_columns(self._nation(block), self.run.scale)
        return {name: column[0].item() for name, column in columns.items()}

    def _nation(self, block: SimpleNamespace) -> np.ndarray:
        """What the national figures of a month are made from, one record of ``nation_type``."""
        run, census, nation = self.run, self.run.census, self._in_month
        add_up(
            block.by_home,
            block.pay,
            block.money,
            block.events,
            block.business,
            block.visiting,
            block.away,
            run.places.province,
            self._month,
        )
        at_home = block.by_place[:HOMES, FARM] + block.by_place[:HOMES, TRAINING]
        nation["savings"][0], nation["debt"][0], nation["parents_away"][0] = (
            run.savings,
            run.debt,
            census.parents_away,
        )
        nation["insured"][0], nation["trained"][0] = census.insured, census.trained
        kept = 1.0 - run.economy.opening.numbers.business_displacement_share
        nation["net_additional_jobs"][0] = kept * block.business[:, 2].sum()
        nation["scheme_transfers"][0] = block.transfers[-1]
        nation["scheme_loan_cost"][0] = block.credit[-1]
        nation["output_lost"][0] = run.economy.market_state.markets.output_lost[0]
        nation["policy_spending"][0] = run.ledger.month_spending
        nation["public_spending"][0] = run.ledger.month_public_spending
        nation["settlement_cost"][0] = run.ledger.month_settlement_cost
        nation["other_settlement_cost"][0] = run.ledger.month_other_settlement_cost
        nation["promised"][0] = run.ledger.month_promised
        nation["levy"][0] = run.economy.opening.now.levy_rate[0] * block.pay[_EMPLOYEES, 0].sum()
        now = run.economy.opening.now
        nation["farm_income"][0] = (at_home + block.on_land) @ now.farm_income
        nation["living_cost"][0] = block.living[0]
        nation["price_index"][0] = now.price_index[0]
        return self._month.copy()

    def _place_table(self, months: list[str]) -> pd.DataFrame:
        places = self.run.places
        names = np.array(places.provinces)
        table = _long(
            self._kept.places,
            months,
            {
                "place": np.array(places.names),
                "province": names[places.province],
                "tier": np.array(TIERS)[places.tier],
            },
            self.run.scale,
        )
        markets = np.concatenate([market.T for market in self._kept.markets]) if months else np.empty((0, 3))
        table["vacancies"] = markets[:, 0] * self.run.scale
        table["tightness"], table["wage_index"] = markets[:, 1], markets[:, 2]
        return table

    def _home_table(self, months: list[str]) -> pd.DataFrame:
        names = {"home": np.array(self.run.places.provinces)}
        table = _long(self._kept.homes, months, names, self.run.scale)
        money = np.concatenate(self._kept.home_money) if months else np.empty((0, len(_HOME_MONEY)))
        for n, column in enumerate(_HOME_MONEY):
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
        stocks = [group.reshape(-1, group.shape[-1]) for group in self._kept.groups]
        table = _long(stocks, months, labels, self.run.scale)
        pay = np.concatenate([p.reshape(-1, 2) for p in self._kept.group_pay]) if months else np.empty((0, 2))
        table["earnings_yuan"] = pay[:, 0] * self.run.scale
        table["paid_months"] = pay[:, 1] * self.run.scale
        return table


def national_columns(nation: np.ndarray, scale: int) -> dict[str, np.ndarray]:
    """The columns of the table ``national``, in real persons and yuan, a row for each month.

    nation: (months,) of ``nation_type``.
    """
    workers = dict(zip(ACTIVITIES, nation["workers"].T, strict=True))
    money = {name: flow * scale for name, flow in zip(MONEY_FLOWS, nation["money"].T, strict=True)}
    events = {name: count * scale for name, count in zip(EVENTS, nation["events"].T, strict=True)}
    out, settled = (workers[f"{one}_work"] + workers[f"{one}_search"] for one in ("migrant", "settled"))
    living = sum(workers[name] for name in STOCKS)
    columns = {name: workers[name] * scale for name in STOCKS}
    columns["labour_force"] = (living - settled) * scale
    columns["out"] = out * scale
    columns["away_now"] = (out - nation["visiting"]) * scale
    columns["cross_province"] = nation["across"] * scale
    columns["within_province"] = columns["out"] - columns["cross_province"]
    columns["settled"] = settled * scale
    columns["searching_rate"] = 100.0 * columns["migrant_search"] / np.maximum(columns["out"], 1)
    for name, activity in (("migrant", MIGRANT_WORK), ("local", LOCAL_WORK), ("settled", SETTLED_WORK)):
        pay, paid = nation["pay"][:, activity], nation["paid"][:, activity]
        columns[f"{name}_pay_yuan"] = np.where(paid > 0, pay / np.maximum(paid, 1), np.nan)
    columns["earnings_yuan"] = money["earned"]
    columns["wages_yuan"] = nation["pay"][:, _EMPLOYEES].sum(axis=1) * scale
    columns["farm_income_yuan"] = nation["farm_income"] * scale
    columns["living_cost_yuan"] = nation["living_cost"] * scale
    columns["capital_yuan"] = money["capital"]
    columns["remittances_yuan"] = money["remittance"]
    columns["contributions_yuan"] = money["contribution"]
    columns["employer_contributions_yuan"] = money["employer_contribution"]
    columns["promised_pensions_yuan"] = nation["promised"]
    columns["savings_stock_yuan"] = nation["savings"] * scale
    columns["debt_stock_yuan"] = nation["debt"] * scale
    columns["lent_yuan"], columns["repaid_yuan"] = money["loan"], money["repaid"]
    columns["loan_interest_yuan"] = money["interest"]
    columns["interest_aid_yuan"], columns["guarantees_paid_yuan"] = money["interest_aid"], money["guarantee"]
    columns["scheme_transfers_yuan"] = nation["scheme_transfers"] * scale
    columns["scheme_loan_cost_yuan"] = nation["scheme_loan_cost"] * scale
    columns["written_off_yuan"] = money["written_off"]
    for name in ("loans", "guaranteed_loans", "loan_defaults"):
        columns[name] = events[name]
    columns["arrears_cases"] = events["arrears_cases"]
    columns["arrears_owed_yuan"] = money["withheld"]
    columns["arrears_recovered_yuan"] = money["recovered"]
    columns["insured"], columns["trained"] = nation["insured"] * scale, nation["trained"] * scale
    columns["business_starts"] = events["business_starts"]
    columns["business_closures"] = events["business_closures"]
    columns["businesses"] = nation["businesses"] * scale
    columns["business_jobs"] = nation["business_jobs"] * scale
    columns["additional_starts"] = events["additional_starts"]
    columns["additional_businesses"] = nation["additional"][:, 0] * scale
    columns["additional_business_jobs"] = nation["additional"][:, 1] * scale
    columns["net_additional_jobs"] = np.rint(nation["net_additional_jobs"] * scale).astype(np.int64)
    for name in (
        "settlements",
        "new_settlements",
        "training_enrolments",
        "separations",
        "hires",
        "job_changes",
        "departures",
        "returns",
        "exits",
        "entrants",
    ):
        columns[name] = events[name]
    columns["parents_away"] = nation["parents_away"] * scale
    columns["policy_spending_yuan"] = nation["policy_spending"]
    columns["public_spending_yuan"] = nation["public_spending"]
    columns["levy_yuan"] = nation["levy"] * scale
    columns["settlement_cost_yuan"] = nation["settlement_cost"]
    columns["other_settlement_cost_yuan"] = nation["other_settlement_cost"]
    columns["output_lost_percent"] = 100.0 * nation["output_lost"]
    received = sum(
        money[name] for name in ("earned", "recovered", "benefit", "grant", "payout", "premium_aid")
    )
    taken_off = ("withheld", "contribution", "fee", "family_fee", "interest")
    income = received - sum(money[name] for name in taken_off)
    income = income + (nation["farm_income"] - nation["living_cost"]) * scale
    columns["mean_income_yuan"] = income / np.maximum(living * scale, 1) / nation["price_index"]
    return columns


def income_columns(months: list[int], years: list[tuple[int, Distribution]]) -> dict[str, np.ndarray]:
    """The columns of the table ``national`` on the spread of the year's incomes: a row by month, filled in
    December.
    """
    found = dict(years)
    missing = Distribution(*[np.nan] * len(Distribution._fields))
    rows = [found.get(month, missing) for month in months]
    return {name: np.array([row[n] for row in rows], dtype=float) for n, name in enumerate(INCOME_COLUMNS)}


def _joined(frames: list[pd.DataFrame], name: str) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else empty_table(name, TABLES[name])


def _long(
    stocks: list[np.ndarray], months: list[str], labels: dict[str, np.ndarray], scale: int
) -> pd.DataFrame:
    """Month by month, one row per label set, one column per activity."""
    count = len(next(iter(labels.values())))
    data: dict[str, np.ndarray] = {"month": np.repeat(np.array(months, dtype=object), count)}
    for name, values in labels.items():
        data[name] = np.tile(values.astype(object), len(months))
    values = np.concatenate(stocks) * scale if stocks else np.empty((0, len(STOCKS)), dtype=np.int64)
    for activity, name in enumerate(STOCKS):
        data[name] = values[:, activity]
    return pd.DataFrame(data)


def worker_table(run: Simulation) -> pd.DataFrame:
    """One row per worker at the end of a year, rows aligned across policies of one seed and scale."""
    w, rows = run.workers, run.rows
    activity = w.activity[:rows]
    income = run.net_incomes()
    traits = w.traits[:rows]
    return pd.DataFrame(
        {
            "id": w.id[:rows],
            "home": pd.Categorical.from_codes(w.home[:rows], run.places.provinces),
            "sex": pd.Categorical.from_codes(traits & IS_FEMALE, SEXES),
            "age": (run.month - 1 + BIRTH_EPOCH - w.birth_month[:rows].astype(int)) // 12,
            "education": pd.Categorical.from_codes((traits >> 1) & 7, EDUCATION),
            "is_poor": (traits & POOR) != 0,
            "activity": pd.Categorical.from_codes(activity, ACTIVITIES),
            "income_year_yuan": np.round(income).astype(np.int64),
        }
    )
