"""One workbook with all tables of a comparison: titles, units and notes, frozen heads.

In English heads are in both languages, and long texts have a column for each. A Chinese workbook is Chinese alone,
and shows large numbers in 万 and 亿.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from sim.comparison.comparison import Comparison
from sim.core.errors import Problem, UsageError
from sim.core.language import _, language, translated
from sim.present.pages.comparison_tables import ACCOUNT_WORDS
from sim.present.text.breakdown import dimension_words, labelled
from sim.present.text.brief import answers, caveat
from sim.present.text.comparison import title_of, trust_sentences
from sim.present.text.groups import group_words, winners_group
from sim.present.text.headings import (
    COST_NOTES,
    HORIZON,
    INTERVAL,
    ITEMS,
    OUTCOME,
    PLAIN,
    POLICY,
    SHARE,
    SIGNED,
    VERDICT,
    VERDICTS,
    WHOLE,
    Heading,
    cell_unit,
    form_of,
    in_both,
    large_form,
    of_own_language,
    with_outcome_words,
)
from sim.present.text.levers import PAYERS, clauses_of, cost_is_per, lever_title
from sim.results.outcomes import HEADLINE, OUTCOMES

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_TITLE_ROW, _NOTE_ROW, _HEAD_ROW = 1, 2, 4
_UNIT_KEY = "unit_key"  # of a row: the unit by its name, by which numbers are laid out


class Sheet(NamedTuple):
    """One sheet: its name, what it holds and how to read it in both languages, its columns, and who makes its rows.

    A note may hold ``{ends}``: what the ends of intervals are. ``is_by_unit``: numbers of INTERVAL are laid out
    by the unit of their row.
    """

    name: str
    title: tuple[str, str]
    note: tuple[str, str]
    columns: tuple[Heading, ...]
    rows: Callable[[Comparison], pd.DataFrame]
    is_by_unit: bool = False


def workbook_bytes(comparison: Comparison) -> bytes:
    """The workbook as a file. Raises ``UsageError`` where the library that writes it is not installed."""
    openpyxl = library()
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet, rows in filled_sheets(comparison):
        _write(book.create_sheet(_sheet_name(sheet)), sheet, rows)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def library() -> Any:
    """The library that writes it. Raises ``UsageError`` where it is not installed."""
    try:
        import openpyxl
    except ImportError:
        raise UsageError(
            Problem(
                _("a workbook needs openpyxl, which is not installed"),
                key="--xlsx",
                allowed='pip install "labor-migration-sim[office]"',
            )
        ) from None
    return openpyxl


def filled_sheets(comparison: Comparison) -> Iterator[tuple[Sheet, pd.DataFrame]]:
    """The sheets for which there is anything, with their rows."""
    ends = ("bands", "综合区间") if "bands" in comparison.tables else ("intervals over seeds", "种子区间")
    for sheet in SHEETS:
        rows = sheet.rows(comparison)
        if len(rows):
            note = (sheet.note[0].format(ends=ends[0]), sheet.note[1].format(ends=ends[1]))
            yield sheet._replace(note=note, columns=of_own_language(sheet.columns)), rows


def _sheet_name(sheet: Sheet) -> str:
    """The name of a sheet, ``Effects 效果``; of a Chinese workbook ``效果``."""
    return sheet.name.rpartition(" ")[2] if language() == "zh" else sheet.name


# --- rows -----------------------------------------------------------------------------------------------


def _answer(comparison: Comparison) -> pd.DataFrame:
    who = in_both(lambda: [who for who, _what in _told(comparison)])
    what = in_both(lambda: [what for _who, what in _told(comparison)])
    rows = [(*names, *texts) for names, texts in zip(who, what, strict=True)]
    return pd.DataFrame(rows, columns=["who_en", "who_zh", "what_en", "what_zh"])


def _told(comparison: Comparison) -> list[tuple[str, str]]:
    """The answer about each policy and how far to rely on it: whom it is about, and what is said."""
    rows: list[tuple[str, str]] = []
    for answer in answers(comparison):
        rows += [(answer.title, answer.sentence), ("", answer.loss)]
    rows += [(_("Before you rely on it"), caveat(comparison))]
    rows += [("", sentence) for sentence in trust_sentences(comparison)]
    return [row for row in rows if row[1]]


def _effects(comparison: Comparison) -> pd.DataFrame:
    rows = _with_outcomes(comparison.judged)
    return _titled(comparison, rows.assign(cost_note=_in_words(rows["cost_note"], COST_NOTES)))


def _money(comparison: Comparison) -> pd.DataFrame:
    rows = _titled(comparison, comparison.costs)
    labels = {
        (policy["name"], name): lever_title(lever)
        for policy in comparison.policies
        for name, lever in policy["levers"].items()
    }
    pairs = zip(comparison.costs["policy"], comparison.costs["lever"], strict=True)
    return rows.assign(
        lever=[labels.get(pair, pair[1]) for pair in pairs],
        payer=_in_words(rows["payer"], PAYERS),
        cost_note=_in_words(rows["cost_note"], COST_NOTES),
    )


def _accounts(comparison: Comparison) -> pd.DataFrame:
    rows = comparison.tables.get("accounts", pd.DataFrame())
    if rows.empty:
        return rows
    rows = _titled(comparison, rows[rows["yuan"] != 0.0])
    return rows.assign(
        account=_in_words(rows["account"], ACCOUNT_WORDS),
        item=_in_words(rows["item"], ITEMS),
        province=[group_words("home-province", name) if name else "" for name in rows["province"]],
    )


def _groups(comparison: Comparison) -> pd.DataFrame:
    rows = _titled(comparison, comparison.winners)
    return rows.assign(group=[winners_group(row.grouping, row.group) for row in rows.itertuples()])


def _by_place(comparison: Comparison) -> pd.DataFrame:
    rows = comparison.tables.get("by_group", pd.DataFrame())
    if rows.empty:
        return rows
    named = dict.fromkeys(rows["dimension"])
    words = dict(zip(named, in_both(lambda: [dimension_words(name) for name in named]), strict=True))
    rows = labelled(rows)
    return _titled(
        comparison,
        rows.assign(
            dimension=[_own(words[name], " ") for name in rows["dimension"]],
            outcome_en=[OUTCOMES[key].label_en if key in OUTCOMES else key for key in rows["outcome"]],
            **_said_of(rows),
        ),
    )


def _paths(comparison: Comparison) -> pd.DataFrame:
    table = comparison.paths
    return _titled(comparison, _with_outcomes(table[table["outcome"].isin(HEADLINE)]))


def _levers(comparison: Comparison) -> pd.DataFrame:
    rows = []
    for policy in comparison.policies:
        for lever in policy["levers"].values():
            cost = lever.get("unit_cost") or {}
            rows.append(
                {
                    "policy": title_of(policy),
                    "lever_en": lever_title(lever, "en"),
                    "lever_zh": lever_title(lever, "zh"),
                    "from": lever["window"]["from"],
                    "to": lever["window"]["to"],
                    "evidence": lever.get("evidence", ""),
                    "yuan": cost.get("yuan"),
                    "per": cost_is_per(lever),
                    "source": translated(cost.get("source")),
                    "clauses": clauses_of(comparison.manifest, lever),
                }
            )
    return pd.DataFrame(rows)


def _titled(comparison: Comparison, table: pd.DataFrame) -> pd.DataFrame:
    """The table with policies by title."""
    titles = {policy["name"]: title_of(policy) for policy in comparison.policies}
    return table.assign(policy=[titles.get(name, name) for name in table["policy"]])


def _with_outcomes(table: pd.DataFrame) -> pd.DataFrame:
    """The table with outcomes in words, their units, and verdicts in words."""
    said = with_outcome_words(table).assign(unit=[OUTCOMES[key].unit for key in table["outcome"]])
    return said.assign(**_said_of(said))


def _said_of(table: pd.DataFrame) -> dict[str, list[str]]:
    """The columns of units and verdicts in words."""
    said = {_UNIT_KEY: list(table["unit"]), "unit": [cell_unit(unit) for unit in table["unit"]]}
    return said | ({"verdict": _in_words(table["verdict"], VERDICTS)} if "verdict" in table else {})


def _in_words(codes: pd.Series, words: Any) -> list[str]:
    return [words.get(code, code) for code in codes]


# --- the sheets -----------------------------------------------------------------------------------------

_YEAR = Heading("year", "Year", "年份", "0", 8)
_ENOUGH = Heading("is_reliable", "Enough simulated workers", "样本是否足够", PLAIN, 16)
_PERSONS = Heading("persons", "Workers", "人数", WHOLE, 16)
_BASELINE = Heading("baseline", "Baseline", "基准情景", WHOLE, 16)


def _ends(width: int) -> tuple[Heading, Heading]:
    return (
        Heading("low", "Low end, 95 %", "95%区间下限", SIGNED, width),
        Heading("high", "High end, 95 %", "95%区间上限", SIGNED, width),
    )


SHEETS = (
    Sheet(
        "Answer 结论",
        ("What would change", "主要结论"),
        ("A simulation: every figure is the model's.", "模拟结果：所有数字均来自模型。"),
        (
            Heading("who_en", "Policy", "政策（英文）", PLAIN, 28),
            Heading("who_zh", "Policy (Chinese)", "政策", PLAIN, 24),
            Heading("what_en", "Answer", "结论（英文）", PLAIN, 90),
            Heading("what_zh", "Answer (Chinese)", "结论", PLAIN, 90),
        ),
        _answer,
    ),
    Sheet(
        "Effects 效果",
        (
            "Effects of the policies: difference from the baseline by outcome and year",
            "政策效果：各指标与基准情景之差",
        ),
        (
            "Ends are 95 % {ends}. Cost per additional one: net cost to date over what it bought.",
            "区间为95%{ends}。单位成本＝累计财政净成本÷累计增量。",
        ),
        (
            POLICY,
            *OUTCOME,
            *HORIZON,
            _BASELINE,
            *INTERVAL,
            Heading("relative_percent", "Difference, %", "变化率（%）", "+0.00;-0.00;0.00"),
            VERDICT,
            Heading("net_cost_to_date_yuan", "Net cost to date, yuan", "累计财政净成本（元）", WHOLE, 20),
            Heading(
                "cost_per_additional_yuan",
                "Net cost of one more, yuan",
                "每增加一单位净成本（元）",
                WHOLE,
                20,
            ),
            Heading("cost_note", "Why no cost", "无单位成本的原因", PLAIN, 20),
        ),
        _effects,
        is_by_unit=True,
    ),
    Sheet(
        "Money 资金",
        ("Spending by lever, payer and year", "各政策工具分年度、分出资方支出"),
        (
            "Yuan of each year, mean over seeds. Held back: claims in months when a budget was spent.",
            "当年价格，各随机种子平均。未满足：预算用尽月份未获支付的申请。",
        ),
        (
            POLICY,
            _YEAR,
            Heading("lever", "Lever", "政策工具", PLAIN, 40),
            Heading("payer", "Payer", "出资方", PLAIN, 20),
            Heading("served", "Occasions served", "服务次数", WHOLE, 16),
            Heading("spending_yuan", "Spent, yuan", "支出（元）", WHOLE, 20),
            Heading("budget_yuan", "Budget, yuan", "预算（元）", WHOLE, 20),
            Heading("unspent_yuan", "Left, yuan", "结余（元）", WHOLE, 20),
            Heading("queue", "Held back", "未满足", WHOLE),
            Heading("cost_note", "Note", "备注", PLAIN, 16),
        ),
        _money,
    ),
    Sheet(
        "Who bears it 收支",
        ("What each policy adds to every account, by year", "政策对各方收支的影响"),
        (
            "Yuan of each year, mean over seeds. All accounts of a policy and year together come to nothing.",
            "当年价格，各随机种子平均。同一政策同一年度各账户合计为零。",
        ),
        (
            POLICY,
            _YEAR,
            Heading("account", "Account", "账户", PLAIN, 44),
            Heading("province", "Province", "省份", PLAIN, 16),
            Heading("item", "Item", "项目", PLAIN, 22),
            Heading("yuan", "Added, yuan", "增加（元）", SIGNED, 22),
            *_ends(22),
        ),
        _accounts,
    ),
    Sheet(
        "Gains and losses 得失",
        (
            "Who gains and who loses: the same workers with and without the policy",
            "受益与受损：同一劳动者有无政策对比",
        ),
        (
            "Real net income of the year, yuan of 2023. Gain and lose: by more than 1 %. Ends are 95 % over seeds.",
            "年实际净收入，2023年价格。受益、受损指变化超过1%。区间为随机种子间的95%区间。",
        ),
        (
            POLICY,
            _YEAR,
            Heading("group", "Group", "群体", PLAIN, 36),
            _PERSONS,
            Heading("winners_percent", "Gain, %", "受益（%）", SHARE),
            Heading("losers_percent", "Lose, %", "受损（%）", SHARE),
            Heading("mean_change_yuan", "Mean change, yuan a year", "平均变化（元/年）", SIGNED, 18),
            *_ends(16),
            _ENOUGH,
        ),
        _groups,
    ),
    Sheet(
        "By place and group 分组",
        ("Effects by place and by group", "分地区、分群体效果"),
        (
            "Where the last column is FALSE, the group holds too few simulated workers at this scale.",
            "末列为“否”时，该群体在此模拟比例下样本过少。",
        ),
        (
            POLICY,
            Heading("dimension", "Divided by", "分组方式", PLAIN, 40),
            Heading("group_en", "Group", "群体（英文）", PLAIN, 30),
            Heading("group_zh", "Group (Chinese)", "群体", PLAIN, 24),
            *OUTCOME,
            HORIZON[0],
            _PERSONS,
            _BASELINE,
            *INTERVAL,
            VERDICT,
            _ENOUGH,
        ),
        _by_place,
        is_by_unit=True,
    ),
    Sheet(
        "Paths 时序",
        ("Headline outcomes month by month", "主要指标逐月走势"),
        ("Monthly; ends are 95 % over seeds.", "逐月数值；区间为随机种子间的95%区间。"),
        (
            POLICY,
            *OUTCOME,
            Heading("month", "Month", "月份"),
            _BASELINE,
            Heading("policy_value", "With the policy", "有政策", WHOLE, 16),
            *INTERVAL,
        ),
        _paths,
        is_by_unit=True,
    ),
    Sheet(
        "Levers 工具",
        ("The levers of each policy", "政策工具"),
        (
            "Evidence: A, a quasi-experiment in China, to D, a prior that nobody has measured.",
            "证据等级：A为中国准实验，D为无实证的先验判断。",
        ),
        (
            POLICY,
            Heading("lever_en", "Lever", "政策工具（英文）", PLAIN, 44),
            Heading("lever_zh", "Lever (Chinese)", "政策工具", PLAIN, 30),
            Heading("from", "From", "起始月份"),
            Heading("to", "To", "截止月份"),
            Heading("evidence", "Evidence", "证据等级", PLAIN, 10),
            Heading("yuan", "Unit cost, yuan", "单位成本（元）", WHOLE, 16),
            Heading("per", "Per", "计费单位", PLAIN, 20),
            Heading("source", "Source of the cost", "成本来源", PLAIN, 50),
            Heading("clauses", "Clauses", "政策条款", PLAIN, 80),
        ),
        _levers,
    ),
)


# --- writing --------------------------------------------------------------------------------------------


def _write(page: Worksheet, sheet: Sheet, rows: pd.DataFrame) -> None:
    """Title, note, two rows of heads, then the rows; heads stay in sight, and columns can be filtered."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    _filled(page, _TITLE_ROW, 1, _own(sheet.title)).font = Font(bold=True, size=14)
    _filled(page, _NOTE_ROW, 1, _own(sheet.note)).font = Font(italic=True, color="555555")
    for number, head in enumerate(sheet.columns, 1):
        page.column_dimensions[get_column_letter(number)].width = head.width
        heads = (head.en, head.zh) if language() == "en" else ("", head.zh)  # the filter stands at the second
        for row, words in enumerate(heads, _HEAD_ROW):
            cell = page.cell(row, number, words)
            cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="EDEBE4")
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    keys = [head.key for head in sheet.columns]
    units = rows[_UNIT_KEY].tolist() if sheet.is_by_unit else []
    by_unit = {head.key for head in INTERVAL} if sheet.is_by_unit else set()
    for place, values in enumerate(rows.reindex(columns=keys).itertuples(index=False)):
        for number, (head, value) in enumerate(zip(sheet.columns, values, strict=True), 1):
            if value is None or value != value:
                continue
            cell = _filled(page, _HEAD_ROW + 2 + place, number, value)
            form = form_of(units[place]) if head.key in by_unit else head.form
            cell.number_format = large_form(form, cell.value)
            if head.width > 60:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.freeze_panes = page.cell(_HEAD_ROW + 2, 2)
    last = get_column_letter(len(sheet.columns))
    page.auto_filter.ref = f"A{_HEAD_ROW + 1}:{last}{_HEAD_ROW + 1 + len(rows)}"
    page.sheet_view.zoomScale = 90


def _own(texts: tuple[str, str], between: str = "  ") -> str:
    """A text in English and Chinese; in a Chinese workbook in Chinese alone."""
    return between.join(texts) if language() == "en" else texts[1]


def _filled(page: Worksheet, row: int, column: int, value: Any) -> Any:
    """A cell with a value: numbers of NumPy as Python's own; text as it is, also if it begins like a formula."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool) and language() == "zh":
        value = "是" if value else "否"
    if not isinstance(value, str):
        return page.cell(row, column, value)
    cell = page.cell(row, column, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    return cell
