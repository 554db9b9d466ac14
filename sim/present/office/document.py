"""The brief for Word: the whole answer with its picture, and the tables that a reader asks for next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from sim.comparison.comparison import Comparison
from sim.core.errors import Problem, UsageError
from sim.core.language import _, language
from sim.present.charts import style
from sim.present.pages import comparison_tables, side_by_side
from sim.present.text.brief import answers, caveat, question, shown_outcomes
from sim.present.text.comparison import reference_sentence, title_of, trust_sentences
from sim.present.text.numbers import in_a_row, join

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDTH = 6.3  # inches between the margins
_SMALL = 8.5  # points, in tables
_CHINESE_FONT = "微软雅黑"  # on every machine with Word in Chinese


def document_bytes(
    comparison: Comparison, figures: Mapping[str, Figure], missed: str = "", today: str = ""
) -> bytes:
    """The brief as a file. figures: those of the page. missed: of the baseline in unseen years, in words.
    today: how far it is from the last official figures, in words.

    Raises ``UsageError`` where the library that writes it is not installed.
    """
    document = _empty()
    titles = [title_of(policy) for policy in comparison.policies]
    heading = _("{policies}: what would change", policies=in_a_row(titles))
    document.add_heading(heading, 0)
    document.core_properties.title = heading
    document.add_paragraph(question(comparison))
    if said := reference_sentence(comparison):
        document.add_paragraph(said)
    for answer in answers(comparison):
        document.add_heading(answer.title, 2)
        document.add_paragraph(answer.sentence)
        if answer.loss:
            _led(document, _("What is lost."), answer.loss)
    if "answer" in figures:
        _picture(document, figures["answer"])
    _led(document, _("Before you rely on it."), join(caveat(comparison, missed), today))
    document.add_heading(_("Side by side"), 1)
    _table(
        document,
        [_("Difference from the baseline"), *titles],
        [
            [
                _("{outcome}, {unit}", outcome=row["label"], unit=row["unit"]),
                *(_cell(cell) for cell in row["cells"]),
            ]
            for row in comparison_tables.side_by_side(comparison)
        ],
    )
    money = side_by_side.money_table(comparison)
    if money["rows"]:
        document.add_heading(_("Money"), 1)
        _table(
            document,
            [_("{years}, yuan", years=money["years"]), *titles],
            [[row["label"], *row["cells"]] for row in money["rows"]],
        )
    for key in shown_outcomes(comparison):
        if f"difference-{key}" in figures:
            _picture(document, figures[f"difference-{key}"])
    if "winners" in figures:
        document.add_heading(_("Who gains and who loses"), 1)
        _picture(document, figures["winners"])
    document.add_heading(_("How sure this is"), 1)
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
                _("a brief for Word needs python-docx, which is not installed"),
                key="--docx",
                allowed='pip install "labor-migration-sim[office]"',
            )
        ) from None
    return docx


def _empty() -> Any:
    """A document in the language in use, with its fonts, for whoever checks the spelling or lays it out anew."""
    from docx.oxml.ns import qn

    document = library().Document()
    document.core_properties.author = "labor-sim"
    document.core_properties.language = {"en": "en-GB", "zh": "zh-CN"}[language()]
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    spoken = defaults.find(qn("w:lang"))
    spoken.set(qn("w:val"), "en-GB")
    spoken.set(qn("w:eastAsia"), "zh-CN")
    for one in document.styles:
        properties = one.element.find(qn("w:rPr"))
        fonts = None if properties is None else properties.find(qn("w:rFonts"))
        if fonts is not None:
            fonts.attrib.pop(qn("w:eastAsiaTheme"), None)
            fonts.set(qn("w:eastAsia"), _CHINESE_FONT)
    return document


def _led(document: Any, lead: str, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run(lead if language() == "zh" else f"{lead} ").bold = True
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
    return "\n".join(filter(None, (cell["text"], cell["range"])))
