"""Runs of the policy documents: they share their months, and hold what programmes are compared on."""

from __future__ import annotations

import pytest

from sim.engine.simulate import simulate
from sim.studies.documents import document_runs
from sim.validation.programmes import (
    ALIKE,
    documents,
    last_month,
    programmes_table,
    unrecorded_spending,
    whole_years,
)

SCALE = 50_000


@pytest.fixture(scope="module")
def runs():
    told = []
    found = document_runs(SCALE, progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 5) for done in range(6)]
    return found


def test_a_run_from_shared_months_is_a_run_of_its_own(runs):
    name = "nine-departments-2022-county-notice"
    alone = simulate(name, scale=SCALE, seed=1, end=last_month(name), tables="ledger").ledger
    (shared,) = runs[name]
    assert shared.ledger.reset_index(drop=True).equals(alone.reset_index(drop=True))


def test_every_document_is_held_against_the_record(runs):
    table = programmes_table(runs)
    assert set(table["document"]) == set(documents()) == set(runs)
    assert (table["record"] > 0).all() and (table["adds"] >= 0).all()
    assert all(row.year in whole_years(row.document) for row in table.itertuples())
    posts = table[table["instrument"] == "public-welfare-posts"].iloc[0]
    assert posts["verdict"] == ALIKE  # some five million, which the budget pays
    assert len(unrecorded_spending(runs)) > 20


def test_money_a_person_is_what_the_lever_costs(runs):
    table = programmes_table(runs).query("measure == 'per_person'")
    refunds = table[table["instrument"] == "retention-refund"].set_index("year")
    assert refunds.loc[2021, "whole"] == pytest.approx(12 * 37, rel=0.02)
    assert refunds.loc[2021, "adds"] == pytest.approx(12 * 0.4 * 37, rel=0.01)
    benefit = table[table["instrument"] == "unemployment-insurance"].iloc[0]
    assert benefit["whole"] == 1400 and benefit["verdict"] == ALIKE
