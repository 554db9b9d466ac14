"""What the bands of a comparison cost: processor seconds with them and without them.

    python tests/bench/bench_bands.py            # the comparison of `make run`; or, for a first look:
    python tests/bench/bench_bands.py --quick

Prints a table. Nothing is asserted: a machine's speed is not a property of the model. Both comparisons run
once at a coarse scale beforehand, so that nothing is compiled on the clock.
"""

from __future__ import annotations

import argparse
import resource
import time

import pandas as pd

from sim.analysis.uncertainty import compare_with_bands
from sim.comparison.bands import MEMBERS

POLICIES = ["startup-support", "residency-easing", "skills-training", "combined"]
SEEDS, SCALE, QUICK, JOBS = 8, 5_000, 100_000, 2


def processor_seconds() -> float:
    """Of this process and of those that it has ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measured(scale: int, members: int) -> dict[str, str]:
    """One row: a comparison with so many members behind its bands."""
    begun, used = time.perf_counter(), processor_seconds()
    found = compare_with_bands("baseline", POLICIES, scale=scale, seeds=SEEDS, members=members, jobs=JOBS)
    runs = SEEDS * (1 + len(POLICIES)) + found.manifest.get("ensemble", {}).get("runs", 0)
    return {
        "comparison": f"{members} members" if members else "no bands",
        "runs": f"{runs}",
        "processor seconds": f"{processor_seconds() - used:.0f}",
        f"seconds on {JOBS} processes": f"{time.perf_counter() - begun:.0f}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"at 1:{QUICK}")
    scale = QUICK if parser.parse_args().quick else SCALE
    measured(10 * QUICK, 2)
    print(f"baseline with {len(POLICIES)} policies, {SEEDS} seeds, 1:{scale}")
    rows = [measured(scale, members) for members in (0, MEMBERS)]
    print(pd.DataFrame(rows).to_string(index=False))


if __name__ == "__main__":
    main()
