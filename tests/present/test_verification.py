"""Pages made again: from their folder, and from the record that they carry, with every number compared."""

import re

import pytest
from support import fake_runs

from sim.analysis.uncertainty import compare_with_bands
from sim.comparison.comparison import Comparison
from sim.core.errors import ResultsError
from sim.core.language import speaking
from sim.present.pages.comparison import publish_comparison
from sim.present.pages.record import differences, read_record
from sim.present.pages.verification import verify_page

ASKED = {"members": 2, "seeds": 3, "end": "2029-12", "jobs": 1, "simulate": fake_runs.with_draws}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = compare_with_bands("baseline", ["startup-support"], **ASKED)
    return publish_comparison(found, tmp_path_factory.mktemp("page") / "out", command="labor-sim compare")


def test_a_page_is_found_again_from_its_record(folder):
    found = verify_page(folder / "report.html", jobs=1, simulate=fake_runs.with_draws)
    assert found.tables == [] and found.words == [] and found.program == [] and found.is_same


def test_a_number_that_was_changed_is_named(folder, tmp_path):
    page = (folder / "report.html").read_text(encoding="utf-8")
    figure = re.search(r'class="figure"[^>]*>(\+[0-9.]+ (?:thousand|million))<', page)[1]
    changed = tmp_path / "report.html"
    changed.write_text(page.replace(f">{figure}<", ">+9.9 million<", 1), encoding="utf-8")
    found = verify_page(changed, jobs=1, simulate=fake_runs.with_draws)
    assert not found.is_same and found.tables == []
    assert len(found.words) == 1 and "+9.9" in found.words[0].page and found.words[0].section


def test_other_results_are_named_by_table(folder):
    found = verify_page(folder / "report.html", jobs=1, simulate=fake_runs.any_scenario)
    assert "bands" in found.tables and found.words


def test_a_chinese_page_is_found_again_in_chinese(folder, tmp_path):
    with speaking("zh"):
        chinese = publish_comparison(Comparison.load(folder), tmp_path / "zh", command="labor-sim compare")
    page = (chinese / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh">' in page and read_record(page, "page")["language"] == "zh"
    found = verify_page(chinese / "report.html", jobs=1, simulate=fake_runs.with_draws)
    assert found.tables == [] and found.words == []


def test_a_page_made_again_from_its_folder_is_the_same(folder, tmp_path):
    again = publish_comparison(Comparison.load(folder), tmp_path / "again", command="labor-sim compare")
    pages = [(place / "report.html").read_text(encoding="utf-8") for place in (folder, again)]
    assert differences(*pages) == []


@pytest.mark.parametrize("damage", ["none", "cut", "foreign", "version"])
def test_a_page_without_a_whole_record_is_refused(folder, tmp_path, damage):
    page = (folder / "report.html").read_text(encoding="utf-8")
    text = page.split('<template id="run-record">')[1].split("</template>")[0]
    damaged = {
        "none": page.replace("run-record", "something"),
        "cut": page.replace(text, text[: len(text) // 2]),
        "foreign": page.replace(text, "bm90aGluZw=="),
        "version": page.replace(text, ""),
    }[damage]
    file = tmp_path / "page.html"
    file.write_text(damaged, encoding="utf-8")
    with pytest.raises(ResultsError, match="record"):
        verify_page(file)
    with pytest.raises(ResultsError, match="cannot be read"):
        verify_page(tmp_path / "missing.html")
    assert read_record(page, "page")["program"]["code_hash"]
