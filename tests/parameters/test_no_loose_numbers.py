"""No number of behaviour lies outside the table of parameters.

Numbers in the rules, the steps and the engine are small counts, guards of arithmetic, masks and positions,
or they are named below with the reason why no scenario should set them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.parameters.behaviour import PARAMETERS
from sim.steps.records import STAY_MONTHS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("rules", "steps", "engine")
# Nought, one and minus one, pairs, halves and rounding, months of a year, percent.
SMALL = {0, 1, -1, 2, 12, 0.5, 100}
GUARDS = {1e-6, 1e-9, 1e-12, 1e-300, 1e9}  # what keeps a division or a log finite, or is no value at all
BITS = (ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift)
POSITIONS = {"axis", "maxsize"}  # keywords whose numbers are positions and sizes

SIZE = "a size of a table or a list: what does not fit is refused, or counted in its last cell"
WORDS = "how much is told in a message"
SPEED = "how work is shared out or kept: no result hangs on it"
UNIT = "a unit"
REPORT = "the definition of a figure that is reported; nobody acts on it"
SCALE = "real workers per simulated one, where the caller does not say"
# Where: the name that is assigned at the top of a module, or the function that the number stands in.
EXCEPTIONS = {
    # the reference worker: another one is the same model with other levels of pay and taste
    ("rules/demography.py", "EXIT_REFERENCE_AGE"): "the age that exit_rate_at_55 is stated for",
    ("rules/earnings.py", "REFERENCE_SCHOOL_YEARS"): "the schooling that pay levels are stated for",
    ("rules/earnings.py", "REFERENCE_EXPERIENCE_YEARS"): "the experience that pay levels are stated for",
    ("rules/migration.py", "REFERENCE_AGE"): "the age that amenities and slopes of age are stated for",
    ("rules/enterprise.py", "GRANT_UNIT_YUAN"): "the amount that startup_grant_log_odds is stated for",
    ("rules/enterprise.py", "_LOG_ROOT_TWO_PI"): "of the normal density",
    # what a scenario's own words mean
    ("steps/lever_record.py", "MONTHS_TO_LATE_GRANT"): "the occasion business_half_year",
    ("steps/skills.py", "ON_COURSE"): "a mark that no choice has",
    ("steps/migration.py", "STAY_FARM"): "positions in OPTIONS",
    ("engine/market_state.py", "_QUARTERS"): "quarters of a year",
    ("engine/market_state.py", "_KINDS"): "kinds of labour markets, and what is kept of their last year",
    ("engine/guards.py", "MOST_BOUND"): "when a run warns that a bound decides",
    # clips to what can be stored
    ("rules/earnings.py", "LONGEST_CAREER_YEARS"): "the months of experience that tables of pay hold",
    ("steps/enterprise.py", "MOST_CAPITAL"): "yuan that nobody can raise, so that sums stay whole numbers",
    ("steps/earnings.py", "keep_pay"): "months at home lie in the high half of a byte",
    # sizes
    ("steps/lever_record.py", "MAX_LEVERS"): SIZE,
    ("steps/lever_record.py", "MAX_BUDGETS"): SIZE,
    ("steps/lever_record.py", "MAX_EFFECTS"): SIZE,
    ("steps/lever_record.py", "MAX_FIRST"): SIZE,
    ("steps/lever_record.py", "HOME_COUNT"): "provinces",
    ("steps/lever_record.py", "CHECK_WHERE"): "bits",
    ("steps/lever_record.py", "TICKET_BITS"): SIZE,
    ("steps/lever_record.py", "TICKET_BIN_BITS"): SIZE,
    ("steps/records.py", "POINT_BINS"): SIZE,
    ("steps/records.py", "TIES"): SIZE,
    ("steps/records.py", "EXPERIENCE_MONTHS"): SIZE,
    ("steps/records.py", "TRAINING_MONTHS"): SIZE,
    ("steps/records.py", "AGE_MONTHS"): SIZE,
    ("steps/records.py", "TRAIT_CELLS"): SIZE,
    ("steps/records.py", "BYTES"): SIZE,
    ("steps/records.py", "sums_type"): "columns: businesses, their jobs, those of additional ones",
    ("engine/interpreted.py", "_SMALL_TABLE"): SPEED,
    ("engine/passes.py", "_drawn_pass"): "a probability as a draw of 32 bits",
    ("engine/passes.py", "_BYTE_OF_BIT"): "positions of bits",
    ("engine/passes.py", "_gather_few"): "bytes of a word",
    ("engine/passes.py", "_ACTIVITY_BITS"): "a mask of bits",
    ("engine/passes.py", "_AHEAD"): SPEED,
    ("steps/records.py", "LUCK"): SIZE,
    ("steps/records.py", "SCORES"): SIZE,
    ("steps/records.py", "LISTED"): SIZE,
    ("steps/race.py", "TIMES"): "times of farm, local work and staying",
    ("steps/race.py", "TOP"): SPEED,
    ("steps/race.py", "MOST_CANDIDATES"): SPEED,
    ("engine/candidates.py", "RATE"): SPEED,
    ("engine/candidates.py", "EVENLY"): SPEED,
    ("engine/candidates.py", "_GROWTH_YEARS"): SPEED,
    ("engine/trace.py", "Tracer"): WORDS,
    ("engine/shards.py", "_HEADROOM"): SPEED,
    ("engine/shards.py", "_PIECES"): SPEED,
    ("engine/shards.py", "_LEAST_PIECE"): SPEED,
    ("engine/shards.py", "Shards"): SPEED,
    ("engine/shards.py", "_highest_claim_draw"): "a probability as a draw of 32 bits",
    ("engine/run_cache.py", "MOST_WORLDS"): SPEED,
    ("engine/run_cache.py", "MOST_POLICIES"): SPEED,
    ("engine/run_cache.py", "MOST_WORKERS"): SPEED,
    # reports
    ("engine/census.py", "CHILD_UNDER"): REPORT,
    ("engine/year_counts.py", "MONTHS_NEEDED"): REPORT,
    ("engine/year_counts.py", "ONE_IN"): REPORT,
    ("engine/incomes.py", "INCOME_BINS"): REPORT,
    ("engine/incomes.py", "TENTH"): REPORT,
    ("engine/incomes.py", "FIRST_BIN_YUAN"): REPORT,
    ("engine/incomes.py", "BINS_PER_LOG"): REPORT,
    ("engine/official_rows.py", "official_rows"): UNIT,
    ("engine/recorder.py", "Record"): UNIT,
    ("engine/checkpoint.py", "_MOST_TOLD"): WORDS,
    ("engine/checkpoint.py", "_short"): WORDS,
    ("engine/simulate.py", "FEW_WORKERS"): WORDS,
    ("engine/simulate.py", "simulate"): SCALE,
    ("engine/simulation.py", "Simulation"): SCALE,
    ("engine/residence.py", "simulate_moves"): SCALE,
}


def loose_numbers(text: str) -> Iterator[tuple[str, int, float]]:
    """Every number that is no small count, guard, mask or position: where it stands, its line, its value."""
    for top in ast.parse(text).body:
        name = getattr(top, "name", None)
        if isinstance(top, ast.Assign):
            target = top.targets[0]
            first = target.elts[0] if isinstance(target, ast.Tuple) else target
            name = getattr(first, "id", None)
        elif isinstance(top, ast.AnnAssign):
            name = getattr(top.target, "id", None)
        allowed = {id(node) for owner in ast.walk(top) for node in _positions(owner)}
        for node in ast.walk(top):
            if isinstance(node, ast.Constant) and type(node.value) in (int, float):
                if node.value not in SMALL | GUARDS and id(node) not in allowed:
                    yield name or "", node.lineno, node.value


def _positions(node: ast.AST) -> Iterator[ast.AST]:
    """The numbers under a node that are positions, sizes of what is kept, or bits."""
    if isinstance(node, ast.Subscript):
        yield from ast.walk(node.slice)
    elif isinstance(node, ast.keyword) and node.arg in POSITIONS:
        yield from ast.walk(node.value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, BITS):
        yield from (node.left, node.right)


def found() -> list[tuple[str, str, int, float]]:
    files = [path for room in ROOMS for path in sorted((ROOT / "sim" / room).rglob("*.py"))]
    assert len(files) > 30
    return [
        (path.relative_to(ROOT / "sim").as_posix(), *number)
        for path in files
        for number in loose_numbers(path.read_text(encoding="utf-8"))
    ]


def test_no_number_is_loose():
    """A new one belongs into ``sim/parameters/parameters.csv``, with unit, bounds, source and status."""
    loose = [
        f"sim/{file}:{line}: {value}" for file, name, line, value in found() if (file, name) not in EXCEPTIONS
    ]
    assert not loose, "\n".join(loose)


def test_every_exception_is_needed():
    assert {(file, name) for file, name, _, _ in found()} == EXCEPTIONS.keys()


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("def rule(x):\n    return 0.02 * x\n", [("rule", 2, 0.02)]),
        ("def rule(x):\n    return max(x, -1.5)\n", [("rule", 2, 1.5)]),
        ("SHARE = 0.3\n", [("SHARE", 1, 0.3)]),
        ("SHARES = [0.5, 0.7]\n", [("SHARES", 1, 0.7)]),
        ("LOW, HIGH = 22.0, 50.0\n", [("LOW", 1, 22.0), ("LOW", 1, 50.0)]),
        ("def rule(x, most=5):\n    return x if x < most else 2 * x\n", [("rule", 1, 5)]),
        ("def rule(x):\n    return x[3] + (x[0] & 15) + x.sum(axis=4) / max(12 * x[1], 1e-9)\n", []),
    ],
)
def test_a_loose_number_is_told_with_its_place(text, loose):
    assert list(loose_numbers(text)) == loose


def test_a_table_by_stay_holds_the_longest_that_can_count():
    assert STAY_MONTHS == 12 * PARAMETERS["place_attachment_years_max"].high + 1
