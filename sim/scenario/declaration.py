"""What every file that declares runs says first: what it asks, of which scenario, over which months."""

from __future__ import annotations

from sim.scenario.fields import Label, Strict, Text
from sim.scenario.scenario import Period


class Declaration(Strict):
    """A file that declares runs of one scenario; what is run beside it, and what is made of it, differs."""

    name: Text
    """The name of its file, without ``.yaml``."""
    title: Label
    """Its name for people, in English and Chinese."""
    question: Text
    """What it asks, in a sentence."""
    scenario: Text
    """The name or path of the scenario that is run, without what the file changes."""
    period: Period
    """The months that are run, both named ones included."""
    scale: Text
    """Real workers per simulated one, such as ``1:20000``."""
