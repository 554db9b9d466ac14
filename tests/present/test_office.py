"""A comparison for office programs: the same numbers, with titles, units and both languages."""

from io import BytesIO

import openpyxl
import pytest
from support import synthetic
from support.synthetic import FakeScenario

from sim.comparison.compare import compare
from sim.core.errors import UsageError
from sim.present.office import document, printing, workbook
from sim.present.office.forms import check_forms, office_files
from sim.present.pages.comparison import comparison_charts
from sim.results.outcomes import OUTCOMES
from sim.validation.validate import validate


@pytest.fixture(scope="module")
def comparison():
    policy = FakeScenario(
        "startup-support", {"own_business": (3_000_000, 3_000)}, spending=1e8, raises={"female": 500.0}
    )
    found = compare(FakeScenario("baseline"), [policy], seeds=4, jobs=1, simulate=synthetic.simulate)
    found.policies[0]["title"] = {"en": "=SUM(A1) support\x01", "zh": "支持"}
    return found


@pytest.fixture(scope="module")
def book(comparison):
    return openpyxl.load_workbook(BytesIO(workbook.workbook_bytes(comparison)))


def heads(sheet):
    return [cell.value for cell in sheet[4]]


def test_the_workbook_holds_the_tables_with_titles_units_and_both_languages(comparison, book):
    assert book.sheetnames[:2] == ["Answer 结论", "Effects 效果"]
    for sheet in book:
        assert sheet["A1"].value and sheet["A2"].value
        assert sheet.freeze_panes == "B6" and sheet.auto_filter.ref
        assert all(heads(sheet)) and all(cell.value for cell in sheet[5])
        assert any("\u4e00" <= letter <= "\u9fff" for letter in sheet["A1"].value)
    effects = book["Effects 效果"]
    assert effects.max_row == 5 + len(comparison.judged)
    column = heads(effects).index("Difference from the baseline")
    outcome = heads(effects).index("Outcome")
    rows = {(row[outcome].value, row[4].value): row[column] for row in effects.iter_rows(min_row=6)}
    for row in comparison.judged.itertuples():
        cell = rows[OUTCOMES[row.outcome].label, row.horizon_years]
        assert cell.value == pytest.approx(row.difference)
        assert ("0.00" in cell.number_format) == (row.unit == "percent")


def test_text_stays_text_and_is_no_formula(book):
    cell = book["Effects 效果"]["A6"]
    assert cell.value == "=SUM(A1) support" and cell.data_type == "s"


def test_the_brief_for_word_holds_the_answer_and_its_picture(comparison):
    import docx

    figures = comparison_charts(comparison, validate(comparison.baseline_runs()))
    comparison.policies[0]["title"] = {"en": "Support", "zh": "支持"}
    found = docx.Document(BytesIO(document.document_bytes(comparison, figures, "this; that")))
    text = "\n".join(paragraph.text for paragraph in found.paragraphs)
    assert "Support: what would change" in text and "local non-farm workers +3" in text
    assert "What is lost." in text and "Before you rely on it." in text
    assert len(found.inline_shapes) >= 3
    assert found.tables[0].cell(0, 1).text == "Support"


def test_pictures_and_the_page_come_in_the_forms_asked_for(comparison, monkeypatch):
    figures = comparison_charts(comparison, validate(comparison.baseline_runs()))
    few = {"answer": figures["answer"]}
    files = office_files(("svg",), comparison, few, "page")
    assert files.keys() == {"charts/answer.svg", "charts/answer.pdf"}
    assert files["charts/answer.pdf"].startswith(b"%PDF") and b"<svg" in files["charts/answer.svg"]
    assert office_files((), comparison, few, "page") == {}
    monkeypatch.setattr(printing.shutil, "which", lambda name: None)
    with pytest.raises(UsageError, match="Chromium"):
        check_forms(("pdf",))


def test_a_missing_library_is_told_before_anything_runs(monkeypatch):
    import builtins

    real = builtins.__import__

    def without(name, *rest):
        if name in ("openpyxl", "docx"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    for form in ("xlsx", "docx"):
        with pytest.raises(UsageError) as told:
            check_forms((form,))
        assert "labor-migration-sim[office]" in str(told.value.problems[0].allowed)


@pytest.mark.skipif(
    not any(printing.shutil.which(name) for name in printing._BROWSERS), reason="no browser is installed"
)
def test_a_page_is_printed_by_a_browser():
    assert printing.printed("<h1>A page</h1>").startswith(b"%PDF")


@pytest.mark.skipif(
    not any(printing.shutil.which(name) for name in printing._BROWSERS), reason="no browser is installed"
)
def test_a_browser_has_chinese_letters_also_where_the_machine_has_none(tmp_path):
    pictures = set()
    for number, letter in enumerate("农民工"):  # boxes would all look alike
        page = tmp_path / f"{number}.html"
        page.write_text(f"<meta charset=utf-8><p style='font-size: 60px'>{letter}", encoding="utf-8")
        pictures.add(printing.browsed(page, "screenshot", "--window-size=200,200"))
    assert len(pictures) == 3 and all(picture.startswith(b"\x89PNG") for picture in pictures)
