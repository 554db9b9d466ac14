"""How files, options and descriptions of workers may say values in Chinese: ``20亿``, ``初中``, ``县城``.

The one list of Chinese words: they stand here by what they name, and each means an English word of
``sim.core.categories`` and the like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal


def _words(**said: str) -> dict[str, str]:
    """English word by each of the Chinese words, which stand with blanks between them."""
    return {chinese: english for english, words in said.items() for chinese in words.split()}


REGIONS = _words(
    East="东部 东部地区", Central="中部 中部地区", West="西部 西部地区", Northeast="东北 东北地区"
)
TIERS = _words(
    home_township="本乡镇 本乡 乡镇 户籍乡镇",
    county_town="县城 县 县镇 城镇 小城镇 县城及城镇 100万人以下城镇 县城及100万人以下的城镇",
    city="城市 中等城市 Ⅱ型大城市 II型大城市 100万至300万人的城市",
    large_city="大城市 Ⅰ型大城市 I型大城市 300万至500万人的城市",
    mega_city="特大城市 超大城市 特大超大城市 超大特大城市 500万人以上的城市",
)
SECTORS = _words(
    manufacturing="制造业 工厂",
    construction="建筑业 建筑 工地 建筑工地",
    wholesale_retail="批发和零售业 批发零售业 批发零售 批发 零售 商店",
    transport="交通运输业 交通运输仓储和邮政业 交通运输、仓储和邮政业 交通运输 运输 仓储和邮政业 快递 司机",
    hotel_catering="住宿和餐饮业 住宿餐饮业 住宿餐饮 餐饮 酒店 餐馆",
    resident_services="居民服务业 居民服务、修理和其他服务业 居民服务 服务业 家政",
    other="其他 其他行业",
)
ACTIVITIES = _words(
    farm="务农 务农或闲居 闲居 农业 种地 农民",
    local_work="本地务工 本地就业 就近就业 就近务工 本地 本地农民工",
    own_business="创业 自主创业 返乡创业 个体户 老板",
    migrant_work="外出务工 外出打工 打工",
    migrant_search="外出求职",
    settled_work="落户就业",
    settled_search="落户求职",
    training="培训 参加培训",
    exited="退出劳动力",
)
EDUCATION = _words(
    none="未上过学 没上过学 文盲",
    primary="小学",
    junior="初中",
    senior="高中 中专",
    college="大专 大专及以上 本科 大学",
)
SEXES = _words(male="男 男性 男人 男工 男劳动者", female="女 女性 女人 妇女 女工 女劳动者")
OCCASIONS = _words(
    person_month="每人每月",
    work_month="就业每月",
    search_month="求职每月",
    business_start="创业",
    business_month="经营每月",
    training_enrolment="参加培训",
    arrears_case="拖欠工资 欠薪案件",
    settlement="落户",
    new_settlement="新增落户",
    business_half_year="经营满半年",
    business_idea="考虑创业",
    business_closure="停业",
    works_job="以工代赈",
    workshop_job="帮扶车间就业",
    post_month="公益性岗位每月",
    placement="就业 入职",
    replacement="转岗就业",
    festival_trip="节后返岗",
    departure="外出",
    relief="救助",
    study_start="入学",
    school_place_month="学位每月",
    housing_month="公租房每月",
    added_job_month="新增岗位每月",
    raised_pay_month="加薪每月",
    new_insurance="新参保",
    kept_insurance="续保",
    workshop_month="帮扶车间每月",
    loan_month="贷款每月",
    loan_default="贷款违约",
    resident_month="常住每月",
)
PAYERS = _words(
    central="中央 中央财政 中央政府",
    local="地方 地方财政 地方政府 省级财政 市级财政 县级财政",
    firm="企业 用人单位",
    worker="个人 劳动者",
    bank="银行 担保机构 银行和担保机构",
)
RECEIVERS = _words(
    firm="企业 用人单位",
    school="学校 培训机构",
    city="城市 流入地城市",
    carrier="运输企业",
    bank="银行 担保机构",
    insurer="保险公司",
    business="经营主体",
    service="服务机构",
)
FINANCING = _words(untied="不指定", payroll_levy="工资附加", cut_elsewhere="压减其他支出")
FUTURES = _words(low="低", middle="中", high="高")
FOLLOWS = _words(prices="物价", wages="工资", nothing="不变")
RELEASE = _words(monthly="按月")
STATUS = _words(seen="查阅原文", recalled="凭记忆", assumed="假设")
DIMENSIONS = {
    **dict.fromkeys(("户籍省", "户籍省份"), "home-province"),
    **dict.fromkeys(("流入地", "流入省"), "destination"),
    **dict.fromkeys(("城市规模", "城市规模等级"), "tier"),
    **dict.fromkeys(("流动方向",), "corridor"),
    **dict.fromkeys(("地区", "区域"), "region"),
    **dict.fromkeys(("年龄", "年龄组"), "age"),
    **dict.fromkeys(("性别",), "sex"),
    **dict.fromkeys(("受教育程度", "学历", "文化程度"), "schooling"),
    **dict.fromkeys(("贫困户", "贫困"), "poor"),
    **dict.fromkeys(("活动状态", "就业状态"), "activity"),
}
LAYERS = {
    **dict.fromkeys(("类别", "政策类别"), "families"),
    **dict.fromkeys(("政策措施", "措施"), "instruments"),
    **dict.fromkeys(("政策工具", "工具"), "levers"),
}
YES_OR_NO = {**dict.fromkeys(("是", "有"), True), **dict.fromkeys(("否", "无", "没有"), False)}
POOR_OR_NOT = {
    **dict.fromkeys("贫困户 贫困 脱贫户 贫困家庭 脱贫家庭".split(), True),
    **dict.fromkeys("非贫困户 非贫困 不贫困".split(), False),
}

_SCALES = {"万亿": 10**12, "亿": 10**8, "万": 10**4, "千": 10**3, "百": 10**2}
_COUNTED = "[0-9]+(?:[.][0-9]+)?"
_SCALED = f"(?:{_COUNTED}(?:万亿|[亿万千百]))"
MONTH = "(20[0-9]{2}|2100)年(0?[1-9]|1[0-2])月"
"""The pattern of a month in Chinese, within the years that files may name."""


def number_pattern(units: str) -> str:
    """The pattern of a number with a Chinese word: for its scale, or for what is counted (``元|人``)."""
    return f"[+-]?(?:{_SCALED}+(?:{units})?|{_COUNTED}(?:{units}))"


def number_of(text: str, units: str = "元|人") -> int | float | None:
    """The number that a text with a Chinese word stands for; None for one that is not written so.

    units: what may be counted, as in a pattern.

    >>> number_of("20亿"), number_of("1.5万元"), number_of("1亿2000万"), number_of("30岁", "岁")
    (2000000000, 15000, 120000000, 30)
    >>> number_of("1500"), number_of("5万3亿"), number_of("二十亿"), number_of("30元", "岁")
    (None, None, None, None)
    """
    if not re.fullmatch(number_pattern(units), text):
        return None
    parts = re.findall(f"({_COUNTED})(万亿|[亿万千百])?", text)
    scales = [_SCALES.get(scale, 1) for _count, scale in parts]
    if scales != sorted(set(scales), reverse=True):
        return None
    total = sum(Decimal(count) * scale for (count, _scale), scale in zip(parts, scales, strict=True))
    total = -total if text.startswith("-") else total
    return int(total) if total == int(total) else float(total)


def month_of(text: str) -> str | None:
    """A month ``YYYY-MM`` from its Chinese form, of whatever year; None for a text of another form.

    >>> month_of("2025年3月"), month_of("2025年03月"), month_of("2025年13月"), month_of("2025年")
    ('2025-03', '2025-03', None, None)
    """
    found = re.fullmatch("([0-9]{4})年([0-9]{1,2})月", text)
    if found is None or not 1 <= int(found[2]) <= 12:
        return None
    return f"{found[1]}-{int(found[2]):02d}"


def like(asked: str, words: Iterable[str], chinese: Mapping[str, str]) -> tuple[str, ...]:
    """The words that may be said, in Chinese where what was asked is: the first of each in ``chinese``.

    >>> like("初忠", ["junior", "senior"], EDUCATION), like("juniour", ["junior", "senior"], EDUCATION)
    (('初中', '高中'), ('junior', 'senior'))
    """
    if asked.isascii():
        return tuple(words)
    said = {meant: word for word, meant in reversed(list(chinese.items()))}
    return tuple(said.get(word, word) for word in words)


def parted(text: str) -> list[str]:
    """The words of a text with commas between them, also Chinese ones.

    >>> parted("local, settled"), parted("性别，年龄、地区")
    (['local', 'settled'], ['性别', '年龄', '地区'])
    """
    return [word.strip() for word in re.split("[,，、]", text)]


def one_key(name: str) -> str | int:
    """The key of a map as files say it in English: of a Chinese month, year, tier or payer, else as it is.

    >>> one_key("2025年3月"), one_key("2014年"), one_key("县城"), one_key("中央"), one_key("budget")
    ('2025-03', 2014, 'county_town', 'central', 'budget')
    """
    if re.fullmatch("[0-9]{4}年", name):
        return int(name[:4])
    return month_of(name) or TIERS.get(name) or PAYERS.get(name) or name
