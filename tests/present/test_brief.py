"""The first screen: what each policy does most, to whom, at what cost, how sure; the loss; the caveat."""

import pandas as pd
import pytest
from support import synthetic
from support.synthetic import FakeScenario

from sim.comparison.aims import AIMS, FOR_ALL, aims, family_of, is_trivial
from sim.comparison.compare import compare
from sim.core.language import speaking
from sim.present.text.brief import answers, baseline_today, caveat, shown_outcomes
from sim.results.outcomes import OUTCOMES
from sim.scenario.loading import catalogue
from sim.validation.gaps import HEADLINES, last_gaps
from sim.validation.official_figures import official_figures
from sim.validation.tolerances import TWO_SIDED, Survey
from sim.world.data import load_data


def compared(*policies, seeds=5, **more):
    return compare(
        FakeScenario("baseline"), list(policies), seeds=seeds, jobs=1, simulate=synthetic.simulate, **more
    )


@pytest.fixture(scope="module")
def comparison():
    return compared(
        FakeScenario(
            "startup-support",
            {"own_business": (3_000_000, 3_000), "business_starts": (20_000, 100)},
            spending=1e8,
            raises={"female": 500.0, "male": -400.0},
        ),
        FakeScenario("nothing", {}),
    )


def test_every_family_of_the_catalogue_says_what_it_is_for():
    assert AIMS.keys() == catalogue().families.keys()
    assert all(key in OUTCOMES for keys in AIMS.values() for key in keys)


def test_the_outcomes_of_a_policy_are_those_of_its_levers_families(comparison):
    policy = comparison.policies[0]
    assert [family_of(lever) for lever in policy["levers"].values()] == ["return-and-enterprise"]
    assert aims(policy, comparison.costs) == ("business_starts", "local", FOR_ALL)
    own = {**policy, "levers": {"mine": {"evidence": "D"}}}  # of no family
    assert aims(own, comparison.costs) == ("local", "out_plus_settled", FOR_ALL)
    assert shown_outcomes(comparison) == ["business_starts", "local", FOR_ALL]


def test_what_costs_most_is_what_a_policy_is_for_first(comparison):
    levers = {
        "rights": {"family": "rights-and-wages", "evidence": "D"},
        "school": {"family": "training-and-education", "evidence": "B"},
        "windows": {"family": "delivery-and-finance", "evidence": "D"},
    }
    costs = comparison.costs.iloc[:2].assign(lever=["school", "rights"], spending_yuan=[9.0, 1.0])
    policy = {"name": comparison.policies[0]["name"], "levers": levers}
    assert aims(policy, costs) == ("trained", "arrears_cases", "migrant_pay", FOR_ALL)


def test_a_sentence_holds_effect_people_cost_and_evidence(comparison):
    support, nothing = answers(comparison)
    assert support.sentence.startswith("In 2029: businesses started by returned migrants +2")
    assert "local non-farm workers +3" in support.sentence
    assert "Incomes gain most among women (+500 yuan a year each)." in support.sentence
    assert "The net cost to government is" in support.sentence
    assert "evidence of grade D (a prior" in support.sentence
    assert support.loss.startswith("Men lose 400 yuan a year each (")
    assert (
        "no effect on what it is for" in nothing.sentence and "it costs nothing" in nothing.sentence.lower()
    )


def test_small_effects_are_not_told_however_clear():
    tiny = compared(FakeScenario("startup-support", {"own_business": (20_000, 1)}, spending=1e8))
    [answer] = answers(tiny)
    rows = {row.outcome: row for row in tiny.judged.query("horizon_years == 5").itertuples()}
    assert rows["local"].verdict == "higher" and is_trivial(rows["local"])
    assert "local non-farm workers" not in answer.sentence


def test_a_policy_is_not_judged_after_its_end_without_saying_so():
    ended = compared(FakeScenario("startup-support", {"out": (90_000, 0)}), horizons="+5")
    policy = ended.policies[0]
    [lever] = policy["levers"].values()
    lever["window"]["to"] = "2026-12"
    assert "The policy had ended by then" in answers(ended)[0].sentence
    policy["levers"]["long"] = {**lever, "window": {"from": "2025-01", "to": "2034-12"}}
    assert "1 of its 2 levers had ended by then." in answers(ended)[0].sentence


def test_the_caveat_is_the_one_that_matters_most(comparison):
    few = compared(FakeScenario("startup-support", {"out": (90_000, 0)}), seeds=2)
    assert caveat(few).startswith("With 2 paired runs chance cannot be told")
    assert caveat(comparison).startswith(
        "100 % of the spending goes to levers whose effect nobody has measured"
    )
    for lever in comparison.policies[0]["levers"].values():
        lever["evidence"] = "B"
    assert "chance alone" in caveat(comparison)
    comparison.manifest["ensemble"] = {"members": 4}
    assert caveat(comparison, "x; y").endswith("misses official figures for: x; y.")
    assert "another form of the model" in caveat(comparison)


def official(changed, years=range(2021, 2025)):
    """Rows of a validation: the errors of each headline series by year, all others as the survey has them."""
    errors = {pair: dict.fromkeys(years, 0.0) for pair in HEADLINES}
    for pair, own in changed.items():
        errors[pair].update(own)
    return pd.DataFrame(
        [
            # the allowance is that of a change since the new sample, as official_figures has it
            {
                "indicator": pair[0],
                "group": pair[1],
                "year": year,
                "error": error,
                "note": "",
                "tolerance": 0.5,
            }
            for pair, own in errors.items()
            for year, error in own.items()
        ]
    )


OUT, LOCAL, PAY = ("migrant_workers", "out"), ("migrant_workers", "local"), ("monthly_income", "all")


def test_the_first_screen_says_how_far_the_baseline_is_from_the_last_official_figures(comparison):
    assert baseline_today(comparison, official({})) == (
        "The baseline agrees with the official figures of 2024 within the sampling error: all migrant workers, "
        "local, out-of-township and monthly pay."
    )
    off = official({OUT: {2022: -1.8, 2023: -5.5, 2024: -8.04}, PAY: {2024: 3.0}})
    assert baseline_today(comparison, off) == (
        "The baseline is off the official figures of 2024 by −8.0 % (out-of-township) and +3.0 % (monthly pay); "
        "all migrant workers and local within the sampling error; the survey's new sample of 2023 moved this by "
        "−3.7 and 0.0 points."
    )
    with speaking("zh"):
        assert baseline_today(comparison, off) == (
            "基准情景与2024年官方数据的差距为−8.0%（外出农民工）和+3.0%（月收入）；农民工总量和本地农民工的差距在抽样误差以内；"
            "2023年调查更换样本使上述差距变动−3.7和0.0个百分点。"
        )


def test_a_gap_that_the_new_sample_did_not_move_says_nothing_of_it(comparison):
    steady = official({LOCAL: dict.fromkeys(range(2021, 2025), 4.0)})
    assert "+4.0 % (local)" in baseline_today(comparison, steady)
    assert "new sample" not in baseline_today(comparison, steady)
    before = official({LOCAL: {2022: 4.0}}, range(2020, 2023))  # there is no new sample yet
    assert "figures of 2022 by +4.0 % (local)" in baseline_today(comparison, before)
    assert "new sample" not in baseline_today(comparison, before)


def test_a_gap_is_judged_by_the_sampling_error_of_a_level():
    data = load_data()
    survey, figures = Survey.read(data.survey), official_figures(data)
    now = figures[(figures["year"] == 2024) & (figures["indicator"] == "migrant_workers")]
    total = now[now["group"] == "total"].iloc[0]
    [gap] = last_gaps(figures[figures["group"] == "total"].assign(error=0.7), survey)
    error = survey.of_count(1e4 * total["official"]) / (1e4 * total["official"])
    assert gap.tolerance == pytest.approx(100 * (TWO_SIDED * error + 0.5 / total["official"]))
    assert gap.is_off == (0.7 > gap.tolerance) and not gap.is_jump


def test_history_is_not_held_against_another_reference():
    other = compare(
        FakeScenario("none"),
        [FakeScenario("startup-support", {"out": (1, 0)})],
        seeds=1,
        jobs=1,
        end="2026-12",
        simulate=synthetic.simulate,
    )
    assert baseline_today(other, official({OUT: {2024: -8.0}})) == ""


def test_a_policy_without_a_whole_year_says_so():
    short = compared(FakeScenario("startup-support", {"out": (90_000, 0)}), end="2025-06")
    assert answers(short)[0].sentence.startswith("The run ends before")
