"""The worker schema: what is kept for each worker, at what width, and how the bits are packed.

One row per worker in one array of records, so that a rule is handed one worker (a pointer, not two
dozen columns) and a block of workers passes through the cache as a whole. Age is derived from the
birth month; what is fixed for life and rarely read is hashed from the id (see ``sim.core.draws``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from sim.core.compiled import rule

# Rows of workers, or some of them: an array of ``WORKER_TYPE`` whose columns are attributes, which the types
# of NumPy do not tell.
Workers: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Column:
    """One stored attribute of a worker."""

    name: str
    dtype: str
    unit: str
    meaning: str


COLUMNS = (
    Column("id", "uint32", "", "cohort, home province and number in it (see sim.world.synthesis)"),
    Column("birth_month", "int16", "months since January 1900", "birth month"),
    Column("home", "uint8", "province index", "province of rural registration, in order of code"),
    Column("traits", "uint8", "bits", "sex, education, poor household and the bits below"),
    Column("activity", "uint8", "code", "what the worker does (sim.core.categories.ACTIVITIES)"),
    Column("place", "uint8", "place index", "where the worker is (sim.world.places)"),
    Column("sector", "uint8", "code", "sector of the present or last job (sim.core.categories.SECTORS)"),
    Column("status", "uint8", "bits", "see the names below"),
    Column("worked_months", "uint8", "months of this year", "away in the low, local in the high half"),
    Column("since_month", "int16", "months since January 2014", "when the present activity began"),
    Column("arrived_month", "int16", "months since January 2014", "when the present stay began"),
    Column("migrant_months", "uint16", "months", "time away in the whole career"),
    Column("experience_months", "uint16", "months", "non-farm work in the whole career"),
    Column("insured_months", "uint16", "months", "contributions to the workers' scheme"),
    Column("savings", "int32", "yuan", "savings"),
    Column("earnings_year", "int32", "yuan", "non-farm pay earned since January"),
    Column("arrears", "uint16", "ten yuan", "wages owed to the worker"),
    Column("trained_month", "int16", "months since January 2014", "when last trained"),
    Column("ability", "int8", "1/64 log point", "pay above or below that of workers alike"),
    Column("match", "int8", "1/100 log point", "quality of the present job"),
    Column("attached_place", "uint8", "place index", "where a displaced worker had the last job"),
    Column("business_age", "uint8", "months, at most 255", "age of the worker's business"),
    Column("business_jobs", "uint8", "persons", "paid jobs in the worker's business"),
)

# Widest columns first, so that every value is aligned and a row has no gaps.
WORKER_TYPE = np.dtype(
    [(c.name, c.dtype) for c in sorted(COLUMNS, key=lambda c: -np.dtype(c.dtype).itemsize)]
)
BYTES_PER_WORKER = WORKER_TYPE.itemsize

BIRTH_EPOCH = 1368  # months from January 1900 (birth_month 0) to January 2014 (month 0)

IS_FEMALE, POOR = 1, 16  # of traits, bits 0 and 4; education in bits 1-3
EDUCATION_SHIFT, EDUCATION_MASK = 1, 7
HAD_BUSINESS = 32  # of traits: has closed a business
# Two bits of traits that belong to the present activity and fall with it: in local work, a temporary
# job on public works, and a job in a workshop; in training, years at school, and a job that waits.
ON_WORKS = AT_SCHOOL = 64
IN_WORKSHOP = HAS_ORDER = 128
LASTING_TRAITS = 63

VISITING = 1  # an out-migrant who is at home for the festival
INSURED = 2  # contributes to the workers' scheme
DISPLACED = 4  # lost a job and still counts the old activity as their own
TRAINED = 8  # has completed a course
NEW = 16  # entered the labour force and has not yet chosen
ADDITIONAL = 32  # owns a business that a lever made possible
UNPAID = 128  # the employer stopped paying this month
BACK = 64  # was at home for the festival this month, unpaid, and is back by its end

MOST_SAVINGS = 2_000_000_000
MOST_BYTE, MOST_SHORT, MOST_ABILITY = 255, 65535, 127  # what columns of one and two bytes, and ability, hold
ARREARS_UNIT = 10  # yuan
HUNDREDTH = 0.01
ABILITY_UNIT = 1.0 / 64.0


def copy_rows(source: np.ndarray, target: np.ndarray) -> None:
    """Copy rows of workers, as bytes: field by field, as NumPy copies records, takes forty times as long."""
    target.view(np.uint8)[:] = source.view(np.uint8)


def allocate(rows: int) -> Workers:
    """Empty rows for workers; ``workers.savings`` is a column, ``workers[5]`` a worker."""
    return np.zeros(rows, dtype=WORKER_TYPE).view(np.recarray)


@rule
def age_months(birth_month: int, month: int) -> int:
    """Age in whole months at a simulation month (0 = January 2014)."""
    return month + BIRTH_EPOCH - birth_month


@rule
def education_of(traits: int) -> int:
    """Education level, 0-4 (sim.core.categories.EDUCATION)."""
    return (traits >> EDUCATION_SHIFT) & EDUCATION_MASK


@rule
def signed(byte: int) -> int:
    """The number that a byte stands for in a column of signed ones."""
    return byte if byte <= MOST_ABILITY else byte - (MOST_BYTE + 1)


@rule
def clipped(value: int, low: int, high: int) -> int:
    """A whole number kept within the width of its column."""
    return min(max(value, low), high)
