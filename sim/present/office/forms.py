"""The forms in which a comparison can be had beside its page: what each needs, and its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sim.comparison.comparison import Comparison
from sim.present.charts import style
from sim.present.office import document, printing, workbook

if TYPE_CHECKING:
    from matplotlib.figure import Figure

XLSX, DOCX, PDF, SVG = FORMS = ("xlsx", "docx", "pdf", "svg")


def check_forms(forms: Sequence[str]) -> None:
    """Raise ``UsageError`` before a long run for a form that cannot be written on this machine."""
    needs = {XLSX: workbook.library, DOCX: document.library, PDF: printing.check_browser}
    for form in forms:
        if form in needs:
            needs[form]()


def office_files(
    forms: Sequence[str],
    comparison: Comparison,
    figures: Mapping[str, Figure],
    page: str,
    missed: str = "",
    today: str = "",
) -> dict[str, bytes]:
    """The files of the forms by name: ``results.xlsx``, ``brief.docx``, ``report.pdf``, and pictures as SVG and PDF.

    figures: those of the page, by name. missed: what the baseline misses in unseen years, in words.
    today: how far it is from the last official figures, in words.
    """
    files: dict[str, bytes] = {}
    if XLSX in forms:
        files["results.xlsx"] = workbook.workbook_bytes(comparison)
    if DOCX in forms:
        files["brief.docx"] = document.document_bytes(comparison, figures, missed, today)
    if PDF in forms:
        files["report.pdf"] = printing.printed(page)
    if SVG in forms:
        for name, figure in figures.items():
            files[f"charts/{name}.svg"] = style.as_svg(figure)
            files[f"charts/{name}.pdf"] = style.as_pdf(figure)
    return files
