"""``python -m sim``."""

from __future__ import annotations

import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command. Ctrl-C while it is being loaded ends it as quietly as Ctrl-C later on."""
    try:
        from sim.cli import main as command

        command()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
