"""Levers in words: what they change, for whom, where and when, at what cost, on what authority and evidence.

Everything takes plain maps, as scenario files and manifests hold them; ``plain`` makes one of a ``Lever``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import reduce
from typing import Any

from sim.comparison.comparison import Comparison
from sim.core.labels import ACTIVITIES, SCHOOLING, SECTORS, TIERS, region
from sim.core.language import N_, Words, _, in_context, in_language, language, plural, speaking, translated
from sim.parameters.behaviour import PARAMETERS
from sim.present.text.numbers import amount, apart, listing, month_in_words, month_name, number
from sim.scenario.lever import Lever
from sim.scenario.references import GRADES, instrument_evidence, province_in_words

PAYERS = Words(
    {
        "central": N_("central government"),
        "local": N_("local government"),
        "firm": N_("firms"),
        "worker": N_("workers"),
        "bank": N_("banks and guarantors"),
    }
)
OCCASION_WORDS = Words(
    {
        "person_month": N_("person and month"),
        "work_month": N_("month in work"),
        "search_month": N_("month of search"),
        "business_start": N_("business started"),
        "business_month": N_("business and month"),
        "training_enrolment": N_("enrolment"),
        "arrears_case": N_("case of unpaid wages and month"),
        "settlement": N_("settlement"),
        "new_settlement": N_("settlement that would have been refused"),
        "business_idea": N_("worker who weighs up a business"),
        "business_half_year": N_("business that has run for six months"),
        "business_closure": N_("business closed"),
        "loan_month": N_("guaranteed loan and month"),
        "loan_default": N_("guaranteed loan not paid back"),
        "works_job": N_("job on public works"),
        "workshop_job": N_("workshop job begun"),
        "post_month": N_("month in a public post"),
        "placement": N_("hiring"),
        "replacement": N_("worker placed anew"),
        "festival_trip": N_("return after Spring Festival"),
        "departure": N_("departure for work away"),
        "relief": N_("relief paid"),
        "study_start": N_("worker who goes to school"),
        "school_place_month": N_("school place and month"),
        "housing_month": N_("home and month"),
        "added_job_month": N_("filled job added and month"),
        "raised_pay_month": N_("worker in the trade and month"),
        "new_insurance": N_("worker who joins and would not have joined without"),
        "kept_insurance": N_("worker who stays insured on leaving a job"),
        "workshop_month": N_("workshop job and month"),
        "resident_month": N_("migrant who lives in the place and month"),
    }
)


def cost_is_per(lever: Mapping[str, Any]) -> str:
    """What the unit cost of a lever, as a manifest describes it, is for; empty where it has none."""
    cost = lever.get("unit_cost")
    if not cost:
        return ""
    occasion = OCCASION_WORDS.get(cost["per"], cost["per"])
    return in_context("what a cost is per", "{occasion}", occasion=occasion)


_CHOICES = (
    ("education", N_("schooling: {words}"), SCHOOLING),
    ("activity", N_("now: {words}"), ACTIVITIES),
    ("sector", N_("in: {words}"), SECTORS),
)
_RANGES = {
    "migrant_months": (
        N_("at least {least} months of work away so far"),
        N_("{least} to {most} months of work away so far"),
    ),
    "insured_months": (
        N_("at least {least} months insured so far"),
        N_("{least} to {most} months insured so far"),
    ),
    "months_in_activity": (
        N_("at least {least} months at what they do now"),
        N_("{least} to {most} months at what they do now"),
    ),
    "months_since_course": (
        N_("at least {least} months after a course"),
        N_("{least} to {most} months after a course"),
    ),
}
_FLAGS = {
    "poor": (N_("from a poor household"), N_("not from a poor household")),
    "has_school_child": (N_("with a child of school age"), N_("without a child of school age")),
    "insured": (N_("insured"), N_("not insured")),
    "trained": (N_("trained"), N_("not trained")),
    "displaced": (N_("out of a lost job"), N_("not out of a lost job")),
    "had_business": (N_("with a business before this one"), N_("without a business before this one")),
}
_FOLLOWED = Words({"prices": N_("prices"), "wages": N_("wages"), "nothing": N_("nothing")})
# Units that Chinese writes behind the number; all others, of coefficients, say nothing there.
_SHORT_UNITS = {
    "yuan": "元",
    "yuan, once": "元（一次性）",
    "yuan per month": "元/月",
    "yuan per person and year": "元/人·年",
    "yuan per settler": "元/人",
    "months": "个月",
    "years": "年",
    "years of age": "岁",
    "persons": "人",
    "paid jobs": "个岗位",
    "points": "分",
    "vacancies per searcher": "",
}
_STEERED = (
    ("take_up_scale", N_("take-up multiplied by {factor}")),
    ("effect_scale", N_("effects on places multiplied by {factor}")),
    ("unit_cost_scale", N_("unit costs multiplied by {factor}")),
    ("budget_scale", N_("budgets multiplied by {factor}")),
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


def lever_title(lever: Mapping[str, Any], spoken: str | None = None) -> str:
    """A lever's label, and which part of its instrument it is, in the language in use.

    In the language ``spoken``, it is empty where the lever has no label in it.
    """
    labels = [lever["label"], lever.get("part_label") or {}]
    parts = [in_language(label) if spoken is None else label.get(spoken) for label in labels]
    with speaking(spoken):
        label, part = parts
        return _("{label}: {part}", label=label, part=part) if label and part else label or part or ""


def grade_counts(policy: Mapping[str, Any]) -> list[str]:
    """How many levers rest on which grade of evidence, weakest first."""
    grades = [lever.get("evidence", "D") for lever in policy["levers"].values()]
    return [
        _(
            "{some} of {all} on grade {grade} ({words})",
            some=grades.count(grade),
            all=len(grades),
            grade=grade,
            words=GRADES[grade],
        )
        for grade in sorted(set(grades), reverse=True)
    ]


def _lever_card(manifest: Mapping[str, Any], lever: dict[str, Any]) -> dict[str, Any]:
    grade, cost, short_cost = lever.get("evidence", "D"), lever.get("unit_cost"), cost_words(lever)
    return {
        "label": lever_title(lever),
        "label_zh": lever_title(lever, "zh") if language() == "en" else "",
        "instrument": _instrument_words(lever),
        "changes": change_words(lever, manifest.get("parameters")),
        "parameters": list(lever.get("effects") or {}),
        "strength": _strength_words(lever),
        "when": when_words(lever["window"]),
        "where": where_words(lever.get("where") or {}),
        "who": who_words(lever.get("who") or {}),
        "take_up": _(
            "{share} of those eligible, at most", share=amount(100 * lever.get("take_up", 1), "percent")
        ),
        "cost": _("{cost} (source: {source})", cost=short_cost, source=translated(cost["source"]))
        if cost
        else short_cost,
        "budget": budget_words(lever) or _("no limit"),
        "grade": grade,
        "grade_words": GRADES.get(grade, ""),
        "studies": _studies(manifest, lever),
        "evidence": _evidence_words(manifest, lever),
        "not_known": translated(lever.get("not_known")),
        "short_cost": short_cost,
        "citations": [_citation(manifest, citation) for citation in lever["citation"]],
    }


def _evidence_words(manifest: Mapping[str, Any], lever: Mapping[str, Any]) -> str:
    """What a lever's grade means, the studies behind it, a note, and what is not known."""
    said = GRADES.get(lever.get("evidence", "D"), "")
    studies, note, open_question = (
        _studies(manifest, lever),
        translated(lever.get("note")),
        translated(lever.get("not_known")),
    )
    if studies:
        said = _("{grade}. Studies: {studies}", grade=said, studies=studies)
    if note:
        said = _("{said}. {note}", said=said, note=note)
    if open_question and note.endswith((".", "。")):
        return _("{said} Not known: {what}", said=said, what=open_question)
    return _("{said}. Not known: {what}", said=said, what=open_question) if open_question else said


def _instrument_words(lever: Mapping[str, Any]) -> str:
    """``64 settlement-limits, of the family residency-and-points``; in Chinese by their names."""
    slug, part = lever.get("instrument"), lever.get("part")
    if not slug:
        return ""
    numbers = ", ".join(str(number) for number in lever.get("instruments") or ())
    family = family_words(lever.get("family") or "")
    if language() == "zh":
        slug, part = in_language(lever["label"]), part and in_language(lever.get("part_label") or {})
    if part:
        return _(
            "{numbers} {name}, part {part}, of the family {family}",
            numbers=numbers,
            name=slug,
            part=part,
            family=family,
        )
    return _("{numbers} {name}, of the family {family}", numbers=numbers, name=slug, family=family)


def family_words(family: str) -> str:
    """A family of instruments in words: ``residency and points``."""
    return translated(family.replace("-", " "))


def _studies(manifest: Mapping[str, Any], lever: Mapping[str, Any]) -> str:
    """The evidence behind a lever by id, and how it is known where nobody read it again: ``B24, B25 (recalled)``."""
    known = manifest.get("evidence") or {}
    words = set(re.findall(r"\w+", json.dumps(lever, ensure_ascii=False, default=str)))
    ids = [name for name in known if name in words or name in instrument_evidence(lever)]
    return (", " if language() == "en" else "、").join(
        _("{id} (recalled)", id=name) if known[name].get("status") == "recalled" else name for name in ids
    )


def _citation(manifest: Mapping[str, Any], citation: Mapping[str, Any]) -> dict[str, str]:
    document = manifest.get("documents", {}).get(citation["document"], {})
    clause = citation.get("clause", "")
    is_chinese = language() == "zh"
    with speaking("zh"):
        clause_zh = translated(clause)
    return {
        "id": citation["document"],
        "title": _document_title(document, citation),
        "title_zh": "" if is_chinese else document.get("title_zh", ""),
        "number": document.get("number", ""),
        "date": date_words(str(document.get("date", ""))),
        "article": article_words(citation),
        "clause": translated(clause),
        "clause_zh": "" if is_chinese or clause_zh == clause else clause_zh,
        "short": _short(document, citation),
    }


def _document_title(document: Mapping[str, Any], citation: Mapping[str, Any]) -> str:
    titles = {"en": document.get("title_en", ""), "zh": document.get("title_zh", "")}
    return in_language(titles) or citation["document"]


def date_words(date: str) -> str:
    """A date as documents carry it, as exact as it is known: ``2024-11-15``, in Chinese ``2024年11月15日``."""
    if language() == "en" or not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", date):
        return date
    return "".join(f"{int(part)}{unit}" for part, unit in zip(date.split("-"), "年月日", strict=False))


def _short(document: Mapping[str, Any], citation: Mapping[str, Any]) -> str:
    """A document by number and date, as officials name it, and the clause: ``人社部发〔2024〕76号, 2024-11-15: ...``."""
    named = document.get("number") or _document_title(document, citation)
    date = date_words(str(document.get("date", "")))
    dated = _("{document}, {date}", document=named, date=date) if date else named
    article, clause = article_words(citation), citation.get("clause", "")
    if article:
        dated = _("{document}, {article}", document=dated, article=article)
    return _("{head}: {words}", head=dated, words=translated(clause)) if clause else dated


def clauses_of(manifest: Mapping[str, Any], lever: Mapping[str, Any]) -> str:
    """The clauses that a lever comes from, each with its document by number and date."""
    return apart(_citation(manifest, one)["short"] for one in lever["citation"])


def article_words(citation: Mapping[str, Any]) -> str:
    """The article or the section of a document that a clause stands in; empty where none is known: ``article 2``."""
    said = []
    for key, words in (("section", N_("section {number}")), ("article", N_("article {number}"))):
        if number := citation.get(key):
            said.append(_(words, number=_numeral(int(number)) if language() == "zh" else number))
    return ("" if language() == "zh" else ", ").join(said)


def _numeral(number: int) -> str:
    """A number to 99 as Chinese documents write it: ``_numeral(12) == "十二"``."""
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    return ("" if tens < 2 else digits[tens]) + ("十" if tens else "") + (digits[ones] if ones else "")


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
        said.append(_("Nothing: {reason}", reason=translated(lever["no_effect"])))
    return said


def _effect_words(name: str, effect: Mapping[str, float], parameter: Mapping[str, str] | None) -> str:
    """``Grant to a new business: set to 8,000 yuan, once``."""
    if parameter is None and name in PARAMETERS:
        parameter = {"meaning": PARAMETERS[name].meaning, "unit": PARAMETERS[name].unit}
    meaning, unit = (
        translated((parameter or {}).get("meaning", name.replace("_", " "))),
        (parameter or {}).get("unit", ""),
    )
    steps = []
    if effect.get("set") is not None:
        steps.append(_("set to {value}", value=quantity(effect["set"], unit)))
    if effect.get("scale") is not None:
        steps.append(_("multiplied by {factor}", factor=f"{effect['scale']:g}"))
    if effect.get("add") is not None:
        by = quantity(abs(effect["add"]), unit)
        if language() == "en":
            by = by.replace(" %", " percentage points", 1)
        elif is_share(unit):
            by = by.replace("%", "个百分点", 1)
        steps.append(_("raised by {by}", by=by) if effect["add"] >= 0 else _("lowered by {by}", by=by))
    changed = reduce(lambda first, then: _("{first}, then {then}", first=first, then=then), steps or [""])
    return _("{head}: {words}", head=f"{meaning[:1].upper()}{meaning[1:]}", words=changed)


def quantity(value: float, unit: str) -> str:
    """A value of a parameter with its unit; shares as percentages, factors bare."""
    if language() == "zh":
        return f"{100 * value:,.10g}%" if is_share(unit) else f"{value:,.10g}{_SHORT_UNITS.get(unit, '')}"
    if is_share(unit):
        return f"{100 * value:,.10g} %{unit.removeprefix('share')}"
    return f"{value:,.10g} {unit}".removesuffix(" factor")


def is_share(unit: str) -> bool:
    """Whether a parameter of this unit is a share, which people read as a percentage."""
    return unit.split(" ")[0] == "share"


def _delivery_words(delivery: Mapping[str, Any]) -> str:
    """``Steers all levers: take-up multiplied by 1.12``."""
    steers = delivery.get("steers") or {}
    whom = [name if language() == "en" else family_words(name) for name in steers.get("families", ())]
    whom += [_("instrument {number}", number=n) for n in steers.get("instruments", ())]
    steps = [
        _(words, factor=f"{delivery[field]:g}")
        for field, words in _STEERED
        if delivery.get(field, 1.0) != 1.0
    ]
    if delivery.get("first_in_queue"):
        steps.append(_("those named here served first"))
    return _(
        "Steers {levers}: {steps}",
        levers=listing(whom) if whom else _("all levers"),
        steps=apart(steps) or _("nothing"),
    )


def _strength_words(lever: Mapping[str, Any]) -> str:
    """The strength, what of it the reference holds already, and what is credible."""
    strength, in_baseline = lever.get("strength", 1.0), lever.get("baseline_share", 0.0)
    said = (
        _("in full, as documented")
        if strength == 1.0
        else _("{strength} times the documented one", strength=f"{strength:g}")
    )
    if in_baseline:
        said = _(
            "{strength}, of which {share} lies in the baseline: it acts at {rest}",
            strength=said,
            share=f"{in_baseline:g}",
            rest=f"{_acting(lever):g}",
        )
    strengths = lever.get("strength_range")
    if strengths:
        low, high = strengths["credible"]
        said = _(
            "{strength} (credible: {low} to {high}; {source})",
            strength=said,
            low=f"{low:g}",
            high=f"{high:g}",
            source=translated(strengths["source"]),
        )
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
            return _("nothing: {reason}", reason=translated(lever["no_cost"]))
        return _(
            "not costed: {reason}", reason=translated(lever.get("not_costed")) or _("its file gives no cost")
        )
    per, acting = OCCASION_WORDS.get(cost["per"], cost["per"]), _acting(lever)
    if cost.get("labour_share"):
        share = amount(100 * cost["labour_share"], "percent")
        per = _("{occasion}, which is {share} of the spending", occasion=per, share=share)
    yuan = _yuan(cost["yuan"])
    if cost.get("follows_strength") and acting > 0.0 and acting != 1.0:
        yuan = _("{yuan} (at strength 1: {whole})", yuan=_yuan(round(cost["yuan"] * acting)), whole=yuan)
    if price := price_words(cost):
        return _(
            "{yuan} per {occasion} ({price}), paid by {payer}",
            yuan=yuan,
            occasion=per,
            price=price,
            payer=payer_words(cost),
        )
    return _("{yuan} per {occasion}, paid by {payer}", yuan=yuan, occasion=per, payer=payer_words(cost))


def _yuan(value: float) -> str:
    """Whole yuan, not scaled."""
    return _("{sum} yuan", sum=number(value))


def price_words(cost: Mapping[str, Any]) -> str:
    """Of which year's money a unit cost is, and what it moves with; empty for a sum that stays as it is."""
    if not cost.get("in_yuan_of"):
        return ""
    follows = cost.get("follows") or "prices"
    return _(
        "yuan of {year}, moves with {what}",
        year=cost["in_yuan_of"],
        what=_FOLLOWED.get(follows, follows),
    )


def payer_words(cost: Mapping[str, Any]) -> str:
    """Who pays a unit cost: ``central government (50 %) and local government (50 %)``."""
    shares = cost.get("payers") or {cost["payer"]: 1.0}
    return listing(
        [
            _("{payer} ({share})", payer=PAYERS.get(payer, payer), share=amount(100 * share, "percent"))
            if share < 1.0
            else PAYERS.get(payer, payer)
            for payer, share in shares.items()
        ]
    )


def budget_words(lever: Mapping[str, Any]) -> str:
    """``2.00 billion yuan a year``; empty where there is no limit."""
    budget = lever.get("budget") or {}
    limits = (
        (budget.get("yuan_per_year"), N_("{sum} a year")),
        (budget.get("yuan_total"), N_("{sum} in all")),
    )
    said = [_(words, sum=amount(yuan, "yuan")) for yuan, words in limits if yuan is not None]
    if budget.get("release"):
        said = [_("{limit}, released by the month", limit=limit) for limit in said]
    return (", " if language() == "en" else "，").join(said)


# --- whom, where and when it reaches ------------------------------------------------------------------


def where_words(where: Mapping[str, Any]) -> str:
    """``for people from the West; in cities of 1 to 3 million``; ``everywhere`` where nothing is named."""
    parts = []
    homes = [
        *map(province_in_words, where.get("home_provinces", ())),
        *map(region, where.get("home_regions", ())),
    ]
    places = [*map(province_in_words, where.get("provinces", ())), *map(region, where.get("regions", ()))]
    if homes:
        parts.append(_("for people from {places}", places=listing(homes)))
    if places:
        parts.append(_("in {places}", places=listing(places)))
    if where.get("tiers"):
        parts.append(_("in {places}", places=listing([TIERS[tier] for tier in where["tiers"]])))
    return apart(parts) or _("everywhere")


def who_words(who: Mapping[str, Any]) -> str:
    """``men; aged 22 to 50``; ``everybody whom it concerns`` where nothing is named."""
    parts = []
    if who.get("sex"):
        parts.append({"male": _("men"), "female": _("women")}[who["sex"]])
    if who.get("age"):
        parts.append(_("aged {least} to {most}", least=who["age"][0], most=who["age"][1]))
    for field, head, words in _CHOICES:
        if who.get(field):
            parts.append(_(head, words=listing([words[word] for word in who[field]])))
    for field, (open_ended, closed) in _RANGES.items():
        if who.get(field):
            least, most = who[field]
            parts.append(_(open_ended if most is None else closed, least=least, most=most))
    for field, (yes, no) in _FLAGS.items():
        if who.get(field) is not None:
            parts.append(_(yes if who[field] else no))
    return apart(parts) or _("everybody whom it concerns")


def when_words(window: Mapping[str, Any]) -> str:
    """``January 2025 to December 2034, in full after 24 months, in January and February alone``."""
    said = _("{first} to {last}", first=month_in_words(window["from"]), last=month_in_words(window["to"]))
    if months := window.get("ramp_months"):
        said = plural(
            "{when}, in full after {count} month", "{when}, in full after {count} months", months, when=said
        )
    if window.get("season"):
        names = listing([month_name(number) for number in window["season"]])
        said = _("{when}, in {months} alone", when=said, months=names)
    return said
