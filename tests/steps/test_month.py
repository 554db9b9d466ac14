"""The list of a month's steps is told in words that are made from it."""

from __future__ import annotations

import sim.steps.month
from sim.steps.month import CLAIMS, STEPS, steps_in_words


def test_every_step_has_a_name_and_a_sentence_of_its_own():
    steps = (*STEPS, *CLAIMS)
    assert len({step.name for step in steps}) == len({step.says for step in steps}) == len(steps)
    for step in steps:
        assert step.name == step.name.lower() and step.name.strip()
        assert step.says[0].isupper() and step.says.endswith(".") and len(step.says.split()) > 2


def test_the_words_number_every_step_in_order():
    lines = steps_in_words().splitlines()
    assert lines == [f"{n + 1}. {step.says}" for n, step in enumerate(STEPS)]
    assert lines[0] == "1. End a course or the years at school."
    assert steps_in_words.__name__ in sim.steps.month.__doc__
