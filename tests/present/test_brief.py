"""The first screen: what each policy does most, to whom, at what cost, how sure; the loss; the caveat."""

import pytest
from support import synthetic
from support.synthetic import FakeScenario

from sim.comparison.aims import AIMS, FOR_ALL, aims, family_of, is_trivial
from sim.comparison.compare import compare
from sim.present.text.brief import answers, caveat, shown_outcomes
from sim.results.outcomes import OUTCOMES
from sim.scenario.loading import catalogue


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


def test_a_policy_without_a_whole_year_says_so():
    short = compared(FakeScenario("startup-support", {"out": (90_000, 0)}), end="2025-06")
    assert answers(short)[0].sentence.startswith("The run ends before")
