"""Policies against the baseline: hand-worked differences, intervals, costs, winners and their words."""

import json

import numpy as np
import pandas as pd
import pytest
from support import synthetic
from support.synthetic import FakeScenario

from sim.comparison.compare import Comparison, compare
from sim.comparison.effects import cost_per_additional, effects, trailing_year
from sim.comparison.horizons import checked_horizons, horizons, main_year, policy_years
from sim.comparison.intervals import mean_and_interval, t_975, verdict
from sim.comparison.winners import count_winners, winners_over_seeds
from sim.core.errors import ResultsError, UsageError
from sim.core.months import add_months
from sim.present.text.comparison import headline
from sim.present.text.numbers import amount, difference, number, with_interval
from sim.results.columns import COMPARISON_TABLES, FOCUS_TABLES
from sim.results.outcomes import OUTCOMES, outcome

SHORT = {"seeds": 4, "end": "2029-12", "horizons": "+1,+5,+10", "jobs": 1, "simulate": synthetic.simulate}


@pytest.fixture(scope="module")
def comparison():
    # own_business: 30,000 + 3,000 x seed more in every month; seeds 1 to 4.
    support = FakeScenario(
        "startup-support",
        {
            "business_starts": (1000, 10),
            "own_business": (30_000, 3_000),
            "farm": (-30_000, -3_000),
            "settled": (-2_500, 1_000),
        },
        spending=1e8,
        raises={"female": 500.0, "male": -400.0},
    )
    return compare(FakeScenario("baseline"), [support, FakeScenario("nothing", {})], **SHORT)


def effect(comparison, key, horizon, policy="startup-support"):
    table = comparison.effects.set_index(["policy", "outcome", "horizon_years"])
    return table.loc[(policy, key, horizon)]


def test_every_explained_column_is_made_and_no_other(comparison):
    made = {name: list(table) for name, table in comparison.tables.items()}
    others = ("bands", *FOCUS_TABLES)  # of an ensemble, and of a province
    explained = {name: list(columns) for name, columns in COMPARISON_TABLES.items() if name not in others}
    assert made == explained


def test_a_comparison_of_an_older_format_is_read_in_the_units_of_today(comparison, tmp_path):
    folder = comparison.save(tmp_path / "comparison")
    table = comparison.baseline.assign(searching_rate=comparison.baseline["searching_rate"] / 100.0)
    table.to_parquet(folder / "baseline.parquet")
    about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del about["files"]  # hashes, which that version did not write
    (folder / "manifest.json").write_text(json.dumps({**about, "format": 1}))
    back = Comparison.load(folder)
    np.testing.assert_allclose(back.baseline["searching_rate"], comparison.baseline["searching_rate"])


# --- intervals --------------------------------------------------------------------------------------


def test_the_interval_of_three_seeds_by_hand():
    # differences 1, 2, 6: mean 3, sd sqrt(7), t(2) = 4.3027, half = 4.3027 x sqrt(7) / sqrt(3) = 6.5725
    mean, low, high = mean_and_interval(np.array([1.0, 2.0, 6.0]))
    assert (mean, low, high) == pytest.approx((3.0, -3.5725, 9.5725), abs=1e-4)


def test_one_seed_gives_no_interval():
    mean, low, high = mean_and_interval(np.array([[1.0, 2.0]]))
    assert mean.tolist() == [1.0, 2.0] and np.isnan([*low, *high]).all()
    assert verdict(np.array([1.0]), np.nan, np.nan) == "cannot tell"


@pytest.mark.parametrize(("freedom", "point"), [(1, 12.7062), (19, 2.0930), (31, 2.0395), (99, 1.9842)])
def test_students_t_at_known_points(freedom, point):
    assert t_975(freedom) == pytest.approx(point, abs=1e-4)


def test_verdicts():
    assert verdict(np.array([1, 2, 3]), 0.1, 4) == "higher"
    assert verdict(np.array([-1, -2, -3]), -4, -0.1) == "lower"
    assert verdict(np.array([1, -2, 3]), -4, 4) == "cannot tell"
    assert verdict(np.zeros(3), 0, 0) == "identical"


def test_the_interval_covers_the_truth_as_often_as_it_says():
    draws = np.random.default_rng(5).normal(2.0, 3.0, (6, 20_000))
    _, low, high = mean_and_interval(draws)
    assert np.mean((low < 2) & (high > 2)) == pytest.approx(0.95, abs=0.005)


# --- windows ----------------------------------------------------------------------------------------


def test_policy_years_begin_with_the_first_month():
    found = horizons("2025-04", "2029-12", (1, 5, 10))
    assert [(w.years, w.first, w.last) for w in found] == [(1, "2025-04", "2026-03")]
    assert horizons("2025-01", "2029-12", (5,))[0].last == "2029-12"  # the last month counts
    assert horizons("2025-01", "2029-11", (5,)) == []
    assert add_months("2024-11", 3) == "2025-02" and add_months("2024-12", 12) == "2025-12"


def levers_until(*ends, start="2025-01"):
    return {f"lever_{n}": {"window": {"from": start, "to": end}} for n, end in enumerate(ends)}


def test_years_are_named_by_number_by_calendar_and_by_the_end_of_the_policy():
    long, two = levers_until("2034-12"), levers_until("2034-12", "2028-06")
    usual = checked_horizons(None)
    assert policy_years(usual, "2025-01", "2035-12", long) == (5, 10)
    assert policy_years(usual, "2025-01", "2035-12", two) == (
        3,
        5,
        10,
    )  # the first to end has three whole years
    assert policy_years(("2028",), "2025-01", "2035-12", long) == (4,)
    # a policy year is not a calendar year: that with the most months in it
    months_of_2028 = {"2025-12": 3, "2026-02": 3, "2025-07": 3, "2025-08": 3, "2029-01": None}
    for start, year in months_of_2028.items():
        assert policy_years(("2028",), start, "2035-12", long) == ((year,) if year else ())
    assert policy_years(("end", "+40"), "2025-01", "2035-12", {}) == (11,)  # none ends: the run does
    assert policy_years(usual, "2025-01", "2027-03", long) == (2,)  # what a short run holds
    assert policy_years(("+5",), "2025-01", "2027-03", long) == ()


def test_the_answer_is_about_the_fifth_year_or_the_last_before_the_policy_ends():
    assert main_year((1, 5, 10), "2025-01", levers_until("2034-12")) == 5
    assert main_year((1, 5, 10), "2025-01", levers_until("2027-12", "2026-12")) == 1
    assert main_year((3, 5, 10), "2025-01", levers_until("2027-12", "2026-12")) == 3
    assert main_year((5, 10), "2025-01", levers_until("2025-06")) == 5  # judged after its end, or not at all
    assert main_year((), "2025-01", {}) is None


def test_horizons_are_refused_in_one_sentence_each():
    assert checked_horizons(["end", "2028", "+5", "end"]) == ("end", "2028", "+5")
    for word in ("5", "+0", "soon", "", "20281", "+5,,"):
        with pytest.raises(UsageError, match="does not name a year"):
            checked_horizons(word)
    with pytest.raises(UsageError) as refused:
        checked_horizons("5")
    assert refused.value.problems[0].nearest == "+5"
    with pytest.raises(UsageError, match="no policy has such a year"):
        compare(FakeScenario("baseline"), FakeScenario("support", {}), **{**SHORT, "horizons": "+9"})


def test_the_trailing_year_is_a_total_for_flows_and_a_mean_for_stocks():
    values = np.arange(14.0)[None, :]
    flow = trailing_year(values, outcome("business_starts"))[0]
    stock = trailing_year(values, outcome("out"))[0]
    assert np.isnan(flow[:11]).all() and flow[11:].tolist() == [66, 78, 90]
    assert stock[11:].tolist() == [5.5, 6.5, 7.5]
    assert np.isnan(trailing_year(values[:, :5], outcome("out"))).all()


# --- effects ----------------------------------------------------------------------------------------


def test_a_stock_effect_and_its_interval_by_hand(comparison):
    # 33, 36, 39, 42 thousand: mean 37,500, sd 3,872.98, half = 3.1824 x 3,872.98 / 2 = 6,162.7
    row = effect(comparison, "local", 5)
    assert row["difference"] == pytest.approx(37_500)
    assert row["low"] == pytest.approx(37_500 - 6_162.7, abs=1)
    assert row["high"] == pytest.approx(37_500 + 6_162.7, abs=1)
    assert (row["from_month"], row["to_month"], row["seeds"]) == ("2029-01", "2029-12", 4)
    assert row["verdict"] == "higher"
    assert row["relative_percent"] == pytest.approx(100 * row["difference"] / row["baseline"])
    assert effect(comparison, "farm", 5)["verdict"] == "lower"


def test_a_flow_effect_is_a_years_total_and_its_gain_runs_to_date(comparison):
    # 1,010 ... 1,040 a month: 12,300 a year, 61,500 in five years
    row = effect(comparison, "business_starts", 5)
    assert row["difference"] == pytest.approx(12_300)
    assert row["gained_to_date"] == pytest.approx(61_500)
    assert effect(comparison, "business_starts", 1)["gained_to_date"] == pytest.approx(12_300)


def test_cost_per_additional_by_hand(comparison):
    # 100 million a month: 6 billion in five years; 61,500 starts -> 97,561 yuan; 37,500 local -> 160,000
    starts, local = effect(comparison, "business_starts", 5), effect(comparison, "local", 5)
    assert starts["spending_to_date_yuan"] == pytest.approx(6e9)
    assert starts["cost_per_additional_yuan"] == pytest.approx(97_560.98, abs=0.01)
    assert local["cost_per_additional_yuan"] == pytest.approx(160_000)
    assert starts["net_cost_to_date_yuan"] == pytest.approx(6e9)
    months = np.arange(60)  # in present value at the policy's beginning
    present = 1e8 * (1.08 ** (-months / 12)).sum()
    assert starts["discounted_cost_yuan"] == pytest.approx(97_560.98 * present / 6e9, rel=1e-6)
    assert local["cost_low_yuan"] == pytest.approx(6e9 / (37_500 + 6_162.7), abs=5)
    assert local["cost_high_yuan"] == pytest.approx(6e9 / (37_500 - 6_162.7), abs=5)


def test_money_of_later_years_is_counted_at_the_prices_of_the_first_month_before_it_is_discounted():
    """A hundred a month for two years while prices rise by 10 % a year; the months before do not matter."""
    months = [f"{year}-{month:02d}" for year in (2024, 2025, 2026) for month in range(1, 13)]
    base = np.zeros((2, 36, len(OUTCOMES)))
    policy = base.copy()
    for key in ("net_public_cost", "policy_spending"):
        policy[:, 12:, list(OUTCOMES).index(key)] = 100.0
    policy[:, 12:, list(OUTCOMES).index("out")] = 5.0
    rising = 1.1 ** (np.arange(36) / 12.0)
    for prices, growth in ((rising, 1.1), (None, 1.0), (np.ones(36), 1.0)):
        row = effects(base, policy, months, "2025-01", (2,), prices=prices).set_index("outcome").loc["out"]
        by_hand = (100.0 * (1.08 * growth) ** (-np.arange(24) / 12.0)).sum()
        assert row["net_cost_present_value_yuan"] == pytest.approx(by_hand)
        assert row["net_cost_to_date_yuan"] == pytest.approx(2400.0)
        assert row["discounted_cost_yuan"] == pytest.approx(by_hand / 5.0)


def test_no_cost_is_given_where_the_sign_is_unknown(comparison):
    row = effect(comparison, "settled", 5)  # -1,500, -500, 500, 1,500
    assert row["difference"] == pytest.approx(0, abs=1e-6)
    assert row["verdict"] == "cannot tell"
    assert row["cost_note"] == "cannot tell" and np.isnan(row["cost_per_additional_yuan"])


def test_why_there_is_no_cost():
    out, arrears, pay = outcome("out"), outcome("arrears_cases"), outcome("migrant_pay")
    assert cost_per_additional(out, 0.0, 5, 4, 6, cost=(0.0,) * 3)["cost_note"] == "no spending"
    assert cost_per_additional(out, 1e6, 0, 0, 0, cost=(1e6,) * 3)["cost_note"] == "no change"
    assert cost_per_additional(out, 1e6, -5, -6, -4, cost=(1e6,) * 3)["cost_note"] == "moved the other way"
    assert cost_per_additional(pay, 1e6, 5, 4, 6, cost=(1e6,) * 3)["cost_note"] == "not a count"
    assert cost_per_additional(out, 1e6, 5, np.nan, np.nan, cost=(1e6,) * 3)["cost_note"] == "cannot tell"
    assert cost_per_additional(out, 1e6, 5, 4, 6, cost=(-1.0, -2.0, 0.0))["cost_note"] == "no net cost"
    avoided = cost_per_additional(arrears, 1e6, -5, -10, -4, cost=(1e6,) * 3)  # fewer is better
    assert avoided["cost_per_additional_yuan"] == 2e5
    assert (avoided["cost_low_yuan"], avoided["cost_high_yuan"]) == (1e5, 2.5e5)


def test_a_policy_that_does_nothing_is_identical(comparison):
    table = comparison.effects
    nothing = table[table["policy"] == "nothing"]
    assert len(nothing) and (nothing["difference"] == 0).all()
    assert set(nothing["verdict"]) == {"identical"}


def test_horizons_beyond_the_run_are_left_out(comparison):
    assert sorted(comparison.effects["horizon_years"].unique()) == [1, 5]


def test_the_path_ends_where_the_table_says(comparison):
    paths = comparison.paths
    row = paths.query("policy == 'startup-support' and outcome == 'business_starts' and month == '2029-12'")
    expected = effect(comparison, "business_starts", 5)
    for name in ("difference", "low", "high"):
        assert row[f"year_{name}"].iloc[0] == pytest.approx(expected[name])
    before = paths.query("month < '2025-01'")
    assert (before["difference"] == 0).all()


# --- winners ----------------------------------------------------------------------------------------


def test_winners_and_losers_by_hand():
    base = pd.DataFrame(
        {
            "id": [1, 2, 3, 4, 5],
            "sex": ["male", "male", "female", "female", "female"],
            "age": [20, 21, 50, 51, 70],
            "education": [0, 4, 2, 2, 2],
            "home": ["Henan", "Henan", "Hebei", "Hebei", "Jilin"],
            "is_poor": [True, False, False, False, False],
            "activity": ["farm"] * 5,
            "income_year_yuan": [0.0, 1000.0, 1000.0, 1000.0, 1000.0],
        }
    )
    policy = base.iloc[::-1].assign(income_year_yuan=[900.0, 990.0, 1010.0, 1011.0, 5.0])
    before = base[["id", "activity", "income_year_yuan"]].iloc[:4].assign(activity=[3, 3, 0, 0])
    table = count_winners(base, policy, before, scale=100).set_index(["grouping", "group"])
    # worker 1: 0 -> 5 wins; 2: +1.1 % wins; 3: +1.0 % neither; 4: -1.0 % neither; 5: -10 % loses
    whole = table.loc[("all", "all")]
    assert (whole["winners"], whole["losers"], whole["persons"]) == (2, 1, 500)
    assert whole["change_yuan"] == pytest.approx(5 + 11 + 10 - 10 - 100)
    assert table.loc[("age_group", "16_20"), "winners"] == 1
    assert table.loc[("age_group", "over_50"), "persons"] == 200
    assert table.loc[("education", "college"), "winners"] == 1
    assert table.loc[("region", "Central"), "winners"] == 2  # Henan
    assert table.loc[("household", "poor_household"), "change_yuan"] == 5
    assert table.loc[("income_tenth", "income_tenth_1"), "winners"] == 1  # worker 1 has the lowest income
    assert table.loc[("income_tenth", "income_tenth_3"), "winners"] == 1
    assert table.loc[("income_tenth", "entered_later"), "losers"] == 1
    assert table.loc[("starting_activity", "migrant_work"), "winners"] == 2
    assert table.loc[("starting_activity", "entered_later"), "losers"] == 1


def test_who_had_left_before_the_policy_is_not_counted():
    base, before = synthetic.workers(1), synthetic.workers(1)
    before.loc[before["id"] < 10, "activity"] = "exited"
    table = count_winners(base, base, before, scale=1).set_index(["grouping", "group"])
    assert table.loc[("all", "all"), "persons"] == len(base) - 10
    assert ("starting_activity", "exited") not in table.index


def test_winners_over_seeds_keep_the_order_of_the_words(comparison):
    table = comparison.winners.query("policy == 'startup-support' and horizon_years == 5")
    women = table[(table["grouping"] == "sex") & (table["group"] == "female")].iloc[0]
    assert women["mean_change_yuan"] == pytest.approx(500)
    assert (women["low"], women["high"]) == pytest.approx((500, 500))
    assert women["losers_percent"] == 0 and women["winners_percent"] > 50
    assert table["group"].tolist()[:3] == ["all", "male", "female"]
    assert (table["year"] == 2029).all()
    by_sex = table[table["grouping"] == "sex"]["persons"].sum()
    assert by_sex == pytest.approx(table[table["grouping"] == "all"]["persons"].iloc[0])


def test_a_group_absent_in_one_seed_counts_as_no_change_there():
    one = pd.DataFrame(
        {
            "group": ["all"],
            "workers": [10],
            "winners": [1.0],
            "losers": [0.0],
            "change_yuan": [50.0],
            "grouping": ["all"],
            "persons": [1000.0],
        }
    )
    rare = one.assign(grouping="education", group="college")
    table = winners_over_seeds([pd.concat([one, rare]), one]).set_index("group")
    assert table.loc["college", "mean_change_yuan"] == pytest.approx(2.5)
    assert table.loc["college", "persons"] == 500
    assert not table.loc["college", "is_reliable"]


# --- running and keeping ----------------------------------------------------------------------------


def test_two_processes_give_what_one_gives(comparison):
    policies = [FakeScenario("startup-support", {"own_business": (30_000, 3_000)}, spending=1e8)]
    one, two = (compare(FakeScenario("baseline"), policies, **{**SHORT, "jobs": jobs}) for jobs in (1, 2))
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, two.tables[name])


def test_progress_counts_seeds():
    seen = []
    compare(
        FakeScenario("baseline"),
        FakeScenario("nothing", {}),
        progress=lambda *at: seen.append(at),
        **{**SHORT, "seeds": [7, 5]},
    )
    assert seen == [(0, 2), (1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"seeds": 0}, "at least one"), ({"seeds": [1, 1]}, "named twice")],
)
def test_a_call_without_sense_is_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        compare(FakeScenario("baseline"), [FakeScenario("nothing", {})], **{**SHORT, **arguments})


def test_names_must_differ():
    with pytest.raises(UsageError, match="same name"):
        compare(FakeScenario("baseline"), [FakeScenario("baseline", {})], **SHORT)
    with pytest.raises(UsageError, match="at least one policy"):
        compare(FakeScenario("baseline"), [], **SHORT)


def test_a_comparison_is_kept_and_read_back(comparison, tmp_path):
    folder = comparison.save(tmp_path / "comparison", extra={"charts/one.svg": b"<svg/>"})
    back = Comparison.load(folder)
    for name in ("effects", "paths", "winners", "costs", "official", "baseline"):
        pd.testing.assert_frame_equal(back.tables[name], comparison.tables[name])
    assert headline(back) == headline(comparison)
    run = back.baseline_runs()[2]
    assert (run.manifest["seed"], run.manifest["scale"]) == (3, 5000)
    assert len(run.national) == len(comparison.baseline) / 4
    assert (folder / "charts" / "one.svg").read_bytes() == b"<svg/>"
    with pytest.raises(ResultsError, match="holds a comparison, not a run"):
        type(comparison.baseline_runs()[0]).load(folder)


def test_costs_are_means_over_seeds_by_lever_and_year(comparison):
    row = comparison.costs.query("policy == 'startup-support' and year == 2026").iloc[0]
    assert (row["lever"], row["payer"], row["served"]) == ("support", "local", 1000)
    assert row["spending_yuan"] == pytest.approx(1.2e9)
    assert row["unspent_yuan"] == pytest.approx(0.8e9)


# --- words ------------------------------------------------------------------------------------------


def test_the_headline_says_what_it_cannot_tell(comparison):
    said = headline(comparison)
    support = [sentence for sentence in said if sentence.startswith("Startup support")]
    assert any("spends 6.00 billion yuan in its first 5 years" in sentence for sentence in support)
    assert any("+37.5 thousand (+31.3 to +43.7, +0.03 %)" in sentence for sentence in support)
    unclear = next(sentence for sentence in support if "cannot tell" in sentence)
    assert "settled in a city" in unclear and "local" not in unclear
    assert any("97.6 thousand yuan" in sentence and "business started" in sentence for sentence in support)
    assert any("Nothing" in sentence and "exactly the baseline" in sentence for sentence in said)
    assert any("not the uncertainty of the model's assumptions" in sentence for sentence in said)
    assert any("evidence grade D" in sentence for sentence in said)


def test_one_seed_never_claims_a_direction():
    policy = FakeScenario("startup-support", {"own_business": (30_000, 0)}, spending=1e8)
    alone = compare(FakeScenario("baseline"), policy, **{**SHORT, "seeds": 1})
    assert set(alone.effects["verdict"]) <= {"cannot tell", "identical"}
    assert any("cannot tell" in sentence for sentence in headline(alone))
    assert any("One seed gives no interval" in sentence for sentence in headline(alone))
    assert not any("95 % interval" in sentence for sentence in headline(alone))


def test_numbers_are_written_as_people_do():
    assert amount(172_400_000, "persons") == "172 million people"
    assert amount(9_999, "persons") == "9,999 people"
    assert difference(-12_340, "persons") == "−12.3 thousand people"
    assert difference(0.314, "percent", 2) == "+0.31 points"
    assert amount(4427.4, "yuan per month") == "4,427 yuan a month"
    assert with_interval(5_950, -3_100, 15_000, "persons") == ("+6.0 thousand", "−3.1 to +15.0")
    assert with_interval(34, 27, 40, "yuan per month") == ("+34 yuan a month", "+27 to +40")
    assert with_interval(1, 0.4, 1.6, "yuan per month") == ("+1.0 yuan a month", "+0.4 to +1.6")
    assert with_interval(2e5, 1e5, 4e5, "yuan", signed=False) == ("200 thousand yuan", "100 to 400")
    assert with_interval(0.3, float("nan"), float("nan"), "percent", 2) == ("+0.30 points", "–")
    assert number(-0.001, 2, signed=True) == "0.00"
    assert amount(float("nan"), "yuan") == "–"


def test_what_is_not_costed_has_no_cost_per_outcome_in_any_table(tmp_path):
    """In tables, the sentences of the terminal and the page, where a lever says nothing of its cost."""
    from support.engine_runs import make_lever, make_scenario

    from sim.present.pages.comparison import publish_comparison

    more_jobs = {"jobs_scale": {"scale": 1.2}}
    cost = {"yuan": 100, "per": "added_job_month", "payer": "local", "source": "a test"}
    policies = {}
    for name, said in {"silent": {}, "costed": {"unit_cost": cost}}.items():
        levers = {"jobs": make_lever(more_jobs, "2014-01", "2014-12", **said)}
        policies[name] = make_scenario(levers, to="2014-12").model_copy(update={"name": name})
    base = make_scenario(to="2014-12")
    found = compare(base, [*policies.values()], seeds=2, scale=200_000, end="2014-12", jobs=1)
    notes = {name: set(table["cost_note"]) for name, table in found.effects.groupby("policy")}
    assert notes["silent"] == {"not costed", "not a count"} and "not costed" not in notes["costed"]
    silent = found.effects[found.effects["policy"] == "silent"]
    assert silent["cost_per_additional_yuan"].isna().all()
    costs = found.costs.set_index("policy")
    assert costs.loc["silent", "cost_note"] == "not costed" and np.isnan(costs.loc["silent", "spending_yuan"])
    assert (costs.loc[["costed"], "cost_note"] == "").all()
    assert any("not costed" in sentence for sentence in headline(found))
    folder = publish_comparison(found, tmp_path / "out")
    assert "not costed" in (folder / "report.html").read_text(encoding="utf-8")
    assert "not costed" in (folder / "effects.csv").read_text(encoding="utf-8")
