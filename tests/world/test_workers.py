"""Workers in memory: 36 bytes each, every bit told, ids from row numbers."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from sim.core.categories import FARM, OWN_BUSINESS
from sim.world import worker as schema
from sim.world.worker import BYTES_PER_WORKER, COLUMNS, OF_OTHERS, OF_OWNERS, ROW_BYTES, STATE_BYTES
from sim.world.workers import BLOCK, Ids, Workers, fill_ids, read_worker, write_worker

ROOT = Path(__file__).parents[2]
MOST_BYTES = 36  # once all that is planned has its place


def some(rows: int = 50) -> Workers:
    """Workers of random bits."""
    workers = Workers.empty(Ids.of(np.array([7, 1 << 31]), np.array([rows - 20, 20])))
    random = np.random.default_rng(1)
    workers.rows["bytes"] = random.integers(0, 256, (rows, ROW_BYTES))
    workers.states[:] = random.integers(0, 2**32, rows)
    workers.activity[:] = np.arange(rows) % (OWN_BUSINESS + 2)
    return workers


# --- the bytes ----------------------------------------------------------------------------------------


def test_a_worker_has_36_bytes_and_no_bit_is_told_twice():
    used = [set(), set()]
    for column in COLUMNS:
        if column.name == OF_OWNERS:  # shares the byte of what only others have
            continue
        place = column.place
        bits = place.bits or 8 * np.dtype(place.kind).itemsize
        mine = {8 * place.offset + place.shift + bit for bit in range(bits)}
        assert not mine & used[place.part], column.name
        used[place.part] |= mine
    assert BYTES_PER_WORKER == ROW_BYTES + STATE_BYTES == 36 <= MOST_BYTES
    assert len(used[1]) == 8 * STATE_BYTES
    assert len(used[0]) == 8 * ROW_BYTES  # none is free


@pytest.mark.parametrize("text", [schema.__doc__, (ROOT / "docs" / "architecture.md").read_text("utf-8")])
def test_the_table_of_bytes_names_every_column(text):
    spoken = text.replace("`", "").lower()
    names = {
        "worked_months": "worked months",
        "earnings_year": "earnings",
        "migrant_months": "months away",
        "experience_months": "non-farm work",
        "insured_months": "insured",
        "net_income_year": "net income of the year",
    }
    for column in COLUMNS:
        assert names.get(column.name, column.name.replace("_", " ")) in spoken, column.name
    assert "36 bytes" in spoken


def test_columns_of_whole_bytes_are_the_memory_itself():
    workers = some()
    workers.savings[3] = -5
    workers.place[3] = 77
    assert read_worker(workers, 3)["savings"] == -5 and workers[3].place == 77
    with pytest.raises(AttributeError, match="no column 'wealth'"):
        workers.wealth  # noqa: B018


def test_what_a_worker_does_not_have_is_nought():
    workers = some()
    is_owner = workers.activity == OWN_BUSINESS
    assert is_owner.any() and not is_owner.all()
    assert (workers.match[is_owner] == 0).all() and (workers.match[~is_owner] != 0).any()
    assert (workers.business_age[~is_owner] == 0).all() and (workers.business_age[is_owner] != 0).any()


def test_a_worker_reads_alike_in_all_ways():
    workers, table = some(), some().table()
    for row in range(len(workers)):
        told = read_worker(workers, row)
        assert {"id": workers.ids.number(row), **told} == dict(
            zip(table.dtype.names, table[row].item(), strict=True)
        )
        for name, value in told.items():
            assert workers.value(row, name) == value
            if name not in (OF_OWNERS, OF_OTHERS):
                assert getattr(workers[row], name) == value


def test_a_worker_written_back_is_the_same_to_the_last_bit():
    workers, before = some(), some()
    for row in range(len(workers)):
        write_worker(workers, row, read_worker(workers, row))
    assert workers == before
    told = read_worker(workers, 4)
    for name, value in {
        "savings": -1,
        "earnings_year": 2**24 - 1,
        "net_income_year": -(2**23),
        "birth_month": -2,
        "ability": -127,
    }.items():
        told[name] = value
    told["activity"], told["business_age"] = OWN_BUSINESS, 200
    write_worker(workers, 4, told)
    assert {**read_worker(workers, 4), OF_OTHERS: 0} == {**told, OF_OTHERS: 0}
    told["activity"] = FARM
    write_worker(workers, 4, {**told, "match": -9})
    assert read_worker(workers, 4)["match"] == -9


def test_planes_hold_all_and_give_it_back():
    workers, other = some(), Workers.empty(some().ids)
    planes = workers[:30].planes()
    assert {name: plane.shape for name, plane in planes.items()} == {"rows": (32, 30), "states": (4, 30)}
    other.fill(planes)
    assert other[:30] == workers[:30] and other[30:] != workers[30:]


def test_copies_and_pickles_are_the_same_and_apart():
    workers = some()
    for twin in (workers.copy(), pickle.loads(pickle.dumps(workers))):
        assert twin == workers
        twin.savings[0] += 1
        assert twin != workers


# --- ids ----------------------------------------------------------------------------------------------

IDS = Ids.of(np.array([5, 100, 1 << 31, (1 << 31) + 999]), np.array([3, 0, 9000, 1]))
WHOLE = [5, 6, 7, *range(1 << 31, (1 << 31) + 9000), (1 << 31) + 999]


def test_rows_tell_their_ids():
    assert IDS.numbers(9004).tolist() == WHOLE and IDS.numbers(2).tolist() == [5, 6]
    assert [IDS.number(row) for row in (0, 2, 3, 9002, 9003)] == [WHOLE[row] for row in (0, 2, 3, 9002, 9003)]
    assert [IDS.row_of(worker) for worker in (5, 7, 8, 100, 1 << 31, -1)] == [0, 2, -1, -1, 3, -1]


@pytest.mark.parametrize("start, count", [(0, 1), (0, BLOCK), (2, 2), (3, BLOCK), (BLOCK, BLOCK), (9003, 1)])
def test_ids_of_a_block_are_those_of_its_rows(start, count):
    ids = np.zeros(BLOCK, np.uint32)
    fill_ids(*IDS, start, count, ids)
    assert ids[:count].tolist() == WHOLE[start : start + count]


def test_some_of_the_workers_keep_their_ids():
    workers = some()
    chosen = workers.activity == FARM
    assert workers[chosen].id.tolist() == workers.id[chosen].tolist()
    assert workers[10:20].id.tolist() == workers.id[10:20].tolist()
    assert workers[-1].id == workers.id[-1]
