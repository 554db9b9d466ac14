"""Virtual experiments: files, estimators by hand, and one run through."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.parameters.posterior import load_posterior
from sim.present.text.studies import studies_text
from sim.results.results import Results
from sim.studies import load_virtual, replicate, run_virtual, virtual_files
from sim.studies.estimators import (
    chosen,
    contrast,
    difference_in_differences,
    matched_gap,
    matching_variables,
    with_and_without,
)
from sim.studies.study import Estimate, StudyOutcome, Units, VirtualError

PUBLISHED = {"kind": "points", "source": "a test"}


def results(treated_after: float, control_after: float = 12.0) -> Results:
    """Hunan and Hubei, one month before and one after, a hundred workers each."""
    rows = [
        ("2015-01", "Hunan", 10.0),
        ("2015-01", "Hubei", 10.0),
        ("2016-01", "Hunan", treated_after),
        ("2016-01", "Hubei", control_after),
    ]
    table = pd.DataFrame(rows, columns=["month", "home", "migrant_work"]).assign(farm=100.0)
    return Results({"homes": table}, {})


def estimate(design: str, form: str, per=("farm",), **more) -> Estimate:
    return Estimate.model_validate(
        {
            "label": "a test",
            "design": design,
            "table": "homes",
            "after": ["2016-01", "2016-01"],
            "outcome": {"over": ["migrant_work"], "per": list(per), "form": form},
            "treated": {"provinces": ["Hunan"]},
            "published": PUBLISHED,
            **more,
        }
    )


@pytest.mark.parametrize("name", sorted(virtual_files()))
def test_every_ready_experiment_is_sound(name):
    found = load_virtual(name)
    assert found.policy.fingerprint() != found.base.fingerprint()
    assert all(one.published.source for one in found.estimates)
    for one in found.estimates:
        assert one.after[1] <= found.period.to
        if one.control:  # nobody is both
            assert not set(one.treated.provinces) & set(one.control.provinces)


def test_the_published_designs_are_all_there():
    assert set(virtual_files()) >= {
        "residency-reform",
        "pilot-counties",
        "public-works-season",
        "arrears-enforcement",
        "travel-grant",
        "training-selection",
    }


def test_difference_in_differences_by_hand():
    one = estimate(
        "difference_in_differences", "points", control={"provinces": ["Hubei"]}, before=["2015-01", "2015-01"]
    )
    assert difference_in_differences(results(15.0), one) == pytest.approx((15 - 10) - (12 - 10))
    logs = estimate(
        "difference_in_differences",
        "log_percent",
        per=(),
        control={"provinces": ["Hubei"]},
        before=["2015-01", "2015-01"],
    )
    assert difference_in_differences(results(15.0), logs) == pytest.approx(100 * np.log(1.5 / 1.2))


def test_who_is_drawn_from_the_control_is_counted_twice():
    """The treated gain two from the control: the truth is two, the design finds four."""
    one = estimate(
        "difference_in_differences", "points", control={"provinces": ["Hubei"]}, before=["2015-01", "2015-01"]
    )
    base, policy = results(12.0, 12.0), results(14.0, 10.0)
    assert with_and_without(base, policy, one) == pytest.approx(2)
    assert difference_in_differences(policy, one) == pytest.approx(4)


def test_percent_of_the_base():
    assert contrast(8.0, 10.0, "percent_of_base") == pytest.approx(-20)
    assert np.isnan(contrast(1.0, 0.0, "percent_of_base"))


def test_units_are_named_by_province_region_and_tier():
    places = pd.DataFrame(
        {"province": ["Hunan", "Hunan", "Sichuan"], "tier": ["city", "county_town", "city"]}
    )
    assert chosen(places, Units(provinces=("Hunan",), tiers=("city",))).index.tolist() == [0]
    assert chosen(places, Units(regions=("West",))).index.tolist() == [2]
    assert len(chosen(places, Units())) == 3


def test_matching_compares_like_with_like():
    """The trained are the older, who earn more: the raw gap is large, the matched one what training does."""
    rows = [(40, True, 1.2), (40, False, 1.0), (40, True, 1.2), (20, False, 0.5), (20, False, 0.5)]
    workers = pd.DataFrame(rows, columns=["age", "trained", "earned"]).assign(earned_before=1000.0)
    cells = matching_variables(workers)
    assert matched_gap(cells, ["age"]) == pytest.approx(100 * np.log(1.2))
    raw = np.log(cells["earned"]).groupby(cells["trained"]).mean()
    assert 100 * (raw[True] - raw[False]) > 50
    assert np.isnan(matched_gap(cells[cells["trained"]], ["age"]))


@pytest.mark.parametrize(
    "wrong, told",
    [
        ("over: [arrears_cases]", "over: [arrears_casse]"),
        ("table: national", "table: nation"),
        ("design: with_and_without", "design: difference_in_differences"),
        ("arrears_probability: {scale: 0.7}", "arrears_probabilty: {scale: 0.7}"),
    ],
)
def test_mistakes_are_told(tmp_path, wrong, told):
    text = virtual_files()["arrears-enforcement"].read_text(encoding="utf-8")
    outcome = "    outcome: {over: [arrears_cases]"
    text = text.replace(outcome, "    table: national\n" + outcome)
    assert wrong in text
    (tmp_path / "mine.yaml").write_text(text.replace(wrong, told, 1), encoding="utf-8")
    with pytest.raises(VirtualError):
        load_virtual(tmp_path / "mine.yaml")


def test_an_experiment_runs_through():
    found = run_virtual(load_virtual("arrears-enforcement"), seeds=2, scale=100_000)
    cases = found.table.set_index("label").loc["New cases of unpaid wages"]
    assert cases["estimate"] == cases["truth"] < 0  # with and without is the truth itself
    assert len(found.by_seed) == 2 * len(found.experiment.estimates)
    assert "published" in studies_text(found) and "1:100000" in studies_text(found)


def test_the_outcome_needs_a_known_form():
    with pytest.raises(ValueError):
        StudyOutcome(over=("out",), form="percent")


def test_members_are_those_of_the_packaged_ensemble_where_none_is_given(monkeypatch):
    lived = []

    def noted(experiment, worlds, seed, size, cache):
        lived.append([dict(one.parameters) for one in worlds])
        return [
            {"label": one.label, "seed": seed, "estimate": 1.0, "truth": 1.0} for one in experiment.estimates
        ]

    monkeypatch.setattr(replicate, "_estimates_of_seed", noted)
    experiment, members = load_virtual("residency-reform"), load_posterior().ensemble(3)
    found = run_virtual(experiment, members=3)
    assert found.members == 3 and lived == [
        [{**dict(one.parameters), **member} for one in (experiment.base, experiment.policy)]
        for member in members
    ]
