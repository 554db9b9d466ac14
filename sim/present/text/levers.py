"""Levers in words: what they change, for whom, where and when, at what cost, on what authority and evidence.

Everything takes plain maps, as scenario files and manifests hold them; ``plain`` makes one of a ``Lever``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from sim.comparison.comparison import Comparison
from sim.core.labels import ACTIVITIES, SCHOOLING, SECTORS, TIERS, region
from sim.parameters.behaviour import PARAMETERS
from sim.present.text.numbers import amount, listing, month_in_words, number
from sim.scenario.lever import Lever
from sim.scenario.references import GRADES, instrument_evidence

PAYERS = {"central": "central government", "local": "local government", "firm": "firms", "worker": "workers"}
OCCASION_WORDS = {
    "person_month": "person and month",
    "work_month": "month in work",
    "search_month": "month of search",
    "business_start": "business started",
    "business_month": "business and month",
    "training_enrolment": "enrolment",
    "arrears_case": "case of unpaid wages and month",
    "settlement": "settlement",
    "new_settlement": "settlement that would have been refused",
    "business_half_year": "business that has run for six months",
    "business_closure": "business closed",
    "loan_month": "guaranteed loan and month",
    "loan_default": "guaranteed loan not paid back",
    "works_job": "job on public works",
    "workshop_job": "workshop job begun",
    "post_month": "month in a public post",
    "placement": "hiring",
    "replacement": "worker placed anew",
    "festival_trip": "return after Spring Festival",
    "departure": "departure for work away",
    "relief": "relief paid",
    "study_start": "worker who goes to school",
    "school_place_month": "school place and month",
    "housing_month": "home and month",
    "added_job_month": "filled job added and month",
    "raised_pay_month": "worker in the trade and month",
    "new_insurance": "worker who joins and would not have joined without",
    "kept_insurance": "worker who stays insured on leaving a job",
    "workshop_month": "workshop job and month",
}
_CHOICES = (("education", "schooling", SCHOOLING), ("activity", "now", ACTIVITIES), ("sector", "in", SECTORS))
_RANGES = {
    "migrant_months": "months of work away so far",
    "insured_months": "months insured so far",
    "months_in_activity": "months at what they do now",
    "months_since_course": "months after a course",
}
_FLAGS = {
    "poor": ("from a poor household", "not from a poor household"),
    "has_school_child": ("with a child of school age", "without a child of school age"),
    "insured": ("insured", "not insured"),
    "trained": ("trained", "not trained"),
    "displaced": ("out of a lost job", "not out of a lost job"),
    "had_business": ("with a business before this one", "without a business before this one"),
}
_STEERED = (
    ("take_up_scale", "take-up"),
    ("effect_scale", "effects on places"),
    ("unit_cost_scale", "unit costs"),
    ("budget_scale", "budgets"),
)


def plain(lever: Lever) -> dict[str, Any]:
    """A lever as a plain map."""
    return lever.model_dump(mode="json", by_alias=True, exclude_none=True)


# --- a policy's levers, as cards ----------------------------------------------------------------------


def lever_cards(comparison: Comparison) -> list[dict[str, Any]]:
    """Policy by policy, each lever in words: what it changes, for whom, where, when, at what cost.

    A lever that an earlier policy holds in the same words is only named (``again``). ``anchors``: where
    on the page each lever of the policy is described.
    """
    seen: list[tuple[dict[str, Any], str]] = []
    found = []
    for policy in comparison.policies:
        cards, again, anchors = [], [], {}
        for name, lever in policy["levers"].items():
            anchor = next((place for other, place in seen if other == lever), None)
            if anchor is None:
                anchor = f"lever-{len(seen) + 1}"
                seen.append((lever, anchor))
                cards.append({"anchor": anchor, **_lever_card(comparison.manifest, lever)})
            else:
                again.append(lever_title(lever))
            anchors[name] = anchor
        found.append({"cards": cards, "again": again, "anchors": anchors})
    return found


def lever_title(lever: Mapping[str, Any], language: str = "en") -> str:
    """A lever's label, and which part of its instrument it is; empty where it has none in the language."""
    parts = [lever["label"].get(language), (lever.get("part_label") or {}).get(language)]
    return (": " if language == "en" else "：").join(filter(None, parts))


def grade_counts(policy: Mapping[str, Any]) -> list[str]:
    """How many levers rest on which grade of evidence, weakest first."""
    grades = [lever.get("evidence", "D") for lever in policy["levers"].values()]
    return [
        f"{grades.count(grade)} of {len(grades)} on grade {grade} ({GRADES[grade]})"
        for grade in sorted(set(grades), reverse=True)
    ]


def _lever_card(manifest: Mapping[str, Any], lever: dict[str, Any]) -> dict[str, Any]:
    grade, cost = lever.get("evidence", "D"), lever.get("unit_cost")
    return {
        "label": lever_title(lever),
        "label_zh": lever_title(lever, "zh"),
        "instrument": _instrument_words(lever),
        "changes": change_words(lever, manifest.get("parameters")),
        "strength": _strength_words(lever),
        "when": when_words(lever["window"]),
        "where": where_words(lever.get("where") or {}),
        "who": who_words(lever.get("who") or {}),
        "take_up": f"{number(100 * lever.get('take_up', 1), 0)} % of those eligible, at most",
        "cost": cost_words(lever) + (f" (source: {cost['source']})" if cost else ""),
        "budget": budget_words(lever) or "no limit",
        "grade": grade,
        "grade_words": GRADES.get(grade, ""),
        "studies": _studies(manifest, lever),
        "short_cost": cost_words(lever),
        "note": lever.get("note", ""),
        "not_known": lever.get("not_known", ""),
        "citations": [_citation(manifest, citation) for citation in lever["citation"]],
    }


def _instrument_words(lever: Mapping[str, Any]) -> str:
    """``64 settlement-limits, of the family residency-and-points``."""
    if not lever.get("instrument"):
        return ""
    numbers = ", ".join(str(number) for number in lever.get("instruments") or ())
    family = (lever.get("family") or "").replace("-", " ")
    part = f", part {lever['part']}" if lever.get("part") else ""
    return f"{numbers} {lever['instrument']}{part}, of the family {family}"


def _studies(manifest: Mapping[str, Any], lever: Mapping[str, Any]) -> str:
    """The evidence behind a lever by id, and how it is known where nobody read it again: ``B24, B25 (recalled)``."""
    known = manifest.get("evidence") or {}
    words = set(re.findall(r"\w+", json.dumps(lever, ensure_ascii=False, default=str)))
    ids = [name for name in known if name in words or name in instrument_evidence(lever)]
    return ", ".join(
        f"{name} (recalled)" if known[name].get("status") == "recalled" else name for name in ids
    )


def _citation(manifest: Mapping[str, Any], citation: Mapping[str, Any]) -> dict[str, str]:
    document = manifest.get("documents", {}).get(citation["document"], {})
    return {
        "title": document.get("title_en", citation["document"]),
        "title_zh": document.get("title_zh", ""),
        "number": document.get("number", ""),
        "date": str(document.get("date", "")),
        "clause": citation.get("clause", ""),
        "short": _short(document, citation),
    }


def _short(document: Mapping[str, Any], citation: Mapping[str, Any]) -> str:
    """A document by number and date, as officials name it, and the clause: ``人社部发〔2024〕76号, 2024-11-15: ...``."""
    named = document.get("number") or document.get("title_en", citation["document"])
    dated = ", ".join(filter(None, (named, str(document.get("date", "")))))
    clause = citation.get("clause", "")
    return f"{dated}: {clause}" if clause else dated


# --- what it changes ----------------------------------------------------------------------------------


def change_words(lever: Mapping[str, Any], parameters: Mapping[str, Any] | None = None) -> list[str]:
    """What the lever changes at strength 1, how it steers others, or why it does neither.

    ``parameters``: the meaning and unit of each, by default those of today.
    """
    said = [
        _effect_words(name, effect, (parameters or {}).get(name))
        for name, effect in (lever.get("effects") or {}).items()
    ]
    if lever.get("delivery"):
        said.append(_delivery_words(lever["delivery"]))
    if lever.get("no_effect"):
        said.append(f"Nothing: {lever['no_effect']}")
    return said


def _effect_words(name: str, effect: Mapping[str, float], parameter: Mapping[str, str] | None) -> str:
    """``Grant to a new business: set to 8,000 yuan, once``."""
    if parameter is None and name in PARAMETERS:
        parameter = {"meaning": PARAMETERS[name].meaning, "unit": PARAMETERS[name].unit}
    meaning, unit = (
        (parameter or {}).get("meaning", name.replace("_", " ")),
        (parameter or {}).get("unit", ""),
    )
    steps = []
    if effect.get("set") is not None:
        steps.append(f"set to {_quantity(effect['set'], unit)}")
    if effect.get("scale") is not None:
        steps.append(f"multiplied by {effect['scale']:g}")
    if effect.get("add") is not None:
        way = "raised" if effect["add"] >= 0 else "lowered"
        by = _quantity(abs(effect["add"]), unit)
        steps.append(f"{way} by {by.replace(' %', ' percentage points', 1)}")
    return f"{meaning[:1].upper()}{meaning[1:]}: {', then '.join(steps)}"


def _quantity(value: float, unit: str) -> str:
    """A value with its unit; shares as percentages, factors bare."""
    if unit.split(" ")[0] == "share":
        return f"{100 * value:,.10g} %{unit.removeprefix('share')}"
    return f"{value:,.10g} {unit}".removesuffix(" factor")


def _delivery_words(delivery: Mapping[str, Any]) -> str:
    """``Steers all levers: take-up multiplied by 1.12``."""
    steers = delivery.get("steers") or {}
    whom = [*steers.get("families", ()), *(f"instrument {n}" for n in steers.get("instruments", ()))]
    steps = [
        f"{words} multiplied by {delivery[field]:g}"
        for field, words in _STEERED
        if delivery.get(field, 1.0) != 1.0
    ]
    if delivery.get("first_in_queue"):
        steps.append("those named here served first")
    return f"Steers {listing(whom) if whom else 'all levers'}: {'; '.join(steps) or 'nothing'}"


def _strength_words(lever: Mapping[str, Any]) -> str:
    """The strength, what of it the reference holds already, and what is credible."""
    strength, in_baseline = lever.get("strength", 1.0), lever.get("baseline_share", 0.0)
    said = "in full, as documented" if strength == 1.0 else f"{strength:g} times the documented one"
    if in_baseline:
        said += f", of which {in_baseline:g} lies in the baseline: it acts at {_acting(lever):g}"
    strengths = lever.get("strength_range")
    if strengths:
        low, high = strengths["credible"]
        said += f" (credible: {low:g} to {high:g}; {strengths['source']})"
    return said


def _acting(lever: Mapping[str, Any]) -> float:
    """The strength beyond what the reference holds."""
    return lever.get("strength", 1.0) - lever.get("baseline_share", 0.0)


# --- what it costs ------------------------------------------------------------------------------------


def cost_words(lever: Mapping[str, Any]) -> str:
    """What serving somebody once costs: ``8,000 yuan per business started, paid by local government``."""
    cost = lever.get("unit_cost")
    if not cost:
        if lever.get("no_cost"):
            return f"nothing: {lever['no_cost']}"
        return f"not costed: {lever.get('not_costed') or 'its file gives no cost'}"
    per, acting = OCCASION_WORDS.get(cost["per"], cost["per"]), _acting(lever)
    if cost.get("labour_share"):
        per += f", which is {number(100 * cost['labour_share'], 0)} % of the spending"
    yuan = f"{number(cost['yuan'])} yuan"
    if cost.get("follows_strength") and acting > 0.0 and acting != 1.0:
        yuan = f"{number(round(cost['yuan'] * acting))} yuan (at strength 1: {yuan})"
    return f"{yuan} per {per}{price_words(cost)}, paid by {payer_words(cost)}"


def price_words(cost: Mapping[str, Any]) -> str:
    """Of which year's money a unit cost is, and what it moves with; empty for a sum that stays as it is."""
    if not cost.get("in_yuan_of"):
        return ""
    return f" (yuan of {cost['in_yuan_of']}, moves with {cost.get('follows') or 'prices'})"


def payer_words(cost: Mapping[str, Any]) -> str:
    """Who pays a unit cost: ``central government (50 %) and local government (50 %)``."""
    shares = cost.get("payers") or {cost["payer"]: 1.0}
    return listing(
        [
            PAYERS.get(payer, payer) + (f" ({number(100 * share, 0)} %)" if share < 1.0 else "")
            for payer, share in shares.items()
        ]
    )


def budget_words(lever: Mapping[str, Any]) -> str:
    """``2.00 billion yuan a year``; empty where there is no limit."""
    budget = lever.get("budget") or {}
    limits = ((budget.get("yuan_per_year"), " a year"), (budget.get("yuan_total"), " in all"))
    pace = ", released by the month" if budget.get("release") else ""
    return ", ".join(amount(yuan, "yuan") + words + pace for yuan, words in limits if yuan is not None)


# --- whom, where and when it reaches ------------------------------------------------------------------


def where_words(where: Mapping[str, Any]) -> str:
    """``for people from the West; in cities of 1 to 3 million``; ``everywhere`` where nothing is named."""
    parts = []
    homes = [*where.get("home_provinces", ()), *map(region, where.get("home_regions", ()))]
    places = [*where.get("provinces", ()), *map(region, where.get("regions", ()))]
    if homes:
        parts.append(f"for people from {listing(homes)}")
    if places:
        parts.append(f"in {listing(places)}")
    if where.get("tiers"):
        parts.append(f"in {listing([TIERS[tier] for tier in where['tiers']])}")
    return "; ".join(parts) or "everywhere"


def who_words(who: Mapping[str, Any]) -> str:
    """``men; aged 22 to 50``; ``everybody whom it concerns`` where nothing is named."""
    parts = []
    if who.get("sex"):
        parts.append({"male": "men", "female": "women"}[who["sex"]])
    if who.get("age"):
        parts.append(f"aged {who['age'][0]} to {who['age'][1]}")
    for field, head, words in _CHOICES:
        if who.get(field):
            parts.append(f"{head}: {listing([words[word] for word in who[field]])}")
    for field, meaning in _RANGES.items():
        if who.get(field):
            least, most = who[field]
            parts.append(f"{f'at least {least}' if most is None else f'{least} to {most}'} {meaning}")
    for field, (yes, no) in _FLAGS.items():
        if who.get(field) is not None:
            parts.append(yes if who[field] else no)
    return "; ".join(parts) or "everybody whom it concerns"


def when_words(window: Mapping[str, Any]) -> str:
    """``January 2025 to December 2034, in full after 24 months, in January and February alone``."""
    said = f"{month_in_words(window['from'])} to {month_in_words(window['to'])}"
    if window.get("ramp_months"):
        said += f", in full after {window['ramp_months']} months"
    if window.get("season"):
        names = [month_in_words(f"2000-{number:02d}").removesuffix(" 2000") for number in window["season"]]
        said += f", in {listing(names)} alone"
    return said
