"""The types of values in scenario files: months, numbers, names and labels.

A refused value is reported with what is allowed and with the nearest allowed word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StrictStr,
    StringConstraints,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import (
    no_info_after_validator_function,
    no_info_before_validator_function,
)

from sim.core import chinese
from sim.core.categories import ACTIVITIES, EDUCATION, OCCASIONS, REGIONS, SECTORS, SEXES, TIERS
from sim.core.errors import Problem
from sim.core.language import N_, _
from sim.parameters.behaviour import PARAMETERS, REMOVED
from sim.scenario import references as documents

FIRST_YEAR, LAST_YEAR = 2000, 2100
PAYERS = ("central", "local", "firm", "worker", "bank")
PUBLIC_PAYERS = ("central", "local")
RECEIVERS = ("firm", "school", "city", "carrier", "bank", "insurer", "business", "service")
FINANCING = ("untied", "payroll_levy", "cut_elsewhere")


class Strict(BaseModel):
    """A frozen record that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def refuse(problems: Iterable[Problem]) -> None:
    """Raise all problems at once; the loader adds file and line."""
    found = tuple(problems)
    if found:
        raise refusal(*found)


def refusal(*problems: Problem) -> PydanticCustomError:
    """The error with these problems, for a validator to raise."""
    text = "; ".join(f"{problem.key}: {problem.message}" for problem in problems)
    return PydanticCustomError("problems", "{text}", {"text": text, "problems": problems})


def _refused(
    message: str,
    allowed: tuple[str, ...] | str,
    word: str | None = None,
    meant: Mapping[str, str] | None = None,
    is_month: bool = False,
) -> PydanticCustomError:
    """The error for a value that is not ``allowed``; the loader looks for what is nearest to the ``word``.

    meant: words that others use, and which of the allowed they mean. is_month: whether a month was asked for.
    """
    context = {"message": message, "allowed": allowed, "word": word, "meant": meant or {}}
    return PydanticCustomError("refused", "{message}", {**context, "is_month": is_month})


@dataclass(frozen=True)
class OneOf:
    """Beside a text in ``Annotated``: it is one of the ``words``, which are read when a text is checked.

    ``what`` they are is said where another word is refused.
    """

    what: str
    words: Callable[[], Iterable[str]]
    meant: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Words that others use, in small letters, and which of ours they mean."""
    chinese: Callable[[], Mapping[str, str]] = dict
    """Chinese words that may stand in a file, and which of ours each is."""

    def check(self, word: str) -> str:
        """The word, in English. Raises pydantic's error of kind ``refused`` for any other."""
        allowed = tuple(self.words())
        in_chinese = self.chinese()
        word = in_chinese.get(word.strip(), word)
        if word not in allowed:
            allowed = chinese.like(word, allowed, in_chinese)
            raise _refused(_("unknown {what}", what=_(self.what)), allowed, word, self.meant)
        return word

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "enum": [*self.words(), *self.chinese()]}


@dataclass(frozen=True)
class AlsoChinese:
    """Beside a number or a truth value in ``Annotated``: a file may say it in Chinese, too.

    ``pattern``: of such texts; ``read``: what one stands for, None for a text of another kind.
    """

    pattern: str
    read: Callable[[str], Any]

    def in_english(self, value: Any) -> Any:
        """The value that a Chinese text stands for; anything else as it is."""
        found = self.read(value.strip()) if isinstance(value, str) else None
        return value if found is None else found

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(self.in_english, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        said = {"type": "string", "pattern": rf"^\s*(?:{self.pattern})\s*$"}
        return {"anyOf": [handler(schema), said]}


def counted_in(units: str) -> AlsoChinese:
    """For a number that may have a Chinese word for its scale (万, 亿), or one of the ``units`` behind it."""
    return AlsoChinese(chinese.number_pattern(units), lambda text: chinese.number_of(text, units))


_IN_YUAN = counted_in("元")


def one_of(words: Mapping[str, Any]) -> AlsoChinese:
    """For a value that may be said in one of the Chinese ``words``."""
    return AlsoChinese("|".join(words), words.get)


_MONTH = f"^\\s*((20[0-9]{{2}}|2100)-(0[1-9]|1[0-2])|{chinese.MONTH})\\s*$"


def _check_month(text: str) -> str:
    text = chinese.month_of(text.strip()) or text
    shape = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text)
    if not shape or not (FIRST_YEAR <= int(shape[1]) <= LAST_YEAR and 1 <= int(shape[2]) <= 12):
        raise _no_month()
    return text


def _no_month() -> PydanticCustomError:
    return _refused(
        _("no such month"),
        _("YYYY-MM, from {first_year}-01 to {last_year}-12", first_year=FIRST_YEAR, last_year=LAST_YEAR),
        is_month=True,
    )


def _refuse_a_number(value: Any) -> Any:
    """A month as it is given. Raises pydantic's error of kind ``refused`` for a number, such as a year."""
    if isinstance(value, (int, float)):
        raise _no_month()
    return value


def _as_year(value: Any) -> Any:
    """A year in digits, as 2014 or 2014年, as a number; anything else as it is."""
    return int(value[:4]) if isinstance(value, str) and re.fullmatch("[0-9]{4}年?", value) else value


def _check_parameter(name: str) -> str:
    if name in REMOVED:
        raise _refused(
            _("this parameter no longer exists: {removed}", removed=REMOVED[name]), tuple(PARAMETERS)
        )
    if name not in PARAMETERS:
        raise _refused(_("unknown parameter"), tuple(PARAMETERS), name)
    return name


def _check_province(word: str) -> str:
    """The English name of a province that may be written in other ways."""
    found = documents.province_called(word)
    if found is None:
        raise _refused(_("unknown province"), tuple(documents.region_of_province()), word.title())
    return found


def _check_instrument(number: int) -> int:
    known = documents.instruments()
    if number not in known:
        raise _refused(
            _("unknown instrument"),
            _("{low} to {high}, the rows of instruments.csv", low=min(known), high=max(known)),
        )
    return number


def _check_text(text: str) -> str:
    wrong = next((letter for letter in text if _CONTROL.match(letter)), None)
    if wrong is not None:
        raise _refused(
            _("holds U+{code:04X}, a control character that cannot be shown", code=ord(wrong)),
            _("letters of any script, blanks, tabs and new lines"),
        )
    return text


# What no page, table or terminal can show as written: control characters but tab and new line, half a letter.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
Text = Annotated[
    StrictStr,
    StringConstraints(strip_whitespace=True, min_length=1),
    AfterValidator(_check_text),
    Field(
        json_schema_extra={"pattern": r"^(?=[\s\S]*\S)[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]*$"}
    ),
]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False), _IN_YUAN]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Yuan = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False), _IN_YUAN]
WholeYuan = Annotated[float, Field(strict=True, ge=0, multiple_of=1, allow_inf_nan=False), _IN_YUAN]
Whole = Annotated[int, Field(strict=True, ge=0), counted_in("个月|人|个")]
Flag = Annotated[bool, Field(strict=True), one_of(chinese.YES_OR_NO)]
Year = Annotated[
    int,
    BeforeValidator(_as_year),  # or its digits: JSON has no other keys
    AlsoChinese("[0-9]{4}年", _as_year),
    Field(ge=FIRST_YEAR, le=LAST_YEAR),
]
Name = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Month = Annotated[
    StrictStr,
    BeforeValidator(_refuse_a_number),
    AfterValidator(_check_month),
    Field(json_schema_extra={"format": "YYYY-MM", "pattern": _MONTH}),
]

ParameterName = Annotated[
    StrictStr, AfterValidator(_check_parameter), Field(json_schema_extra={"enum": list(PARAMETERS)})
]
InstrumentNumber = Annotated[int, Field(strict=True), AfterValidator(_check_instrument)]
# Words that people use for ours, where the nearest by letters would be another.
_TIERS_MEANT = {
    **dict.fromkeys(("town", "towns", "county", "county_seat", "small_city"), "county_town"),
    **dict.fromkeys(("village", "township", "home"), "home_township"),
    **dict.fromkeys(("megacity", "metropolis", "super_large_city", "first_tier"), "mega_city"),
    **dict.fromkeys(("big_city", "medium_city"), "city"),
}
_SECTORS_MEANT = {
    **dict.fromkeys(("factory", "industry"), "manufacturing"),
    **dict.fromkeys(("building", "builders"), "construction"),
    **dict.fromkeys(("retail", "trade", "shops", "commerce"), "wholesale_retail"),
    **dict.fromkeys(("delivery", "logistics", "express"), "transport"),
    **dict.fromkeys(("restaurants", "restaurant", "hotels", "catering"), "hotel_catering"),
    **dict.fromkeys(("services", "domestic_service", "housekeeping"), "resident_services"),
}
_ACTIVITIES_MEANT = {
    **dict.fromkeys(("farming", "farmer", "farmers", "idle", "agriculture"), "farm"),
    **dict.fromkeys(("migrant", "migrants", "away", "out"), "migrant_work"),
    **dict.fromkeys(("unemployed", "search", "searching", "job_seeker"), "migrant_search"),
    **dict.fromkeys(("local", "home_work"), "local_work"),
    **dict.fromkeys(("business", "owner", "founder", "self_employed"), "own_business"),
    **dict.fromkeys(("settled", "hukou"), "settled_work"),
}
_EDUCATION_MEANT = {
    **dict.fromkeys(("illiterate", "no"), "none"),
    **dict.fromkeys(("elementary", "primary_school"), "primary"),
    **dict.fromkeys(("middle", "middle_school", "junior_middle", "junior_high"), "junior"),
    **dict.fromkeys(("high", "high_school", "senior_middle", "secondary", "vocational"), "senior"),
    **dict.fromkeys(("university", "tertiary", "bachelor"), "college"),
}
_SEXES_MEANT = {
    **dict.fromkeys(("woman", "women", "f", "females", "girl"), "female"),
    **dict.fromkeys(("man", "men", "m", "males", "boy"), "male"),
}
_OCCASIONS_MEANT = {
    **dict.fromkeys(("trip", "journey", "move", "migration", "leaving", "ticket"), "departure"),
    **dict.fromkeys(("return_trip", "bus", "train"), "festival_trip"),
    **dict.fromkeys(("person", "worker", "month", "head", "capita", "everybody"), "person_month"),
    **dict.fromkeys(("business", "start", "firm", "founder", "startup", "enterprise"), "business_start"),
    **dict.fromkeys(("course", "training", "trainee", "enrolment", "enrollment"), "training_enrolment"),
    **dict.fromkeys(("job", "hire", "match", "vacancy"), "placement"),
    **dict.fromkeys(("search", "unemployed", "jobseeker", "benefit"), "search_month"),
    **dict.fromkeys(("work", "wage", "employee"), "work_month"),
    **dict.fromkeys(("case", "claim", "arrears", "unpaid"), "arrears_case"),
    **dict.fromkeys(("hukou", "registration", "settler"), "settlement"),
    **dict.fromkeys(("child", "pupil", "school", "school_place"), "school_place_month"),
    **dict.fromkeys(("house", "housing", "flat", "rent"), "housing_month"),
    **dict.fromkeys(("closure", "failure"), "business_closure"),
    **dict.fromkeys(("post",), "post_month"),
}
_RECEIVERS_MEANT = {
    "firms": "firm",
    "employer": "firm",
    "employers": "firm",
    "schools": "school",
    "cities": "city",
    "banks": "bank",
    "insurers": "insurer",
    "owner": "business",
    "services": "service",
}
_PAYERS_MEANT = {
    **dict.fromkeys(("state", "national", "government", "centre", "center", "treasury"), "central"),
    **dict.fromkeys(("province", "provincial", "county", "city", "municipality", "municipal"), "local"),
    **dict.fromkeys(("employer", "employers", "company", "enterprise", "firms", "business"), "firm"),
    **dict.fromkeys(("household", "family", "participant", "workers", "migrant", "self"), "worker"),
    **dict.fromkeys(("banks", "guarantor", "guarantors", "lender", "lenders"), "bank"),
}

Province = Annotated[
    StrictStr,
    OneOf(N_("province"), documents.region_of_province, chinese=documents.provinces_in_chinese),
]
ProvinceInWords = Annotated[Text, AfterValidator(_check_province)]
Region = Annotated[StrictStr, OneOf(N_("region"), lambda: REGIONS, chinese=lambda: chinese.REGIONS)]
Tier = Annotated[StrictStr, OneOf(N_("tier"), lambda: TIERS, _TIERS_MEANT, lambda: chinese.TIERS)]
Sector = Annotated[StrictStr, OneOf(N_("sector"), lambda: SECTORS, _SECTORS_MEANT, lambda: chinese.SECTORS)]
Activity = Annotated[
    StrictStr, OneOf(N_("activity"), lambda: ACTIVITIES, _ACTIVITIES_MEANT, lambda: chinese.ACTIVITIES)
]
Education = Annotated[
    StrictStr, OneOf(N_("education level"), lambda: EDUCATION, _EDUCATION_MEANT, lambda: chinese.EDUCATION)
]
Sex = Annotated[StrictStr, OneOf(N_("sex"), lambda: SEXES, _SEXES_MEANT, lambda: chinese.SEXES)]
Occasion = Annotated[
    StrictStr, OneOf(N_("occasion"), lambda: OCCASIONS, _OCCASIONS_MEANT, lambda: chinese.OCCASIONS)
]
Payer = Annotated[StrictStr, OneOf(N_("payer"), lambda: PAYERS, _PAYERS_MEANT, lambda: chinese.PAYERS)]
Receiver = Annotated[
    StrictStr, OneOf(N_("receiver"), lambda: RECEIVERS, _RECEIVERS_MEANT, lambda: chinese.RECEIVERS)
]
Financing = Annotated[
    StrictStr, OneOf(N_("way of financing"), lambda: FINANCING, chinese=lambda: chinese.FINANCING)
]
Grade = Annotated[StrictStr, OneOf(N_("evidence grade"), lambda: documents.GRADES)]
Slug = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9-]*$")]
DocumentId = Annotated[
    StrictStr, OneOf(N_("document"), documents.documents, chinese=documents.documents_in_chinese)
]


class Label(Strict):
    """A name for people, in English and Chinese."""

    en: Text
    zh: Text
