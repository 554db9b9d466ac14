"""Effects with what is unknown carried through: the three parts of a band, by hand and on a made-up world."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import synthetic

from sim import ensemble
from sim.differences import t_975
from sim.errors import UsageError
from sim.posterior import Posterior
from sim.validate import validate


def effects(difference: float, luck: float = 0.0, seeds: int = 2) -> pd.DataFrame:
    """One effect whose mean over seeds has the standard error ``luck``."""
    half = t_975(seeds - 1) * luck
    return pd.DataFrame([{"policy": "p", "outcome": "out", "horizon_years": 5, "unit": "persons",
                          "baseline": 10.0, "difference": difference, "low": difference - half,
                          "high": difference + half}])  # fmt: skip


def test_the_parts_by_hand():
    members = [effects(value, luck=1.0) for value in (8.0, 10.0, 12.0)]
    row = ensemble.combine(members, [effects(9.0), effects(10.0), effects(11.0)], seeds=2).iloc[0]
    assert row["difference"] == pytest.approx(10)
    assert row["sd_luck"] == pytest.approx(1) and row["sd_scenario"] == pytest.approx(1)
    assert row["sd_parameters"] == pytest.approx(np.sqrt(4 - 1))  # spread of the members less luck's
    assert row[["parameters_percent", "luck_percent", "scenario_percent"]].sum() == pytest.approx(100)
    assert row["high"] - row["difference"] == pytest.approx(1.644854 * np.sqrt(5))
    assert row["verdict"] == "higher" and row["sign_agrees"] == 1.0


def test_luck_alone_is_not_taken_for_unknown_parameters():
    members = [effects(value, luck=3.0) for value in (8.0, 10.0, 12.0)]
    row = ensemble.combine(members, [effects(10.0)] * 3, seeds=2).iloc[0]
    assert row["sd_parameters"] == 0 and row["luck_percent"] == pytest.approx(100)


def test_an_effect_whose_band_spans_zero_cannot_be_told():
    row = ensemble.combine([effects(-3.0), effects(4.0)], [effects(0.0)] * 3, seeds=2).iloc[0]
    assert row["verdict"] == "cannot tell" and row["sign_agrees"] == 0.5


@pytest.fixture
def made_up(monkeypatch):
    """Members differ in what the policy gains; the view of the future changes nothing."""
    posterior = Posterior(pd.DataFrame({"gain": [1e6, 3e6]}), np.array([0.5, 0.5]), {"gain": 1e6},
                          pd.DataFrame(), {"versions": {}})  # fmt: skip

    def with_member(scenario, member):
        gains = {"out": (member["gain"], 0.0)} if scenario.levers else None
        return synthetic.FakeScenario(scenario.name, gains)

    monkeypatch.setattr(ensemble, "with_member", with_member)
    monkeypatch.setattr(ensemble, "_with_future", lambda scenario, future: scenario)
    return posterior


def test_members_carry_their_parameters_into_the_effect(made_up):
    base = synthetic.FakeScenario("baseline")
    policy = synthetic.FakeScenario("support", {"out": (2e6, 0.0)})
    told = []
    table = ensemble.compare_ensemble(base, [policy], members=2, scale=5000, end="2030-12", jobs=1,
                                      posterior=made_up, simulate=synthetic.simulate,
                                      progress=lambda done, total: told.append((done, total)))
    row = table[(table["outcome"] == "out") & (table["horizon_years"] == 5)].iloc[0]
    assert row["difference"] == pytest.approx(2e6)
    assert row["sd_parameters"] == pytest.approx(np.sqrt(2) * 1e6, rel=1e-6)
    assert row["luck_percent"] == pytest.approx(0, abs=1e-6)
    assert row["scenario_percent"] == 0 and told[-1] == (5, 5)


def test_one_member_has_no_band(made_up):
    with pytest.raises(UsageError):
        ensemble.compare_ensemble(synthetic.FakeScenario("b"), [], members=1, posterior=made_up)


def test_a_validation_at_members_shows_their_band():
    runs = [synthetic.simulate(synthetic.FakeScenario("baseline"), end="2021-12", seed=seed)
            for seed in (1, 2, 3)]  # fmt: skip
    found = validate(runs, members=3)
    rows = found.rows[found.rows["label"] != ""]
    assert (rows["band_low"] <= rows["model"] + 1e-9).all()
    assert (rows["model"] <= rows["band_high"] + 1e-9).all()
    assert "Middle 90 % of the ensemble" in found.text() and "3 members" in found.text()
    assert "Middle 90 %" not in validate(runs).text()
