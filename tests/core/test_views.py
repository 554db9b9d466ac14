"""Views: one record whose fields lie in two arrays, read and written alike by compiled and plain code."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.compiled import is_enabled, kernel, rule
from sim.core.views import Field, Layout, read_ahead, read_field, view_maker

LAYOUT = Layout(
    "Thing",
    (16, 4),
    (
        ("low", Field(0, 0, "u4", 0, 8)),
        ("high", Field(0, 0, "u4", 8, 24)),
        ("signed", Field(0, 4, "i2")),
        ("byte", Field(0, 6, "i1")),
        ("odd", Field(0, 7, "u4")),  # at no multiple of its width
        ("below_nought", Field(0, 12, "i4", 8, 24)),
        ("few_bits", Field(0, 12, "i4", 2, 5)),
        ("state", Field(1, 2, "u1")),
    ),
)
thing_at = view_maker(LAYOUT)
FIELDS = dict(LAYOUT.fields)
RECORD = np.dtype([("bytes", np.uint8, (16,))])


@rule
def change(w, step) -> None:
    w.low = w.low + 250  # and keeps what fits
    w.high = w.high + 7 * step
    w.signed = w.signed // 2 - 3 * w.id
    w.byte = -(w.state // 2)
    w.odd = w.odd // 2 + 70_000
    w.below_nought = -(w.odd % 5000) - 3 * step
    w.few_bits = w.few_bits - 1
    w.state = w.state // 2 + 1


@kernel
def change_all(records, states, count):
    for i in range(count):
        read_ahead(records, i + 1)
        change(thing_at(records, states, i, 100 + i), i)


def memory() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    records = np.zeros(40, RECORD)
    records["bytes"] = random.integers(0, 256, (40, 16))
    return records, random.integers(0, 2**32, 40).astype(np.uint32)


def test_compiled_and_plain_code_write_the_same_bytes():
    one, other = memory(), memory()
    change_all(*one, 40)
    change_all.python(*other, 40)
    for mine, theirs, untouched in zip(one, other, memory(), strict=True):
        assert mine.tobytes() == theirs.tobytes() != untouched.tobytes()


def test_a_field_does_not_touch_its_neighbours():
    records, states = memory()
    w = thing_at(records, states, 5, 77)
    before = {name: getattr(w, name) for name in FIELDS}
    for name, field in FIELDS.items():
        for value in (0, 1, 15):
            setattr(w, name, value)
            assert getattr(w, name) == value
        setattr(w, name, before[name])
        assert {other: getattr(w, other) for other in FIELDS} == before, field
    assert w.id == 77
    assert np.array_equal(records, memory()[0]) and np.array_equal(states, memory()[1])


@pytest.mark.parametrize(
    "name, value, kept",
    [
        ("low", 256, 0),
        ("signed", -32_768, -32_768),
        ("byte", -128, -128),
        ("below_nought", -(1 << 23), -(1 << 23)),
        ("below_nought", 1 << 23, -(1 << 23)),
        ("few_bits", -16, -16),
        ("few_bits", 15, 15),
        ("few_bits", 16, -16),
    ],
)
def test_a_field_holds_what_its_bits_hold(name, value, kept):
    w = thing_at(*memory(), 0, 1)
    setattr(w, name, value)
    assert getattr(w, name) == kept


def test_bits_are_read_from_a_column_of_words():
    words = np.array([0x00000701, 0xFFFFFFFF], np.uint32)
    assert read_field(FIELDS["low"], words).tolist() == [1, 255]
    assert read_field(FIELDS["high"], words).tolist() == [7, 2**24 - 1]


@pytest.mark.skipif(not is_enabled(), reason="uncompiled")
def test_an_unknown_field_is_refused_by_the_compiler():
    from numba.core.errors import TypingError

    @kernel
    def read_nothing(records, states):
        return thing_at(records, states, 0, 0).nothing

    with pytest.raises(TypingError, match="nothing"):
        read_nothing(*memory())
