"""Effects with what is unknown carried through: the three parts of a band, by hand and on synthetic runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support import fake_runs, synthetic

from sim import load_scenario
from sim.analysis import uncertainty as runs
from sim.analysis.uncertainty import carry_uncertainty, compare_with_bands, forget
from sim.comparison.bands import DEFAULT, SEEDS, half_widths, parameter_draws
from sim.comparison.compare import compare
from sim.comparison.intervals import t_975
from sim.core.errors import ResultsError, UsageError
from sim.parameters.posterior import Posterior
from sim.present.text.bands import band_rows, band_sentences
from sim.present.text.comparison import headline
from sim.present.text.validation import validation_text
from sim.results.columns import COMPARISON_TABLES
from sim.validation.validate import validate


def table(members: list[list[float]], low=(0.0, 0.0), high=(0.0, 0.0)) -> pd.DataFrame:
    """Effects by draw and seed, 10 under the defaults; what is given is the distance from it."""
    rows = {DEFAULT: [10.0, 20.0], "low": np.add(low, [10.0, 20.0]), "high": np.add(high, [10.0, 20.0])}
    rows |= {f"member {n}": np.add(member, [10.0, 20.0]) for n, member in enumerate(members, 1)}
    return pd.DataFrame(rows, index=[1, 2]).T


def test_the_parts_by_hand():
    given = table([[3.0, 3.0], [-1.0, -1.0]], low=(-2.0, -2.0), high=(4.0, 4.0))
    halves, seen, moved = half_widths(1.5, given)
    assert halves["monte_carlo"] == 1.5
    assert halves["parameters"] == pytest.approx(t_975(2) * np.sqrt((9 + 1) / 2))
    assert halves["scenario"] == pytest.approx(np.sqrt((4 + 16) / 2))  # the futures are the ends of a range
    assert all(seen.values())  # these draws have no Monte Carlo error
    assert moved["member 1"] == pytest.approx(3) and moved["low"] == pytest.approx(-2)


def test_what_seeds_have_in_common_moves_no_draw():
    halves, *_ = half_widths(0.0, table([[0.0, 0.0], [0.0, 0.0]]))  # 10 and 20 under the two seeds
    assert halves == {"parameters": 0.0, "monte_carlo": 0.0, "scenario": 0.0}


def test_monte_carlo_error_is_not_taken_for_unknown_parameters():
    """Over many draws that differ by chance alone the mean square less its share is about nothing."""
    draws = np.random.default_rng(1).normal(0, 1, (400, 2))
    halves, seen, _ = half_widths(0.0, table(draws.tolist()))
    assert halves["parameters"] < t_975(400) * 0.35  # 0.7 if the Monte Carlo error were not taken off
    assert not seen["parameters"]
    wide, *_ = half_widths(0.0, table((draws + np.random.default_rng(2).normal(0, 3, (400, 1))).tolist()))
    assert wide["parameters"] == pytest.approx(t_975(400) * 3, rel=0.1)


def test_a_seed_that_a_draw_was_not_run_under_is_left_out():
    lacking = table([[3.0, 99.0], [5.0, 5.0]])
    lacking.loc["member 1", 2] = np.nan
    halves, _, moved = half_widths(0.0, lacking)
    assert moved["member 1"] == pytest.approx(3) and moved["member 2"] == pytest.approx(5)
    by_hand = table([[3.0, 3.0], [5.0, 5.0]])
    assert halves["parameters"] == half_widths(0.0, by_hand)[0]["parameters"]


# --- draws and their runs -------------------------------------------------------------------------------


POSTERIOR = Posterior(
    pd.DataFrame({"income_coefficient": [0.8, 1.2]}), np.array([0.5, 0.5]), pd.DataFrame(), {"versions": {}}
)
END = "2030-12"


@pytest.fixture(scope="module")
def pair():
    return load_scenario("baseline"), load_scenario("startup-support")


@pytest.fixture(scope="module")
def plain(pair):
    return compare(pair[0], [pair[1]], seeds=3, end=END, jobs=1, simulate=fake_runs.any_scenario)


@pytest.fixture(scope="module")
def banded(plain, pair):
    return carry_uncertainty(
        plain, pair[0], [pair[1]], members=2, jobs=1, posterior=POSTERIOR, simulate=fake_runs.with_draws
    )


def test_every_draw_is_run_under_seeds_of_the_defaults():
    five = replace(
        POSTERIOR, members=POSTERIOR.members.sample(5, replace=True, random_state=1), weights=np.full(5, 0.2)
    )
    chosen = parameter_draws(5, five)
    assert [draw.name for draw in chosen[:3]] == [DEFAULT, "low", "high"]
    assert all(set(draw.seeds) <= set(SEEDS) and len(draw.seeds) >= 2 for draw in chosen)
    used = [seed for draw in chosen[3:] for seed in draw.seeds]
    assert set(used) == set(SEEDS)  # the draws of one seed are not those of all members
    with pytest.raises(UsageError, match="two members"):
        parameter_draws(1, POSTERIOR)
    with pytest.raises(UsageError, match="not so many members"):  # repeated ones would narrow the band
        parameter_draws(5, POSTERIOR)


def test_draws_carry_their_assumptions_into_the_effect(banded, plain):
    """The gain of these runs grows by 30,000 a unit of the coefficient, and by 3,000 in a future."""
    effects, bands = plain.effects, banded.bands
    key = ("startup-support", "businesses", 5)
    row = bands.set_index(["policy", "outcome", "horizon_years"]).loc[key]
    found = effects.set_index(["policy", "outcome", "horizon_years"]).loc[key]
    apart = np.array([0.8, 1.2]) - 1.0
    assert row["difference"] == found["difference"]
    assert row["parameters_half_width"] == pytest.approx(t_975(2) * 3e4 * np.sqrt(np.mean(apart**2)))
    assert row["scenario_half_width"] == pytest.approx(3000)
    assert row["monte_carlo_half_width"] == pytest.approx(0.5 * (found["high"] - found["low"]))
    halves = row[["parameters_half_width", "monte_carlo_half_width", "scenario_half_width"]].astype(float)
    assert row["high"] - row["difference"] == pytest.approx(np.sqrt((halves**2).sum()))
    assert row[["parameters_percent", "monte_carlo_percent", "scenario_percent"]].sum() == pytest.approx(100)
    assert (row["under_low"], row["under_high"]) == pytest.approx(
        (found["difference"] - 3000, found["difference"] + 3000)
    )
    assert banded.manifest["ensemble"]["members"] == 2


def test_every_explained_column_of_the_bands_is_made_and_no_other(banded):
    assert list(banded.bands) == list(COMPARISON_TABLES["bands"])
    assert set(banded.tables) == set(COMPARISON_TABLES)


def test_the_comparison_is_judged_by_its_bands(banded, plain):
    assert plain.judged is plain.effects
    judged = banded.judged.set_index(["outcome", "horizon_years"])
    assert (judged["verdict"] == banded.bands.set_index(["outcome", "horizon_years"])["verdict"]).all()
    assert list(judged.loc["businesses"]["seeds"]) == [3, 3]  # what bands do not say stays
    assert any("95 % bands" in said and "2 members" in said for said in headline(banded))
    assert any("hold the Monte Carlo error" in said for said in headline(plain))
    assert band_sentences(plain) == [] and band_rows(plain, "startup-support", 5) == []


def test_a_band_that_reaches_zero_cannot_be_told(banded):
    rows = {row["outcome"]: row for row in band_rows(banded, "startup-support", 5)}
    clear, same = rows["Businesses in operation"], rows["Out-of-township migrants"]
    assert clear["reading"].startswith("goes up") and clear["agree"] == "2 of 2"
    assert same["effect"] == "no change" and not same["parts"]
    wide = replace(
        banded,
        tables={
            **banded.tables,
            "bands": banded.bands.assign(
                low=-1.0,
                high=9.0,
                verdict="cannot tell",
                parameters_percent=80.0,
                monte_carlo_percent=15.0,
                scenario_percent=5.0,
                parameters_seen=True,
            ),
        },
    )
    assert clear["shares"]["monte_carlo"].endswith(" %")
    reading = band_rows(wide, "startup-support", 5)[0]["reading"]
    assert reading.startswith("cannot tell; mostly parameters: to narrow it, better data")


def test_a_part_that_is_not_told_from_the_monte_carlo_error_is_an_upper_estimate(banded):
    few = [[2.0, -2.0], [-1.0, 1.0], [0.5, -0.5]]  # no member moves the effect, so far as two seeds tell
    halves, seen, _ = half_widths(0.0, table(few))
    assert halves["parameters"] > 0 and not seen["parameters"]
    more, *_ = half_widths(0.0, table(few * 20))
    assert more["parameters"] < halves["parameters"]  # more members leave less room
    hidden = replace(
        banded,
        tables={
            **banded.tables,
            "bands": banded.bands.assign(
                low=-1.0,
                high=9.0,
                verdict="cannot tell",
                parameters_percent=90.0,
                monte_carlo_percent=10.0,
                scenario_percent=0.2,
                parameters_seen=False,
                scenario_seen=False,
            ),
        },
    )
    row = band_rows(hidden, "startup-support", 5)[0]
    assert row["shares"] == {"parameters": "up to 90 %", "monte_carlo": "10 %", "scenario": "under 1 %"}
    assert row["reading"] == "cannot tell with so few members"


def test_cost_has_the_band_of_what_a_yuan_buys(pair):
    costly = compare(pair[0], [pair[1]], seeds=3, end=END, jobs=1, simulate=fake_runs.with_draws)
    banded = carry_uncertainty(
        costly, pair[0], [pair[1]], members=2, jobs=1, posterior=POSTERIOR, simulate=fake_runs.with_draws
    )
    key = ["outcome", "horizon_years"]
    alone, whole = (found.set_index(key).loc[("businesses", 5)] for found in (costly.effects, banded.bands))
    assert whole["cost_per_additional_yuan"] == pytest.approx(alone["cost_per_additional_yuan"])
    assert whole["cost_low_yuan"] < alone["cost_low_yuan"] < alone["cost_high_yuan"] < whole["cost_high_yuan"]
    assert (banded.bands[banded.bands["outcome"] == "migrant_pay"]["cost_note"] == "not a count").all()


def test_the_same_bands_whatever_the_processes_and_however_often_interrupted(
    banded, pair, tmp_path, monkeypatch
):
    asked = {"members": 2, "seeds": 3, "end": END, "posterior": POSTERIOR, "folder": tmp_path / "kept"}

    def stop(stage, done, total, failed=0):
        if stage == runs.STAGES[1] and done > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare_with_bands(*_of(pair), **asked, jobs=1, simulate=fake_runs.with_draws, progress=stop)
    told = []
    again = compare_with_bands(
        *_of(pair),
        **asked,
        jobs=2,
        simulate=fake_runs.with_draws,
        progress=lambda stage, done, total, failed=0: told.append((stage, done)),
    )
    assert told[0] == (runs.STAGES[1], 21)  # neither the seeds nor what had finished is run again
    whole = compare_with_bands(*_of(pair), **{**asked, "folder": None}, jobs=1, simulate=fake_runs.with_draws)
    pd.testing.assert_frame_equal(again.bands, whole.bands)
    forget(tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


def test_a_failing_run_is_told_and_the_rest_are_kept(plain, pair, tmp_path):
    with pytest.raises(ResultsError, match="runs of the ensemble failed, the first in simulate"):
        carry_uncertainty(
            plain,
            pair[0],
            [pair[1]],
            members=2,
            jobs=1,
            posterior=POSTERIOR,
            folder=tmp_path / "kept",
            simulate=fake_runs.failing_future,
        )
    done = []
    carry_uncertainty(
        plain,
        pair[0],
        [pair[1]],
        members=2,
        jobs=1,
        posterior=POSTERIOR,
        folder=tmp_path / "kept",
        simulate=fake_runs.with_draws,
        progress=lambda *counts: done.append(counts),
    )
    assert done[0][0] > 0  # what had worked


def test_a_run_without_a_whole_policy_year_has_no_band(pair):
    short = compare(pair[0], [pair[1]], seeds=2, end="2025-06", jobs=1, simulate=fake_runs.any_scenario)
    assert carry_uncertainty(short, pair[0], [pair[1]], members=2, posterior=POSTERIOR) is short


def _of(pair):
    return pair[0], [pair[1]]


# --- validation -----------------------------------------------------------------------------------------


def test_a_validation_at_members_shows_their_band():
    runs = [
        synthetic.simulate(synthetic.FakeScenario("baseline"), end="2021-12", seed=seed) for seed in (1, 2, 3)
    ]
    found = validate(runs, members=3)
    rows = found.rows[found.rows["label"] != ""]
    assert (rows["band_low"] <= rows["model"] + 1e-9).all()
    assert (rows["model"] <= rows["band_high"] + 1e-9).all()
    assert "Middle 90 % of the ensemble" in validation_text(found) and "3 members" in validation_text(found)
    assert "Middle 90 %" not in validation_text(validate(runs))
