"""The small typed words that scenarios are written in: months, numbers, names and labels.

Each type says, when it refuses a value, what is allowed and what was probably meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr, StringConstraints
from pydantic_core import PydanticCustomError

from sim.core.categories import ACTIVITIES, EDUCATION, OCCASIONS, REGIONS, SECTORS, SEXES, TIERS
from sim.core.errors import Problem, nearest
from sim.parameters.behaviour import PARAMETERS, REMOVED
from sim.scenario import references as documents

FIRST_YEAR, LAST_YEAR = 2000, 2100
PAYERS = ("central", "local", "firm", "worker")


class Strict(BaseModel):
    """A frozen record that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def refuse(problems: Iterable[Problem]) -> None:
    """Raise every problem at once, in a form that the loader turns into file and line."""
    found = tuple(problems)
    if found:
        text = "; ".join(f"{problem.key}: {problem.message}" for problem in found)
        raise PydanticCustomError("problems", "{text}", {"text": text, "problems": found})


def _refused(message: str, allowed: tuple[str, ...] | str, meant: str | None = None):
    return PydanticCustomError(
        "refused", "{message}", {"message": message, "allowed": allowed, "nearest": meant}
    )


def one_of(what: str, words: Callable[[], Iterable[str]]):
    def check(word: str) -> str:
        allowed = tuple(words())
        if word not in allowed:
            raise _refused(f"unknown {what}", allowed, nearest(word, allowed))
        return word

    def name_them(schema: dict[str, Any]) -> None:
        schema["enum"] = list(words())

    return Annotated[StrictStr, AfterValidator(check), Field(json_schema_extra=name_them)]


def _check_month(text: str) -> str:
    shape = re.fullmatch(r"(\d{4})-(\d{2})", text)
    if not shape or not (FIRST_YEAR <= int(shape[1]) <= LAST_YEAR and 1 <= int(shape[2]) <= 12):
        raise _refused("no such month", f"YYYY-MM, from {FIRST_YEAR}-01 to {LAST_YEAR}-12")
    return text


def _check_parameter(name: str) -> str:
    if name in REMOVED:
        raise _refused(f"this parameter no longer exists: {REMOVED[name]}", tuple(PARAMETERS))
    if name not in PARAMETERS:
        raise _refused("unknown parameter", tuple(PARAMETERS), nearest(name, PARAMETERS))
    return name


def _check_instrument(number: int) -> int:
    known = documents.instruments()
    if number not in known:
        raise _refused("unknown instrument", f"{min(known)} to {max(known)}, the rows of instruments.csv")
    return number


Text = Annotated[StrictStr, StringConstraints(strip_whitespace=True, min_length=1)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Yuan = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
WholeYuan = Annotated[float, Field(strict=True, ge=0, multiple_of=1, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True, ge=0)]
Flag = Annotated[bool, Field(strict=True)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]  # or its digits: JSON has no other keys
Name = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Month = Annotated[StrictStr, AfterValidator(_check_month), Field(json_schema_extra={"format": "YYYY-MM"})]

ParameterName = Annotated[StrictStr, AfterValidator(_check_parameter)]
InstrumentNumber = Annotated[int, Field(strict=True), AfterValidator(_check_instrument)]
Province = one_of("province", documents.region_of_province)
Region = one_of("region", lambda: REGIONS)
Tier = one_of("tier", lambda: TIERS)
Sector = one_of("sector", lambda: SECTORS)
Activity = one_of("activity", lambda: ACTIVITIES)
Education = one_of("education level", lambda: EDUCATION)
Sex = one_of("sex", lambda: SEXES)
Occasion = one_of("occasion", lambda: OCCASIONS)
Payer = one_of("payer", lambda: PAYERS)
Grade = one_of("evidence grade", lambda: ("A", "B", "C", "D", "n/a"))
Slug = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9-]*$")]
DocumentId = one_of("document", documents.documents)


class Label(Strict):
    """A name for people, in English and Chinese."""

    en: Text
    zh: Text
