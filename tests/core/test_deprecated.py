"""Old names of public things work for one more version, and say the new one."""

from __future__ import annotations

import importlib
import sys
import warnings

import pandas as pd
import pytest

from sim import load_scenario
from sim.core.deprecated import ATTRIBUTES, KEYS, METHODS, MODULES, NAMES, content_of_today, key_of_today
from sim.scenario.loading import with_overrides
from sim.validation.validate import Validation

GRANT = """\
extends: baseline
title: {en: Grant, zh: 补贴}
levers:
  - instrument: settlement-limits
    held: 0.25
"""


@pytest.mark.parametrize("old", sorted(MODULES))
def test_an_old_module_answers_with_the_new_one(old):
    sys.modules.pop(old, None)
    with pytest.warns(DeprecationWarning, match=f"{old} is now {MODULES[old]}"):
        importlib.import_module(old)
    new = importlib.import_module(MODULES[old])
    public = next(name for name in vars(new) if not name.startswith("_") and name != "annotations")
    assert getattr(sys.modules[old], public) is getattr(new, public)


@pytest.mark.parametrize(("module", "name"), [(m, name) for m, names in NAMES.items() for name in names])
def test_an_old_name_in_a_module_is_the_new_one(module, name):
    home, _, new = NAMES[module][name].rpartition(".")
    with pytest.warns(DeprecationWarning, match=f"{module}.{name} is now {home}.{new}"):
        found = getattr(importlib.import_module(module), name)
    assert found is getattr(importlib.import_module(home), new)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        importlib.import_module(module).nonsense  # noqa: B018


@pytest.mark.parametrize(("module", "function"), METHODS.values())
def test_what_a_method_has_become_exists(module, function):
    assert callable(getattr(importlib.import_module(module), function))


def test_an_old_key_of_a_file_is_read_and_told(tmp_path):
    path = tmp_path / "grant.yaml"
    path.write_text(GRANT, encoding="utf-8")
    with pytest.warns(FutureWarning, match=r"grant.yaml:5: 'held' is now called 'baseline_share'"):
        scenario = load_scenario(path)
    assert scenario.levers["settlement_limits"].baseline_share == 0.25
    with pytest.warns(FutureWarning, match="'held' is now called 'baseline_share'"):
        changed = with_overrides(scenario, {"levers.settlement_limits.held": 0.5})
    assert changed.levers["settlement_limits"].baseline_share == 0.5


def test_a_key_is_old_only_where_it_once_stood():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert key_of_today(("levers", "held"), "f") == "held"  # the name of a lever
        assert key_of_today(("shocks", "held", "label"), "f") == "label"
    assert all(old not in words.values() for words in KEYS.values() for old in words)


def test_what_was_stored_is_read_with_the_keys_of_today():
    lever = {"held": 0.5, "window": {"from": "2025-01"}}
    stored = {"levers": {"held": lever}, "held": 1, "more": [{"levers": [lever]}]}
    now = {"baseline_share": 0.5, "window": {"from": "2025-01"}}
    assert content_of_today(stored) == {"levers": {"held": now}, "held": 1, "more": [{"levers": [now]}]}


def test_an_old_attribute_is_the_new_one():
    found = Validation(*(pd.DataFrame({"table": [number]}) for number in range(8)))
    assert list(ATTRIBUTES) == [("Validation", "facts")]
    with pytest.warns(DeprecationWarning, match="Validation.facts is now Validation.stylised_facts"):
        assert found.facts is found.stylised_facts
