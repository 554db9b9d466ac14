"""What the instruments cost in computing: months under all documents against months without levers.

    python tests/bench/bench_instruments.py [SCALE ...]

Both scenarios are brought to January 2025; then a year of each is run in turn, and processor time of one
thread is taken, so that a busy neighbour weighs little. The best of the years is shown. What a month costs
whatever its number of workers (markets, levers as arrays) weighs more at coarse scales.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

SCALES = (20_000, 2_000)
YEARS, PAST = 5, 132  # years measured, months before them
SCENARIOS = ("none", "all-documents")


def nanoseconds(scale: int) -> dict[str, float]:
    """Processor time of a worker's month from 2025 on, by scenario: best year."""
    from sim.engine.simulation import Simulation

    runs = {name: Simulation(name, scale, f"{2025 + YEARS}-12", seed=1, threads=1) for name in SCENARIOS}
    for run in runs.values():
        for _ in range(PAST):
            run.step()
    best = dict.fromkeys(SCENARIOS, float("inf"))
    for _ in range(YEARS):
        for name, run in runs.items():
            began, worker_months = time.process_time(), 0
            for _ in range(12):
                run.step()
                worker_months += run.rows
            best[name] = min(best[name], 1e9 * (time.process_time() - began) / worker_months)
    for run in runs.values():
        run.close()
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "scales",
        metavar="SCALE",
        type=int,
        nargs="*",
        default=SCALES,
        help="real workers per simulated one (20000 and 2000 unless told)",
    )
    scales = parser.parse_args().scales
    nanoseconds(200_000)  # kernels loaded
    print(f"{'scale':>9}  {'none':>10}  {'all documents':>14}  ratio   (ns per worker-month)")
    for scale in scales:
        best = nanoseconds(scale)
        one, other = (best[name] for name in SCENARIOS)
        print(f"1:{scale:<7}  {one:10.0f}  {other:14.0f}  {other / one:5.2f}", flush=True)


if __name__ == "__main__":
    main()
