"""The brief for Word: the whole answer with its picture, and the tables that a reader asks for next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from sim.comparison.comparison import Comparison
from sim.core.errors import Problem, UsageError
from sim.present.charts import style
from sim.present.pages import comparison_tables, side_by_side
from sim.present.text.brief import answers, caveat, question, shown_outcomes
from sim.present.text.comparison import reference_sentence, title_of, trust_sentences

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDTH = 6.3  # inches between the margins
_SMALL = 8.5  # points, in tables


def document_bytes(comparison: Comparison, figures: Mapping[str, Figure], missed: str = "") -> bytes:
    """The brief as a file. figures: those of the page. missed: of the baseline in unseen years, in words.

    Raises ``UsageError`` where the library that writes it is not installed.
    """
    document = library().Document()
    titles = [title_of(policy) for policy in comparison.policies]
    document.add_heading(f"{', '.join(titles)}: what would change", 0)
    document.add_paragraph(question(comparison))
    if said := reference_sentence(comparison):
        document.add_paragraph(said)
    for answer in answers(comparison):
        document.add_heading(answer.title, 2)
        document.add_paragraph(answer.sentence)
        if answer.loss:
            _led(document, "What is lost.", answer.loss)
    if "answer" in figures:
        _picture(document, figures["answer"])
    _led(document, "Before you rely on it.", caveat(comparison, missed))
    document.add_heading("Side by side", 1)
    _table(
        document,
        ["Difference from the baseline", *titles],
        [
            [f"{row['label']}, {row['unit']}", *(_cell(cell) for cell in row["cells"])]
            for row in comparison_tables.side_by_side(comparison)
        ],
    )
    money = side_by_side.money_table(comparison)
    if money["rows"]:
        document.add_heading("Money", 1)
        _table(
            document,
            [f"{money['years']}, yuan", *titles],
            [[row["label"], *row["cells"]] for row in money["rows"]],
        )
    for key in shown_outcomes(comparison):
        if f"difference-{key}" in figures:
            _picture(document, figures[f"difference-{key}"])
    if "winners" in figures:
        document.add_heading("Who gains and who loses", 1)
        _picture(document, figures["winners"])
    document.add_heading("How sure this is", 1)
    for sentence in trust_sentences(comparison):
        document.add_paragraph(sentence, style="List Bullet")
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def library() -> Any:
    """The library that writes it. Raises ``UsageError`` where it is not installed."""
    try:
        import docx
    except ImportError:
        raise UsageError(
            Problem(
                "a brief for Word needs python-docx, which is not installed",
                key="--docx",
                allowed='pip install "labor-migration-sim[office]"',
            )
        ) from None
    return docx


def _led(document: Any, lead: str, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run(f"{lead} ").bold = True
    paragraph.add_run(text)


def _picture(document: Any, figure: Figure) -> None:
    from docx.shared import Inches

    document.add_picture(BytesIO(style.as_png(figure)), width=Inches(_WIDTH))


def _table(document: Any, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table whose first column is text and whose heads are repeated on every page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    table = document.add_table(rows=1 + len(rows), cols=len(heads), style="Light Grid Accent 1")
    for place, values in enumerate([heads, *rows]):
        for number, value in enumerate(values):
            paragraph = table.cell(place, number).paragraphs[0]
            paragraph.add_run(value).font.size = Pt(_SMALL)
            if number:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _cell(cell: Mapping[str, str]) -> str:
    return f"{cell['text']}\n{cell['range']}" if cell["range"] else cell["text"]
