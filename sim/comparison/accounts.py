"""Who bears what: what a policy adds to everybody's accounts, in double entry.

Workers, employers, government by level (local by province), whoever serves workers, and those outside the
model who bear what government lacks: taxpayers, or a city's other residents where other services are cut.
Each item is taken from one account and given to others, so that all together come to nothing in every year.
Workers' account holds all that their net income is made of, profits and the land among it, and the capital
and the loans of businesses: those who buy from them or sell to them outside the model have an account too.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sim.comparison.intervals import mean_and_interval
from sim.policy.financing import CUT_ELSEWHERE
from sim.policy.flows import BANK, CITY
from sim.results.results import Results
from sim.scenario.fields import PUBLIC_PAYERS

WORKERS, EMPLOYERS, GOVERNMENT = "workers", "employers", "government"
MARKETS = "markets"  # who buys from workers, houses them and sells to them, outside the model
INSURED = "insured"  # workers, for what the schemes promise them
TAXPAYERS, OTHER_RESIDENTS = "taxpayers", "other residents"
_NAMES = {"worker": WORKERS, "firm": EMPLOYERS, "scheme": GOVERNMENT}  # of accounts of flows
_KEYS = ["year", "account", "province", "item"]


def accounts_of_seed(base: Results, policy: Results, financing: str) -> pd.DataFrame:
    """What the policy adds to each account in each calendar year, by item, in yuan; one seed's runs.

    financing: of the policy (``sim.policy.financing``). ``province`` is told of what local government pays.
    """
    if "flows" not in policy.tables:
        return pd.DataFrame(columns=[*_KEYS, "yuan"])
    rows = pd.DataFrame([*_rows(policy, 1.0), *_rows(base, -1.0)], columns=[*_KEYS, "yuan"])
    added = rows.groupby(_KEYS, as_index=False)["yuan"].sum()
    return pd.concat([added, _financed(added, financing)], ignore_index=True)


def accounts_over_seeds(seeds: list[pd.DataFrame]) -> pd.DataFrame:
    """The table ``accounts`` of one policy: means over seeds, with intervals; a seed without a row has 0."""
    if all(one.empty for one in seeds):
        return pd.DataFrame()
    keyed = [one.set_index(_KEYS)["yuan"] for one in seeds]
    together = pd.concat(keyed, axis=1).fillna(0.0).sort_index()
    mean, low, high = mean_and_interval(together.to_numpy().T)
    return together.index.to_frame(index=False).assign(yuan=mean, low=low, high=high)


def _rows(run: Results, sign: float) -> Iterator[tuple]:
    """Every item of a run with both its accounts: year, account, province, item, yuan."""
    national = run.national
    yearly = national.groupby(national["month"].str[:4].astype(int)).sum(numeric_only=True)
    for year, sums in yearly.iterrows():
        for item, payer, recipient, yuan in (
            ("wages due", EMPLOYERS, WORKERS, sums["wages_yuan"]),
            ("profits and odd jobs", MARKETS, WORKERS, sums["earnings_yuan"] - sums["wages_yuan"]),
            ("farm income", MARKETS, WORKERS, sums["farm_income_yuan"]),
            ("cost of living away", WORKERS, MARKETS, sums["living_cost_yuan"]),
            ("capital of businesses", WORKERS, MARKETS, sums["capital_yuan"]),
            ("wages withheld", WORKERS, EMPLOYERS, sums["arrears_owed_yuan"]),
            ("wages recovered", EMPLOYERS, WORKERS, sums["arrears_recovered_yuan"]),
            ("contributions", WORKERS, GOVERNMENT, sums["contributions_yuan"]),
            ("employers' contributions", EMPLOYERS, GOVERNMENT, sums["employer_contributions_yuan"]),
            ("promised pensions", GOVERNMENT, INSURED, sums["promised_pensions_yuan"]),
            ("levy on payroll", EMPLOYERS, GOVERNMENT, sums["levy_yuan"]),
        ):
            yield (year, payer, "", item, -sign * yuan)
            yield (year, recipient, "", item, sign * yuan)
    flows = run.tables["flows"]
    for row in flows.itertuples():
        payer, recipient = (_NAMES.get(name, name) for name in (row.payer, row.recipient))
        is_loan = not row.lever and BANK in (row.payer, row.recipient)
        is_settlement = not row.lever and row.recipient == CITY
        item = "loans" if is_loan else "settlements" if is_settlement else "levers"
        yield (row.year, recipient, "", item, sign * row.yuan)
        if row.payer != "local":
            yield (row.year, payer, "", item, -sign * row.yuan)
    local = run.tables["ledger"].query("payer == 'local'")
    for (year, province), spent in local.groupby(["year", "province"])["spending_yuan"].sum().items():
        yield (year, "local", province, "levers", -sign * spent)
    for row in run.tables["settlement_costs"].itertuples():
        yield (row.year, "local", row.province, "settlements", -sign * row.city_yuan)


def _financed(added: pd.DataFrame, financing: str) -> pd.DataFrame:
    """Government's gap of each year, and who bears it."""
    public = added[added["account"].isin([*PUBLIC_PAYERS, GOVERNMENT])]
    bearer = OTHER_RESIDENTS if financing == CUT_ELSEWHERE else TAXPAYERS
    rows = []
    for year, gap in public.groupby("year")["yuan"].sum().items():
        rows.append((year, GOVERNMENT, "", "financing", -gap))
        rows.append((year, bearer, "", "financing", gap))
    return pd.DataFrame(rows, columns=[*_KEYS, "yuan"])
