"""What sharing a history saves, and how large a saved state is.

    python tests/bench/bench_sharing.py

Shared and unshared runs alternate in one process, after a first round that is not counted, and the best
of three is shown, in seconds of the processor: a busy neighbour adds little to these. ``Lived`` is the ratio
of the months lived; seconds also hold what runs do besides living months, and policies' months are dearer
than the baseline's. Every shared result is held against the unshared one, bit for bit.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

POLICIES = ["startup-support", "residency-easing", "skills-training"]
SCALE, END, ROUNDS = 20_000, "2035-12", 3


def comparison() -> tuple[dict[str, list[float]], float]:
    """Processor seconds of one seed of three policies against the baseline, with and without sharing."""
    from sim import compare
    from sim.engine.simulate import simulate

    seconds: dict[str, list[float]] = {"shared": [], "alone": []}
    for _ in range(ROUNDS + 1):
        made = {}
        for name, simulator in (("shared", None), ("alone", simulate)):
            began = time.process_time()
            made[name] = compare(
                "baseline", POLICIES, seeds=1, scale=SCALE, end=END, jobs=1, simulate=simulator
            )
            seconds[name].append(time.process_time() - began)
        for name, table in made["shared"].tables.items():
            if not table.equals(made["alone"].tables[name]):
                raise SystemExit(f"the table {name} differs")
    own, shared = 132, 132  # months before and after January 2025
    lived = (len(POLICIES) + 1) * (shared + own) / (shared + (len(POLICIES) + 1) * own)
    return {name: values[1:] for name, values in seconds.items()}, lived


def state(scale: int) -> tuple[int, int, float, float]:
    """Workers and bytes of the state before January 2025, seconds to write and to read it."""
    from sim.engine.checkpoint import Checkpoint
    from sim.engine.simulate import simulate

    found = []
    simulate("baseline", scale=scale, end="2024-12", seed=1, save_at="2025-01", save_to=found.append)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        path = found[0].save(Path(folder) / "state")
        written = time.perf_counter()
        Checkpoint.load(path)
        read = time.perf_counter()
        return len(found[0].state["workers"]), path.stat().st_size, written - began, read - written


def main() -> None:
    for scale in (20_000, 5_000):
        workers, size, write, read = state(scale)
        print(
            f"state at 1:{scale:,}: {workers:,} workers, {size / 1e6:.1f} MB, written in {write:.2f} s, "
            f"read in {read:.2f} s"
        )
    seconds, lived = comparison()
    best = {name: min(values) for name, values in seconds.items()}
    print(
        f"baseline and {len(POLICIES)} policies, 1:{SCALE:,}, one seed: {best['shared']:.1f} s shared, "
        f"{best['alone']:.1f} s alone: {best['alone'] / best['shared']:.2f} times (lived "
        f"{lived:.2f})"
    )


if __name__ == "__main__":
    main()
