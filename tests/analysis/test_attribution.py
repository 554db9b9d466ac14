"""Which part of a package did what: groups, values, what is kept, and how it is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from support import fake_runs
from support.engine_runs import make_lever, make_scenario

from sim import cli, load_scenario, simulate
from sim.analysis.attribution import attribute
from sim.core.errors import ResultsError, UsageError
from sim.experiments.execution import execute
from sim.present.text.attribution import notes, records, rows, title
from sim.results.outcomes import OUTCOMES
from sim.results.yearly import yearly
from sim.scenario.loading import with_overrides

KEEP = ("startup_grant", "startup_loan", "founder_parks")


@pytest.fixture(scope="module")
def package():
    """Three levers of the ready start-up package."""
    whole = load_scenario("combined")
    return with_overrides(whole, {f"levers.{name}": None for name in whole.levers if name not in KEEP})


@pytest.fixture
def found(package, tmp_path):
    return attribute(
        package,
        over="levers",
        outcomes=["businesses"],
        seeds=3,
        permutations=None,
        jobs=1,
        folder=tmp_path / "kept",
        simulate=fake_runs.package,
    )


def table(found, outcome="businesses") -> pd.DataFrame:
    return found.shares[found.shares["outcome"] == outcome].set_index("group")


# --- shares ---------------------------------------------------------------------------------------------


def test_shares_are_those_of_the_known_game(found):
    shares = table(found)
    assert shares["share"].to_dict() == pytest.approx(
        {"startup_grant": 1560, "startup_loan": 360, "founder_parks": 120}
    )
    assert shares["alone"].to_dict() == pytest.approx(
        {"startup_grant": 1200, "startup_loan": 0, "founder_parks": 120}
    )
    assert shares["left_out"].to_dict() == pytest.approx(
        {"startup_grant": 1920, "startup_loan": 720, "founder_parks": 120}
    )
    total = found.totals.iloc[0]
    assert total["total"] == pytest.approx(2040) and total["total_verdict"] == "higher"
    assert shares["percent"].sum() == pytest.approx(100)
    assert (shares["order_error"] == 0).all() and found.orders is None and found.runs == 3 * 8


def test_sampled_shares_add_up_and_say_what_the_orders_leave_open(package, tmp_path):
    package = load_scenario("combined")
    sampled = attribute(
        package,
        over="levers",
        outcomes=["businesses"],
        seeds=2,
        permutations=2,
        jobs=1,
        folder=tmp_path,
        simulate=fake_runs.package,
    )
    shares = table(sampled)
    assert sampled.orders == 2 and sampled.runs < 2 * 2**8
    assert shares["share"].sum() == pytest.approx(sampled.totals["total"].iloc[0])
    assert shares["share"]["founder_parks"] == pytest.approx(115) and shares["share"]["school_places"] == 0
    assert shares["share_verdict"]["school_places"] == "identical"
    more = attribute(
        package,
        over="levers",
        outcomes=["businesses"],
        seeds=2,
        permutations=6,
        jobs=1,
        folder=tmp_path,
        simulate=fake_runs.package,
    )
    assert table(more)["order_error"].between(0, 350).all()


def test_families_and_instruments_gather_their_levers(tmp_path):
    package = load_scenario("scenarios/documents/ten-departments-2024.yaml")
    by_family = attribute(
        package,
        outcomes=["out"],
        seeds=1,
        permutations=2,
        jobs=1,
        folder=tmp_path / "f",
        simulate=fake_runs.package,
    )
    families = {lever.family for lever in package.levers.values()}
    assert {group.key for group in by_family.game.groups} == families
    assert sum(len(group.levers) for group in by_family.game.groups) == len(package.levers)
    by_instrument = attribute(
        package,
        over="instruments",
        outcomes=["out"],
        seeds=1,
        permutations=2,
        jobs=1,
        folder=tmp_path / "i",
        simulate=fake_runs.package,
    )
    assert {group.key for group in by_instrument.game.groups} == {
        lever.instrument for lever in package.levers.values()
    }


# --- values ---------------------------------------------------------------------------------------------

SMALL = {"scale": 500_000, "seeds": 2, "jobs": 1, "year": 2016}


def _engine_package():
    """Two levers alike, one that touches nobody, one of another kind; none acts before mid-2015."""
    alike = make_lever({"startup_grant_yuan": {"add": 15_000.0}}, "2015-07", "2016-12")
    return make_scenario(
        {
            "one": alike,
            "two": alike,
            "nobody": make_lever(
                {"startup_grant_yuan": {"add": 15_000.0}}, "2015-07", "2016-12", who={"age": [120, 120]}
            ),
            "jobs": make_lever({"jobs_scale": {"scale": 1.1}}, "2015-10", "2016-12"),
        },
        to="2016-12",
    )


def test_in_the_model_shares_add_up_equals_are_equal_and_nobody_gets_nothing(tmp_path):
    package, base = _engine_package(), make_scenario()
    base = base.model_copy(update={"name": "plain"})
    outcomes = ["business_starts", "out", "mean_income"]
    found = attribute(
        package, base=base, over="levers", outcomes=outcomes, permutations=None, folder=tmp_path, **SMALL
    )
    moved = 0
    for key in outcomes:
        shares, total = table(found, key), found.totals.set_index("outcome").loc[key, "total"]
        assert shares["share"].sum() == pytest.approx(total, rel=1e-9, abs=1e-9)
        assert shares.loc["nobody", ["share", "alone", "left_out"]].tolist() == [0.0, 0.0, 0.0]
        assert shares["share"]["one"] == pytest.approx(shares["share"]["two"], rel=1e-9)
        moved += shares["share"]["one"] != 0.0 and shares["share"]["jobs"] != 0.0
        runs = [
            [
                yearly(
                    simulate(
                        scenario, scale=500_000, start="2015-01", end="2016-12", seed=seed, threads=1
                    ).national,
                    [key],
                )[key].iloc[-1]
                for scenario in (base, package)
            ]
            for seed in (1, 2)
        ]
        assert total == pytest.approx(sum(after - before for before, after in runs) / 2, rel=1e-12)
    assert moved >= 2


def test_a_coalition_is_the_package_without_the_others_and_branches_at_its_first_month(tmp_path, monkeypatch):
    package, base = _engine_package(), make_scenario().model_copy(update={"name": "plain"})
    found = attribute(
        package, base=base, over="levers", outcomes=["out"], permutations=None, folder=tmp_path, **SMALL
    )
    game = found.game
    assert [group.key for group in game.groups] == ["jobs", "nobody", "one", "two"]
    assert game.run(0, 0b0101, 1).overrides == {"levers.nobody": None, "levers.two": None}
    began = []

    def counting(scenario, **settings):
        branch = settings.get("branch_from")
        began.append((sorted(scenario.levers), branch and branch.month))
        return simulate(scenario, **settings)

    monkeypatch.setattr("sim.engine.simulate.simulate", counting)
    execute(game, tuple(game.run(n, n, 1) for n in (0, 3, 15)), None)
    assert began == [
        ([], None),
        (["jobs", "nobody"], "2015-07"),
        (["jobs", "nobody", "one", "two"], "2015-07"),
    ]


def test_a_lever_that_the_base_has_otherwise_gives_way_to_the_bases_own(tmp_path):
    base = _engine_package().model_copy(update={"name": "weaker"})
    package = with_overrides(base, {"levers.jobs.effects.jobs_scale.scale": 1.3})
    found = attribute(
        package, base=base, over="levers", outcomes=["out"], permutations=None, folder=tmp_path, **SMALL
    )
    assert [group.key for group in found.game.groups] == ["jobs"]
    empty = with_overrides(package, found.game.run(0, 0, 1).overrides)
    assert empty.levers == base.levers


# --- what is kept ---------------------------------------------------------------------------------------


def test_a_value_is_computed_once(package, found, tmp_path):
    def again(**more):
        settings = {"seeds": 3, "permutations": None, "outcomes": ["businesses"], **more}
        return attribute(
            package, over="levers", jobs=1, folder=tmp_path / "kept", simulate=fake_runs.package, **settings
        )

    same = again()
    assert same.runs == 0
    pd.testing.assert_frame_equal(same.shares, found.shares)
    assert again(outcomes=["settled", "out"]).runs == 0 and again(permutations=8).runs == 0
    assert again(seeds=4).runs == 8
    with pytest.raises(UsageError, match="another attribution"):
        again(year=2027)


def test_a_failure_is_told_and_what_had_finished_is_kept(package, tmp_path):
    settings = {
        "over": "levers",
        "outcomes": ["businesses"],
        "seeds": 2,
        "permutations": None,
        "folder": tmp_path,
        "jobs": 2,
    }
    with pytest.raises(ResultsError, match="4 runs failed.*people do not add up"):
        attribute(package, **settings, simulate=fake_runs.breaking_package)
    assert attribute(package, **settings, simulate=fake_runs.package).runs == 4


SCRIPT = """\
import sys
sys.path.insert(0, {tests!r})
from support import fake_runs
from sim.analysis import attribution
from sim.core import sources
from sim.experiments import sweep
if __name__ == "__main__":
    sweep.PART_SECONDS, sources.model_hash = 0.2, lambda: "pinned"
    attribution.attribute("startup-support", over="levers", seeds=3, permutations=None, jobs=2,
                          folder={out!r}, simulate=fake_runs.slow_package)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_killed_it_goes_on_where_it_stood(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.core.sources.model_hash", lambda: "pinned")
    out, script, tests = tmp_path / "killed", tmp_path / "script.py", Path(__file__).parents[1]
    script.write_text(SCRIPT.format(tests=str(tests), out=str(out)), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(script)], cwd=tests.parent, env={**os.environ, "PYTHONPATH": str(tests.parent)}
    )
    until = time.monotonic() + 60
    while not list(out.glob("parts/[!.]*.parquet")):
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.05)
    process.kill()  # SIGKILL: nothing can be tidied up
    process.wait()
    settings = {"over": "levers", "seeds": 3, "permutations": None, "jobs": 1, "simulate": fake_runs.package}
    resumed = attribute("startup-support", folder=out, **settings)
    whole = attribute("startup-support", folder=tmp_path / "whole", **settings)
    assert 0 < resumed.runs < whole.runs == 3 * 8
    pd.testing.assert_frame_equal(resumed.shares, whole.shares, check_exact=True)


def test_processes_do_not_change_the_result(package, found, tmp_path):
    other = attribute(
        package,
        over="levers",
        outcomes=["businesses"],
        seeds=3,
        permutations=None,
        jobs=2,
        folder=tmp_path / "other",
        simulate=fake_runs.package,
    )
    pd.testing.assert_frame_equal(other.shares, found.shares)


# --- words and mistakes ---------------------------------------------------------------------------------


def test_it_is_told_in_words_and_on_one_scale(found):
    lines = rows(found, "businesses")
    assert [line["lever"] for line in lines] == [
        "Start-up grant",
        "Guaranteed loan with subsidised interest",
        "Premises in parks for returned founders",
        "the whole package",
    ]
    assert [line["share"] for line in lines] == ["+1,560", "+360", "+120", "+2,040"]
    assert lines[0]["of the whole"] == "76 %" and lines[0]["lost if left out"] == "+1,920"
    assert lines[-1]["alone"] == "+1,320" and lines[-1]["lost if left out"] == "+2,760"
    assert "2030: +2,040" in title(found, "businesses") and OUTCOMES["businesses"].label in title(
        found, "businesses"
    )
    told = " ".join(notes(found)) + title(found, "businesses") + str(lines)
    assert "startup_grant" not in told and "all orders" in told
    assert records(found)["groups"]["startup_grant"] == ["startup_grant"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"outcomes": ["setled"]}, "did you mean 'settled'"),
        ({"over": "familys"}, "did you mean 'families'"),
        ({"base": "combined"}, "nothing to share out"),
        ({"year": 2013}, "year: not a whole year"),
        ({"seeds": 0}, "seeds: at least one"),
        ({"permutations": 0}, "permutations: at least one"),
    ],
)
def test_mistakes_are_told(tmp_path, changed, words):
    with pytest.raises(UsageError) as refused:
        attribute("combined", folder=tmp_path, simulate=fake_runs.package, **changed)
    assert words in str(refused.value)


def test_the_command(monkeypatch, capsys, tmp_path):
    def call(*words):
        monkeypatch.setattr(sys, "argv", ["labor-sim", "attribute", *words])
        with pytest.raises(SystemExit) as leaving:
            cli.main()
        return leaving.value.code or 0, capsys.readouterr()

    words = (
        "skills-training",
        "--over",
        "levers",
        "--scale",
        "1:500000",
        "--seeds",
        "1",
        "--jobs",
        "1",
        "--year",
        "2026",
        "--outcome",
        "income,founders",
        "--out",
        str(tmp_path / "out"),
    )
    code, spoken = call(*words, "--json")
    assert code == 0
    told = json.loads(spoken.out)
    assert {row["outcome"] for row in told["shares"]} == {"mean_income", "business_starts"}
    assert told["orders_per_seed"] == "all" and told["runs_made_now"] == 4
    code, spoken = call(*words)
    assert code == 0 and "the whole package" in spoken.out and "Subsidised vocational courses" in spoken.out
    assert call("skills-training", "--permutations", "none")[0] == 2
    assert call("nowhere")[0] == 2
