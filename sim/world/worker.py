"""The worker schema: what is kept for each worker, where it lies in memory, and what its bits mean.

A worker has 36 bytes. Four of them, the state, lie apart from the other 32, so that a pass over many workers
finds whom a step concerns without touching the rest; a rule is handed one worker and need not know
(``worker_at``). The bytes of the state and of the row:

===========  ======  =========================================================================
where        bytes   what
===========  ======  =========================================================================
state 0-3    1 each  activity, place, status, home
row 0-3      4       savings
row 4-7      4       the year: worked months (8 bits), earnings (24 bits)
row 8-11     4       the career: months away, of non-farm work, insured (10 bits each), missed instalments (2)
row 12-21    2 each  birth month, since month, arrived month, trained month, arrears
row 22-27    1 each  traits, sector, ability, match or business age, attached place, business jobs
row 28-31    4       loan (8 bits), net income of the year (24 bits)
===========  ======  =========================================================================

What only owners have shares a byte with what only employees have. The id takes no bytes: the number of the
row tells it (``Ids``), since rows are never used again. There are to be no more bytes, and no bit is free: a
new field takes those of another. Age is derived from the birth month; what is fixed for life and rarely
read is hashed from the id (``sim.core.draws``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.compiled import rule
from sim.core.views import Field, Layout, view_maker


@dataclass(frozen=True, slots=True)
class Column:
    """One stored attribute of a worker. place: where it lies."""

    name: str
    place: Field
    unit: str
    meaning: str


STATE_BYTES, ROW_BYTES = 4, 32
BYTES_PER_WORKER = STATE_BYTES + ROW_BYTES
_ROW, _STATE = 0, 1


def _in_row(offset: int, kind: str, shift: int = 0, bits: int = 0) -> Field:
    return Field(_ROW, offset, kind, shift, bits)


def _in_state(offset: int) -> Field:
    return Field(_STATE, offset, "u1")


COLUMNS = (
    Column("birth_month", _in_row(12, "i2"), "months since January 1900", "birth month"),
    Column("home", _in_state(3), "province index", "province of rural registration, in order of code"),
    Column("traits", _in_row(22, "u1"), "bits", "sex, education, poor household and the bits below"),
    Column("activity", _in_state(0), "code", "what the worker does (sim.core.categories.ACTIVITIES)"),
    Column("place", _in_state(1), "place index", "where the worker is (sim.world.places)"),
    Column(
        "sector", _in_row(23, "u1"), "code", "sector of the present or last job (sim.core.categories.SECTORS)"
    ),
    Column("status", _in_state(2), "bits", "see the names below"),
    Column(
        "worked_months",
        _in_row(4, "u4", 0, 8),
        "months of this year",
        "away in the low, local in the high half",
    ),
    Column("since_month", _in_row(14, "i2"), "months since January 2014", "when the present activity began"),
    Column("arrived_month", _in_row(16, "i2"), "months since January 2014", "when the present stay began"),
    Column("migrant_months", _in_row(8, "u4", 0, 10), "months", "time away in the whole career"),
    Column("experience_months", _in_row(8, "u4", 10, 10), "months", "non-farm work in the whole career"),
    Column("insured_months", _in_row(8, "u4", 20, 10), "months", "contributions to the workers' scheme"),
    Column("savings", _in_row(0, "i4"), "yuan", "savings"),
    Column("earnings_year", _in_row(4, "u4", 8, 24), "yuan", "non-farm pay earned since January"),
    Column(
        "net_income_year",
        _in_row(28, "i4", 8, 24),
        "yuan",
        "money received since January less what was paid out of it and the extra cost of living away",
    ),
    Column(
        "loan",
        _in_row(28, "u4", 0, 8),
        "2,000 yuan",
        "loan of the worker's business as it was granted; 0 once it is paid back",
    ),
    Column(
        "missed_instalments", _in_row(8, "u4", 30, 2), "months", "instalments of the loan that are overdue"
    ),
    Column("arrears", _in_row(20, "u2"), "ten yuan", "wages owed to the worker"),
    Column("trained_month", _in_row(18, "i2"), "months since January 2014", "when last trained"),
    Column("ability", _in_row(24, "i1"), "1/64 log point", "pay above or below that of workers alike"),
    Column("match", _in_row(25, "i1"), "1/100 log point", "quality of the job, of whoever has no business"),
    Column("attached_place", _in_row(26, "u1"), "place index", "where a displaced worker had the last job"),
    Column("business_age", _in_row(25, "u1"), "months, at most 255", "age of the worker's business"),
    Column("business_jobs", _in_row(27, "u1"), "persons", "paid jobs in the worker's business"),
)
OF_OWNERS, OF_OTHERS = "business_age", "match"  # share a byte

ROW_TYPE = np.dtype([("bytes", np.uint8, (ROW_BYTES,))])
STATE_TYPE = np.dtype(np.uint32)
PLACE_SHIFT, STATUS_SHIFT, HOME_SHIFT = 8, 16, 24  # of a state as a number; activity is in its lowest bits
worker_at = view_maker(
    Layout("Worker", (ROW_BYTES, STATE_BYTES), tuple((column.name, column.place) for column in COLUMNS))
)

ENTRANT_BIT, ID_MONTH_SHIFT = 1 << 31, 22  # of ids: set for entrants, whose month stands above the shift
BIRTH_EPOCH = 1368  # months from January 1900 (birth_month 0) to January 2014 (month 0)

IS_FEMALE, POOR = 1, 16  # of traits, bits 0 and 4; education in bits 1-3
EDUCATION_SHIFT, EDUCATION_MASK = 1, 7
HAD_BUSINESS = 32  # of traits: has closed a business
# Two bits of traits that belong to the present activity and fall with it: in local work, a temporary
# job on public works, and a job in a workshop; in training, years at school, and a job that waits; of a
# business, a guaranteed loan.
ON_WORKS = AT_SCHOOL = GUARANTEED = 64
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
MOST_EARNINGS = (1 << 24) - 1  # yuan in a year
MOST_NET_INCOME = (1 << 23) - 1  # yuan in a year, on either side of nothing
MOST_MONTHS = (1 << 10) - 1  # of a career
MOST_BYTE, MOST_SHORT, MOST_ABILITY = 255, 65535, 127  # what columns of one and two bytes, and ability, hold
ARREARS_UNIT = 10  # yuan
LOAN_UNIT = 2000  # yuan; loans are granted in whole ones
MOST_LOAN = MOST_BYTE * LOAN_UNIT  # yuan
HUNDREDTH = 0.01
ABILITY_UNIT = 1.0 / 64.0


@rule
def age_months(birth_month: int, month: int) -> int:
    """Age in whole months at a simulation month (0 = January 2014)."""
    return month + BIRTH_EPOCH - birth_month


@rule
def education_of(traits: int) -> int:
    """Education level, 0-4 (sim.core.categories.EDUCATION)."""
    return (traits >> EDUCATION_SHIFT) & EDUCATION_MASK


@rule
def worked_away(worked_months: int) -> int:
    """Months of non-farm work away from home this year, of the column ``worked_months``."""
    return worked_months & 15


@rule
def worked_locally(worked_months: int) -> int:
    """Months of non-farm work in the home township this year."""
    return worked_months >> 4


@rule
def signed(byte: int) -> int:
    """The number that a byte stands for in a column of signed ones."""
    return byte if byte <= MOST_ABILITY else byte - (MOST_BYTE + 1)


@rule
def clipped(value: int, low: int, high: int) -> int:
    """A whole number kept within the width of its column."""
    return min(max(value, low), high)
