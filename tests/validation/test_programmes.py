"""Documents against real programmes: whom the record names, and the arithmetic on invented ledgers."""

from __future__ import annotations

import pandas as pd
import pytest
from support.invented_ledgers import run_of

from sim.core.errors import DataError
from sim.scenario.instruments import checked_instruments
from sim.scenario.loading import catalogue, load_scenario
from sim.validation.programmes import (
    ALIKE,
    LESS,
    MORE,
    NOT_JUDGED,
    Served,
    bills_everybody,
    check_names,
    documented,
    documents,
    last_month,
    own_levers,
    programmes_table,
    stated_share,
    unrecorded_spending,
    whole_years,
)
from sim.world.data import load_data

BRIEFING, TEN, FIFTEEN = "state-council-briefing-2024", "ten-departments-2024", "fifteen-departments-2020"
CATALOGUE = checked_instruments(catalogue())


def figures(document: str, *runs) -> pd.DataFrame:
    table = programmes_table({document: list(runs)})
    return table.set_index(["instrument", "programme", "measure"]).sort_index()


# --- the record


def test_the_record_names_instruments_of_the_catalogue_and_their_parts():
    record = load_data().programme_record
    check_names(record)
    assert record["instrument"].nunique() >= 15 and set(record["instrument"]) <= set(CATALOGUE)
    assert {"spent", "served", "per_person"} == set(record["measure"])


def test_a_name_that_is_in_no_catalogue_is_told_with_line_and_nearest():
    record = load_data().programme_record.copy()
    first, second = record.index[0], record.index[record["part"] == "poor"][0]
    record.loc[first, "instrument"], record.loc[second, "part"] = "retention-refunds", "por"
    with pytest.raises(DataError) as refused:
        check_names(record)
    told = str(refused.value)
    assert f"programme_record.csv:{first}:" in told and "retention-refund" in told
    assert f"programme_record.csv:{second}:" in told and "poor" in told


def test_what_is_scaled_to_rural_workers_says_by_whose_word():
    record = load_data().programme_record
    scaled = record[record["rural_share"].notna()]
    assert len(scaled) >= 10 and (scaled["covers"] == "all_workers").all()
    assert scaled["rural_share_source"].str.contains(r"\d").all()
    assert record["source"].str.len().gt(2).all()


# --- documents and years


def test_documents_are_five_and_looked_at_in_their_first_two_whole_years():
    assert set(documents()) == set(load_data().documents.index)
    assert whole_years(FIFTEEN) == (2021, 2022)  # from August 2020
    assert whole_years("nine-departments-2022-county-notice") == (2023, 2024)  # from January 2023
    assert whole_years(TEN) == (2025, 2026) and last_month(TEN) == "2026-12"


def test_levers_of_the_reference_are_not_the_documents():
    assert all(lever.strength == 1.0 or lever.acting == 0.0 for lever in own_levers(FIFTEEN).values())
    nine = own_levers("nine-departments-2022-county-notice")
    assert "retention_refund_2020" in load_scenario("nine-departments-2022-county-notice").levers
    assert "retention_refund_2020" not in nine and "school_places_2022" in nine


# --- what acts, the whole, and what history reached


@pytest.mark.parametrize(
    "instrument, part, expected",
    [
        (
            "retention-refund",
            None,
            Served(200.0, 50.0, 50.0),
        ),  # as many at any strength, each at half the price
        ("public-rental-housing", None, Served(200.0, 100.0, 100.0)),  # half the homes, each at its price
        ("small-rural-works", None, Served(200.0, 100.0, 100.0)),
        ("insurance-coverage", None, Served(200.0, 100.0, 100.0)),  # those alone who would not have joined
        ("vocational-training", None, Served(100.0, 50.0, 50.0)),  # every course is billed
        ("founder-training", "starting", Served(100.0, 50.0, 50.0)),
        ("service-windows", None, Served(200.0, 50.0, 50.0)),  # half a yuan a head
    ],
)
def test_the_whole_of_a_measure_is_more_where_a_half_of_it_acts(instrument, part, expected):
    lever = next(one for one in CATALOGUE[instrument].parts if part in (None, one.part))
    half = lever.model_copy(update={"strength": 1.0, "baseline_share": 0.5})
    assert documented(half, Served(100.0, 50.0, 50.0)) == expected
    assert bills_everybody(half) == (expected.yuan == 100.0)


def test_history_reached_what_the_lever_says():
    lever = own_levers(BRIEFING)["retention_refund"]
    assert stated_share(lever) == 0.25
    assert stated_share(lever.model_copy(update={"implemented_share": None})) == 0.25  # of the reference
    assert stated_share(own_levers(TEN)["guaranteed_loan"]) is None


def test_money_and_people_are_held_against_what_history_reached():
    found = figures(BRIEFING, run_of(("retention_refund", 2026, 15e9, 1_200e6)))
    refunds = found.xs(("retention-refund", "refunds to firms that keep their staff"))
    spent, served, each = (refunds.loc[name] for name in ("spent", "served", "per_person"))
    assert (spent.adds, spent.whole, spent.share, spent.reached) == (15e9, 20e9, 0.25, 5e9)
    assert spent.printed == 20.4e9 and spent.record == pytest.approx(0.26 * 20.4e9)
    assert spent.ratio == pytest.approx(5e9 / spent.record) and spent.verdict == ALIKE
    assert spent.record_share == pytest.approx(spent.record / 20e9)
    assert served.adds == served.whole == 100e6 and served.reached == 25e6  # twelve months a person
    assert (each.adds, each.whole, each.record) == (150.0, 200.0, 364.0)  # money a person is not scaled
    assert each.ratio == pytest.approx(200 / 364) and each.verdict == ALIKE


def test_twice_and_half_are_the_ends_of_what_is_alike():
    def verdict(yuan: float) -> str:
        found = figures(BRIEFING, run_of(("retention_refund", 2026, 0.75 * yuan, 1.0)))
        return found.loc[("retention-refund", "refunds to firms that keep their staff", "spent"), "verdict"]

    once = 0.26 * 20.4e9 / 0.25  # of which history reached a quarter, as on record
    assert [verdict(times * once) for times in (0.49, 0.51, 1.99, 2.01)] == [LESS, ALIKE, ALIKE, MORE]


def test_several_runs_count_as_their_mean_and_levers_of_an_instrument_are_added():
    runs = [run_of(("festival_transport_return_trips", 2026, yuan, 1e6)) for yuan in (10e6, 30e6)]
    trips = figures(BRIEFING, *runs).xs("festival-transport").iloc[0]
    assert trips.adds == 1e6
    with_firsts = run_of(
        ("festival_transport_return_trips", 2026, 10e6, 1e6),
        ("festival_transport_first_trips", 2026, 1e6, 5e5),
    )
    assert figures(BRIEFING, with_firsts).xs("festival-transport").iloc[0].adds == 1.5e6


def test_a_part_is_held_against_its_own_figure():
    run = run_of(
        ("poverty_workshops_2020_poor", 2022, 5e8, 12 * 4e5),
        ("poverty_workshops_2020_carers", 2022, 1e8, 12e5),
    )
    poor = figures(FIFTEEN, run).xs("poverty-workshops").iloc[0]
    assert poor.part == "poor" and poor.adds == 4e5 and poor.reached == pytest.approx(0.9 * 4e5)


def test_a_lever_that_ends_with_2021_is_looked_at_in_2021():
    run = run_of(
        ("unemployment_insurance_2020", 2021, 28e9, 20e6), ("unemployment_insurance_2020", 2022, 1e9, 1e6)
    )
    benefit = figures(FIFTEEN, run).xs("unemployment-insurance").xs("unemployment benefit")
    assert (benefit["year"] == 2021).all() and benefit.loc["per_person", "adds"] == 1400
    assert benefit.loc["per_person", "unit"] == "yuan_per_month"


def test_the_record_is_that_of_the_nearest_year_and_of_two_the_earlier():
    refunds = figures(FIFTEEN, run_of(("retention_refund_2020", 2021, 1e9, 1e6))).xs("retention-refund")
    years = refunds.droplevel("programme")["record_year"]
    assert years.to_dict() == {"spent": 2021, "served": 2019, "per_person": 2020}
    assert (figures(TEN, run_of(("legal_aid", 2026, 1.0, 1.0))).xs("legal-aid")["record_year"] == 2023).all()


def test_other_people_and_other_things_are_shown_and_not_judged():
    run = run_of(("guaranteed_loan", 2026, 2e9, 12e6), ("injury_pilot", 2026, 1e9, 240e6))
    found = figures(TEN, run)
    loans = found.xs("guaranteed-loan")
    assert (loans["verdict"] == NOT_JUDGED).all() and {"one_province", "all_workers"} == set(loans["reason"])
    pilot = found.xs("injury-pilot").droplevel("programme")
    assert pilot.loc["served", "verdict"] == NOT_JUDGED and pilot.loc["served", "record"] == 22e6
    assert pilot.loc["per_person", "verdict"] == ALIKE  # 50 yuan a person, whoever they are
    works = figures(FIFTEEN, run_of(("work_for_relief_2020", 2022, 1e10, 1e5))).xs("work-for-relief")
    all_projects = works.xs("all projects that give work for relief").iloc[0]
    assert all_projects.verdict == NOT_JUDGED and "large projects" in all_projects.reason


def test_what_has_no_record_is_listed_the_most_first():
    run = run_of(
        ("equal_services", 2026, 3e9, 1e6), ("school_places", 2026, 5e9, 1e6), ("legal_aid", 2026, 9e9, 1e6)
    )
    table = unrecorded_spending({TEN: [run]})
    assert table["instrument"].tolist() == ["school-places", "equal-services"]
    assert table["yuan"].tolist() == [5e9, 3e9]
