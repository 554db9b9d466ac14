"""Every rule says what it computes, in what units, and where that comes from; none takes a bag of numbers."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re

import pytest

import sim.core.compiled
import sim.rules
from sim.rules.settlement import Applicant, PointsScheme

for _module in pkgutil.iter_modules(sim.rules.__path__):
    importlib.import_module(f"sim.rules.{_module.name}")
RULES = {
    f"{function.__module__.rpartition('.')[2]}.{function.__name__}": function
    for function, _ in sim.core.compiled._RULES
    if function.__module__.startswith("sim.rules.")
}

MOST_ARGUMENTS = 8
# Rules with more arguments, and why that is the clearer way.
MANY_ARGUMENTS: dict[str, str] = {}
# The field's nouns: records of numbers that belong together.
NOUNS = {Applicant, PointsScheme}
# Rules that claim nothing about the world, and so have no source.
DEFINITIONS = {
    "demography.has_child_aged": "an age between two bounds",
    "earnings.monthly_pay": "a product of what the place, the worker and the job pay",
    "earnings.productivity_factor": "the exponential of a sum, as a product",
    "employment.rationed_finding": "nobody can be hired where no job is open",
    "household.dissaving": "a debt-free budget",
    "household.share_of": "a share of an amount",
    "migration.age_taste": "a straight line; the slope is a parameter with its own source",
    "migration.odds": "the weight of an option in a logit",
}
UNITS = re.compile(
    r"probabilit|per month|per year|yearly|yuan|log pay|log point|log-odds|log distance|logit|years?\b|"
    r"months?\b|share|score|whether|jobs|exp\(value\)|utility",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_what_it_is_and_where_it_comes_from(name):
    text = inspect.getdoc(RULES[name]) or ""
    summary = text.split("\n\n")[0]
    assert summary.rstrip().endswith((".", "]")), "the first sentence says what an economist would say"
    assert UNITS.search(text), "the unit of what comes out"
    assert ("Source:" in text) != (name in DEFINITIONS), "a source, or a place among the definitions"


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_the_type_of_every_number(name):
    signature = inspect.signature(RULES[name])
    kinds = [p.annotation for p in signature.parameters.values()] + [signature.return_annotation]
    assert set(kinds) - NOUNS <= {"float", "int", "bool", float, int, bool}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_takes_few_numbers(name):
    count = len(inspect.signature(RULES[name]).parameters)
    assert (count > MOST_ARGUMENTS) == (name in MANY_ARGUMENTS), f"{count} arguments"


def test_the_exceptions_exist():
    assert set(MANY_ARGUMENTS) | set(DEFINITIONS) <= set(RULES)


def test_there_are_rules_for_every_field():
    fields = {name.split(".")[0] for name in RULES}
    assert fields == {
        "demography",
        "earnings",
        "employment",
        "enterprise",
        "household",
        "income",
        "loans",
        "migration",
        "rights",
        "settlement",
        "skills",
    }
