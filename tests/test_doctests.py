"""The examples in docstrings are true: they run as they stand, wherever one is."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest
from test_rooms import MODULES

WITH_EXAMPLES = [module for module, path in MODULES.items() if ">>>" in path.read_text(encoding="utf-8")]
# The functions of the public interface whose first use an example shows.
SHOWN = {
    "sim.core.arguments": {"parse_scale", "parse_month", "parse_ids"},
    "sim.core.months": {"month_number", "month_index", "month_text", "add_months"},
    "sim.comparison.horizons": {"horizons", "checked_horizons", "policy_years"},
    "sim.scenario.loading": {"load_scenario", "with_overrides"},
    "sim.experiments.loading": {"load_experiment"},
    "sim.studies.study": {"load_virtual"},
}


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples_are_true(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # they hold in any folder
    found = doctest.testmod(import_module(module), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted > 0 and found.failed == 0, f"{module}: {found}, told above"


@pytest.mark.parametrize("module", SHOWN)
def test_public_functions_have_examples(module):
    with_examples = {
        test.name.rpartition(".")[2]
        for test in doctest.DocTestFinder().find(import_module(module))
        if test.examples
    }
    assert with_examples >= SHOWN[module]
