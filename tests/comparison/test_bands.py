"""Effects with what is unknown carried through: the four parts of a band, by hand and on synthetic runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support import fake_runs, synthetic

from sim import load_scenario
from sim.analysis import uncertainty as runs
from sim.analysis.uncertainty import carry_uncertainty, compare_with_bands, forget
from sim.comparison.bands import (
    DEFAULT,
    FUTURES,
    MEMBER,
    MEMBERS,
    SEEDS,
    SIZES,
    Part,
    parameter_draws,
    parts_of,
    seeds_of,
)
from sim.comparison.compare import compare
from sim.comparison.intervals import NORMAL_975, t_975
from sim.comparison.lever_draws import lever_draws
from sim.core.errors import ResultsError, UsageError
from sim.parameters.posterior import Posterior
from sim.present.text.bands import band_rows, band_sentences
from sim.present.text.comparison import headline
from sim.present.text.validation import validation_text
from sim.results.columns import COMPARISON_TABLES, FOCUS_TABLES
from sim.validation.validate import validate


def table(members: list[list[float]], low=(0.0, 0.0), high=(0.0, 0.0), sizes=()) -> pd.DataFrame:
    """Effects by draw and seed, 10 under the defaults; what is given is the distance from it."""
    rows = {DEFAULT: [10.0, 20.0], "low": np.add(low, [10.0, 20.0]), "high": np.add(high, [10.0, 20.0])}
    rows |= {f"member {n}": np.add(member, [10.0, 20.0]) for n, member in enumerate(members, 1)}
    rows |= {f"sizes {n}": np.add(size, [10.0, 20.0]) for n, size in enumerate(sizes, 1)}
    return pd.DataFrame(rows, index=[1, 2]).T


def test_the_parts_by_hand():
    given = table(
        [[3.0, 3.0], [-1.0, -1.0]], (-2.0, -2.0), (4.0, 4.0), [[6.0, 6.0], [2.0, 2.0], [-1.0, -1.0]]
    )
    parts, moved = parts_of(1.5, given)
    assert parts["monte_carlo"].half == 1.5
    assert parts["parameters"].half == pytest.approx(t_975(2) * np.sqrt((9 + 1) / 2))
    assert parts["scenario"].half == pytest.approx(
        np.sqrt((4 + 16) / 2)
    )  # the futures are the ends of a range
    assert parts["levers"].up == pytest.approx(NORMAL_975 * np.sqrt((36 + 4) / 2))  # each side by itself
    assert parts["levers"].down == pytest.approx(NORMAL_975 * 1)
    assert all(part.is_seen for part in parts.values())  # these draws have no Monte Carlo error
    assert moved["member 1"] == pytest.approx(3) and moved["low"] == pytest.approx(-2)


def test_what_seeds_have_in_common_moves_no_draw():
    parts, _ = parts_of(0.0, table([[0.0, 0.0]] * 2, sizes=[[0.0, 0.0]] * 2))  # 10 and 20 under the two seeds
    assert {(part.down, part.up, part.at_most) for part in parts.values()} == {(0.0, 0.0, 0.0)}
    assert not parts["parameters"].is_seen and not parts["levers"].is_seen and not parts["scenario"].is_seen


def test_a_seed_that_a_draw_was_not_run_under_is_left_out():
    lacking = table([[3.0, 99.0], [5.0, 5.0]])
    lacking.loc["member 1", 2] = np.nan
    parts, moved = parts_of(0.0, lacking)
    assert moved["member 1"] == pytest.approx(3) and moved["member 2"] == pytest.approx(5)
    by_hand = table([[3.0, 3.0], [5.0, 5.0]])
    assert parts["parameters"].half == parts_of(0.0, by_hand)[0]["parameters"].half


def made_up(luck: np.random.Generator, *, spread: float, count: int = MEMBERS) -> pd.DataFrame:
    """Effects of pairs of runs with a Monte Carlo error of 1 around 0, as the default design would give them.

    ``spread``: the standard deviation of the effect over members, and over sizes of levers.
    """
    rows = {name: luck.normal(0, 1, len(SEEDS)) for name in (DEFAULT, *FUTURES)}
    for kind in (MEMBER, SIZES):
        for number in range(count):
            run = np.isin(SEEDS, seeds_of(number))
            effect = luck.normal(0, spread) + luck.normal(0, 1, len(SEEDS))
            rows[f"{kind} {number + 1}"] = np.where(run, effect, np.nan)
    return pd.DataFrame(rows, index=SEEDS).T


def seen(spread: float, part: str, times: int = 300) -> list[Part]:
    luck = np.random.default_rng(7)
    return [parts_of(0.0, made_up(luck, spread=spread))[0][part] for _ in range(times)]


@pytest.mark.parametrize("part", ["parameters", "levers", "scenario"])
def test_chance_alone_is_rarely_taken_for_more(part):
    found = seen(0.0, part)
    assert np.mean([one.is_seen for one in found]) < 0.12
    assert all(one.half == 0.0 and one.at_most > 0.0 for one in found if not one.is_seen)  # no width unseen


@pytest.mark.parametrize("part", ["parameters", "levers"])
def test_a_spread_of_the_size_of_the_effect_is_seen(part):
    """An effect of two standard deviations of a pair is clear over seeds; as large a spread is seen."""
    found = seen(2.0, part)
    assert np.mean([one.is_seen for one in found]) > 0.85
    factor = {"parameters": t_975(MEMBERS), "levers": NORMAL_975}[part]
    assert np.median([one.half for one in found]) == pytest.approx(2.0 * factor, rel=0.15)


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.0, 2.0, 4.0])
def test_bands_cover_the_truth_at_a_known_spread(spread):
    """The truth differs from the defaults as a member does, the estimate by the error of 20 seeds.

    Where the spread is as small as what these runs can see, bands are somewhat too narrow: that is the price
    of no width where none is seen.
    """
    luck, covered = np.random.default_rng(11), []
    for _ in range(600):
        apart = luck.normal(0, spread) - luck.normal(0, 1 / np.sqrt(20))
        error = t_975(19) / np.sqrt(20)
        parts, _ = parts_of(
            error, made_up(luck, spread=spread).drop([f"{SIZES} {n + 1}" for n in range(MEMBERS)])
        )
        half = np.sqrt(sum(parts[name].half ** 2 for name in ("monte_carlo", "parameters")))
        covered.append(abs(apart) <= half)
    least = {0.0: 0.93, 0.5: 0.5, 1.0: 0.6, 2.0: 0.85, 4.0: 0.92}[spread]
    assert np.mean(covered) >= least


def test_monte_carlo_error_is_not_taken_for_unknown_parameters():
    """Over many draws that differ by chance alone the mean square less its share is about nothing."""
    draws = np.random.default_rng(1).normal(0, 1, (400, 2))
    parts, _ = parts_of(0.0, table(draws.tolist()))
    assert not parts["parameters"].is_seen
    assert (
        0 < parts["parameters"].at_most < t_975(400) * 0.6
    )  # 0.7 if the Monte Carlo error were not taken off
    wide, _ = parts_of(0.0, table((draws + np.random.default_rng(2).normal(0, 3, (400, 1))).tolist()))
    assert wide["parameters"].half == pytest.approx(t_975(400) * 3, rel=0.1)


# --- draws and their runs -------------------------------------------------------------------------------


POSTERIOR = Posterior(
    pd.DataFrame({"income_coefficient": [0.8, 1.2]}), np.array([0.5, 0.5]), pd.DataFrame(), {"versions": {}}
)
FOUR = replace(
    POSTERIOR,
    members=pd.DataFrame({"income_coefficient": [0.7, 0.9, 1.1, 1.3]}),
    weights=np.full(4, 0.25),
)
END = "2030-12"


@pytest.fixture(scope="module")
def pair():
    return load_scenario("baseline"), load_scenario("startup-support")


@pytest.fixture(scope="module")
def plain(pair):
    return compare(
        pair[0], [pair[1]], seeds=3, end=END, horizons="+1,+5", jobs=1, simulate=fake_runs.any_scenario
    )


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
    assert all(set(draw.seeds) <= set(SEEDS) and len(draw.seeds) >= 3 for draw in chosen)
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
    parts = ["parameters", "levers", "monte_carlo", "scenario"]
    halves = row[[f"{part}_half_width" for part in parts]].astype(float)
    assert halves["levers_half_width"] == 0 and not row["levers_seen"]  # these runs know no size of a lever
    assert row["high"] - row["difference"] == pytest.approx(np.sqrt((halves**2).sum()))
    assert row[[f"{part}_percent" for part in parts]].sum() == pytest.approx(100)
    assert (row["under_low"], row["under_high"]) == pytest.approx(
        (found["difference"] - 3000, found["difference"] + 3000)
    )
    assert banded.manifest["ensemble"]["members"] == 2


def test_every_explained_column_of_the_bands_is_made_and_no_other(banded):
    assert list(banded.bands) == list(COMPARISON_TABLES["bands"])
    assert set(banded.tables) == set(COMPARISON_TABLES) - set(FOCUS_TABLES)


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
                levers_percent=0.0,
                monte_carlo_percent=15.0,
                scenario_percent=5.0,
                parameters_seen=True,
            ),
        },
    )
    assert clear["shares"]["monte_carlo"].endswith(" %")
    reading = band_rows(wide, "startup-support", 5)[0]["reading"]
    assert reading.startswith("cannot tell; band mostly from parameters: to narrow it, better data")


def test_a_part_that_is_not_told_from_the_monte_carlo_error_adds_nothing(banded):
    few = [[2.0, -2.0], [-1.0, 1.0], [0.5, -0.5]]  # no member moves the effect, so far as two seeds tell
    part = parts_of(0.0, table(few))[0]["parameters"]
    assert part.half == 0 and not part.is_seen
    more = parts_of(0.0, table(few * 20))[0]["parameters"]
    assert 0 < more.at_most < part.at_most  # more members leave less room
    hidden = replace(
        banded,
        tables={
            **banded.tables,
            "bands": banded.bands.assign(
                low=-1.0,
                high=9.0,
                verdict="cannot tell",
                parameters_percent=0.0,
                levers_percent=0.0,
                monte_carlo_percent=99.8,
                scenario_percent=0.2,
                parameters_seen=False,
                parameters_at_most=2e5,
                levers_seen=False,
                levers_at_most=0.0,
                scenario_seen=True,
            ),
        },
    )
    row = band_rows(hidden, "startup-support", 5)[0]
    assert row["shares"]["parameters"].startswith("not seen, at most ")
    assert {**row["shares"], "parameters": ""} == {
        "parameters": "",
        "levers": "none",
        "monte_carlo": "100 %",
        "scenario": "under 1 %",
    }
    assert row["reading"].startswith(
        "cannot tell; band mostly from Monte Carlo error: to narrow it, more seeds"
    )


def test_the_size_of_levers_moves_the_effect_and_not_the_base(pair, plain):
    """The gain of these runs is twice the grant: 16,000 as documented, more or less as its size is drawn."""
    banded = carry_uncertainty(
        plain, pair[0], [pair[1]], members=4, jobs=1, posterior=FOUR, simulate=fake_runs.with_grant
    )
    drawn = lever_draws(4, pair[0], [pair[1]])
    grants = [
        draw.of_policies["startup-support"]["levers.startup_grant.effects.startup_grant_yuan.set"]
        for draw in drawn
    ]
    apart = fake_runs.GAIN_PER_YUAN * (np.array(grants) - 8000)
    row = banded.bands.set_index(["outcome", "horizon_years"]).loc[("businesses", 5)]
    sides = [np.sqrt((side**2).mean()) for side in (apart[apart < 0], apart[apart > 0])]
    assert row["levers_seen"] and row["levers_half_width"] == pytest.approx(NORMAL_975 * np.mean(sides))
    assert row["difference"] - row["low"] < row["high"] - row["difference"]  # more room above than below
    assert row["parameters_half_width"] == 0 and not row["parameters_seen"]
    assert banded.manifest["ensemble"]["size_draws"] == 4
    runs = len(SEEDS) * 3 * 2 + 4 * 3 * 2 + 4 * 3  # the base is not run again under a draw of sizes
    assert banded.manifest["ensemble"]["runs"] == runs


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
    with pytest.raises(ResultsError, match="runs behind the bands failed, the first in simulate"):
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
