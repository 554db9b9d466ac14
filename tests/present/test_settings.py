"""Charts are drawn under our own settings: nothing of the user's reaches them, and nothing of ours stays."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.present.charts import style
from sim.present.charts.settings import own_settings

ROOT = Path(__file__).resolve().parents[2]

DRAWING = """
import hashlib, json, sys
from sim.present.charts import style

@style.styled
def draw():
    figure = style.empty_figure(4, 3)
    panel = figure.add_subplot()
    panel.plot([1, 2], [3, 4])
    panel.set_xlabel("years \\u5e74")
    style.headed(figure, "A title", "what the numbers are")
    return figure

figure = draw()
made = hashlib.sha256(style.as_svg(figure) + style.as_png(figure)).hexdigest()
import matplotlib
print(json.dumps([made, matplotlib.get_backend(auto_select=False)]))
"""


def drawn(tmp_path: Path, **environment: str) -> list:
    """The hash of a chart that a fresh process draws in ``tmp_path``, and the backend that it has then."""
    import json

    done = subprocess.run(
        [sys.executable, "-c", DRAWING],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> str:
    return drawn(tmp_path_factory.mktemp("plain"), MPLBACKEND="")[0]


@pytest.mark.parametrize(
    ("named", "left"),
    [
        ("module://matplotlib_inline.backend_inline", "module://matplotlib_inline.backend_inline"),
        ("module://not.installed", "module://not.installed"),
        ("no such backend", None),
        ("TkAgg", "TkAgg"),
    ],
)
def test_the_backend_of_a_notebook_or_a_wrong_one(tmp_path, plain, named, left):
    assert drawn(tmp_path, MPLBACKEND=named) == [plain, left]


LOUD = """
font.size: 30
text.usetex: True
savefig.bbox: tight
lines.linewidth: 9
axes.prop_cycle: cycler("color", ["r"])
backend: svg
"""


@pytest.mark.parametrize(
    "content", [LOUD.encode(), b"nonsense\nfont.size: big\nbackend: none\n", b"\xc9\x00\xff"]
)
def test_a_file_of_settings_in_the_present_folder(tmp_path, plain, content):
    (tmp_path / "matplotlibrc").write_bytes(content)
    assert drawn(tmp_path)[0] == plain


@pytest.mark.parametrize("name", ["MATPLOTLIBRC", "MPLCONFIGDIR"])
def test_a_damaged_file_of_settings_elsewhere(tmp_path, plain, name):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "matplotlibrc").write_bytes(b"\xc9\x00\xff")
    assert drawn(tmp_path, **{name: str(tmp_path / "theirs")})[0] == plain


def test_a_folder_of_settings_that_cannot_be_written(tmp_path, plain):
    assert drawn(tmp_path, MPLCONFIGDIR="/dev/null/nowhere")[0] == plain


def test_settings_and_plots_of_the_caller_stay_as_they_are():
    import matplotlib
    from matplotlib import pyplot

    backend = dict.get(matplotlib.rcParams, "backend")
    mine = {"lines.linewidth": 7.0, "font.size": 31.0, "text.parse_math": True, "savefig.bbox": "tight"}
    with matplotlib.rc_context(mine):
        matplotlib.rcParams["backend"] = "agg"
        shown = pyplot.figure()
        before = dict(matplotlib.rcParams.items())

        @style.styled
        def draw():
            assert matplotlib.rcParams["lines.linewidth"] == 1.5
            figure = style.empty_figure(2, 2)
            figure.add_subplot()
            return figure

        made = hashlib.sha256(style.as_png(draw())).hexdigest()
        assert dict(matplotlib.rcParams.items()) == before
        assert pyplot.gcf() is shown and len(pyplot.get_fignums()) == 1
        pyplot.close(shown)
    dict.__setitem__(matplotlib.rcParams, "backend", backend)
    assert hashlib.sha256(style.as_png(draw())).hexdigest() == made  # the same under other settings


def test_settings_are_back_after_a_failure():
    import matplotlib

    before = matplotlib.rcParams["font.size"]
    with pytest.raises(KeyError), own_settings({"font.size": 3.0}):
        assert matplotlib.rcParams["font.size"] == 3.0
        raise KeyError
    assert matplotlib.rcParams["font.size"] == before
