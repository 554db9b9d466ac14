"""Every outcome: name, unit, label, definition, and how it is computed.

An outcome is a monthly series made from the table ``national``. ``kind`` says how a period of twelve
months is summed up: a ``stock`` or a ``rate`` by its mean, a ``flow`` by its total. To add an outcome,
add one row to ``_TABLE``; comparisons, charts and the report then include it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.core.errors import Problem, UsageError, nearest
from sim.core.language import N_, NC_, _, in_context, in_language

KINDS = ("stock", "flow", "rate")
DIRECTIONS = ("higher", "lower", "neutral")
UNITS = ("persons", "businesses", "jobs", "percent", "yuan per month", "yuan per year", "yuan")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome. ``series`` turns the table ``national`` into its monthly values, a number by row.

    ``good`` is the direction most readers would call better; ``neutral`` where that is a judgement.
    ``digits`` are decimals for display. ``headline`` outcomes open the report. ``one`` is what a single
    one of a count is called, for costs per additional one.
    """

    key: str
    label_en: str
    label_zh: str
    unit: str
    kind: str
    good: str
    definition: str
    series: Callable[[pd.DataFrame], np.ndarray]
    digits: int = 0
    headline: bool = False
    one: str = ""

    @property
    def label(self) -> str:
        """Its name in the language in use."""
        return in_language({"en": self.label_en, "zh": self.label_zh})

    @property
    def meaning(self) -> str:
        """The definition in the language in use."""
        return _(self.definition)

    @property
    def one_more(self) -> str:
        """A single one of a count in the language in use, as it follows "one more"."""
        return in_context("one more", self.one)

    @property
    def is_count(self) -> bool:
        """Whether it counts something, so that a cost per additional one makes sense."""
        return self.unit in ("persons", "businesses", "jobs")

    def over(self, values: np.ndarray) -> float:
        """Sum up the months of a period: the total of a flow, the mean of a stock or rate."""
        return float(self.over_each(values))

    def over_each(self, periods: np.ndarray) -> np.ndarray:
        """The same for several periods, (periods, months)."""
        return np.sum(periods, axis=-1) if self.kind == "flow" else np.mean(periods, axis=-1)


def _column(*names: str) -> Callable[[pd.DataFrame], np.ndarray]:
    """The sum of columns; missing values count as 0."""
    return lambda national: sum(np.nan_to_num(national[name].to_numpy(float)) for name in names)


def _net_public_cost(national: pd.DataFrame) -> np.ndarray:
    """What government spends on levers, on what workers receive without one, on loans of levers that have
    ended and on settlements that levers made, and promises to the insured, less the contributions and the
    levy that it receives, yuan.
    """
    borne = _column(
        "public_spending_yuan",
        "scheme_transfers_yuan",
        "scheme_loan_cost_yuan",
        "settlement_cost_yuan",
        "promised_pensions_yuan",
    )
    received = _column("contributions_yuan", "employer_contributions_yuan", "levy_yuan")
    return borne(national) - received(national)


def _of_years(name: str) -> Callable[[pd.DataFrame], np.ndarray]:
    """A figure of calendar years, told in December; an unfinished year has that of the last."""

    def series(national: pd.DataFrame) -> np.ndarray:
        return np.nan_to_num(national[name].bfill().ffill().to_numpy(float))

    return series


def _percent(part: str, *whole: str) -> Callable[[pd.DataFrame], np.ndarray]:
    """A column as a percentage of the sum of others; 0 where there is nobody."""

    def series(national: pd.DataFrame) -> np.ndarray:
        total = _column(*whole)(national)
        values = 100.0 * national[part].to_numpy(float)
        return np.divide(values, total, out=np.zeros_like(total), where=total > 0)

    return series


# fmt: off
_TABLE = (
    # --- where people work ---------------------------------------------------------------------------
    Outcome("out_plus_settled", "Out-of-township migrants and settled", "外出农民工与落户人员", "persons",
            "stock", "neutral",
            N_("rural workers outside the home township, working or looking for work, plus those who moved "
            "their registration to a city since the start. Settling removes a worker from the official "
            "count, so this is the measure that easing registration does not distort"),
            _column("out", "settled"), headline=True, one=NC_("one more", "migrant or settled worker")),
    Outcome("out", "Out-of-township migrants", "外出农民工", "persons", "stock", "neutral",
            N_("rural-registered workers outside the home township, working or looking for work, at month "
            "end; the official yearly count asks for six months or more of work in the year"),
            _column("out"), headline=True, one=NC_("one more", "out-of-township migrant")),
    Outcome("local", "Local non-farm workers", "本地农民工", "persons", "stock", "neutral",
            N_("rural-registered workers in non-farm work inside the home township, own business included"),
            _column("local_work", "own_business"), headline=True,
            one=NC_("one more", "local non-farm worker")),
    Outcome("settled", "Settled in a city", "已落户人员", "persons", "stock", "neutral",
            N_("workers who moved their registration to a city since the start of the run and are still in "
            "the labour force"), _column("settled"), headline=True, one=NC_("one more", "settled worker")),
    Outcome("farm", "Farming or idle at home", "务农或闲居人员", "persons", "stock", "neutral",
            N_("rural-registered workers without non-farm work in the home township"), _column("farm"),
            one=NC_("one more", "worker without non-farm work")),
    Outcome("cross_province_share", "Cross-province share of migrants", "跨省流动占外出农民工比重",
            "percent", "rate", "neutral",
            N_("out-of-township migrants outside the home province, as a share of all of them"),
            _percent("cross_province", "out"), digits=2),
    # --- own business --------------------------------------------------------------------------------
    Outcome("business_starts", "Businesses started by returned migrants", "返乡创业新增企业", "businesses",
            "flow", "higher", N_("businesses that workers started in the home township in the year"),
            _column("business_starts"), headline=True, one=NC_("one more", "business started")),
    Outcome("businesses", "Businesses in operation", "在营返乡创业企业", "businesses", "stock", "higher",
            N_("businesses of returned migrants in operation"), _column("businesses"), headline=True,
            one=NC_("one more", "business in operation")),
    Outcome("business_jobs", "Paid jobs in those businesses", "返乡创业带动就业岗位", "jobs", "stock",
            "higher", N_("paid jobs made by owners, before counting the jobs they displace elsewhere"),
            _column("business_jobs"), one=NC_("one more", "paid job in them")),
    Outcome("additional_businesses", "Businesses made by levers", "政策新增在营企业", "businesses", "stock",
            "higher", N_("businesses in operation that would not have been started without the levers"),
            _column("additional_businesses"), one=NC_("one more", "business made by levers")),
    Outcome("net_business_jobs", "Net paid jobs made by levers", "政策净新增就业岗位", "jobs", "stock",
            "higher",
            N_("paid jobs in businesses that would not have been started without the levers, less the local "
            "jobs that these displace"), _column("net_additional_jobs"), one=NC_("one more", "net paid job")),
    Outcome("business_debt", "Debt of owners", "创业贷款余额", "yuan", "stock", "neutral",
            N_("owed on loans of businesses, current yuan"), _column("debt_stock_yuan")),
    Outcome("loan_losses", "Loans not paid back", "未偿还贷款", "yuan", "flow", "lower",
            N_("owed on loans of businesses and not paid back in the year by owners who closed or retired, "
            "whoever bears it, current yuan"), _column("written_off_yuan")),
    # --- pay and income ------------------------------------------------------------------------------
    Outcome("migrant_pay", "Mean pay of migrants", "外出农民工月均收入", "yuan per month", "rate", "higher",
            N_("mean monthly pay of out-of-township workers who were paid, current yuan"),
            _column("migrant_pay_yuan"), headline=True),
    Outcome("local_pay", "Mean pay of local workers", "本地农民工月均收入", "yuan per month", "rate",
            "higher", N_("mean monthly pay of local non-farm workers who were paid, current yuan"),
            _column("local_pay_yuan")),
    Outcome("mean_income", "Mean real net income of all workers", "劳动力人均实际月净收入",
            "yuan per month", "rate", "higher",
            N_("mean monthly net income per worker in yuan of 2023: pay and profit received, benefits and "
            "transfers, less contributions, fees, interest and the extra cost of living away, rent included; "
            "farm work at its income equivalent"), _column("mean_income_yuan"), headline=True),
    Outcome("lowest_tenth_income", "Net income of the lowest tenth", "最低十分之一劳动者净收入",
            "yuan per year", "rate", "higher",
            N_("mean real net income of the tenth of workers with the lowest in the calendar year, yuan of "
            "2023"), _of_years("lowest_tenth_yuan")),
    Outcome("median_income", "Median net income", "净收入中位数", "yuan per year", "rate", "higher",
            N_("median real net income of the calendar year, yuan of 2023"), _of_years("median_income_yuan")),
    Outcome("highest_tenth_income", "Net income of the highest tenth", "最高十分之一劳动者净收入",
            "yuan per year", "rate", "higher",
            N_("mean real net income of the tenth of workers with the highest in the calendar year, yuan of "
            "2023"), _of_years("highest_tenth_yuan")),
    Outcome("gini", "Inequality of net incomes (Gini)", "净收入基尼系数", "percent", "rate", "lower",
            N_("Gini coefficient of real net incomes of the calendar year over workers, in percent; "
            "families, which share incomes, would make it smaller"), _of_years("gini_percent"), digits=2),
    Outcome("poor_share", "Workers under the poverty line", "收入低于贫困线的劳动者比重", "percent", "rate",
            "lower",
            N_("workers whose real net income of the calendar year is under 4,100 yuan of 2023 for each of "
            "1.5 persons who live on it, as a share of all"), _of_years("poor_percent"), digits=2),
    Outcome("remittances", "Remittances", "寄回家庭的收入", "yuan", "flow", "higher",
            N_("money sent home in the year by workers away, current yuan"), _column("remittances_yuan")),
    # --- work and rights -----------------------------------------------------------------------------
    Outcome("searching_rate", "Share of migrants looking for work", "外出求职比率", "percent", "rate",
            "lower",
            N_("out-of-township migrants without work and looking for it, as a share of all of them"),
            _column("searching_rate"), digits=2, headline=True),
    Outcome("arrears_cases", "Workers hit by unpaid wages", "新增被拖欠工资人数", "persons", "flow", "lower",
            N_("workers whose wages newly went unpaid in the year"), _column("arrears_cases"),
            one=NC_("one more", "worker hit by unpaid wages")),
    Outcome("insured", "Insured in the workers' scheme", "参加职工养老保险人数", "persons", "stock",
            "higher", N_("rural-registered workers in the urban employees' pension scheme"),
            _column("insured"), one=NC_("one more", "insured worker")),
    Outcome("trained", "Ever trained", "接受过技能培训人数", "persons", "stock", "higher",
            N_("workers who ever completed a training course"), _column("trained"), headline=True,
            one=NC_("one more", "trained worker")),
    Outcome("parents_away", "Out-migrants with a child under 16", "有未成年子女的外出人数", "persons",
            "stock", "neutral", N_("out-migrants with a child under 16, wherever the child lives"),
            _column("parents_away"), one=NC_("one more", "out-migrant with a child under 16")),
    # --- money spent ---------------------------------------------------------------------------------
    Outcome("policy_spending", "Policy spending", "政策支出", "yuan", "flow", "neutral",
            N_("spent by the levers in the year, all payers together, current yuan"),
            _column("policy_spending_yuan")),
    Outcome("net_public_cost", "Net cost to government", "财政净成本", "yuan", "flow", "neutral",
            N_("spent by central and local government on levers in the year, and by cities on those who "
            "settle because of them, with the pensions and cover promised to the insured, less the social "
            "insurance contributions of employees and employers and a levy on payroll where there is one, "
            "current yuan; in a comparison, what a policy adds to it"),
            _net_public_cost),
    Outcome("other_settlement_cost", "Public cost of other settlements", "其他落户的公共成本", "yuan", "flow",
            "neutral",
            N_("lifetime cost to cities of those who settle in the year without a lever that changes who "
            "may or would, current yuan; in a comparison, of those who settle because a policy brought more "
            "migrants or insured more of them, which is in no other cost, as a few by chance cost as much "
            "as a small instrument"),
            _column("other_settlement_cost_yuan")),
)
# fmt: on

OUTCOMES: dict[str, Outcome] = {outcome.key: outcome for outcome in _TABLE}
HEADLINE: tuple[str, ...] = tuple(outcome.key for outcome in _TABLE if outcome.headline)


IN_CHINESE = {row.label_zh: row.key for row in _TABLE}
"""Keys by Chinese label."""


def outcome(key: str) -> Outcome:
    """The outcome of that name, or Chinese label; ``UsageError`` with the nearest name if there is none."""
    key = IN_CHINESE.get(key, key)
    if key not in OUTCOMES:
        message = _("no such outcome")
        raise UsageError(Problem(message, value=key, allowed=tuple(OUTCOMES), nearest=nearest(key, OUTCOMES)))
    return OUTCOMES[key]


def monthly(national: pd.DataFrame, keys: Iterable[str] = ()) -> pd.DataFrame:
    """Outcomes, all or those of ``keys``, month by month: one column per outcome, the month as index."""
    columns = {key: OUTCOMES[key].series(national) for key in keys or OUTCOMES}
    return pd.DataFrame(columns, index=pd.Index(national["month"], name="month"))


def outcome_table() -> pd.DataFrame:
    """The registry as a table, for reading."""
    names = ("label_zh", "unit", "kind", "good", "definition")
    return pd.DataFrame(
        [
            {"key": row.key, "label": row.label_en, **{name: getattr(row, name) for name in names}}
            for row in _TABLE
        ]
    )
