"""Instruments by what a billion buys: the size that spends the budget, what is real, what stands apart."""

import numpy as np
import pandas as pd
import pytest
from support import synthetic
from support.command import caller

from sim.analysis.ranking import (
    COLUMNS,
    FREE,
    NO_EFFECT,
    NO_NET_COST,
    NOT_COSTED,
    OTHERS_PAY,
    RANKED,
    THROUGH_OTHERS,
    UNCLEAR,
    Ranking,
    chosen_instruments,
    differences,
    paired_p,
    per_billion,
    picked,
    rank,
)
from sim.analysis.ranking.instruments import is_run, kind_of
from sim.analysis.ranking.runs import SIZING
from sim.analysis.ranking.sizes import Trial
from sim.cli.ranking import parse_yuan
from sim.comparison.intervals import mean_and_interval
from sim.core.errors import RunsFailed, UsageError
from sim.present.charts.ranking import what_a_billion_buys
from sim.present.charts.style import as_png
from sim.present.pages.ranking import publish_ranking
from sim.present.text.ranking import apart_rows, headline, ranked_rows, sentences, title
from sim.results.results import Results
from sim.scenario.instruments import Instrument
from sim.scenario.loading import load_scenario

FAMILY = "return-and-enterprise"
FEW = ("guaranteed-loan", "founder-parks")
# Of the stand-in: yuan a month at the documented size, and local workers for every billion a year.
SPENDS = {
    "startup_subsidy_first_half": (1e9, 3_000.0),
    "guaranteed_loan": (2e9, 9_000.0),
    "founder_tax_relief": (0.5e9, 1_000.0),
    "founder_insurance": (0.1e9, -500.0),
    "founder_parks": (20e9, 2_000.0),
    "founder_training_starting": (1e9, 0.0),
}
PAYS_FOR_ITSELF = "founder_contests"


def stand_in(scenario, *, scale, start, end, seed, threads, tables):
    """Local workers in proportion to what is spent, with a little chance of each lever's own."""
    table = synthetic.national(start, end, seed)
    on = (table["month"] >= "2026-01").to_numpy(float)
    for name, lever in scenario.levers.items():
        chance = (seed % 2 * 2 - 1) * (1.0 + 0.1 * len(name))  # nothing over an even number of seeds
        spent, gain = SPENDS.get(name, (0.0, 0.0))
        if name == PAYS_FOR_ITSELF:
            spent, gain = 0.1e9, 4_000.0
            table["contributions_yuan"] += on * 0.2e9 * lever.strength
        spent *= lever.strength
        table["policy_spending_yuan"] += on * spent
        table["public_spending_yuan"] += on * spent
        table["local_work"] += on * (gain * 12 * spent / 1e9 + 200 * chance)
    return Results({"national": table}, {"run_id": f"{scenario.name}-{seed}", "scale": scale})


def unsure(scenario, **run):
    """The stand-in, whose gain hangs on the future."""
    made = stand_in(scenario, **run)
    if scenario.levers:
        table = made.tables["national"]
        more = {"low": -0.5, "middle": 0.0, "high": 0.5}[scenario.assumptions]
        table["local_work"] += (table["month"] >= "2026-01") * more * table["public_spending_yuan"] * 50e-6
    return made


def failing(scenario, **run):
    if scenario.name == "founder-parks":
        raise ArithmeticError("people do not add up")
    return stand_in(scenario, **run)


@pytest.fixture(scope="module", autouse=True)
def alone():
    """No processes: starting them takes longer than the stand-in's runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.experiments.executors.may_start_processes", lambda: False)
        yield


@pytest.fixture(scope="module")
def ranked():
    return rank(20e9, ["local"], families=[FAMILY], seeds=4, jobs=1, simulate=stand_in)


def row_of(ranked, slug):
    return ranked.table.set_index("instrument").loc[slug]


# --- the size that spends the budget ----------------------------------------------------------------


def test_each_instrument_spends_the_budget_or_says_why_not(ranked):
    loan, parks, relief = (
        row_of(ranked, slug) for slug in ("guaranteed-loan", "founder-parks", "founder-tax-relief")
    )
    assert loan["size"] == pytest.approx(20 / 24, rel=0.01) and loan["size_note"] == ""
    assert loan["spending_per_year_yuan"] == pytest.approx(20e9, rel=0.03)
    assert (parks["size"], parks["size_note"]) == (0.5, "the least of its range")  # 240 billion at size 1
    assert (relief["size"], relief["size_note"]) == (2.0, "the most of its range")  # 6 billion at size 1


@pytest.mark.parametrize("power", [0.7, 1.0, 2.0, 2.8])
def test_a_size_is_found_where_spending_does_not_grow_in_proportion(power):
    chosen = chosen_instruments(None, [], ["guaranteed-loan"])[0]
    trial = Trial(chosen, load_scenario("baseline"), "2026-01", "2030-12", 20e9)
    trial.range = (0.01, 100.0)
    for _ in SIZING:
        trial.learn(3e9 * trial.size**power, 20e9)
    assert 3e9 * trial.size**power == pytest.approx(20e9, rel=0.06)


def test_a_size_stays_where_every_parameter_is_within_its_bounds():
    base = load_scenario("baseline")
    for chosen in chosen_instruments(None, [], []):
        if is_run(kind_of(chosen)):
            trial = Trial(chosen, base, "2026-01", "2030-12", 20e9)
            low, high = trial.range
            assert 0 < low <= 1 <= high <= chosen.main.strength_range.credible[1]
            for size in (low, high):
                trial.scenario(size)


# --- what is ranked ---------------------------------------------------------------------------------


def test_the_catalogue_is_parted_by_what_can_be_said_of_its_cost():
    kinds = {one.slug: kind_of(one) for one in chosen_instruments(None, [], [])}
    assert kinds["founder-finance"] == kinds["injury-pilot"] == OTHERS_PAY
    assert kinds["service-windows"] == kinds["county-coordination"] == THROUGH_OTHERS
    assert kinds["honours"] == kinds["equal-weight"] == NO_EFFECT
    assert kinds["written-contracts"] == RANKED, "one part is paid by local government"
    assert set(kinds.values()) <= {RANKED, OTHERS_PAY, THROUGH_OTHERS, NO_EFFECT, NOT_COSTED, FREE}


def test_what_is_not_costed_or_free_stands_apart():
    chosen = chosen_instruments(None, [], ["guaranteed-loan"])[0]
    part = chosen.main.model_copy(update={"unit_cost": None, "not_costed": "nobody knows"})
    assert kind_of(Instrument("x", "y", chosen.family_label, (part,))) == NOT_COSTED
    part = chosen.main.model_copy(update={"unit_cost": None, "no_cost": "a rule"})
    assert kind_of(Instrument("x", "y", chosen.family_label, (part,))) == FREE


def test_the_order_is_that_of_effect_per_billion_of_net_cost(ranked):
    table = ranked.table[ranked.table["note"] == RANKED]
    expected = ["guaranteed-loan", "startup-subsidy", "founder-parks", "founder-tax-relief"]
    assert table["instrument"].tolist()[:4] == expected
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    # 9,000 workers in year 5 for every billion a year: five billions in five years
    assert row_of(ranked, "guaranteed-loan")["per_billion"] == pytest.approx(9_000 / 5, rel=0.02)
    assert row_of(ranked, "founder-training")["note"] == UNCLEAR
    pays = row_of(ranked, "founder-contests")
    assert pays["note"] == NO_NET_COST and pays["net_cost_per_year_yuan"] < 0 < pays["per_billion_spent"]
    assert (ranked.table.loc[ranked.table["note"] != RANKED, "rank"] == 0).all()


def test_every_column_is_explained_and_no_other(ranked):
    assert list(ranked.table) == list(COLUMNS["ranking"]) and list(ranked.pairs) == list(COLUMNS["pairs"])


def test_what_is_better_where_less_is_better_comes_first():
    values = {"less": np.array([-5.0, -6.0, -5.5]), "more": np.array([5.0, 6.0, 5.5])}
    assert differences(values, True)["instrument"].tolist() == ["less"]
    assert differences(values, False)["instrument"].tolist() == ["more"]


# --- what is real -----------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3, 8, 20, 40])
def test_the_tail_of_students_t_is_that_of_scipy(count):
    stats = pytest.importorskip("scipy.stats")
    for shift in (0.0, 0.1, 1.0, 5.0, 40.0):
        values = np.random.default_rng(count).normal(shift, 1.0, count)
        assert paired_p(values) == pytest.approx(stats.ttest_1samp(values, 0.0).pvalue, rel=1e-3, abs=1e-12)


def test_nothing_is_told_of_one_seed_or_of_equal_values():
    assert paired_p(np.array([3.0])) == 1.0 and paired_p(np.zeros(5)) == 1.0
    assert paired_p(np.array([2.0, 2.0])) == 0.0


def test_differences_picked_are_false_in_one_of_twenty_at_most():
    generator, false, all_picked = np.random.default_rng(1), 0, 0
    for _ in range(300):
        p = np.concatenate([generator.random(40), generator.random(10) * 1e-3])
        found = picked(p)
        false, all_picked = false + found[:40].sum(), all_picked + found.sum()
    assert 0.02 < false / all_picked < 0.06


def test_what_a_billion_buys_has_the_mean_and_the_spread_of_the_ratio():
    generator = np.random.default_rng(2)
    gain, cost = generator.normal(1e6, 1e5, 2000), generator.normal(20e9, 1e9, 2000)
    values = per_billion(gain, cost)
    assert values.mean() == pytest.approx(1e9 * gain.mean() / cost.mean())
    resampled = [
        1e9 * gain[pick].mean() / cost[pick].mean()
        for pick in (generator.integers(0, 2000, 2000) for _ in range(400))
    ]
    assert values.std() / np.sqrt(2000) == pytest.approx(np.std(resampled), rel=0.15)


def test_places_say_how_far_an_instrument_may_rise_or_fall(ranked):
    table = ranked.table[ranked.table["note"] == RANKED].set_index("instrument")
    real = ranked.pairs[ranked.pairs["is_real"]]
    for slug, row in table.iterrows():
        assert row["rank_best"] == 1 + (real["other"] == slug).sum() <= row["rank"]
        assert row["rank_worst"] == len(table) - (real["instrument"] == slug).sum() >= row["rank"]
    assert table.loc["guaranteed-loan", "rank_worst"] == 1


def test_the_order_holds_on_fresh_seeds(tmp_path):
    """Of the differences called real in the model itself, nearly all have the same sign under other seeds."""
    named = ("guaranteed-loan", "startup-subsidy", "founder-mentors", "founder-tax-relief")
    told = {"instruments": named, "scale": 25_000, "jobs": 1, "folder": tmp_path}
    keys = ["business_starts", "mean_income"]
    first, fresh = (rank(20e9, keys, seeds=seeds, **told) for seeds in (range(1, 7), range(101, 107)))
    held = []
    for key in keys:
        pairs = first.pairs[(first.pairs["outcome"] == key) & first.pairs["is_real"]]
        again = fresh.table[fresh.table["outcome"] == key].set_index("instrument")
        buys = again["effect"] / again["net_cost_per_year_yuan"]
        held += [buys[row.instrument] > buys[row.other] for row in pairs.itertuples()]
    assert len(held) >= 3, "too few differences are real for a test"
    assert np.mean(held) >= 0.95


def test_bands_hold_the_interval_and_what_is_uncertain_besides(tmp_path):
    told = {"instruments": FEW, "seeds": 4, "jobs": 1, "folder": tmp_path, "simulate": unsure}
    plain = rank(20e9, ["local"], **told).table.set_index("instrument")
    banded = rank(20e9, ["local"], members=3, **told)
    table = banded.table.set_index("instrument")
    assert plain["band_low"].isna().all()
    for slug in FEW:
        row = table.loc[slug]
        assert row["per_billion"] == plain.loc[slug, "per_billion"]
        assert row["band_low"] < row["per_billion_low"] < row["per_billion_high"] < row["band_high"]
    assert "the size of the levers and the future" in sentences(banded, "local")[0]
    with pytest.raises(UsageError, match="at least two members"):
        rank(20e9, ["local"], members=1, **told)


def test_one_seed_is_refused():
    with pytest.raises(UsageError, match="one seed cannot tell"):
        rank(20e9, ["local"], instruments=FEW, seeds=1, simulate=stand_in)


# --- going on ---------------------------------------------------------------------------------------


def test_a_ranking_that_was_stopped_goes_on_where_it_stood(tmp_path):
    made = []

    def counting(scenario, **run):
        made.append(1)
        if len(made) == 12:
            raise KeyboardInterrupt
        return stand_in(scenario, **run)

    told = {"instruments": FEW, "seeds": 4, "jobs": 1, "folder": tmp_path}
    with pytest.raises(KeyboardInterrupt):
        rank(20e9, ["local"], simulate=counting, **told)
    again = rank(20e9, ["local"], simulate=counting, **told)
    whole = rank(20e9, ["local"], simulate=stand_in, **{**told, "folder": tmp_path / "new"})
    pd.testing.assert_frame_equal(again.table, whole.table)
    kept = (
        3 * 2 + 2 * 2 + 3 * 4 - 3 * 2
    )  # base and two instruments: sizes twice under two seeds, then the other two
    assert kept <= len(made) <= kept + 3, "no more than what was cut off is run again"


def test_nothing_is_run_twice_under_one_seed():
    made = []

    def noting(scenario, **run):
        made.append((scenario.fingerprint(), run["seed"]))
        return stand_in(scenario, **run)

    rank(20e9, ["local"], instruments=FEW, seeds=4, jobs=1, simulate=noting)
    assert len(made) == len(set(made)) and len(made) > 12


def test_a_finished_ranking_is_read_in_another_language(monkeypatch, capsys, tmp_path):
    """Once it lies in its folder, the same call runs nothing; another one, or a changed table, does."""
    runs = []

    def counting(scenario, **run):
        runs.append(scenario.name)
        return stand_in(
            scenario, **{key: run[key] for key in ("scale", "start", "end", "seed")}, threads=1, tables=None
        )

    call = caller(monkeypatch, capsys, counting)
    words = (
        "rank",
        "--budget",
        "20e9",
        "--family",
        FAMILY,
        "--outcome",
        "local",
        "--seeds",
        "2",
        "--jobs",
        "1",
    )
    folder = tmp_path / "ranking"
    first = call(*words, "--out", folder)
    assert first.code == 0 and runs
    runs.clear()
    again = call(*words, "--out", folder)
    chinese = call(*words, "--out", folder, "--lang", "zh")
    assert (again.code, chinese.code) == (0, 0) and not runs
    assert again.out == first.out and "nothing is run again" in again.err
    assert "创业担保贷款" in chinese.out and "Guaranteed loan" not in chinese.out
    shown = call("report", "show", folder, "--lang", "zh")
    assert shown.code == 0 and shown.out == chinese.out and not runs
    refused = call("report", "show", folder, "--pdf")
    assert refused.code == 2 and "a ranking has no page" in refused.err
    table = folder / "ranking.parquet"
    table.write_bytes(table.read_bytes()[:-40] + bytes(40))
    assert call(*words, "--out", folder).code == 0 and runs, "what is damaged is made again"
    runs.clear()
    assert call(*words[:-4], "--seeds", "3", "--jobs", "1", "--out", folder).code == 0
    assert runs, "other seeds are another call"


def test_a_run_that_fails_is_told_and_what_has_finished_is_kept(tmp_path):
    with pytest.raises(RunsFailed, match="people do not add up"):
        rank(20e9, ["local"], instruments=FEW, seeds=2, folder=tmp_path, jobs=1, simulate=failing)
    assert list(tmp_path.glob("ranking-*/parts/*.parquet"))


# --- words and pictures -----------------------------------------------------------------------------


def test_the_words_name_the_best_and_what_stands_apart(ranked):
    said = " ".join(headline(ranked))
    assert "Guaranteed loan" in said and "contests and leading founders" in said
    rows, apart = ranked_rows(ranked, "local"), apart_rows(ranked, "local")
    assert rows[0]["place"] == "1" and len(rows) + len(apart) == len(ranked.table)
    assert {"contributions may pay for it", "firms or workers pay for it"} <= {row["why"] for row in apart}
    assert "fifth year (2030)" in title(ranked, "local") and "20.0 billion yuan a year" in title(
        ranked, "local"
    )
    notes = sentences(ranked, "local")
    assert "is first, and better than every other by more than chance" in notes[1]


def test_the_folder_has_one_table_and_one_picture(ranked, tmp_path):
    folder = publish_ranking(ranked, tmp_path / "out")
    assert (folder / "ranking.csv").stat().st_size and (folder / "charts" / "ranking.png").stat().st_size
    again = Ranking.load(folder)
    assert again.table["instrument"].tolist() == ranked.table["instrument"].tolist()
    assert len(as_png(what_a_billion_buys(again), 40)) > 2_000


def test_a_picture_of_nothing_told_says_so():
    found = rank(20e9, ["settled"], instruments=FEW, seeds=2, jobs=1, simulate=stand_in)
    assert len(as_png(what_a_billion_buys(found), 40)) > 1_000
    assert "no ranked instrument raises it" in headline(found)[0]
    assert mean_and_interval(np.zeros(2))[0] == 0


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("20e9", 20e9),
        ("20 billion", 20e9),
        ("20bn", 20e9),
        ("200亿", 20e9),
        ("1.5万亿元", 1.5e12),
        ("5e8", 5e8),
    ],
)
def test_a_budget_is_written_as_people_write_it(text, yuan):
    assert parse_yuan(text, "--budget") == yuan


@pytest.mark.parametrize(
    "text", ["", "0", "-3e9", "nan", "inf", "20,000,000", "20 bilion", "1e99", "２０e9", "20e9 x"]
)
def test_what_is_no_budget_is_one_problem(text):
    with pytest.raises(UsageError) as error:
        parse_yuan(text, "--budget")
    assert len(error.value.problems) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--budget", "20e9", "--outcome", "locl"], "did you mean 'local'"),
        (["--budget", "20e9", "--family", "return"], "no such family"),
        (["--budget", "20e9", "--document", "ten-department-2024"], "did you mean 'ten-departments-2024'"),
        (["--budget", "20e9", "--outcome", ""], "outcome"),
        (["--budget", "20e9", "--begin", "2034-01"], "do not lie in the baseline's period"),
        (["--budget", "20e9", "--begin", "2014-01"], "do not lie in the baseline's period"),
        (["--budget", "20,000,000,000"], "did you mean '20000000000'"),
        (["--budget", "20e9", "--document", "trade-unions-2024", "--family", "safety-net"], "no instrument"),
    ],
)
def test_the_command_refuses_before_anything_runs(words, message, monkeypatch, capsys, tmp_path):
    said = caller(monkeypatch, capsys)("rank", *words, "--out", tmp_path / "out")
    assert said.code == 2 and message in said.err and "Traceback" not in said.err
