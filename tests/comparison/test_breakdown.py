"""Effects by place and by group: they add up to the country's, and seeds tell what a scale carries."""

import numpy as np
import pandas as pd
import pytest
from support.command import caller

from sim.comparison.breakdown import (
    SMALLEST,
    Dimension,
    checked_dimensions,
    dimensions,
    noise,
    scale_for,
    usual_effect,
    workers_needed,
)
from sim.comparison.compare import compare
from sim.comparison.intervals import t_975
from sim.core.errors import UsageError
from sim.present.charts.breakdown import TILES
from sim.present.charts.style import as_png
from sim.present.pages.breakdown import sections, tables_by_dimension
from sim.present.text.breakdown import DIMENSIONS, labelled, measure_words, scale_sentences
from sim.present.text.groups import group_words

ALL = tuple(dimensions())
POLICY = "residency-easing"


@pytest.fixture(scope="module")
def comparison():
    """One policy in its second year, two seeds."""
    return compare(None, POLICY, seeds=2, scale=100_000, end="2026-12", horizons="+2", jobs=1)


def of(comparison, dimension, measure):
    table = comparison.by_group
    return table[(table["dimension"] == dimension) & (table["outcome"] == measure)].set_index("group")


# --- what adds up -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dimension", ["home-province", "region", "destination", "tier"])
@pytest.mark.parametrize("measure", ["out", "settled", "local"])
def test_homes_and_places_add_up_to_the_country(comparison, dimension, measure):
    if measure not in dimensions()[dimension].measures:
        return
    national = comparison.effects.set_index("outcome").loc[measure]
    cells = of(comparison, dimension, measure)
    for column, whole in (("difference", "difference"), ("baseline", "baseline")):
        assert cells[column].sum() == pytest.approx(national[whole], rel=1e-9, abs=1e-3)


@pytest.mark.parametrize("dimension", ["home-province", "region", "poor"])
def test_remittances_of_homes_add_up_to_the_years_total(comparison, dimension):
    national = comparison.effects.set_index("outcome").loc["remittances"]
    cells = of(comparison, dimension, "remittances")
    assert len(cells) > 1
    assert cells["baseline"].sum() == pytest.approx(national["baseline"], rel=1e-6)
    assert cells["difference"].sum() == pytest.approx(national["difference"], rel=1e-6)


def test_groups_of_the_same_people_add_up_alike(comparison):
    workers = comparison.by_group.query("outcome == 'settled'").groupby("dimension")["persons"].sum()
    assert workers["home-province"] == pytest.approx(workers["region"])
    for name in ("age", "sex", "schooling"):  # the last month of each quarter
        assert workers[name] == pytest.approx(workers["region"], rel=0.02)
    income = comparison.by_group.query("outcome == 'net_income'")
    means = {
        name: np.average(rows["difference"], weights=rows["persons"])
        for name, rows in income.groupby("dimension")
    }
    for name in ("home-province", "region", "age", "sex", "schooling", "poor", "activity"):
        assert means[name] == pytest.approx(means["region"], rel=0.05, abs=2.0), f"mean change over {name}"
    won = comparison.winners.set_index("group").loc["all", "mean_change_yuan"]
    assert means["region"] == pytest.approx(won, rel=0.05, abs=2.0)
    assert means["region"] != 0.0


def test_who_settles_is_whoever_worked_away(comparison):
    settled = of(comparison, "activity", "settled")["difference"]
    assert settled["migrant_work"] > 0.5 * settled.sum() > 0
    assert (of(comparison, "tier", "settled")["difference"].drop("home_township") >= 0).all()


def test_every_dimension_is_there_with_words_in_both_languages(comparison):
    assert set(comparison.by_group["dimension"]) == set(ALL) == set(DIMENSIONS)
    for name, dimension in dimensions().items():
        assert isinstance(dimension, Dimension)
        for group in dimension.groups:
            english, chinese = group_words(name, group), group_words(name, group, "zh")
            assert english and "_" not in english and english.isascii() or "–" in english
            assert not any("a" <= letter.lower() <= "z" for letter in chinese), (name, group, chinese)
        for measure in dimension.measures:
            assert measure_words(measure) and not measure_words(measure, "zh").isascii()


# --- what a scale carries ---------------------------------------------------------------------------


def made_up(seeds, workers, of_one, effect, seed=3):
    """Effects on a worker by seed and cell: the true one, and chance that shrinks with the cell."""
    drawn = np.random.default_rng(seed).normal(0.0, of_one, (seeds, len(workers)))
    return effect + drawn / np.sqrt(workers)


def test_noise_and_the_usual_effect_are_found_again():
    workers = np.geomspace(100, 20_000, 31)
    effects = made_up(400, workers, 0.2, 0.004)
    assert noise(effects, workers) == pytest.approx(0.2, rel=0.05)
    assert usual_effect(effects, workers, 0.2) == pytest.approx(0.004, rel=0.1)


def test_workers_needed_by_hand():
    # of one 0.2, eight seeds: half-width t(7) x 0.2 / sqrt(8 n) = 0.004 at n = (2.3646 x 0.2 / 0.004)^2 / 8
    workers = np.full(31, 5_000.0)
    effects = made_up(8, workers, 0.2, 0.004)
    found = noise(effects, workers)
    expected = (t_975(7) * found / usual_effect(effects, workers, found)) ** 2 / 8
    assert workers_needed(effects, workers) == pytest.approx(expected)
    assert expected == pytest.approx((2.3646 * 0.2 / 0.004) ** 2 / 8, rel=0.4)


def test_opposite_effects_are_usual_ones_though_their_sum_is_nothing():
    workers = np.full(30, 10_000.0)
    effects = made_up(50, workers, 0.1, np.where(np.arange(30) % 2, 0.01, -0.01))
    assert usual_effect(effects, workers, noise(effects, workers)) == pytest.approx(0.01, rel=0.1)


def test_without_an_effect_the_smallest_is_asked_for():
    workers = np.full(30, 10_000.0)
    effects = made_up(50, workers, 0.1, 0.0)
    assert usual_effect(effects, workers, noise(effects, workers)) == SMALLEST


def test_cells_that_carry_find_the_sign_on_fresh_seeds():
    """A cell with as many workers as needed tells a usual effect from nothing more often than not."""
    needed = workers_needed(made_up(8, np.full(31, 3_000.0), 0.2, 0.005), np.full(31, 3_000.0))
    right = 0
    for trial in range(400):
        effects = made_up(8, np.array([needed]), 0.2, 0.005, seed=100 + trial)[:, 0]
        half = t_975(7) * effects.std(ddof=1) / np.sqrt(8)
        right += effects.mean() - half > 0
    assert 0.4 < right / 400 < 0.7  # at the limit itself the interval's end lies at nothing half of the time


def test_one_seed_carries_nothing(comparison):
    assert workers_needed(np.ones((1, 3)), np.full(3, 1e6)) == np.inf
    alone = compare(None, POLICY, seeds=1, scale=200_000, end="2025-12", jobs=1)
    assert not alone.by_group["is_reliable"].any()
    assert "One seed" in scale_sentences(alone, POLICY, "home-province")[0]


@pytest.mark.parametrize(
    ("persons", "needed", "scale"),
    [
        (40e6, 8_000, 5_000),
        (40e6, 8_001, 2_000),
        (2.5e6, 8_000, 200),
        (7_999, 8_000, None),
        (1e6, np.inf, None),
    ],
)
def test_the_coarsest_round_scale_that_has_the_workers(persons, needed, scale):
    assert scale_for(persons, needed) == scale
    if scale:
        assert persons / scale >= needed


def test_the_sentence_names_the_scale_of_a_province(comparison):
    said = scale_sentences(comparison, POLICY, "home-province", named=["Henan"])
    assert said[0].startswith("At 1:100000 with 2 seeds") and "of 31)" in said[0]
    rows = of(comparison, "home-province", "settled")
    for row in rows.itertuples():
        assert row.is_reliable == (row.workers >= row.workers_needed)


# --- in the model itself ----------------------------------------------------------------------------

FOR_HENAN = """
extends: baseline
title: {en: Henan alone, zh: 仅河南}
description: A large grant for founders from Henan, twice as many of whom think of a business.
levers:
  grant:
    label: {en: Grant, zh: 补贴}
    citation: {document: ten-departments-2024, clause: Grants for returning founders}
    evidence: D
    window: {from: 2025-01, to: 2034-12}
    where: {home_provinces: [Henan]}
    effects: {startup_grant_yuan: {add: 60000}, startup_consideration_probability: {scale: 2}}
    unit_cost: {yuan: 60000, per: business_start, payer: local, source: the grant itself}
"""


def test_a_policy_for_one_province_shows_in_its_cells_and_in_no_other(tmp_path):
    file = tmp_path / "henan.yaml"
    file.write_text(FOR_HENAN, encoding="utf-8")
    found = compare(None, str(file), seeds=4, scale=20_000, end="2027-12", horizons="+3", jobs=1)
    local, out = (of(found, "home-province", measure) for measure in ("local", "out"))
    henan = local.loc["Henan"]
    assert henan["is_reliable"] and henan["verdict"] == "higher"
    assert henan["difference"] > 0.02 * henan["baseline"], "it draws many"
    assert out.loc["Henan", "difference"] < 0 < henan["difference"], "some of them come from work away"
    others = local.drop("Henan")
    clear = others["is_reliable"] & others["verdict"].isin(["higher", "lower"])
    assert clear.sum() <= 2, "of thirty intervals at 95 % one or two miss zero by chance"
    assert others["difference"].abs().max() < 0.25 * henan["difference"]


def test_what_is_told_of_cells_has_the_same_sign_on_fresh_seeds():
    told = {"scale": 50_000, "end": "2026-12", "horizons": "+2", "jobs": 1}
    first, fresh = (
        compare(None, POLICY, seeds=seeds, **told).by_group.set_index(["dimension", "group", "outcome"])
        for seeds in (range(1, 6), range(11, 16))
    )
    clear = first[first["is_reliable"] & first["verdict"].isin(["higher", "lower"])]
    assert len(clear) > 20 and clear.index.get_level_values("dimension").nunique() > 5
    assert np.mean(clear["difference"] * fresh.loc[clear.index, "difference"] > 0) >= 0.95


# --- words, tables and pictures ---------------------------------------------------------------------


def test_dimensions_are_named_with_commas_or_again():
    assert checked_dimensions(["tier, age", "tier"]) == ("tier", "age")
    assert checked_dimensions(["Home_Province"]) == ("home-province",)
    with pytest.raises(UsageError) as error:
        checked_dimensions(["tier,ages", "county"])
    assert [(one.value, one.nearest) for one in error.value.problems] == [("ages", "age"), ("county", None)]
    for empty in ("", "tier,,age"):
        with pytest.raises(UsageError):
            checked_dimensions([empty])


def test_the_map_has_a_tile_of_its_own_for_each_province():
    assert set(TILES) == set(dimensions()["home-province"].groups)
    assert len(set(TILES.values())) == 31


def test_every_dimension_has_a_table_and_a_picture(comparison):
    found = sections(comparison, ALL)
    assert [one.dimension for one in found] == list(ALL)
    pictures = {name: figure for one in found for name, figure in one.figures.items()}
    assert {f"map-{POLICY}", f"flows-{POLICY}", *(f"by-{name}-{POLICY}" for name in ALL)} == set(pictures)
    assert all(len(as_png(pictures[name], 40)) > 2_000 for name in (f"map-{POLICY}", f"flows-{POLICY}"))
    for one in found:
        assert one.sentences and one.rows
        assert all(set(row["cells"]) == {name for name, _, _ in one.columns} for row in one.rows)
        grey = [cell for row in one.rows for cell in row["cells"].values() if cell["kind"] == "few"]
        assert all(cell["text"] == "few workers" and not cell["range"] for cell in grey)
    files = tables_by_dimension(comparison, ALL)
    assert set(files) == {f"by-{name}.csv" for name in ALL}
    table = labelled(comparison.by_group)
    assert {"group_en", "group_zh", "outcome_zh"} <= set(table) and not table.isna()[["group_zh"]].any().any()


def test_the_command_prints_and_keeps_them(monkeypatch, capsys, tmp_path):
    call = caller(monkeypatch, capsys, simulate=None)
    short = ("--seeds", 2, "--scale", "1:200000", "--to", "2025-12", "--ensemble", 0, "--jobs", 1)
    said = call("compare", POLICY, *short, "--by", "tier,sex", "--out", tmp_path / "out")
    assert said.code == 0, said.err
    assert "Residency easing: by kind of place, year 1 (2025)" in said.out and "Women" in said.out
    for name in ("by-tier.csv", "by-sex.csv", f"charts/by-tier-{POLICY}.png"):
        assert (tmp_path / "out" / name).stat().st_size
    kept = pd.read_parquet(tmp_path / "out" / "by_group.parquet")
    assert set(kept["dimension"]) == set(ALL)
    said = call("compare", POLICY, *short, "--by", "teir")
    assert said.code == 2 and "did you mean 'tier'?" in said.err
