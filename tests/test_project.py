"""The project's own files: what a newcomer, an installer and a reader of the repository rely on."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from test_rooms import ROOMS

import sim

ROOT = Path(__file__).resolve().parent.parent

README_SECTIONS = [
    "What it answers",
    "The two commands",
    "Reading the result",
    "Writing your own scenario",
    "Experiments",
    "How the model works",
    "How far to trust it",
    "Where to add things",
    "Layout",
]

# Paths of one machine or workplace.
MACHINE_PATHS = re.compile(r"/(root|home|work)(?=/)|\.\./(?=shared)")


def tracked_files() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_readme_has_its_sections_in_order():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == README_SECTIONS


def test_the_readme_scenarios_are_sound(tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names = set()
    for number, scenario in enumerate(re.findall(r"```yaml\n(.+?)```", text, flags=re.DOTALL)):
        path = tmp_path / f"readme-{number}.yaml"
        path.write_text(scenario, encoding="utf-8")
        names |= sim.load_scenario(path).levers.keys()
    assert {"startup_grant", "startup_subsidy_second_half", "rapid_arbitration"} <= names


def test_the_readme_names_files_that_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:sim|tests|scenarios|experiments|notebooks)/[a-z0-9_./]+)`", text)
    named += re.findall(r"\]\(([a-z][a-z0-9_./-]*)\)", text)  # links
    assert "docs/instruments.md" in named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_readme_lists_every_room_from_the_ground_up():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    layout = text.partition("## Layout")[2].partition("\nscenarios/")[0]
    assert tuple(re.findall(r"^  (\w+)/ ", layout, flags=re.MULTILINE)) == (*ROOMS, "data")


def test_the_readme_has_the_blocks_that_are_renewed_from_the_main_job():
    renew = runpy.run_path(str(ROOT / "docs" / "renew_readme.py"))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("effects", "errors", "unseen"):
        new = renew["renewed"](text, name, "something new")
        assert new.count("something new") == 1 and len(new) < len(text)
    with pytest.raises(ValueError, match="0 blocks 'another'"):
        renew["renewed"](text, "another", "")
    for column in renew["SHOWN"].values():
        assert f"| {column} |" in text
    for name, _ in renew["BY_YEAR"].values():
        assert f"| {name} |" in text


def test_the_readme_tells_what_every_command_answers():
    """Each line of the table is a command that exists, with options that it has."""
    from sim.cli import app

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `labor-sim ([a-z-]+)", text, flags=re.MULTILINE)
    known = {(one.name or one.callback.__name__).replace("_", "-") for one in app.registered_commands}
    known |= {group.name for group in app.registered_groups}
    assert set(told) == known


def test_decisions_stand_by_room_newest_first():
    text = (ROOT / "DECISIONS.md").read_text(encoding="utf-8")
    sections = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    names, bodies = sections[::2], sections[1::2]
    assert names == [name for name in (*ROOMS, "The project") if name in names]
    titles = []
    for name, body in zip(names, bodies, strict=True):
        found = re.findall(r"^### (.+) \((\d{4}-\d\d-\d\d)\)$", body, flags=re.MULTILINE)
        assert len(found) == len(re.findall("^###", body, flags=re.MULTILINE)) > 0, f"{name}: title (date)"
        assert [date for _, date in found] == sorted((date for _, date in found), reverse=True), name
        titles += [title for title, _ in found]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(
    "document", ["CONTRIBUTING.md", "DECISIONS.md", "docs/architecture.md", "experiments/README.md"]
)
def test_documents_name_files_that_exist(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"`((?:sim|tests|scenarios|experiments|notebooks|docs)/[a-z0-9_./]+)`", text)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_folder_of_the_package_is_packaged():
    folders = {path.parent for path in (ROOT / "sim").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


@pytest.mark.parametrize("target", ["run", "test", "bench", "clean"])
def test_makefile_has_the_target(target):
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", text, flags=re.MULTILINE)


def test_tracked_files_name_no_machine():
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {m.group()}" for m in MACHINE_PATHS.finditer(text)]
    assert not found


def test_version_and_names_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == "labor-migration-sim"
    assert project["scripts"] == {"labor-sim": "sim.cli:main"}
    assert re.search(
        rf"^## {re.escape(sim.__version__)}\b",
        (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )


def test_the_citation_is_of_this_version():
    """CITATION.cff has what the format asks for (1.2.0) and agrees with the package."""
    citation = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["cff-version"] == "1.2.0"
    assert str(citation["version"]) == sim.__version__
    assert citation["license"] == project["license"]
    assert citation["type"] == "software"
    assert citation["keywords"] == project["keywords"]
    assert all(citation[key] for key in ("message", "title", "abstract"))
    assert [author["name"] for author in citation["authors"]]


def test_style():
    """`ruff check` over the tracked Python files, by the rules in pyproject.toml."""
    pytest.importorskip("ruff")
    sources = [str(path) for path in tracked_files() if path.suffix == ".py"]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=concise", *sources],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
