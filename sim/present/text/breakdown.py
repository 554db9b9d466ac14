"""Effects by place and by group in words: names in both languages, rows for tables, and what a scale carries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from sim.comparison.breakdown import dimensions, scale_for
from sim.comparison.comparison import Comparison
from sim.core.labels import ACTIVITIES, AGES, SCHOOLING, TIERS, region_alone
from sim.present.text.comparison import main_horizon, period_words
from sim.present.text.numbers import amount, listing, number, with_interval
from sim.results.outcomes import OUTCOMES

# Each dimension: what it divides by, in both languages, and what one of its groups is called.
DIMENSIONS: dict[str, tuple[str, str, str]] = {
    "home-province": ("By province of registration", "按户籍省份", "provinces"),
    "destination": ("By province of work", "按就业省份", "provinces"),
    "tier": ("By kind of place", "按就业地类型", "kinds of place"),
    "corridor": ("By region of home and of work", "按流出与流入地区", "corridors"),
    "region": ("By region of home", "按户籍地区", "regions"),
    "age": ("By age", "按年龄", "age groups"),
    "sex": ("By sex", "按性别", "groups"),
    "schooling": ("By schooling", "按受教育程度", "groups"),
    "poor": ("By poor households", "按是否贫困户", "groups"),
    "activity": ("By what workers did before", "按政策实施前的就业状态", "groups"),
}
_MEASURES: dict[str, tuple[str, str]] = {
    "at_work": ("In work there", "在当地就业人数"),
    "net_income": ("Real net income per worker", "劳动者人均年实际净收入"),
}
_REGIONS_ZH = {"East": "东部", "Central": "中部", "West": "西部", "Northeast": "东北"}
OWN_PROVINCE = "own province"
_ZH: dict[str, str] = {
    **_REGIONS_ZH,
    "home_township": "本乡镇",
    "county_town": "县城及百万人以下城镇",
    "city": "100万至300万人口城市",
    "large_city": "300万至500万人口城市",
    "mega_city": "500万以上人口城市",
    "16_20": "16—20岁",
    "21_30": "21—30岁",
    "31_40": "31—40岁",
    "41_50": "41—50岁",
    "over_50": "50岁以上",
    "male": "男",
    "female": "女",
    "none": "未上过学",
    "primary": "小学",
    "junior": "初中",
    "senior": "高中",
    "college": "大专及以上",
    "poor_household": "贫困户",
    "other_household": "非贫困户",
    "farm": "务农或闲居",
    "local_work": "本地务工",
    "own_business": "自主创业",
    "migrant_work": "外出务工",
    "migrant_search": "外出求职",
    "settled_work": "已落户就业",
    "settled_search": "已落户求职",
    "training": "脱产培训",
    "entered_later": "政策实施后进入劳动力市场",
}
_EN: dict[str, str] = {
    **{name: words[:1].upper() + words[1:] for name, words in TIERS.items()},
    **{group: f"Aged {words}" for group, words in AGES.items()},
    **{level: words.capitalize() for level, words in SCHOOLING.items()},
    **{name: words[:1].upper() + words[1:] for name, words in ACTIVITIES.items()},
    "male": "Men",
    "female": "Women",
    "poor_household": "Poor households",
    "other_household": "Other households",
    "entered_later": "Entered after the start",
}
MAIN = ("local", "out", "settled", "at_work", "net_income")  # measures that a narrow table shows
MOST_NAMED = 3  # groups for which another scale is named


def dimension_words(name: str, language: str = "en") -> str:
    """A dimension as a heading."""
    return DIMENSIONS[name][1 if language == "zh" else 0]


def measure_words(name: str, language: str = "en") -> str:
    """What is counted, as the head of a column."""
    if name in _MEASURES:
        return _MEASURES[name][1 if language == "zh" else 0]
    return OUTCOMES[name].label_zh if language == "zh" else OUTCOMES[name].label_en


def group_words(dimension: str, group: str, language: str = "en") -> str:
    """A group as it is written.

    >>> group_words("corridor", "West > own province"), group_words("tier", "city", "zh")
    ('West, own province', '100万至300万人口城市')
    """
    if dimension == "corridor":
        home, place = group.split(" > ")
        if language == "zh":
            return f"{_ZH[home]}{'：本省' if place == OWN_PROVINCE else f'至{_ZH[place]}'}"
        if place == OWN_PROVINCE:
            return f"{region_alone(home)}, own province"
        elsewhere = ", other province" if home == place else ""
        return f"{region_alone(home)} to {region_alone(place)}{elsewhere}"
    if language == "zh":
        return _ZH.get(group) or _province_names().get(group, group)
    return _EN.get(group) or region_alone(group)


@cache
def _province_names() -> dict[str, str]:
    """Province -> its Chinese name."""
    from sim.world.data import load_data

    return load_data().provinces.set_index("name_en")["name_zh"].to_dict()


# --- tables -----------------------------------------------------------------------------------------


def of_dimension(comparison: Comparison, policy: str, dimension: str) -> pd.DataFrame:
    """The rows of ``by_group`` of one policy and dimension in its main year; none if there is nothing."""
    table = comparison.tables.get("by_group", pd.DataFrame())
    if table.empty:
        return table
    own = table[(table["policy"] == policy) & (table["dimension"] == dimension)]
    return own[own["horizon_years"] == _main(comparison, policy)]


def _main(comparison: Comparison, policy: str) -> int:
    """The year that the answer about a policy is about."""
    return main_horizon(next(one for one in comparison.policies if one["name"] == policy))


def when_words(comparison: Comparison, policy: str) -> str:
    """The policy year that is shown: ``year 5 (2029)``."""
    table = comparison.effects[comparison.effects["policy"] == policy]
    horizon = _main(comparison, policy)
    first, last = table.loc[table["horizon_years"] == horizon, ["from_month", "to_month"]].iloc[0]
    return f"year {horizon} ({period_words(first, last)})"


def by_rows(comparison: Comparison, policy: str, dimension: str) -> list[dict[str, Any]]:
    """A row for each group: its words, workers, and a cell for each measure.

    A cell has ``text``, ``range`` and ``kind``: ``moved``, ``unclear`` (cannot tell), ``none`` (nothing
    differs), or ``few``, where the group holds too few simulated workers for the measure.
    """
    table = of_dimension(comparison, policy, dimension)
    rows = []
    for group in dict.fromkeys(table.get("group", ())):
        own = table[table["group"] == group].set_index("outcome", drop=False)
        rows.append(
            {
                "name": group,
                "group": group_words(dimension, group),
                "group_zh": group_words(dimension, group, "zh"),
                "persons": amount(own["persons"].iloc[0], "persons", noun=False),
                "cells": {row.outcome: _cell(row) for row in own.itertuples()},
            }
        )
    return rows


def _cell(row: Any) -> dict[str, str]:
    text, ends = with_interval(row.difference, row.low, row.high, row.unit)
    text = text.removesuffix(" yuan a year").removesuffix(" yuan")
    if not row.is_reliable:
        return {"text": "few workers", "range": "", "kind": "few"}
    if row.verdict == "identical":
        return {"text": "no change", "range": "", "kind": "none"}
    scale = " ".join(text.split(" ")[1:])
    if row.verdict == "cannot tell":
        return {"text": "cannot tell", "range": f"{ends} {scale}".strip(), "kind": "unclear"}
    return {"text": text, "range": ends, "kind": "moved"}


def labelled(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``by_group`` with the words of dimension, group and measure in both languages, for a CSV file."""
    said = table.copy()
    place = list(said.columns).index("group") + 1
    for language in ("zh", "en"):
        words = [
            group_words(row.dimension, row.group, language)
            for row in table[["dimension", "group"]].itertuples()
        ]
        said.insert(place, f"group_{language}", words)
    measures = [measure_words(name, "zh") for name in table["outcome"]]
    said.insert(list(said.columns).index("outcome") + 1, "outcome_zh", measures)
    return said


# --- what a scale carries ---------------------------------------------------------------------------


def scale_sentences(
    comparison: Comparison, policy: str, dimension: str, named: Sequence[str] = ()
) -> list[str]:
    """Which groups the scale carries, by measure, and which scale the largest others (or those named) need."""
    table = of_dimension(comparison, policy, dimension)
    if table.empty:
        return []
    seeds, scale = len(comparison.manifest["seeds"]), float(comparison.manifest["scale"])
    if seeds < 2:
        return ["One seed gives no error, so no cell can be told from chance: take at least 5 seeds."]
    what, groups = DIMENSIONS[dimension][2], table.groupby("group", sort=False).first()
    measures = table.groupby("outcome", sort=False)["workers_needed"].first()
    carried = []
    for name, needed in measures.items():
        have = int((table.loc[table["outcome"] == name, "workers"] >= needed).sum())
        least = amount(float(needed) * scale, "persons", noun=False)
        carried.append(f"{_small(measure_words(str(name)))}: {least} ({have} of {len(groups)})")
    sentences = [
        f"At 1:{number(scale)} with {seeds} seeds an effect of the usual size is told from chance in {what} with at "
        f"least so many workers: {'; '.join(carried)}. Cells with fewer are grey."
    ]
    told = [name for name in measures.index if name in _told(comparison, policy)]
    measure = str(told[0] if told else measures.index[0])
    own = table[table["outcome"] == measure].set_index("group")
    others = own[own["workers"] < own["workers_needed"]].sort_values("persons", ascending=False)
    if named:
        others = others.loc[[name for name in named if name in others.index]]
    if len(others):
        finer = _finer(dimension, others, float(measures[measure]))
        sentences.append(f"For {_small(measure_words(measure))} {finer}.")
    return sentences


def _finer(dimension: str, groups: pd.DataFrame, needed: float) -> str:
    """The scales that groups need, the largest first: ``in Henan use 1:2000, in Hubei 1:1000``."""
    told: list[str] = []
    for name, row in groups.head(MOST_NAMED).iterrows():
        finer = scale_for(float(row["persons"]), needed)
        verb = "" if told else " use"
        scale = f"1:{finer}" if finer else "more seeds"
        told.append(f"in {group_words(dimension, str(name))}{verb} {scale}")
    return listing(told)


def _told(comparison: Comparison, policy: str) -> list[str]:
    """The outcomes that the policy moves in the whole country, by the intervals over seeds."""
    table = comparison.effects
    own = table[table["policy"] == policy]
    year = own[own["horizon_years"] == _main(comparison, policy)]
    return year.loc[year["verdict"].isin(["higher", "lower"]), "outcome"].tolist()


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def measures_of(dimension: str, table: pd.DataFrame) -> list[str]:
    """The measures of a dimension that the table has, in order."""
    there = set(table["outcome"]) if len(table) else set()
    return [name for name in dimensions()[dimension].measures if name in there]


def is_told(row: Any) -> bool:
    """Whether a cell's effect is told from chance, and its group large enough."""
    return bool(row.is_reliable and row.verdict in ("higher", "lower")) and np.isfinite(row.difference)
