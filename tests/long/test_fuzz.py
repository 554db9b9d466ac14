"""Files that nobody thought of: each is a scenario, or is refused with reasons, and quickly."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from support.fuzz import mutated

from sim.core.errors import SimError
from sim.scenario.loading import load_scenario, scenario_files

SAMPLE, ALL = 40, 2000
SECONDS = 5.0  # on a busy machine; a file is read in a tenth of one


def _tried(numbers: range, folder: Path) -> tuple[int, int]:
    """How many were accepted and how many refused."""
    sources = [path for name, path in sorted(scenario_files().items())]
    accepted = refused = 0
    for number in numbers:
        file = folder / f"fuzz_{number}.yaml"
        file.write_text(mutated(number, sources), encoding="utf-8", errors="surrogatepass")
        begun = time.monotonic()
        try:
            load_scenario(file)
            accepted += 1
        except SimError as error:
            refused += 1
            assert str(error).strip(), number
        except Exception as error:
            raise AssertionError(f"file {number}: {type(error).__name__}: {error}") from error
        assert time.monotonic() - begun < SECONDS, number
        file.unlink()
    return accepted, refused


def test_a_sample_of_strange_files_is_read_or_refused(tmp_path):
    accepted, refused = _tried(range(SAMPLE), tmp_path)
    assert accepted + refused == SAMPLE and refused > SAMPLE / 4


@pytest.mark.long
def test_strange_files_are_read_or_refused(tmp_path):
    accepted, refused = _tried(range(SAMPLE, ALL), tmp_path)
    print(f"{accepted} accepted, {refused} refused")
    assert refused > ALL / 4
