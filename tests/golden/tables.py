"""The golden tables: fingerprints of every result table of four scenarios, run at a small scale.

    python tests/golden/tables.py            # compare with the stored fingerprints
    python tests/golden/tables.py --renew    # store today's

Whoever renews them says so in the changelog, in a line that begins with "Results change:" and carries
the mark that the command prints.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pandas as pd

STORED = Path(__file__).with_name("tables.json")
SCENARIOS = ("baseline", "none", "combined", "all-documents")
RUN = {"scale": "1:50000", "end": "2030-12", "seed": 1, "keep": ["2030-12"], "trace": [0, 1, 2]}
# Places between months are computed with the machine's own exponential, whose last bit differs between
# processors; the lives of workers do not depend on it. Tables are compared to nine digits.
DIGITS = 9


def fingerprint(table: pd.DataFrame) -> str:
    """Hash of a table's column names, types and values (numbers to ``DIGITS`` digits)."""
    digest = hashlib.sha256()
    for name in table.columns:
        column = table[name]
        digest.update(f"{name} {column.dtype.kind} {len(column)}\n".encode())
        if column.dtype.kind == "f":
            text = "\n".join(f"{value:.{DIGITS}g}" for value in column)
        else:
            text = "\n".join(map(str, column))
        digest.update(text.encode())
    return digest.hexdigest()[:16]


def today() -> dict[str, dict[str, str]]:
    """Fingerprints by scenario and table, from runs made now."""
    from sim import simulate

    found = {}
    for name in SCENARIOS:
        results = simulate(name, **RUN)
        tables = {**results.tables, **{f"workers {month}": t for month, t in results.workers.items()}}
        found[name] = {table: fingerprint(tables[table]) for table in sorted(tables)}
    return found


def stored() -> dict[str, dict[str, str]]:
    """The fingerprints in the repository."""
    return json.loads(STORED.read_text(encoding="utf-8"))


def mark(tables: dict[str, dict[str, str]]) -> str:
    """Eight digits that stand for all fingerprints, for the changelog."""
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()[:8]


def differences(old: dict[str, dict[str, str]], new: dict[str, dict[str, str]]) -> list[str]:
    """Scenario and table of every fingerprint that differs."""
    pairs = {(name, table) for part in (old, new) for name in part for table in part[name]}
    return [
        f"{name}: {table}"
        for name, table in sorted(pairs)
        if old.get(name, {}).get(table) != new.get(name, {}).get(table)
    ]


def main() -> int:
    new = today()
    changed = differences(stored() if STORED.exists() else {}, new)
    print("\n".join(changed) if changed else "All golden tables are as stored.")
    if "--renew" in sys.argv[1:]:
        STORED.write_text(json.dumps(new, indent=1) + "\n", encoding="utf-8")
        print(f"Stored. For the changelog: Results change: ... (tables {mark(new)})")
        return 0
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
