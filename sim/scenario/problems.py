"""Errors of pydantic as problems with file, line, key, value and what is allowed."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.core.errors import Problem, SimError, nearest
from sim.core.language import N_, _, language
from sim.core.meant import month_meant, number_meant, share_meant
from sim.scenario.yaml_tree import Key, Tree, dotted, find, parts, read_tree

Model = TypeVar("Model", bound=BaseModel)
MOST_TOLD = 100  # problems of one file; more are counted

# What to say for the validator's kinds of error, and what would have been right.
_WORDS: dict[str, tuple[str, str]] = {
    "float_type": (N_("must be a number"), N_("a number, without quotes")),
    "int_type": (N_("must be a whole number"), N_("a whole number, without quotes")),
    "string_type": (N_("must be text"), N_("text; put numbers and dates in quotes")),
    "bool_type": (N_("must be true or false"), N_("true, false")),
    "tuple_type": (N_("must be a list"), N_("a list, such as [a, b]")),
    "dict_type": (N_("must be a map"), N_("`key: value` lines")),
    "model_type": (N_("must be a map"), N_("`key: value` lines")),
    "string_pattern_mismatch": (
        N_("not a usable name"),
        N_("small letters, digits and _, beginning with a letter"),
    ),
    "string_too_short": (N_("must not be empty"), N_("some text")),
    "finite_number": (N_("must be a finite number"), N_("a number")),
    "multiple_of": (N_("must be whole"), N_("a whole number of yuan")),
    "too_short": (N_("must not be empty"), N_("at least one entry")),
}

# What to say for further kinds where the validator's own words will not do.
_OTHER = N_("cannot be used here")
_OTHERS = {
    "literal_error": N_("must be {expected}"),
    "int_parsing": N_("must be a whole number"),
    "int_from_float": N_("must be a whole number"),
    "greater_than": N_("must be more than {gt}"),
    "less_than": N_("must be less than {lt}"),
    "too_long": N_("must have at most {max_length} entries"),
}


def read_checked(path: Path, model: type[Model], error: type[SimError]) -> tuple[Model, Tree, list[Problem]]:
    """A file as a ``model`` that is named after the file, its tree, and further problems.

    Raises ``error`` with every problem found where the file cannot be read or does not fit the model.
    """
    problems: list[Problem] = []
    tree = read_tree(path, problems)
    if tree is None:
        raise error(problems)
    try:
        return model.model_validate({**tree.plain, "name": path.stem}), tree, problems
    except ValidationError as refused:
        raise error(problems + problems_of(refused, model, tree)) from None


def problems_of(error: ValidationError, model: type[BaseModel], tree: Tree) -> list[Problem]:
    """Every problem in a validation error of ``model``, placed in the tree that was validated."""
    found = []
    details = error.errors(include_url=False)
    wrong = {detail["loc"][:depth] for detail in details for depth in range(len(detail["loc"]))}
    for detail in details[:MOST_TOLD]:
        if detail["type"] == "too_short" and detail["loc"] in wrong:
            continue  # it is short of the entries that are refused themselves
        key = tuple(part for part in detail["loc"] if part != "[key]")
        context = detail.get("ctx", {})
        if detail["type"] == "problems":
            found += [placed(problem, tree, key) for problem in context["problems"]]
        else:
            found.append(placed(_in_words(detail, key, context, model), tree))
    return [*found, *_and_more(len(details) - MOST_TOLD)]


def told(problems: list[Problem]) -> list[Problem]:
    """The first of many problems, and how many there are more; twice as many as one check of a file tells."""
    most = 2 * (MOST_TOLD + 1)
    return [*problems[:most], *_and_more(len(problems) - most)]


def _and_more(count: int) -> list[Problem]:
    return [Problem(_("and {count:,} more problems", count=count))] if count > 0 else []


def without_unknown_keys(error: ValidationError, content: Any) -> Any:
    """A copy of what was validated without the keys that the error calls unknown.

    A map with an unknown key is not checked as a whole; without it, the rest of its mistakes are found.
    """
    kept = deepcopy(content)
    for detail in error.errors(include_url=False):
        if detail["type"] != "extra_forbidden":
            continue
        *path, last = detail["loc"]
        inner = kept
        for part in path:
            inner = _inside(inner, part)
        if isinstance(inner, dict):
            inner.pop(next((key for key in inner if key == last or str(key) == str(last)), last), None)
    return kept


def _inside(content: Any, part: str | int) -> Any:
    """What lies under a part of a place that pydantic names, a key also by its text; None for nothing."""
    if isinstance(content, dict):
        return next((child for key, child in content.items() if str(key) == str(part)), None)
    if isinstance(content, list) and isinstance(part, int) and part < len(content):
        return content[part]
    return None


def placed(problem: Problem, tree: Tree, parent: Key = ()) -> Problem:
    """The problem with the file and line of its key, which is relative to ``parent``."""
    at, key = find(tree, parent + parts(problem.key or ""))
    return replace(problem, file=at.file, line=at.line, key=dotted(key))


def _in_words(detail: ErrorDetails, key: Key, context: dict[str, Any], model: type[BaseModel]) -> Problem:
    kind, name = detail["type"], dotted(key)
    is_shown = isinstance(detail["input"], (str, int, float, bool)) and "[key]" not in detail["loc"]
    value = detail["input"] if is_shown else None
    if kind == "refused":
        allowed, word = context["allowed"], context["word"]
        meant = None if word is None else context["meant"].get(str(word).lower()) or nearest(word, allowed)
        if context["is_month"]:
            allowed = _written(allowed, month_meant(detail["input"], _is_end(key)))
        return Problem(
            context["message"],
            key=name,
            value=value,
            allowed=allowed,
            nearest=meant,
            kind="key" if "[key]" in detail["loc"] else "",
        )
    if kind == "extra_forbidden":
        known = _keys_allowed(model, key[:-1])
        return Problem(_("unknown key"), key=name, allowed=known, nearest=nearest(key[-1], known), kind="key")
    if kind == "missing":
        return Problem(_("required key is missing"), key=name, kind="missing")
    if kind in _WORDS:
        message, allowed = (_(words) for words in _WORDS[kind])
        if kind == "bool_type":
            allowed = _written(allowed, _YES_OR_NO.get(str(value).lower()))
        elif kind in ("float_type", "int_type"):
            allowed = _written(allowed, number_meant(value))
        return Problem(message, key=name, value=value, allowed=allowed)
    for bound, words in (("ge", N_("{bound:g} or more")), ("le", N_("{bound:g} or less"))):
        if bound in context:
            allowed = _(words, bound=context[bound])
            if bound == "le" and context[bound] == 1:
                allowed = _written(allowed, share_meant(value))
            return Problem(_("out of range"), key=name, value=value, allowed=allowed)
    message = detail["msg"].removeprefix("Input ").removeprefix("Value error, ")
    if language() != "en":  # the validator knows English alone
        bounds = {word: context.get(word) for word in ("gt", "lt", "max_length", "expected")}
        message = _(_OTHERS.get(kind, _OTHER), **bounds)
    return Problem(message, key=name, value=value)


_YES_OR_NO = {
    **dict.fromkeys(("yes", "y", "on", "1", "是", "有"), "true"),
    **dict.fromkeys(("no", "n", "off", "0", "否", "无"), "false"),
}


def _written(allowed: str, meant: str | None) -> str:
    """What is allowed, and how what was probably meant is written."""
    return _("{allowed}; write {value}", allowed=allowed, value=meant) if meant else allowed


def _is_end(key: Key) -> bool:
    """Whether a key says when something ends."""
    return bool(key) and key[-1] == "to"


def _keys_allowed(model: type[BaseModel], key: Key) -> tuple[str, ...]:
    """The keys that the map at ``key`` may have."""
    kind: Any = model
    for part in key:
        kind = _inner(kind, part)
    kind = _inner_model(kind)
    if kind is None:
        return ()
    return tuple(field.alias or name for name, field in kind.model_fields.items() if name != "name")


def _inner(kind: Any, part: str | int) -> Any:
    """The type of what lies at ``part`` inside a value of type ``kind``."""
    record = _inner_model(kind)
    if record is not None and isinstance(part, str):
        for name, field in record.model_fields.items():
            if part == (field.alias or name):
                return field.annotation
        return None
    kind = _without_none(kind)
    args = get_args(kind)
    if get_origin(kind) is dict:
        return args[1]
    return args[0] if get_origin(kind) is tuple else kind


def _inner_model(kind: Any) -> type[BaseModel] | None:
    kind = _without_none(kind)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _without_none(kind: Any) -> Any:
    """The type itself, out of ``Annotated[type, ...]`` and ``type | None``."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in (Union, UnionType):
            kind = next(arg for arg in get_args(kind) if arg is not NoneType)
        else:
            return kind
