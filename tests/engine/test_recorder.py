"""Tables are made by name from what a month counts, and every column of them is explained and made."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from support.engine_runs import make_scenario

from sim import simulate
from sim.core.categories import ACTIVITIES, EXITED, MIGRANT_SEARCH, MIGRANT_WORK
from sim.engine.recorder import Record, national_columns
from sim.engine.simulation import Simulation
from sim.engine.stocks import nation_type
from sim.results.columns import TABLES
from sim.results.outcomes import monthly
from sim.results.results import undocumented
from sim.steps.records import EVENT, EVENTS, MONEY, MONEY_FLOWS
from sim.world.worker import INSURED, TRAINED


@pytest.fixture(scope="module")
def results():
    """All instruments that a run can have, so that the ledger has every kind of row."""
    return simulate("all-documents", scale=200_000, end="2024-12", seed=1, trace=[0])


def test_every_column_of_every_table_is_explained_and_every_explained_one_is_made(results):
    assert undocumented(results.tables) == []
    assert {name: list(table) for name, table in results.tables.items()} == {
        name: list(columns) for name, columns in TABLES.items()
    }
    assert all(len(table) for table in results.tables.values())


def test_a_name_has_one_unit_everywhere(results):
    """Shares that tables and outcomes print are in percent, and so is the rate of those who search."""
    national = results.national
    assert TABLES["national"]["searching_rate"][0] == "percent"
    expected = 100.0 * national["migrant_search"] / national["out"]
    np.testing.assert_allclose(national["searching_rate"], expected)
    assert 1.0 < national["searching_rate"].mean() < 30.0
    assert (monthly(national)["searching_rate"] == national["searching_rate"].to_numpy()).all()


def test_every_declared_event_happens_in_some_month_of_a_run_with_all_levers():
    run = Simulation("all-documents", 50_000, "2030-12", seed=1, threads=1)
    counted = np.zeros(len(EVENTS), dtype=np.int64)
    for _ in range(run.last + 1):
        rows = run.rows
        block = run.step()
        assert block.events[EVENT.entrants] == run.rows - rows
        counted += block.events
    assert [name for name, count in zip(EVENTS, counted, strict=True) if count == 0] == []


def test_figures_are_what_a_count_of_the_workers_gives():
    run = Simulation(make_scenario(), 100_000, seed=2, threads=1)
    record = Record(run, 0)
    for _ in range(12):
        block = run.step()
        row = record.national_row(block)
        workers = run.workers[: run.rows]
        counts = np.bincount(workers.activity, minlength=len(ACTIVITIES)) * run.scale
        for code in range(EXITED):
            assert row[ACTIVITIES[code]] == counts[code]
        away = np.isin(workers.activity, (MIGRANT_WORK, MIGRANT_SEARCH))
        across = run.places.province[workers.place] != workers.home
        assert row["cross_province"] == (away & across).sum() * run.scale
        assert row["savings_stock_yuan"] == workers.savings.sum() * run.scale
        assert row["hires"] == block.events[EVENT.hires] * run.scale
        assert row["earnings_yuan"] == block.money[MONEY.earned] * run.scale
        assert row["arrears_owed_yuan"] == block.money[MONEY.withheld] * run.scale
        pay, paid = block.pay[MIGRANT_WORK]
        assert row["migrant_pay_yuan"] == pytest.approx(pay / paid)
    living = workers.activity != EXITED
    for name, bit in (("insured", INSURED), ("trained", TRAINED)):  # December is a month of the census
        assert row[name] == ((workers.status & bit != 0) & living).sum() * run.scale


def test_figures_are_filled_by_name():
    """A number that stands in one field alone comes out in the columns that are made from it alone."""
    plain = {}
    of = {"returns": ("events", EVENT.returns), "remittances_yuan": ("money", MONEY.remittance)}
    for name, (field, code) in of.items():
        nation = np.zeros(1, dtype=nation_type())
        nation[field][0, code], nation["price_index"] = 7, 1.0
        columns = national_columns(nation, 10)
        plain[name] = {key for key, value in columns.items() if value[0] == 70}
    assert plain == {"returns": {"returns"}, "remittances_yuan": {"remittances_yuan"}}
    assert nation["events"].shape == (1, len(EVENTS)) and nation["money"].shape == (1, len(MONEY_FLOWS))


def test_a_run_of_no_reported_month_has_the_same_columns(results):
    record = Record(Simulation(make_scenario(), 1_000_000, threads=1), 0)
    for name, table in record.tables().items():
        assert isinstance(table, pd.DataFrame) and len(table) == 0
        assert list(table) == list(results.tables[name])
