"""How sure forecasts of levels are, as the validation and the picture of the baseline tell it."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from support import synthetic

from sim.core.language import speaking
from sim.present.charts.validation import baseline_outlook
from sim.present.pages.validation import validation_context
from sim.present.text.level_bands import AHEAD, level_rows, validation_and_levels
from sim.validation.forecast_bands import Discrepancies
from sim.validation.level_bands import LevelBands, level_bands
from sim.validation.validate import validate
from sim.world.data import load_data

BANDS = LevelBands(
    Discrepancies({"head-counts": 4.0}, {"head-counts": 6}, 1.0), {("migrant_workers", "out"): 0.5}
)


@pytest.fixture(scope="module")
def validation():
    return validate(synthetic.simulate(synthetic.FakeScenario("baseline"), end="2024-12", seed=1))


def test_the_validation_tells_how_far_forecasts_of_its_headline_levels_may_be_off(validation):
    bands = level_bands(load_data())
    rows = {row.label: row.cells for row in level_rows(validation)}
    out = rows["Out-of-township migrant workers"]
    assert out == [f"±{bands.reach('migrant_workers', 'out', years):.1f} %" for years in AHEAD]
    assert not any(cell.startswith("±0.0 ") or cell == "±0.0" for cells in rows.values() for cell in cells)
    text = validation_and_levels(validation)
    assert "How far a forecast of a level may be off, 90 %" in text and out[0] in text
    assert "do not widen those of effects one for one" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 120
    assert len(validation_context(validation)["levels"]) == len(rows) >= 5
    with speaking("zh"):
        chinese = validation_and_levels(validation)
        assert "水平值预测可能相差多少" in chinese and out[0].replace(" ", "") in chinese


def test_without_a_stored_backtest_nothing_is_said_of_bands(validation, monkeypatch, tmp_path):
    monkeypatch.setattr("sim.validation.forecast_scores.PACKAGED", tmp_path / "none.csv")
    assert level_rows(validation) == [] and "forecast of a level" not in validation_and_levels(validation)


def test_the_baseline_shades_where_later_figures_should_lie():
    """From the last official figure on, around it carried on with the model's growth, ever wider."""
    years = np.arange(2014, 2036)
    model = pd.DataFrame({"year": years, "indicator": "migrant_workers", "group": "out"})
    model = model.assign(value=16_000.0 * 1.01 ** (years - 2014))
    official = load_data().official_annual
    figure = baseline_outlook(model, official, {"out": "Out"}, BANDS)
    [panel] = figure.axes
    [shade] = panel.collections
    [path] = shade.get_paths()
    assert path.vertices[:, 0].min() == 2024 and path.vertices[:, 0].max() == 2035
    spread = {
        year: np.ptp(path.vertices[path.vertices[:, 0] == year, 1]) for year in (2024, 2025, 2029, 2035)
    }
    assert spread[2024] == pytest.approx(0.0) and 0 < spread[2025] < spread[2029] < spread[2035]
    published = official.query("indicator == 'migrant_workers' and group == 'out' and year == 2024")["value"]
    at_end = path.vertices[path.vertices[:, 0] == 2035, 1]
    middle = (at_end.min() + at_end.max()) / 2.0
    assert middle == pytest.approx(float(published.iloc[0]) / 100.0 * 1.01**11, rel=1e-3)
    reach = 2.0 * BANDS.reach("migrant_workers", "out", 11) / 100.0
    assert spread[2035] == pytest.approx(reach * middle, rel=1e-3)
    assert any(re.search("shade: later ones, 90 %", text.get_text()) for text in figure.texts)
    plain = baseline_outlook(model, official, {"out": "Out"})
    assert not plain.axes[0].collections
