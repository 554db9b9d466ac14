"""The model against official statistics: errors, periods, verdicts, benchmark forecasts, 2020."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from support import synthetic
from support.messages import left_in_english

from sim import load_scenario, simulate
from sim.core.language import speaking
from sim.core.width import columns
from sim.present.text.official import group_words, indicator_words
from sim.present.text.validation import validation_text
from sim.results.official import official_table
from sim.results.results import Results
from sim.scenario.loading import with_overrides
from sim.validation import stylised_facts as facts
from sim.validation.benchmarks import most_accurate
from sim.validation.official_figures import NOT_COMPARABLE, official_figures
from sim.validation.targets import read_targets
from sim.validation.tolerances import Survey, tolerances
from sim.validation.validate import validate, verdict
from sim.world.data import load_data

TARGETS = read_targets(load_data())
TABLES = ("annual", "quarterly", "corridor", "stylised_fact")
BASE = synthetic.FakeScenario("baseline")


@pytest.fixture(scope="module")
def official_of_a_run():
    return official_table(simulate("baseline", scale=200_000, end="2015-12", seed=1))


@pytest.fixture(scope="module")
def runs():
    return [synthetic.simulate(BASE, end="2024-12", seed=seed) for seed in (1, 2)]


@pytest.fixture(scope="module")
def validation(runs):
    return validate(runs)


def perfect_run(runs):
    """A run whose official rows are the published ones."""
    published = load_data().official_annual.query("year >= 2014")
    official = published[["year", "indicator", "group", "value", "unit"]]
    return Results({"national": runs[0].national, "official": official}, runs[0].manifest)


def test_the_error_is_percent_for_counts_and_points_for_shares(validation, runs):
    rows = validation.to_frame().set_index(["indicator", "group", "year"])
    tables = [official_table(run).set_index(["indicator", "group", "year"])["value"] for run in runs]
    key = ("migrant_workers", "out_cross_province", 2019)
    model = np.mean([table[key] for table in tables])
    assert rows.loc[key, "error"] == pytest.approx(100 * (model / 7508 - 1))
    assert rows.loc[key, "error_unit"] == "percent"
    share = ("out_cross_province_share", "all", 2021)
    model = np.mean([table[share] for table in tables])
    assert rows.loc[share, "error"] == pytest.approx(model - 41.5)
    assert rows.loc[share, "error_unit"] == "points"


def test_fit_and_unseen_years_are_apart(validation):
    rows = validation.to_frame()
    assert set(rows.loc[rows["period"] == "fit", "year"]) == set(range(2014, 2020))
    assert rows.loc[rows["period"] == "unseen", "year"].min() == 2020


def test_published_figures_against_themselves_are_perfect(runs):
    found = validate(perfect_run(runs))
    rows = found.rows
    weighted_names = ["monthly_income", "mean_age", "age_share", "education_share", "female_share"]
    weighted_names += ["training_share"]  # of which the mean of all is worked out from both sides
    weighted = rows["indicator"].isin(weighted_names)
    assert np.allclose(rows.loc[~weighted & ~rows["indicator"].str.contains("change|yoy"), "error"], 0)
    own = found.summary[~found.summary["indicator"].str.startswith(tuple(weighted_names))]
    assert set(own["verdict"]) == {"met"}


def test_breaks_in_the_official_series_are_marked_and_left_out(validation):
    rows = validation.rows.set_index(["indicator", "group", "year"])
    assert rows.loc[("monthly_income", "all", 2014), "note"]
    assert rows.loc[("migrant_workers_by_origin", "east", 2015), "note"]
    assert not rows.loc[("migrant_workers_by_origin", "west", 2015), "note"]
    summary = validation.summary.set_index(["indicator", "group", "period"])
    assert summary.loc[("monthly_income", "all", "fit"), "years"] == 5
    assert len({(name, group, first) for name, group, first, *_ in NOT_COMPARABLE}) == len(NOT_COMPARABLE)


def test_the_verdict_follows_its_rule():
    assert verdict(np.array([1.0, -5.0]), 5) == "met"
    assert verdict(np.array([1.0, -5.1]), 5) == "near"
    assert verdict(np.array([5.0, -5.1]), 5) == "missed"


def test_targets_exist_in_the_official_series():
    published = load_data().official_annual
    names = set(zip(published["indicator"], published["group"], strict=True))
    names.add(("monthly_income_ratio", "out_to_local"))
    assert {(target.indicator, target.group) for target in TARGETS} <= names
    assert len({target.label for target in TARGETS}) == len(TARGETS)


def test_the_benchmarks_by_hand(validation):
    row = validation.summary.query("indicator == 'migrant_workers' and group == 'out' and period == 'unseen'")
    truth = np.array([16959, 17172, 17190])  # 2020 to 2022, before the new sample
    held = np.mean(np.abs(17425 / truth - 1))
    assert row["last_value_error"].iloc[0] == pytest.approx(100 * held)
    years, counts = np.arange(6), np.array([16821, 16884, 16934, 17185, 17266, 17425])
    slope = ((years - 2.5) * (counts - counts.mean())).sum() / ((years - 2.5) ** 2).sum()
    line = counts.mean() + slope * (np.array([6, 7, 8]) - 2.5)
    trend = np.mean(np.abs(line / truth - 1))
    assert row["trend_error"].iloc[0] == pytest.approx(100 * trend)


def test_the_path_within_2020(validation, runs):
    quarters = validation.quarters.set_index("month")
    away = np.mean([run.national.set_index("month")["away_now"] for run in runs], axis=0)
    months = runs[0].national["month"].tolist()
    change = away[months.index("2020-02")] / away[months.index("2019-03")] - 1
    assert quarters.loc["2020-02", "model_percent"] == pytest.approx(100 * change)
    assert quarters.loc["2020-02", "official_percent"] == pytest.approx(-30.6, abs=0.05)
    assert quarters.loc["2020-06", "official_percent"] == pytest.approx(-2.7, abs=0.1)
    assert quarters.loc["2020-09", "official_percent"] == pytest.approx(-2.1, abs=0.05)


def test_the_text_holds_every_target_and_the_truth(validation):
    text = validation_text(validation)
    errors = text.split("Errors (model less official)")[1].split("Unseen years")[0]
    for target in TARGETS:
        if target.label in set(validation.rows["label"]):
            family, group = indicator_words(target.indicator), group_words(target.group, target.indicator)
            assert target.label in errors or group in errors.split(f"\n{family}, ")[1]
    assert "missed" in text and "unseen" in text and "last value" in text
    assert "end of February 2020" in text


def test_errors_and_verdicts_stand_under_their_series(validation):
    text = validation_text(validation)
    family = text.split("\nMigrant workers, %\n")[1]
    line = next(line for line in family.splitlines() if line.startswith("  local "))
    found = validation.summary.query("indicator == 'migrant_workers' and group == 'local'").set_index(
        "period"
    )
    marks = {"met": "=", "near": "~", "missed": "!"}
    means = [f"{row.mean_absolute_error:.1f}{marks[row.verdict]}" for row in found.itertuples()]
    assert line.split("|")[-1].split() == means
    errors = validation.rows.query("indicator == 'migrant_workers' and group == 'local'")["error"]
    cells = [cell.lstrip("+").replace("−", "-") for cell in line.replace("|", " ").split()[1 : -len(means)]]
    assert cells == [f"{error:.1f}".replace("-0.0", "0.0") for error in errors]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_line_is_wider_than_a_terminal_of_120_columns(validation, language):
    with speaking(language):
        text = validation_text(validation)
    assert max(columns(line) for line in text.splitlines()) <= 120
    assert language == "en" or not left_in_english(text)


def test_a_coarse_scale_is_said_to_blur_the_verdicts(validation):
    found = validate(synthetic.simulate(BASE, scale=100_000, end="2015-12", seed=1))
    is_stock = (found.rows["unit"] == "10k_persons") & ~found.rows["indicator"].str.endswith("_change")
    stocks = found.rows[(found.rows["label"] != "") & is_stock]
    told = " ".join(validation_text(found).split()).partition("Sampling: at 1:100000")[2]
    assert f"is {stocks['model'].min() / 10:,.0f} simulated workers a run" in told
    assert "--scale 1:5000" in told and stocks.loc[stocks["model"].idxmin(), "label"] in told
    assert validation.about["scale"] == 5000 and "Sampling:" not in validation_text(validation)


def test_a_target_of_another_year_is_called_so(validation):
    facts = validation.stylised_facts.set_index("id")["official_year"]
    assert facts["insured_out"] == "2013" and (facts.drop("insured_out") == "").all()
    told = " ".join(validation_text(validation).split())
    assert "not measured (target: the figure of 2013)" in told.partition("insured for pension")[2][:140]


def test_a_short_run_is_validated_on_what_it_has():
    run = synthetic.simulate(BASE, end="2016-12", seed=1)
    found = validate(run)
    assert set(found.rows["year"]) == {2014, 2015, 2016}
    assert found.quarters.empty and found.summary["trend_error"].isna().all()
    assert "Out-of-township" in validation_text(found)


def test_a_validation_is_kept_whole(validation, tmp_path):
    files = {"charts/out.png": b"png", "validation.txt": validation_text(validation).encode()}
    folder = validation.save(tmp_path / "validation", extra=files)
    assert "Out-of-township" in (folder / "validation.txt").read_text(encoding="utf-8")
    kept = pd.read_parquet(folder / "stylised_facts.parquet")
    assert kept["id"].tolist() == validation.stylised_facts["id"].tolist()
    assert (folder / "validation.csv").read_text().startswith("year,")
    assert (folder / "charts" / "out.png").exists()


def test_facts_by_hand():
    months = pd.DataFrame(
        {
            "month": ["2014-01", "2014-02"],
            "migrant_work": [100.0, 100],
            "local_work": [80.0, 80],
            "settled_work": [20.0, 20],
            "separations": [2.0, 6],
            "job_changes": [4.0, 4],
            "searching_rate": [4.0, 6.0],
            "settlements": [1.0, 0],
            "out": [150.0, 150],
            "departures": [3.0, 9],
        }
    )
    assert facts.job_length(months) == pytest.approx(400 / 12 / 16)
    assert facts.unemployment(months) == pytest.approx(5)
    assert facts.settlement_rate(months) == pytest.approx(1200 / 300)
    assert facts.seasonal_departures(months) == pytest.approx(75)


def test_willingness_is_the_share_that_the_count_of_its_year_holds():
    counts = pd.DataFrame([(2016, 20.0), (2017, 30.0)], columns=["year", "value"]).assign(
        indicator="willing_to_settle_share", group="out", unit="percent"
    )
    run = Results({"national": synthetic.national(), "official": counts}, {})
    target = next(one for one in read_targets(load_data(), "stylised_fact") if one.id == "willingness")
    row = facts.stylised_facts_table([run], [target]).iloc[0]
    assert (row["model"], row["error"], row["verdict"]) == (30.0, -7.0, "missed")


def test_the_model_counts_who_would_move_registration():
    """More are willing where the log-odds are higher; all of them where nobody can be unwilling."""
    shares = []
    for log_odds in (-10.0, -1.6, 5.0):
        scenario = with_overrides(
            load_scenario("baseline"), {"parameters.settlement_willingness_log_odds": log_odds}
        )
        counted = simulate(scenario, scale=200_000, end="2014-12", seed=1, tables=("official",)).official
        shares.append(counted.set_index("indicator").loc["willing_to_settle_share", "value"])
    assert shares[0] < 1 and 15 < shares[1] < 45 and shares[2] > 95


def test_a_fact_that_no_table_holds_is_said_to_be_unmeasured(validation):
    found = validation.stylised_facts.set_index("id")
    assert found.loc["willingness", "verdict"] == "not measured"
    assert found.loc["peer_effect", "verdict"] in ("met", "not measured")  # by rule, if the run says which
    assert found.loc["unemployment", "verdict"] in ("met", "missed")


def test_every_series_with_a_past_meets_its_benchmarks(validation):
    unseen = validation.summary[validation.summary["period"] == "unseen"].set_index(["indicator", "group"])
    assert unseen.loc[("mean_age", "all"), ["last_value_error", "trend_error"]].notna().all()
    row = unseen.loc[("mean_age", "all")]
    assert row["last_value_error"] == pytest.approx((0.6 + 0.9 + 1.5) / 3)
    assert np.isnan(unseen.loc[("monthly_income", "local"), "trend_error"])  # one fit year has no trend
    assert most_accurate(1.0, 2.0, np.nan) == "model" and most_accurate(1.0, 1.0, 3.0) == "last value"


def test_a_later_official_year_is_judged_by_what_changed_since_the_new_sample():
    """Dropping a row into the official series is all that a new year takes."""
    data = load_data()
    row = {
        "year": 2025,
        "indicator": "migrant_workers",
        "group": "out",
        "value": 17000.0,
        "unit": "10k_persons",
        "source_id": "nbs_mwr_2021",
    }
    more = pd.concat([data.official_annual, pd.DataFrame([row])], ignore_index=True)
    data = dataclasses.replace(data, official_annual=more)
    run = synthetic.simulate(BASE, end="2025-12", seed=1)
    found = (
        validate(run, data).rows.query("indicator == 'migrant_workers' and group == 'out'").set_index("year")
    )
    new, first = found.loc[2025], found.loc[2023]
    assert new["period"] == "new sample" and 0 < new["tolerance"] < 1 and new["label"]
    assert new["judged_error"] == pytest.approx(new["error"] - first["error"])
    assert np.isnan(first["judged_error"]) and found.loc[2022, "judged_error"] == found.loc[2022, "error"]


def test_targets_say_what_their_tolerance_is():
    data = load_data()
    every = [
        target
        for table in ("annual", "quarterly", "corridor", "stylised_fact")
        for target in read_targets(data, table)
    ]
    assert len(every) == len(data.targets)
    assert all(target.tolerance_reason and target.definition and target.source for target in every)
    assert all(np.isnan(target.value) == (target.table in ("annual", "quarterly")) for target in every)


def test_every_official_series_is_shown_or_listed_with_a_reason(validation):
    """Nothing is left out because it is missed: what the model holds has a target, the rest a reason."""
    data = load_data()
    published = data.official_annual.query("year >= 2014")
    pairs = set(zip(published["indicator"], published["group"], strict=True))
    listed = set(zip(data.not_modelled["indicator"], data.not_modelled["group"], strict=True))
    shown = {(target.indicator, target.group) for target in TARGETS}
    for pair in pairs:
        is_listed = pair in listed or (pair[0], "*") in listed
        assert (pair in shown) != is_listed, pair
    assert {name for name, _ in listed} <= {name for name, _ in pairs}
    assert {pair for pair in listed if pair[1] != "*"} <= pairs
    assert data.not_modelled["reason"].str.len().gt(10).all()


def test_a_run_gives_every_series_that_is_shown(official_of_a_run):
    given = set(zip(official_of_a_run["indicator"], official_of_a_run["group"], strict=True))
    derived = {("monthly_income_ratio", "out_to_local")}
    assert {(target.indicator, target.group) for target in TARGETS} - given == derived


def test_what_is_called_not_modelled_is_in_no_run(official_of_a_run):
    listed = {(row.indicator, row.group) for row in load_data().not_modelled.itertuples()}
    given = set(zip(official_of_a_run["indicator"], official_of_a_run["group"], strict=True))
    assert not [pair for pair in given if pair in listed or (pair[0], "*") in listed]


def test_tolerances_follow_the_survey_and_nothing_else():
    data = load_data()
    survey = Survey.read(data.survey)
    assert survey.workers == 86_000 * 2.7 and survey.effect == pytest.approx(3.6, abs=0.01)
    rows = pd.DataFrame(
        [
            (2019, "migrant_workers", "out", 17425.0, "10k_persons"),
            (2019, "migrant_workers", "total", 29077.0, "10k_persons"),
            (2019, "female_share", "out", 30.7, "percent"),
            (2019, "migrant_workers_yoy_growth", "out", 0.9, "percent"),
        ],
        columns=["year", "indicator", "group", "value", "unit"],
    )
    out, _, women, growth = tolerances(rows, survey)
    share = 0.3485
    by_hand = 1.96 * np.sqrt(survey.effect * (1 - share) / (share * survey.workers))
    assert out == pytest.approx(100 * by_hand, rel=0.01)
    sampled = survey.workers * share
    assert women == pytest.approx(196 * np.sqrt(survey.effect * 0.307 * 0.693 / sampled) + 0.05, rel=0.01)
    assert growth == pytest.approx(out * np.sqrt(0.4) + 0.05, rel=0.02)


def test_targets_without_a_rule_say_what_their_tolerance_rests_on():
    data = load_data()
    kinds = {table: {target.tolerance_kind for target in read_targets(data, table)} for table in TABLES}
    assert kinds["annual"] == kinds["quarterly"] == {"rule"} and kinds["corridor"] == {"aim"}
    assert kinds["stylised_fact"] == {"sampling", "range"}


def test_tolerances_rest_on_official_figures_alone(validation):
    figures = official_figures(load_data()).set_index(["indicator", "group", "year"])["tolerance"]
    rows = validation.rows.set_index(["indicator", "group", "year"])["tolerance"]
    assert rows.equals(figures[rows.index].rename("tolerance"))
    survey = Survey.read(load_data().survey)  # primary schooling is no industry: all workers answer
    at_primary_school = survey.of_share(13.2, 281_710_000)
    assert figures["education_share", "primary", 2016] == pytest.approx(1.96 * at_primary_school + 0.05)


def test_a_fact_may_be_the_difference_of_two_groups():
    target = next(fact for fact in read_targets(load_data(), "stylised_fact") if fact.id == "age_gap")
    ages = [("local", 2023, 47.0), ("out", 2023, 40.0), ("local", 2024, 48.0), ("out", 2024, 39.0)]
    official = pd.DataFrame(
        [(year, "mean_age", group, age, "years") for group, year, age in ages],
        columns=["year", "indicator", "group", "value", "unit"],
    )
    national = pd.DataFrame({"month": ["2023-12", "2024-12"]})
    run = Results({"official": official, "national": national}, {})
    assert facts.stylised_facts_table([run], [target])["model"].iloc[0] == pytest.approx(8.0)
    without = Results({"official": official[official["group"] == "out"], "national": national}, {})
    assert facts.stylised_facts_table([without], [target])["verdict"].iloc[0] == "not measured"


def test_a_fact_may_be_one_group_in_percent_of_another():
    target = next(fact for fact in read_targets(load_data(), "stylised_fact") if fact.id == "west_pay")
    pay = [("dest_west", 2023, 4000.0), ("dest_east", 2023, 5000.0), ("dest_west", 2024, 4600.0)]
    official = pd.DataFrame(
        [(year, "monthly_income", group, yuan, "yuan") for group, year, yuan in pay],
        columns=["year", "indicator", "group", "value", "unit"],
    )
    national = pd.DataFrame({"month": ["2023-12", "2024-12"]})
    run = Results({"official": official, "national": national}, {})
    assert facts.stylised_facts_table([run], [target])["model"].iloc[0] == pytest.approx(86.0)
    without = Results({"official": official[official["group"] != "dest_east"], "national": national}, {})
    assert facts.stylised_facts_table([without], [target])["verdict"].iloc[0] == "not measured"


@pytest.mark.parametrize("name", ["central_pay", "west_pay"])
def test_pay_by_region_is_what_the_survey_says(name):
    """The published means of 2023 and 2024, before rounding."""
    target = next(fact for fact in read_targets(load_data(), "stylised_fact") if fact.id == name)
    table = load_data().official_annual.query("indicator == 'monthly_income' and year >= 2023")
    means = table.groupby("group")["value"].mean()
    region = facts.COUNTED[name].group
    assert target.value == pytest.approx(100.0 * means[region] / means["dest_east"], abs=0.1)
