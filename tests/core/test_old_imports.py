"""Old import paths and methods of public things work, and say the new ones."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from sim.core import deprecated


@pytest.mark.parametrize(("old", "new"), deprecated.MODULES.items())
def test_an_old_module_answers_with_what_is_in_the_new_one(old, new):
    code = f"""
import importlib, warnings
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    import {old} as _
    old = importlib.import_module({old!r})
new = importlib.import_module({new!r})
said = [str(one.message) for one in told]
assert any("{old} is now {new}" in one for one in said), said
names = [name for name in vars(new) if not name.startswith("_")]
assert names and all(getattr(old, name) is getattr(new, name) for name in names)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("package", "name"), [(package, name) for package, names in deprecated.NAMES.items() for name in names]
)
def test_a_name_of_a_module_that_became_a_package_is_found(package, name):
    module = importlib.import_module(package)
    home, _, new = deprecated.NAMES[package][name].rpartition(".")
    with pytest.warns(DeprecationWarning, match=f"{package}.{name} is now {home}.{new}"):
        assert getattr(module, name) is getattr(importlib.import_module(home), new)
    with pytest.raises(AttributeError, match="no_such_name"):
        module.no_such_name  # noqa: B018


@pytest.mark.parametrize(("owner", "method"), deprecated.METHODS)
def test_a_method_that_became_a_function_is_called(owner, method, monkeypatch):
    module, function = deprecated.METHODS[owner, method]
    monkeypatch.setattr(f"{module}.{function}", lambda thing: ("called with", thing))
    with pytest.warns(DeprecationWarning, match=f"{function}"):
        assert deprecated.old_method(owner, method)("it") == ("called with", "it")


def test_an_unknown_old_module_is_still_unknown():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("sim.no_such_module")
