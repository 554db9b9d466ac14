"""What the public interface says of itself: everything has a docstring, which speaks of every argument."""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import textwrap
from collections import ChainMap
from importlib import import_module

import pytest
from pydantic import BaseModel

from sim.core import errors

PUBLIC = {
    name: getattr(import_module(package), name)
    for package in ("sim", "sim.experiments", "sim.analysis", "sim.calibration", "sim.studies")
    for name in import_module(package).__all__
}
CLASSES = {name: said for name, said in PUBLIC.items() if isinstance(said, type)}
MODELS = {name: said for name, said in CLASSES.items() if issubclass(said, BaseModel)}


def docstrings(said: object) -> dict[str, str]:
    """The docstring of a function; those of a class, its own methods and its own properties."""
    found = {"": inspect.getdoc(said) or ""}
    if isinstance(said, type):
        found |= {
            name: inspect.getdoc(getattr(member, "__func__", member)) or ""
            for name, member in vars(said).items()
            if not name.startswith("_")
            and (inspect.isroutine(member) or isinstance(member, property))
            and not isinstance(member, staticmethod)
        }
    return found


def lacking(said: object, text: str) -> list[str]:
    """The arguments of a function, or of making an object, that its docstring does not name."""
    words = set(re.findall(r"\w+", text))
    asked = inspect.signature(said).parameters.values()
    return [one.name for one in asked if one.kind is not one.VAR_KEYWORD and one.name not in words]


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_has_a_docstring(name):
    assert [member for member, text in docstrings(PUBLIC[name]).items() if not text] == []


@pytest.mark.parametrize("name", sorted(PUBLIC.keys() - MODELS.keys()))
def test_docstrings_speak_of_every_argument(name):
    assert lacking(PUBLIC[name], docstrings(PUBLIC[name])[""]) == []


@pytest.mark.parametrize("name", MODELS)
def test_fields_of_models_have_docstrings(name):
    """A string that stands behind a field is what editors show of it."""
    body = ast.parse(textwrap.dedent(inspect.getsource(MODELS[name]))).body[0].body
    bare = [
        line.target.id
        for line, after in zip(body, [*body[1:], None], strict=True)
        if isinstance(line, ast.AnnAssign)
        and not line.target.id.startswith("_")
        and not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant))
    ]
    assert bare == []


@pytest.mark.parametrize("name", PUBLIC)
def test_errors_that_are_named_exist(name):
    module = vars(inspect.getmodule(PUBLIC[name]))
    known = ChainMap(module, vars(errors), vars(builtins))
    named = {word for text in docstrings(PUBLIC[name]).values() for word in re.findall(r"\w+Error\b", text)}
    assert [word for word in named if word not in known] == []
