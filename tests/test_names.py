"""One name for one thing: what the names of classes and modules may not do."""

from __future__ import annotations

import ast
from collections import defaultdict

from test_rooms import MODULES


def test_no_two_classes_have_one_name():
    homes = defaultdict(list)
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(module)
    assert len(homes) > 100
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def test_modules_are_named_after_their_subject():
    """A page, a text and a chart of one subject have its name; which it is, the folder says."""
    suffixes = ("_words", "_utils", "_helpers", "_misc")
    assert [module for module in MODULES if module.endswith(suffixes)] == []
