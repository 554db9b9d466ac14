"""The pictures of the README: small, all shown, and drawn by one script that says what it lacks."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

import pytest

from sim.present.office import printing

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "docs" / "draw_readme.py"
PICTURES = ROOT / "docs" / "pictures"


def shown() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"\]\(docs/pictures/([a-z_-]+\.png)\)", text)


def test_every_picture_is_small_and_shown_once():
    there = {path.name: path.stat().st_size for path in PICTURES.iterdir()}
    assert sorted(there) == sorted(shown())
    assert {name for name in there if name.startswith("page-")} == {"page-en.png", "page-zh.png"}
    assert not {name: size for name, size in there.items() if size > 300_000}


def run(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["draw_readme.py", *words])
    runpy.run_path(str(SCRIPT), run_name="__main__")


def test_a_wrong_name_or_a_missing_comparison_is_one_clear_message(monkeypatch, capsys, tmp_path):
    for words, said in (
        (["maps"], "no such picture: maps; there are page, comparison, map"),
        (["page", "--comparison", str(tmp_path / "none")], "run make run first"),
    ):
        with pytest.raises(SystemExit) as ended:
            run(monkeypatch, *words)
        assert ended.value.code == 2 and said in capsys.readouterr().err


def test_a_machine_without_a_browser_is_told_so(monkeypatch):
    monkeypatch.setattr(printing.shutil, "which", lambda name: None)
    script = runpy.run_path(str(SCRIPT))
    monkeypatch.setitem(script["page"].__globals__, "validate", lambda runs: None)
    monkeypatch.setitem(script["page"].__globals__, "render_report", lambda comparison, validation: "<p>")

    class Loaded:
        def baseline_runs(self):
            return []

    with pytest.raises(printing.UsageError, match="Chromium, Chrome or Edge"):
        list(script["page"](Loaded()))


def test_pictures_lose_no_colour_when_they_are_made_small():
    from io import BytesIO

    from PIL import Image

    stream = BytesIO()
    image = Image.new("RGB", (40, 40), "#d55e00")
    image.putpixel((3, 3), (0, 114, 178))
    image.save(stream, "PNG", compress_level=0)
    kept = runpy.run_path(str(SCRIPT))["small"](stream.getvalue())
    assert len(kept) < len(stream.getvalue())
    assert Image.open(BytesIO(kept)).convert("RGB").tobytes() == image.tobytes()
