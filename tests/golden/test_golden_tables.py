"""Results are those of the stored fingerprints, and a change of them is in the changelog."""

from __future__ import annotations

import re
from pathlib import Path

from golden.tables import differences, mark, stored, today

ROOT = Path(__file__).resolve().parents[2]


def test_results_are_the_golden_ones():
    changed = differences(stored(), today())
    assert not changed, (
        "results differ from the golden tables; if that is meant, run `make golden` and add a line to "
        f"CHANGELOG.md that begins with 'Results change:'. Changed: {', '.join(changed)}"
    )


def test_the_changelog_tells_of_the_golden_tables_in_force():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    told = re.findall(
        r"^- \*\*Results change:\*\*[^\n]*(?:\n  [^\n]*)*?\(tables (\w{8})\)", text, re.MULTILINE
    )
    assert told and told[0] == mark(stored()), (
        f"the newest 'Results change:' line of CHANGELOG.md does not carry (tables {mark(stored())})"
    )
