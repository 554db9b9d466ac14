"""Units of compiled code: hashed by what they reach, kept by the hash, the same bits as in one piece."""

from __future__ import annotations

import types
from collections.abc import Callable
from types import FunctionType

import numpy as np
import pytest

from sim.core import deferred_linking
from sim.core.code_hash import code_hash
from sim.core.compiled import is_enabled
from sim.core.units import addresses
from sim.engine import passes
from sim.rules import rights
from sim.rules.earnings import experience_pay
from sim.steps import demography as steps_demography
from sim.steps import month
from sim.steps import rights as steps_rights
from sim.steps.records import WORKER, block_type, conditions_type
from sim.world.worker import ROW_TYPE, STATE_TYPE


def changed(function, old, new):
    """A copy of a function of this package in which a constant is another one."""
    code = function.__code__
    constants = tuple(new if one == old else one for one in code.co_consts)
    assert constants != code.co_consts
    made = types.FunctionType(code.replace(co_consts=constants), function.__globals__, function.__name__)
    made.__module__ = function.__module__
    return made


def test_a_hash_is_the_same_again_and_does_not_hang_on_lines():
    moved = types.FunctionType(
        experience_pay.__code__.replace(co_firstlineno=999, co_filename="elsewhere.py"),
        experience_pay.__globals__,
        experience_pay.__name__,
    )
    moved.__module__, moved.__doc__ = experience_pay.__module__, experience_pay.__doc__
    assert code_hash([experience_pay]) == code_hash([experience_pay]) == code_hash([moved])


def test_a_function_of_another_module_has_another_hash():
    """Kept machine code names the modules that it came from, and cannot be loaded where one is gone."""
    moved = types.FunctionType(experience_pay.__code__, experience_pay.__globals__, experience_pay.__name__)
    moved.__module__, moved.__doc__ = "sim.rules.renamed", experience_pay.__doc__
    assert code_hash([experience_pay]) != code_hash([moved])


def test_an_edit_changes_the_hash_of_what_reaches_it_alone(monkeypatch):
    def hashes():
        return {step.name: code_hash([passes._pass(step)]) for step in month.STEPS}

    before = hashes()
    assert len(set(before.values())) == len(before)
    edited = changed(rights.is_pay_withheld, 1.0, 1.5)
    monkeypatch.setattr(steps_rights, "is_pay_withheld", edited)
    after = hashes()
    assert {name for name in before if before[name] != after[name]} == {"earn", "aid with contribution"}


def test_codes_count_where_they_are_used_alone(monkeypatch):
    """Another row for a parameter spoils the passes that read it, and no others."""
    before = {step.name: code_hash([passes._pass(step)]) for step in month.STEPS}
    monkeypatch.setattr(steps_demography, "WORKER", WORKER._replace(exit_hazard_scale=99))
    after = {step.name: code_hash([passes._pass(step)]) for step in month.STEPS}
    assert {name for name in before if before[name] != after[name]} == {"leave labour force"}


def test_what_compiled_code_cannot_hang_on_is_refused():
    thing = object()

    def reads():
        return thing

    reads.__module__ = "sim.steps.made_up"
    with pytest.raises(TypeError, match="cannot hang on a object"):
        code_hash([reads])


@pytest.mark.skipif(not is_enabled(), reason="uncompiled")
def test_the_version_of_numba_is_one_that_was_tested():
    """A new version: try the tests of compiled code with it, and name it in TESTED."""
    import numba

    assert numba.__version__.rpartition(".")[0] in deferred_linking.TESTED
    assert deferred_linking.install()


def test_no_two_functions_of_units_share_a_name():
    """Units kept by different processes are joined by the names of their functions."""
    named: dict[tuple[str, str], Callable] = {}

    def look(function: Callable) -> None:
        name = function.__module__, function.__qualname__
        assert named.setdefault(name, function) is function, f"two functions are called {name}"
        for cell in function.__closure__ or ():
            if isinstance(cell.cell_contents, FunctionType):
                look(cell.cell_contents)

    for run in (*passes.MONTH, *passes.CLAIM):
        look(run)
    assert len(named) > len(passes.MONTH) + len(passes.CLAIM)


@pytest.mark.skipif(not is_enabled(), reason="uncompiled")
def test_addresses_are_found_once():
    records = [np.zeros(1, kind) for kind in (ROW_TYPE, STATE_TYPE, conditions_type(142), block_type(142))]
    first = addresses("sim.engine.passes:MONTH", passes.MONTH[:1], passes.MONTH_NAMES[:1], records)
    again = addresses("sim.engine.passes:MONTH", passes.MONTH[:1], passes.MONTH_NAMES[:1], records)
    assert first is again and first[0] != 0
