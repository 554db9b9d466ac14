"""The ``labor-sim`` command: arguments and output; the work is done in the rooms below."""

import os
import sys

# Each import registers its commands, in the order in which the help lists them.
# ruff: noqa: F401, I001
from sim.cli import scenarios, runs, lives, comparison, reports, ranking
from sim.cli import validation, experiments, studies, calibration, backtest
from sim.cli.app import app
from sim.cli.help import asked_language
from sim.cli.streams import command_streams
from sim.cli.terminal import explained_errors
from sim.core.language import VARIABLE, speaking


def main() -> None:
    """The entry point of the command; ``sim.cli.streams`` says what becomes of its output."""
    with command_streams():
        with explained_errors():
            name, words = asked_language(sys.argv[1:], os.environ.get(VARIABLE))
        with speaking(name):
            app(args=words)
