"""The page of one province: its people wherever they work, its jobs whoever holds them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sim.comparison.comparison import Comparison
from sim.comparison.focus import COME, GO, JOBS, PEOPLE
from sim.core.language import language
from sim.present.charts.focus import province_over_time
from sim.present.charts.style import as_png
from sim.present.pages.comparison_tables import winner_rows
from sim.present.pages.evidence_links import linked, marked
from sim.present.pages.images import image_address
from sim.present.pages.validation import PAGE, page_template
from sim.present.pages.worded import worded
from sim.present.text.breakdown import scale_sentences, when_words
from sim.present.text.comparison import chinese_title, main_horizon, reference_sentence, title_of, year_words
from sim.present.text.focus import (
    cost_rows,
    flow_rows,
    page_of,
    province_of,
    province_sentences,
    province_words,
    side_rows,
    years_of,
)
from sim.present.text.levers import lever_cards
from sim.present.text.numbers import scale_number
from sim.results.columns import FOCUS_TABLES
from sim.results.csv_files import csv_bytes


def province_files(
    comparison: Comparison, excel_csv: bool = False, notes: Mapping[str, str] | None = None
) -> dict[str, bytes]:
    """The page of the province, its pictures and its tables: name of the file -> content.

    Figures lead to the policies and levers of the page of the whole country. notes: the numbers of its places
    on paper.
    """
    levers = dict(zip([one["name"] for one in comparison.policies], lever_cards(comparison), strict=True))
    name_of_page = page_of(province_of(comparison))
    stem = name_of_page.removesuffix(".html")
    figures = {
        policy["name"]: province_over_time(comparison, policy)
        for policy in comparison.policies
        if len(comparison.focus_paths) and main_horizon(policy)
    }
    policies = []
    for place, policy in enumerate(comparison.policies, 1):
        if not main_horizon(policy):
            continue
        behind, anchors = f"policy-{place}", levers[policy["name"]]["anchors"]
        winners = comparison.tables.get("focus_winners", pd.DataFrame())
        own = winners[winners["policy"] == policy["name"]] if len(winners) else winners
        if len(own):  # all are at home in one region
            own = own[(own["horizon_years"] == main_horizon(policy)) & (own["grouping"] != "region")]
        policies.append(
            {
                "title": title_of(policy),
                "title_zh": chinese_title(policy),
                "when": when_words(comparison, policy["name"]),
                "behind": behind,
                "sentences": [
                    linked(said[:1].upper() + said[1:], f"{PAGE}#{behind}")
                    for said in province_sentences(comparison, policy, marked)
                ],
                "years": years_of(comparison, policy),
                "people": side_rows(comparison, policy, PEOPLE),
                "jobs": side_rows(comparison, policy, JOBS),
                "go": flow_rows(comparison, policy, GO),
                "come": flow_rows(comparison, policy, COME),
                "costs": [
                    {**row, "behind": anchors.get(row["name"], behind)}
                    for row in cost_rows(comparison, policy)
                ],
                "winners": winner_rows(own) if len(own) else [],
                "winners_year": year_words(int(own["year"].iloc[0])) if len(own) else None,
                "image": image_address(figures.get(policy["name"])),
                "scale": scale_sentences(
                    comparison, policy["name"], "home-province", named=[province_of(comparison)]
                ),
            }
        )
    about = comparison.manifest
    page = page_template("focus.html.j2").render(
        province=province_words(comparison),
        province_zh=province_words(comparison, "zh") if language() != "zh" else "",
        policies=policies,
        of_country=PAGE,
        notes=notes or {},
        about=about,
        scale=scale_number(float(about["scale"])),
        seeds=len(about["seeds"]),
        reference=reference_sentence(comparison),
    )
    files = {name_of_page: page.encode()}
    files |= {f"charts/{stem}-{name}.png": as_png(figure) for name, figure in figures.items()}
    for name in FOCUS_TABLES:
        if name in comparison.tables and len(comparison.tables[name]):
            table = worded(comparison, comparison.tables[name])
            files[f"{stem}-{name.removeprefix('focus_')}.csv"] = csv_bytes(table, excel_csv)
    return files
