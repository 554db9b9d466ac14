"""The tables of results and comparisons are attributes that editors know, and none is there by accident."""

from __future__ import annotations

import ast
import inspect
import pickle

import pandas as pd
import pytest

from sim.comparison.comparison import Comparison, ComparisonTables
from sim.results.columns import COMPARISON_TABLES, TABLES
from sim.results.results import Results, RunTables

KINDS = [(Results, RunTables, TABLES), (Comparison, ComparisonTables, COMPARISON_TABLES)]


@pytest.mark.parametrize(("kind", "shown", "tables"), KINDS)
def test_every_table_is_an_attribute_that_says_what_a_row_is(kind, shown, tables):
    assert issubclass(kind, shown) and list(shown.__annotations__) == list(tables)
    body = ast.parse(inspect.getsource(shown)).body[0].body[1:]  # without the docstring of the class
    for name, said in zip(body[::2], body[1::2], strict=True):
        assert isinstance(name, ast.AnnAssign) and ast.unparse(name) == f"{name.target.id}: pd.DataFrame"
        assert ast.literal_eval(said.value).startswith("A row per ")


@pytest.mark.parametrize(("kind", "shown", "tables"), KINDS)
def test_only_what_was_made_is_there(kind, shown, tables):
    first, *others = tables
    about = {"policies": [], "base": {"name": "baseline"}}
    made = pickle.loads(pickle.dumps(kind({first: pd.DataFrame({"month": ["2014-01"]})}, about)))
    assert getattr(made, first)["month"].tolist() == ["2014-01"] and first in dir(made)
    for name in others:
        assert not hasattr(made, name) and name not in dir(made)
