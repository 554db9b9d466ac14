"""What a policy contains, in words: each lever's change, reach, cost, authority and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.comparison.comparison import Comparison
from sim.core.categories import OCCASIONS
from sim.parameters.behaviour import PARAMETERS
from sim.present.text.numbers import amount, listing, number
from sim.present.text.reach import when_words, where_words, who_words
from sim.scenario.delivery import Delivery
from sim.scenario.lever import Lever

GRADES = {
    "A": "measured in China by a study that compares like with like",
    "B": "measured elsewhere, or in China by matching similar people",
    "C": "counts or associations, not a measured effect",
    "D": "an assumption: nobody has measured the effect",
    "n/a": "a principle without an effect of its own",
}

PAYERS = {"central": "central government", "local": "local government", "firm": "firms", "worker": "workers"}
_OCCASIONS = {
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
}


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


def lever_title(lever: dict[str, Any], language: str = "en") -> str:
    """A lever's label, and which part of its instrument it is; empty where it has none in the language."""
    parts = [lever["label"].get(language), (lever.get("part_label") or {}).get(language)]
    return (": " if language == "en" else "：").join(filter(None, parts))


def _lever_card(manifest: dict[str, Any], lever: dict[str, Any]) -> dict[str, Any]:
    grade = lever.get("evidence", "D")
    parameters = manifest.get("parameters", {})
    return {
        "label": lever_title(lever),
        "label_zh": lever_title(lever, "zh"),
        "instrument": _instrument_words(lever),
        "changes": _changes(lever, parameters),
        "strength": _strength_words(lever),
        "when": when_words(lever["window"]),
        "where": where_words(lever.get("where") or {}),
        "who": who_words(lever.get("who") or {}),
        "take_up": f"{number(100 * lever.get('take_up', 1), 0)} % of those eligible, at most",
        "cost": _unit_cost_words(lever.get("unit_cost"), lever.get("no_cost"), _acting(lever)),
        "budget": _budget_words(lever.get("budget")),
        "grade": grade,
        "grade_words": GRADES.get(grade, ""),
        "note": lever.get("note", ""),
        "not_known": lever.get("not_known", ""),
        "citations": [_citation(manifest, citation) for citation in lever["citation"]],
    }


def _instrument_words(lever: dict[str, Any]) -> str:
    """``64 settlement-limits, of the family residency-and-points``."""
    if not lever.get("instrument"):
        return ""
    numbers = ", ".join(str(number) for number in lever.get("instruments") or ())
    family = (lever.get("family") or "").replace("-", " ")
    part = f", part {lever['part']}" if lever.get("part") else ""
    return f"{numbers} {lever['instrument']}{part}, of the family {family}"


def _changes(lever: dict[str, Any], parameters: dict[str, Any]) -> list[str]:
    """What the lever changes at strength 1, what it steers, or why it does neither."""
    said = [
        _effect_words(parameters.get(name, {}), name, effect)
        for name, effect in (lever.get("effects") or {}).items()
    ]
    if lever.get("delivery"):
        said.append(_delivery_words(lever["delivery"]))
    if lever.get("no_effect"):
        said.append(f"Nothing. {lever['no_effect']}")
    return said


def _delivery_words(delivery: dict[str, Any]) -> str:
    steers = delivery.get("steers") or {}
    whom = [*steers.get("families", ()), *(f"instrument {n}" for n in steers.get("instruments", ()))]
    steps = [
        f"{words} multiplied by {delivery[field]:g}"
        for field, words in (
            ("take_up_scale", "take-up"),
            ("effect_scale", "effects on places"),
            ("unit_cost_scale", "unit costs"),
            ("budget_scale", "budgets"),
        )
        if delivery.get(field, 1.0) != 1.0
    ]
    if delivery.get("first_in_queue"):
        steps.append("those named here served first")
    return f"Steers {listing(whom) if whom else 'all levers'}: {'; '.join(steps)}"


def _strength_words(lever: dict[str, Any]) -> str:
    """The strength, what of it the reference holds already, and what is credible."""
    strength, acting = lever.get("strength", 1.0), _acting(lever)
    in_baseline = _baseline_share(lever)
    said = "in full, as documented" if strength == 1.0 else f"{strength:g} times the documented one"
    if in_baseline:
        said += f", of which {in_baseline:g} lies in the baseline: it acts at {acting:g}"
    strengths = lever.get("strength_range")
    if strengths:
        low, high = strengths["credible"]
        said += f" (credible: {low:g} to {high:g}; {strengths['source']})"
    return said


def _effect_words(parameter: dict[str, Any], name: str, effect: dict[str, float]) -> str:
    meaning, unit = parameter.get("meaning", name.replace("_", " ")), parameter.get("unit", "")
    steps = []
    if effect.get("set") is not None:
        steps.append(f"set to {_quantity(effect['set'], unit)}")
    if effect.get("scale") is not None:
        steps.append(f"multiplied by {effect['scale']:g}")
    if effect.get("add") is not None:
        way = "raised" if effect["add"] >= 0 else "lowered"
        steps.append(f"{way} by {_quantity(abs(effect['add']), unit)}")
    return f"{meaning[:1].upper()}{meaning[1:]}: {', then '.join(steps)}"


def _quantity(value: float, unit: str) -> str:
    """A value with its unit; shares as percentages, factors bare."""
    if unit.split(" ")[0] == "share":
        return f"{100 * value:,.10g} %{unit.removeprefix('share')}"
    return f"{value:,.10g} {unit}".removesuffix(" factor")


def _acting(lever: dict[str, Any]) -> float:
    """The strength beyond what the reference holds."""
    return lever.get("strength", 1.0) - _baseline_share(lever)


def _baseline_share(lever: dict[str, Any]) -> float:
    return lever.get("baseline_share", lever.get("held", 0.0))  # results of version 0.1 say ``held``


def _unit_cost_words(cost: dict[str, Any] | None, no_cost: str | None = None, acting: float = 1.0) -> str:
    if not cost:
        return f"none counted. {no_cost}" if no_cost else "not costed: counted as free"
    per = _OCCASIONS.get(cost["per"], cost["per"])
    shares = cost.get("payers") or {cost["payer"]: 1.0}
    payers = [
        PAYERS.get(payer, payer) + (f" ({number(100 * share, 0)} %)" if share < 1.0 else "")
        for payer, share in shares.items()
    ]
    if cost.get("labour_share"):
        per += f", which is {number(100 * cost['labour_share'], 0)} % of the spending"
    yuan = f"{number(cost['yuan'])} yuan"
    if cost.get("follows_strength") and acting > 0.0 and acting != 1.0:
        yuan = f"{number(round(cost['yuan'] * acting))} yuan (at strength 1: {yuan})"
    return f"{yuan} per {per}, paid by {listing(payers)} (source: {cost['source']})"


def _budget_words(budget: dict[str, Any] | None) -> str:
    if not budget:
        return "no limit"
    limits = ((budget.get("yuan_per_year"), " a year"), (budget.get("yuan_total"), " in all"))
    return ", ".join(amount(yuan, "yuan") + words for yuan, words in limits if yuan is not None)


def _citation(manifest: dict[str, Any], citation: dict[str, Any]) -> dict[str, str]:
    document = manifest.get("documents", {}).get(citation["document"], {})
    return {
        "title": document.get("title_en", citation["document"]),
        "title_zh": document.get("title_zh", ""),
        "number": document.get("number", ""),
        "date": str(document.get("date", "")),
        "clause": citation.get("clause", ""),
    }


def grade_counts(policy: dict[str, Any]) -> list[str]:
    """How many levers rest on which grade of evidence, weakest first."""
    grades = [lever.get("evidence", "D") for lever in policy["levers"].values()]
    return [
        f"{grades.count(grade)} of {len(grades)} on grade {grade} ({GRADES[grade]})"
        for grade in sorted(set(grades), reverse=True)
    ]


def effects_in_words(lever: Lever) -> str:
    """What a lever changes: ``set startup grant to 8,000 yuan, once``."""
    said = [_steering_in_words(lever.delivery)] if lever.delivery else []
    for name, effect in lever.effects.items():
        parameter = PARAMETERS[name]
        noun, unit = name.removesuffix("_yuan").replace("_", " "), parameter.unit
        if effect.set is not None:
            said.append(f"set {noun} to {plain_amount(effect.set)} {unit}")
        if effect.scale is not None:
            said.append(f"multiply {noun} by {effect.scale:g}")
        if effect.add is not None:
            said.append(f"add {plain_amount(effect.add)} {unit} to {noun}")
    return "; ".join(said)


def _steering_in_words(delivery: Delivery) -> str:
    """What a steering lever does to others: ``of all levers: multiply take-up by 1.1``."""
    steers = delivery.steers
    numbers = [f"instrument {number}" for number in steers.instruments]
    changes = {
        "multiply take-up by": delivery.take_up_scale,
        "multiply effects on places by": delivery.effect_scale,
        "multiply unit costs by": delivery.unit_cost_scale,
        "multiply budgets by": delivery.budget_scale,
    }
    said = [f"{words} {factor:g}" for words, factor in changes.items() if factor != 1.0]
    if delivery.first_in_queue:
        said.append("serve those named first")
    return f"of {', '.join([*steers.families, *numbers]) or 'all levers'}: {', '.join(said) or 'nothing'}"


def cost_in_words(lever: Lever) -> str:
    """What serving one worker costs: ``8,000 yuan when an eligible worker starts a business (local)``."""
    cost = lever.unit_cost
    if cost is None:
        return "none counted"
    sum_ = f"{plain_amount(cost.yuan)} yuan"
    if cost.labour_share is not None:
        sum_ = f"{sum_} of pay, {cost.labour_share:.0%} of what is spent"
    words = f"{sum_}, {OCCASIONS[cost.per]}; paid by: {payers_in_words(cost.shares)}"
    if lever.budget is None:
        return words
    per_year = lever.budget.yuan_per_year
    if per_year is not None:
        return f"{words}; at most {plain_amount(per_year)} yuan a year"
    in_all = lever.budget.yuan_total
    assert in_all is not None, "a checked budget is one of the two sums"
    return f"{words}; at most {plain_amount(in_all)} yuan in all"


def payers_in_words(shares: Mapping[str, float]) -> str:
    """Who pays: ``central 50%, local 50%``."""
    return ", ".join(f"{payer} {share:.0%}" if share < 1.0 else payer for payer, share in shares.items())


def plain_amount(number: float) -> str:
    """A number for people: 8,000 or 0.97 or 12 billion."""
    if abs(number) >= 1e9:
        return f"{number / 1e9:,g} billion"
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:g}"
