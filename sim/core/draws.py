"""Random numbers as a lookup: a function of (seed, worker, month, purpose), never a stream.

Nothing depends on the order of calls, on threads or on who else exists, and the same worker meets
the same random draws under every policy. A draw hashes the worker's id with two keys; the keys of a month
come from the seed, the month and the purpose, and are made once a month.

``PURPOSES`` is append-only: the position of a name is part of every result. Name the event.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np

from sim.core.categories import codes
from sim.core.compiled import rule

# fmt: off
PURPOSES = (
    # fixed for life
    "trait_sex", "trait_age", "trait_education", "trait_activity", "trait_sector", "trait_ability",
    "trait_savings", "trait_poor", "trait_experience", "trait_insured", "trait_trained",
    "trait_capital_need", "trait_openness", "trait_willingness", "trait_marriage", "trait_child",
    "trait_awareness", "trait_ticket", "trait_business_age", "trait_entry",
    # once a month
    "exit", "festival_visit", "festival_return", "job_event", "job_sector", "job_match", "job_find",
    "job_move", "business_close", "arrears_onset", "arrears_recovery", "insurance", "training",
    "attention", "race_farm", "race_local", "local_offer", "race_keep",
    "candidate_time", "departure", "business_consider", "business_start", "business_jobs",
    "settlement", "fade", "seat", "candidate_place",
    # for instruments; the first two are fixed for life
    "trait_housing", "trait_portability",
    "loan_approval", "replacement", "works_offer", "workshop_offer", "course_completion",
    "course_placement", "course_gain", "study",
    "farm_season", "trait_land", "candidate_taken", "race_place",
    "trait_drawn",
)
# fmt: on
PURPOSE = codes("Purpose", PURPOSES)  # PURPOSE.exit is the position of "exit"

_MASK = 0xFFFFFFFF
_UNIT = 2.0**-32
_ITEM_STEP = 0x9E3779B1  # 2**32 over the golden ratio: multiples of it lie apart


@rule
def mix32(x: int) -> int:
    """A good bijection of 32-bit integers (two rounds of multiply and xor-shift).

    Cut to 32 bits at each step, so that the compiler makes twice as many at a time.
    """
    first = np.uint32(x ^ (x >> 16))
    second = np.uint32((int(first) * 0x7FEB352D) & _MASK)
    third = np.uint32(int(second) ^ (int(second) >> 15))
    fourth = np.uint32((int(third) * 0x846CA68B) & _MASK)
    return int(np.uint32(int(fourth) ^ (int(fourth) >> 16)))


@rule
def draw32(first_key: int, second_key: int, worker_id: int) -> int:
    """The worker's 32-bit draw under two keys. All arguments are in [0, 2**32)."""
    return draw_mixed(mix32(worker_id ^ first_key), second_key)


@rule
def draw_mixed(mixed_id: int, second_key: int) -> int:
    """The draw of a worker whose id has been mixed with the first key: ``mix32(id ^ first_key)``."""
    return mix32((mixed_id + second_key) & _MASK)


@rule
def uniform(keys, purpose: int, worker_id: int) -> float:
    """The worker's uniform number in (0, 1) for a purpose. ``keys``: int64 (purposes, 2)."""
    return (draw32(int(keys[purpose, 0]), int(keys[purpose, 1]), worker_id) + 0.5) * _UNIT


@rule
def mixed_with(keys, worker_id: int) -> int:
    """A worker's id mixed with the first key, which all purposes of a month share: for several draws."""
    return mix32(worker_id ^ int(keys[0, 0]))


@rule
def uniform_mixed(keys, purpose: int, mixed_id: int) -> float:
    """The same as ``uniform`` for a worker whose id has been mixed (``mixed_with``), in half the time."""
    return uniform_under(int(keys[purpose, 1]), mixed_id)


@rule
def uniform_mixed_for(keys, purpose: int, mixed_id: int, item: int) -> float:
    """The same with a further number (a sector, a place, a candidate) in the key. Item 0 adds nothing."""
    return uniform_under(item_key(keys, purpose, item), mixed_id)


@rule
def item_key(keys, purpose: int, item: int) -> int:
    """The second key of a purpose with a further number in it, for ``uniform_under``."""
    return int(keys[purpose, 1]) + item * _ITEM_STEP


@rule
def uniform_under(second_key: int, mixed_id: int) -> float:
    """The uniform number of a worker whose id has been mixed, under a second key."""
    return (draw_mixed(mixed_id, second_key) + 0.5) * _UNIT


@rule
def uniform_for(keys, purpose: int, worker_id: int, item: int) -> float:
    """The same, with a further number (a place, a lever) in the key."""
    first, second = keys_for(keys, purpose, item)
    return uniform_with(first, second, worker_id)


@rule
def keys_for(keys, purpose: int, item: int):
    """The two keys of a purpose with a further number in the first, for ``uniform_with``."""
    return mix32((int(keys[purpose, 0]) + item * _ITEM_STEP) & _MASK), int(keys[purpose, 1])


@rule
def uniform_with(first_key: int, second_key: int, worker_id: int) -> float:
    """The worker's uniform number under two keys: for many workers, one after another."""
    return (draw32(first_key, second_key, worker_id) + 0.5) * _UNIT


@lru_cache(maxsize=1024)  # runs of one seed, one after another, share them
def month_keys(seed: int, month: int) -> np.ndarray:
    """Keys of all purposes for a month number; month -1 holds what is fixed for life.

    Returns int64 (purposes, 2). The first key is that of the month, the same for all purposes, so
    that a worker's id is mixed with it once for all draws of the month. The second is that of the
    purpose's position, and does not depend on how many purposes follow. Not to be written to.
    """
    digest = hashlib.shake_128(f"{seed}|{month}".encode()).digest(4 * (len(PURPOSES) + 1))
    numbers = np.frombuffer(digest, dtype="<u4").astype(np.int64)
    return np.column_stack([np.full(len(PURPOSES), numbers[0]), numbers[1:]])


def name_code(name: str) -> int:
    """A stable number for a name (of a lever), so that listing order never matters."""
    digest = hashlib.blake2b(f"name|{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "little")
