"""Calibration: priors, emulator, sampler, what is observed, and a miniature of the whole."""

from __future__ import annotations

import dataclasses
import json
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.calibration import load_calibration
from sim.calibration.adopt import TABLE, adopt
from sim.calibration.confirm import confirm
from sim.calibration.emulator import fit_emulator, terms
from sim.calibration.observations import observations
from sim.calibration.outcome import stored_outcome
from sim.core.errors import ResultsError, UsageError
from sim.experiments.experiment import ExperimentError
from sim.parameters.behaviour import PARAMETERS
from sim.parameters.definition import read_table
from sim.parameters.posterior import PACKAGED, Posterior, load_posterior, versions
from sim.world.data import load_data

pytest.importorskip("scipy")
pytest.importorskip("SALib")

from sim.calibration import recovery, stages
from sim.calibration.default_point import default_point  # noqa: E402
from sim.calibration.sampler import (  # noqa: E402
    posterior_points,
    resample,
    unit_points,
    weighted_quantiles,
)

ROOT = Path(__file__).resolve().parents[2]
MINIATURE = """
title: {en: Miniature, zh: 小型校准}
question: Does every stage run?
scenario: baseline
period: {from: 2014-01, to: 2024-12}
scale: 1:100000
seeds: [1, 2]
screen_seeds: [1]
stages: {trajectories: 2, fitted: 2, monte_carlo: 3, waves: [12, 10], members: 6, truths: 2, point: 4}
priors:
  migrant_pay_level: {low: 1.0, high: 1.3, source: a test}
  migration_amenity: {low: -0.4, high: 1.2, source: a test}
  matching_elasticity: {low: 0.3, high: 0.7, mode: 0.5, source: A26}
"""


@pytest.fixture
def miniature(tmp_path):
    (tmp_path / "mini.yaml").write_text(MINIATURE, encoding="utf-8")
    return load_calibration(tmp_path / "mini.yaml")


# --- the file -----------------------------------------------------------------------------------------


def test_the_ready_calibration_is_sound():
    found = load_calibration(ROOT / "experiments" / "calibration.yaml")
    assert found.stages.fitted <= 10
    for name, prior in found.priors.items():
        assert prior.low <= PARAMETERS[name].default <= prior.high, f"{name}: the default is ruled out"


@pytest.mark.parametrize(
    "wrong, told",
    [
        ("migration_amenity: {low: -0.4, high: 1.2", "migration_amenity: {low: 1.2, high: -0.4"),
        ("matching_elasticity: {low: 0.3, high: 0.7, mode: 0.5", "matching_elasticity: {low: 0.3, high: 2.0"),
        ("migrant_pay_level", "migrant_pay_levle"),
        ("fitted: 2", "fitted: 11"),
        ("to: 2024-12", "to: 2023-12"),
    ],
)
def test_mistakes_are_told(tmp_path, wrong, told):
    (tmp_path / "wrong.yaml").write_text(MINIATURE.replace(wrong, told), encoding="utf-8")
    with pytest.raises(ExperimentError) as caught:
        load_calibration(tmp_path / "wrong.yaml")
    assert caught.value.problems[0].line


def test_priors_and_their_inverse(miniature):
    triangular = miniature.priors["matching_elasticity"]
    assert triangular.value(np.array([0.0, 0.5, 1.0])) == pytest.approx([0.3, 0.5, 0.7])
    assert triangular.value(np.array([0.125])) == pytest.approx([0.4])  # half way up: an eighth lies below
    for prior in miniature.priors.values():
        assert prior.share(float(prior.value(np.array([0.3]))[0])) == pytest.approx(0.3, abs=1e-3)


# --- what is observed ---------------------------------------------------------------------------------


def test_a_smooth_series_counts_by_its_level_and_its_change():
    seen = {one.name: one for one in observations()}
    assert seen["migrant_workers.out:level"].sd == pytest.approx(1.0)
    assert "migrant_workers.out:change" in seen
    assert "monthly_income.local:change" not in seen  # one fit year
    targets = load_data().targets.set_index("id")
    assert {name.rpartition(":")[0] for name in seen} == set(targets.index[targets["fitted"] == "yes"])


# --- emulator and sampler -----------------------------------------------------------------------------


def curve(points):
    x = 2 * points - 1
    return np.column_stack([1 + 2 * x[:, 0] - x[:, 1] ** 2 + x[:, 0] * x[:, 1], 3 * x[:, 2] - x[:, 1]])


def test_a_quadratic_world_is_emulated_exactly_but_for_the_ridge():
    points = unit_points(400, 3, seed=1)
    emulator = fit_emulator(points, curve(points), np.array([0, 1]))
    fresh = unit_points(50, 3, seed=2)
    assert emulator.means(fresh) == pytest.approx(curve(fresh), abs=0.02)
    assert (emulator.sd < 0.02).all() and (emulator.explained > 0.999).all()
    assert emulator.slopes(np.array([0.5, 0.5, 0.5]))[:, 1] == pytest.approx([0, -2, 6], abs=0.05)


def test_noise_is_seen_by_the_left_out_errors():
    from scipy.special import ndtri

    points = unit_points(512, 3, seed=1)
    noise = 0.3 * ndtri(unit_points(512, 5, seed=9)[:, 3:])
    emulator = fit_emulator(points, curve(points) + noise, np.array([0, 1]))
    assert emulator.sd == pytest.approx([0.3, 0.3], rel=0.1)


def test_the_error_is_told_where_there_are_more_terms_than_runs():
    """Errors at fresh points are as large as said, though the terms could follow every run exactly."""
    draws = np.random.default_rng(4)
    slopes, bends = draws.normal(size=(24, 2)), draws.normal(size=(24, 24))

    def bent(points):
        x = 2 * points - 1
        return x @ slopes + 0.3 * np.einsum("ij,jk,ik->i", x, bends, x)[:, None]

    points, fresh, fitted = draws.random((128, 24)), draws.random((300, 24)), np.arange(12)
    assert len(terms(points, fitted)[0]) > 250
    emulator = fit_emulator(points, bent(points), fitted)
    errors = bent(fresh) - emulator.means(fresh)
    assert emulator.sd == pytest.approx(np.sqrt((errors**2).mean(axis=0)), rel=0.3)
    leverage = ((terms(fresh, fitted) @ emulator.root) ** 2).sum(axis=1)
    told = (1 + leverage)[:, None] * np.diag(emulator.covariance)
    assert (errors**2 / told).mean(axis=0) == pytest.approx([1.0, 1.0], abs=0.5)


def test_the_sampler_finds_a_sharp_and_correlated_posterior():
    """Normal likelihoods of sums: the answer is known where the prior is wide beside it."""

    def likelihood(points):
        total, gap = points[:, 0] + points[:, 1], points[:, 0] - points[:, 1]
        return -0.5 * (((total - 1.2) / 0.01) ** 2 + ((gap - 0.1) / 0.1) ** 2)

    points = posterior_points(likelihood, 6, seed=5, count=4096)
    total, gap = points[:, 0] + points[:, 1], points[:, 0] - points[:, 1]
    assert total.mean() == pytest.approx(1.2, abs=0.002) and total.std() == pytest.approx(0.01, rel=0.1)
    assert gap.mean() == pytest.approx(0.1, abs=0.02) and gap.std() == pytest.approx(0.1, rel=0.1)
    others = points[:, 2:]
    assert others.mean(axis=0) == pytest.approx(np.full(4, 0.5), abs=0.03)  # the prior, untouched
    assert others.std(axis=0) == pytest.approx(np.full(4, 12**-0.5), rel=0.07)


def test_a_posterior_in_many_dimensions_keeps_its_width():
    """Forty parameters of which each figure tells a little: importance weights would rest on a few points."""
    slopes = np.random.default_rng(3).normal(size=(40, 12))

    def likelihood(points):
        from scipy.special import ndtri

        return -0.5 * ((ndtri(points) @ slopes) ** 2).sum(axis=1)

    points = posterior_points(likelihood, 40, seed=5, count=4096)
    from scipy.special import ndtri

    known = np.linalg.inv(np.eye(40) + slopes @ slopes.T)  # a normal prior and a normal likelihood
    assert np.cov(ndtri(points), rowvar=False).trace() == pytest.approx(known.trace(), rel=0.06)
    assert len(np.unique(points[:, 0])) > 3900


def test_draws_follow_the_weights():
    assert resample(np.array([0.5, 0.0, 0.25, 0.25]), 4).tolist() == [0, 0, 2, 3]
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0])
    assert weighted_quantiles(values, weights, (0.5,)) == pytest.approx([2.0])


SHARED = np.array([[0.09, 0.08], [0.08, 0.09]])  # Monte Carlo error that two observations share nearly whole


class MadeUpWork(stages.Work):
    """Runs that are a known curve; the error of a seed is common to its points but for a little."""

    def run_values(self, stage, values, seeds, seeds_apart=False):
        shares = np.column_stack(
            [
                [prior.share(value) for value in column]
                for prior, column in zip(self.calibration.priors.values(), values.T, strict=True)
            ]
        )
        found = np.empty((len(values), len(seeds), len(self.seen)))
        for place, mean in enumerate(curve(shares)[:, : len(self.seen)]):
            for column, seed in enumerate(seeds):
                own = seed + place * len(seeds) if seeds_apart else seed
                common = np.random.default_rng(own).multivariate_normal([0, 0], SHARED)
                rest = np.random.default_rng([own, place + 1]).normal(0, 0.1, len(self.seen))
                found[place, column] = mean + common + rest
        return found


def synthetic_work(miniature, sd, **sizes):
    plan = miniature.model_copy(update={"stages": miniature.stages.model_copy(update=sizes)})
    seen = tuple(dataclasses.replace(one, sd=sd) for one in observations()[:2])
    return MadeUpWork(plan, Path("."), 1, seen, None)


def test_intervals_cover_the_truth_at_about_their_nominal_rate(miniature, monkeypatch):
    """Sixty synthetic truths; two observations share their error; rates within two standard errors."""
    monkeypatch.setattr(recovery, "POINTS", 256)
    work = synthetic_work(miniature, 0.1, truths=60, monte_carlo=40)
    points = unit_points(256, 3, seed=4)
    emulator = fit_emulator(points, work.run("wave1", points, (1, 2)).mean(axis=1), np.array([0, 1]))
    monte_carlo = stages._monte_carlo(work)
    assert monte_carlo == pytest.approx(SHARED + 0.01 * np.eye(2), abs=0.05)
    found = recovery.recover(work, emulator, np.array([0, 1]), monte_carlo)
    assert found["truths"] == 60
    for rate, nominal in (("90%", 0.9), ("50%", 0.5)):
        assert 0.01 < found["error"][rate] < 0.15
        assert abs(found["covered"][rate] - nominal) <= found["error"][rate]
    assert "90% intervals cover" in recovery.recovery_words(found)
    blind = recovery.recover(
        work, emulator, np.array([0, 1]), np.zeros((2, 2))
    )  # the Monte Carlo error left out
    assert blind["covered"]["90%"] < 0.9 - blind["error"]["90%"]
    assert "off by more than its error" in recovery.recovery_words(blind)


def test_errors_that_go_together_count_once():
    """Where left-out errors of two observations are one error, the second adds nothing to what is known."""
    points = unit_points(256, 3, seed=1)
    draws = np.random.default_rng(2)
    same = draws.normal(0, 0.5, 256)
    twice = np.column_stack([points[:, 0] + same, points[:, 0] + same + draws.normal(0, 0.02, 256)])
    spreads = [
        posterior_points(
            fit_emulator(points, values, np.array([0])).log_likelihood(
                np.full(values.shape[1], 0.5), 0.04 * np.eye(values.shape[1])
            ),
            3,
            7,
            1024,
        )[:, 0].std()
        for values in (twice[:, :1], twice)
    ]
    assert spreads[1] == pytest.approx(spreads[0], rel=0.07)


def test_the_default_point_is_the_best_with_the_carried_parameters_as_packaged(miniature):
    """The first error is nought on one line, the second's on another: the point lies where they cross."""
    work = synthetic_work(miniature, 0.1, point=12)
    points = unit_points(200, 3, seed=1)
    emulator = fit_emulator(points, work.run("wave1", points, (1, 2)).mean(axis=1), np.array([0, 1]))
    fitted, sd = np.array([0, 1]), np.array([0.1, 0.1])
    found = default_point(work, emulator, fitted, sd, stages._monte_carlo(work), work.defaults)
    carried = "matching_elasticity"
    assert found["values"][carried] == PARAMETERS[carried].default
    assert found["fitted"] == [name for name in miniature.priors if name != carried]
    for name in found["fitted"]:
        assert found["values"][name] in (float(f"{found['values'][name]:.3g}"), PARAMETERS[name].default)
    misfits = found["misfits"]
    assert misfits["default point"] <= misfits["packaged defaults"]
    again = work.run_values("again", np.array([list(found["values"].values())]), tuple(found["seeds"]))
    assert ((again.mean(axis=1) / sd) ** 2).sum() == pytest.approx(misfits["default point"], abs=2.0)
    finer = np.array(
        [
            [first, second, work.default_shares[2]]
            for first in np.linspace(0.03, 0.97, 48)
            for second in np.linspace(0.03, 0.97, 48)
        ]
    )
    error = work.run("monte_carlo", finer[:1], tuple(found["seeds"])).mean(axis=(0, 1)) - curve(finer[:1])[0]
    least = (((curve(finer) + error) / sd) ** 2).sum(axis=1).min()
    assert misfits["default point"] <= least + 6.0


def test_the_default_point_is_put_in_force(tmp_path):
    table = tmp_path / "parameters.csv"
    table.write_text(TABLE.read_text(encoding="utf-8"), encoding="utf-8")
    values = {
        "migration_amenity": -0.0625,
        "job_finding_probability": 0.377,
        "switching_cost": 2.5,
        "farm_income_yuan": PARAMETERS["farm_income_yuan"].default,
    }  # assumed, and found to be the best
    about = {"default_point": {"values": {**values, "matching_elasticity": 0.5}, "fitted": list(values)}}
    found = Posterior(pd.DataFrame(), np.array([]), pd.DataFrame(), about)
    changed = {name: value for name, value in values.items() if value != PARAMETERS[name].default}
    assert found.out_of_force() == changed
    assert adopt(found, table) == changed
    assert adopt(found, table) == {}  # once is enough
    for parameter in read_table(table):
        name, before = parameter.name, PARAMETERS[parameter.name]
        expected = (
            dataclasses.replace(before, default=values[name], status="calibrated")
            if name in values
            else before
        )
        assert parameter == expected
    with pytest.raises(UsageError):
        adopt(Posterior(pd.DataFrame(), np.array([]), pd.DataFrame(), {}), table)


def test_a_table_that_cannot_be_written_stays_as_it_was(tmp_path, monkeypatch):
    table = tmp_path / "parameters.csv"
    table.write_text(TABLE.read_text(encoding="utf-8"), encoding="utf-8")
    about = {"default_point": {"values": {"migration_amenity": -0.0625}, "fitted": ["migration_amenity"]}}

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(ResultsError, match="cannot be written: no permission"):
        adopt(Posterior(pd.DataFrame(), np.array([]), pd.DataFrame(), about), table)
    assert table.read_text(encoding="utf-8") == TABLE.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [table]


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """A table, an ensemble whose point differs from it, and the calibration file of it."""
    from sim.calibration import adopt as module

    names = ("parameters.csv", "posterior.parquet", "miniature.yaml")
    table, store, file = (tmp_path / name for name in names)
    table.write_text(TABLE.read_text(encoding="utf-8"), encoding="utf-8")
    file.write_text(MINIATURE, encoding="utf-8")
    monkeypatch.setattr(module, "TABLE", table)
    about = {
        "default_point": {"values": {"migration_amenity": -0.0625}, "fitted": ["migration_amenity"]},
        "calibration": load_calibration(file).model_dump(mode="json", by_alias=True),
    }
    Posterior(
        pd.DataFrame({"migration_amenity": [0.1]}), np.array([1.0]), pd.DataFrame(index=[0]), about
    ).save(store)
    return table, store, file


def said(capsys, monkeypatch, *words):
    """Exit code, standard output and error of ``labor-sim calibrate``."""
    from sim import cli

    monkeypatch.setattr("sys.argv", ["labor-sim", "calibrate", *map(str, words)])
    with pytest.raises(SystemExit) as leaving:
        cli.main()
    return leaving.value.code or 0, *capsys.readouterr()


def test_the_command_names_what_it_puts_in_force(stored, capsys, monkeypatch):
    table, store, file = stored
    before = PARAMETERS["migration_amenity"].default
    code, told, _ = said(capsys, monkeypatch, file, "--store", store, "--adopt")
    assert code == 0 and f"migration_amenity: {before:g} becomes -0.0625" in told and "--confirm" in told
    assert "migration_amenity,-0.0625," in table.read_text(encoding="utf-8")
    assert "at the default point already" in said(capsys, monkeypatch, file, "--store", store, "--adopt")[1]


def test_a_dry_run_tells_the_changes_and_writes_nothing(stored, capsys, monkeypatch):
    table, store, file = stored
    code, told, _ = said(capsys, monkeypatch, file, "--store", store, "--adopt", "--dry-run")
    assert code == 0 and "becomes -0.0625" in told and "Nothing was written" in told
    found = json.loads(said(capsys, monkeypatch, file, "--store", store, "--adopt", "--dry-run", "--json")[1])
    assert found["changes"] == [
        {
            "parameter": "migration_amenity",
            "after": -0.0625,
            "before": PARAMETERS["migration_amenity"].default,
        }
    ]
    assert found["dry_run"] and table.read_bytes() == TABLE.read_bytes()


def test_only_the_file_that_made_the_ensemble_adopts_it(stored, capsys, monkeypatch):
    table, store, file = stored
    file.write_text(MINIATURE.replace("scale: 1:100000", "scale: 1:50000"), encoding="utf-8")
    code, _, told = said(capsys, monkeypatch, file, "--store", store, "--adopt")
    assert code == 2 and "made by a calibration that differs in scale" in told
    code, _, told = said(capsys, monkeypatch, "nothing.yaml", "--store", store, "--adopt")
    assert code == 2 and "no such file" in told
    for words in (("--dry-run",), ("--adopt", "--show")):
        assert said(capsys, monkeypatch, file, "--store", store, *words)[0] == 2
    assert table.read_bytes() == TABLE.read_bytes()


def test_a_target_out_of_reach_gets_room():
    sd = stages.with_discrepancy(np.array([1.0, 1.0]), np.array([[5.0, 0.3], [-4.0, 9.0]]))
    assert sd == pytest.approx([2.0, 1.0])


def test_members_are_weighted_by_their_own_runs():
    points = unit_points(200, 3, seed=1)
    emulator = fit_emulator(points, curve(points), np.array([0, 1]))
    chosen = points[:4]
    errors, allowed = emulator.means(chosen), 0.25 * np.eye(2)
    emulated = emulator.log_likelihood(0.0, allowed)(chosen)
    even, power = stages.reweighted(errors, emulated, allowed)
    assert power == 1.0 and even == pytest.approx(np.full(4, 0.25), abs=0.01)
    errors = np.vstack([errors[:3] * 0.5, [np.nan, np.nan]])
    uneven, _ = stages.reweighted(errors, emulated, allowed)
    assert uneven[3] == 0 and uneven.sum() == pytest.approx(1)


# --- the whole ----------------------------------------------------------------------------------------


def test_a_miniature_runs_through_and_is_taken_up_again(miniature, tmp_path, monkeypatch):
    from sim.calibration import calibrate
    from sim.calibration import default_point as point

    monkeypatch.setattr(point, "FINAL_SEEDS", 2)
    told = []
    found = calibrate(
        miniature,
        tmp_path / "out",
        jobs=1,
        progress=lambda stage, done, total: told.append((stage, done, total)),
    )
    assert [stage for stage in dict.fromkeys(stage for stage, *_ in told)] == [
        "screen",
        "monte_carlo",
        "wave1",
        "wave2",
        "truths",
        "members",
        "point1",
        "point2",
        "final",
    ]
    assert found.posterior.weights.sum() == pytest.approx(1)
    assert set(found.parameters["parameter"]) == set(miniature.priors)
    assert (found.parameters["role"] == "fitted").sum() == 2
    text = found.text()
    assert "Recovery of 2 synthetic truths" in text and "pull against each other" in text
    again = calibrate(miniature, tmp_path / "out", jobs=1)  # every stage is there: nothing is run anew
    pd.testing.assert_frame_equal(again.posterior.members, found.posterior.members)
    pd.testing.assert_frame_equal(again.observations, found.observations)
    found.posterior.save(tmp_path / "posterior.parquet")
    kept = load_posterior(tmp_path / "posterior.parquet")
    pd.testing.assert_frame_equal(kept.members, found.posterior.members)
    assert kept.default == found.posterior.default and kept.stale() == []
    misfits = kept.about["default_point"]["misfits"]
    assert misfits["default point"] <= misfits["packaged defaults"]
    assert "Misfit" in text and ("point is not in force" in text) == bool(kept.out_of_force())
    assert stored_outcome(kept).text() == text
    assert len(kept.ensemble(5)) == 5
    kept.about["versions"]["code"] = "another"  # a kernel was made faster, say
    renewed, worst = confirm(kept, 2)
    assert worst <= 1e-9 and renewed.stale() == [] and renewed.about["confirmed_members"] == 2
    other = dataclasses.replace(kept, errors=kept.errors + 0.01)
    assert confirm(other, 1)[0] is None


# --- what is packaged ---------------------------------------------------------------------------------


def test_the_packaged_ensemble_is_usable():
    posterior = load_posterior()
    assert posterior.weights.sum() == pytest.approx(1) and len(posterior.members) > 3
    for name in posterior.members:
        inside = posterior.members[name].between(PARAMETERS[name].low, PARAMETERS[name].high)
        assert inside.all(), name
    assert posterior.about["calibration"]["scale"] and posterior.about["recovery"]["covered"]


def test_the_packaged_default_point_is_in_force():
    """One point everywhere: the fitted parameters of the table are those of the stored ensemble's point."""
    posterior = load_posterior()
    if not posterior.default:
        pytest.skip("the packaged ensemble was made before there was a default point")
    assert posterior.out_of_force() == {}, "labor-sim calibrate FILE --adopt puts the stored point in force"
    assert all(PARAMETERS[name].status == "calibrated" for name in posterior.about["fitted"])


def test_the_page_of_the_calibration_is_that_of_the_packaged_ensemble():
    told = stored_outcome(load_posterior()).text()
    assert told == (ROOT / "docs" / "calibration.txt").read_text(encoding="utf-8"), "calibrate FILE --show"
    assert "default point is in force" in told
    for word in ("fitted:", "carried:", "prior:", "spread:", "identified:", "emulator:", "reached:"):
        assert f"  {word}" in told or f"; {word}" in told


def test_a_changed_rule_without_recalibration_is_reported():
    """Reported, not failed: rules may move ahead of the calibration, and then the pages say so."""
    posterior = load_posterior()
    assert set(posterior.about["versions"]) == set(versions())
    if posterior.stale():
        warnings.warn(
            f"{PACKAGED.name} was made with other {', '.join(posterior.stale())}; "
            "run labor-sim calibrate again",
            stacklevel=1,
        )
    about = {**posterior.about, "versions": {**versions(), "code": "0"}}
    changed = dataclasses.replace(posterior, about=about)
    assert changed.stale() == ["rules or engine"]


def test_the_old_key_of_the_monte_carlo_stage_is_read_and_told(tmp_path):
    text = (ROOT / "experiments" / "calibration.yaml").read_text(encoding="utf-8")
    path = tmp_path / "calibration.yaml"
    path.write_text(re.sub("monte_carlo: [0-9]+", "luck: 12", text), encoding="utf-8")
    with pytest.warns(FutureWarning, match=r"calibration.yaml:13: 'luck' is now called 'monte_carlo'"):
        assert load_calibration(path).stages.monte_carlo == 12


def test_an_ensemble_that_was_stored_with_old_keys_is_read(tmp_path):
    posterior = load_posterior()
    stages_then = {"trajectories": 6, "luck": 24}
    about = {
        **posterior.about,
        "calibration": {**posterior.about["calibration"], "stages": stages_then},
        "observations": [{"name": "x", "luck": 0.3}],
    }
    dataclasses.replace(posterior, about=about).save(tmp_path / "old.parquet")
    found = load_posterior(tmp_path / "old.parquet").about
    assert found["calibration"]["stages"] == {"trajectories": 6, "monte_carlo": 24}
    assert found["observations"] == [{"name": "x", "monte_carlo": 0.3}]
