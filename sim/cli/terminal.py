"""Output of the command: tables or JSON on standard output, everything else on standard error."""

from __future__ import annotations

import json
import math
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import Any
from unicodedata import category

from sim.cli.streams import exit_code_of
from sim.core.errors import SimError, enumerated, headed
from sim.core.language import N_, _, in_context, language
from sim.core.width import columns as columns_of
from sim.present.text.lines import filled_lines

DEBUG = "LABOR_SIM_DEBUG"
LINE_SECONDS = 15.0  # between lines of progress where there is no terminal for a bar
_PIPED_WIDTH = 160  # columns when the output is not a terminal


def say(text: str) -> None:
    """A line for the person at the keyboard, never part of the output."""
    print(visible(text), file=sys.stderr, flush=True)


def warn(text: object) -> None:
    """A warning for the person at the keyboard."""
    say(_("warning: {message}", message=text))


def visible(text: str) -> str:
    r"""The text with control characters written out, so that a name in a file cannot steer the terminal.

    >>> visible("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return "".join(
        f"\\x{ord(letter):02x}" if category(letter) == "Cc" and letter not in "\n\t" else letter
        for letter in text
    )


def print_json(value: Any) -> None:
    """Print the value as JSON: tables as lists of rows, missing numbers as null."""
    is_any_letter = (sys.stdout.encoding or "utf-8").lower().startswith("utf")  # else JSON's own spelling
    print(json.dumps(_plain(value), ensure_ascii=not is_any_letter, indent=1))


def field_in_words(name: str) -> str:
    """A column or field in words: what several commands print stands here, what one prints is named there."""
    if name == "seen":  # where, not that it was
        return in_context("field", "seen")
    return _(name.replace("_", " "))


_FIELDS = (
    N_("acts on"), N_("article"), N_("assumptions"), N_("changes"),
    N_("clause"), N_("clauses"), N_("cost"), N_("cost source"),
    N_("data"), N_("future"), N_("instruments"), N_("levers"), N_("paths"), N_("shocks"), N_("strength"),
    N_("unit costs"),
    N_("credible strength"), N_("date"), N_("document"), N_("documents"), N_("effects"), N_("evidence"),
    N_("evidence means"), N_("family"), N_("first outcome"), N_("id"), N_("implemented share"),
    N_("instrument"), N_("issued by"), N_("label"), N_("label zh"), N_("lever"), N_("month"), N_("name"),
    N_("not known"), N_("note"), N_("number"), N_("origin"), N_("parameter"), N_("part"), N_("payers"),
    N_("per"), N_("publisher"), N_("range"), N_("shock"), N_("source"), N_("status"),
    N_("series"), N_("take up"), N_("title"), N_("title zh"), N_("unit"), N_("unit cost"), N_("value"),
    N_("what"), N_("when"), N_("where"), N_("who"), N_("window"), N_("yuan"), N_("year"),
)  # fmt: skip


def print_table(rows: Any, title: str = "", columns: Mapping[str, str] | None = None) -> None:
    """Print rows (a DataFrame or dicts); ``columns`` selects and heads them: ``{name: heading}``."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    rows = _rows(rows)
    columns = columns or {name: field_in_words(name) for name in (rows[0] if rows else {})}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, heading in columns.items():
        is_number = any(isinstance(row.get(name), (int, float)) for row in rows)
        table.add_column(Text(heading), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        cells = (Text(visible(_cell(row.get(name)))) for name in columns)  # brackets are no markup
        table.add_row(*(_Filled(cell) if language() == "zh" else cell for cell in cells))
    if title:
        print_text(title)
    _console().print(table)


class _Filled:
    """The text of a cell in Chinese: its lines end where Chinese ones may, never within a number."""

    def __init__(self, text: Any):
        self.text = text

    def __rich_measure__(self, console: Any, options: Any) -> Any:
        return self.text.__rich_measure__(console, options)

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        from rich.text import Text

        lines = self.text.plain.split("\n")
        yield Text("\n".join(filled_lines(line, options.max_width) for line in lines))


def print_records(rows: Iterable[Mapping[str, Any]], title: str) -> None:
    """Print rows with long cells as ``name: value`` lines, the first value as a heading."""
    lines = [title, "=" * columns_of(title)]
    for row in rows:
        said = {name: _cell(value) for name, value in row.items() if value not in (None, "", [])}
        first, *rest = said.items()
        lines += ["", first[1], *(f"    {headed(field_in_words(name), value)}" for name, value in rest)]
    print(visible("\n".join(lines)) + "\n")


def print_text(text: str) -> None:
    """Print text as it is, wrapped at words to the width of the terminal."""
    from rich.text import Text

    console = _console()
    if language() == "zh":  # rich takes no heed of where Chinese lines may end
        text = "\n".join(filled_lines(line, console.width) for line in text.split("\n"))
    console.print(Text(visible(text)))  # neither markup in brackets nor emoji between colons


@contextmanager
def progress_bar(label: str, unit: str = "") -> Iterator[Callable[..., None]]:
    """A progress bar on standard error: call what it yields with (done, total) or (done, total, failed).

    It appears with the first call, since a command may be refused before. It shows the share done, the time
    left and, given a ``unit``, the rate. Without a terminal it prints its label, then at most one line every
    ``LINE_SECONDS``.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = [
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[rate]}"),
        TextColumn("{task.fields[failed]}"),
    ]
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(label, total=None, rate="", failed="")
    begun = said = monotonic()
    has_begun = False
    with ExitStack() as shown:

        def show(done: int, total: int, failed: int = 0) -> None:
            nonlocal said, has_begun
            if not has_begun:
                has_begun = True
                bar.update(task, total=total)
                shown.enter_context(bar)
                if not console.is_terminal:
                    say(f"{label} ...")
            if not console.is_terminal:
                now = monotonic()
                if now - said >= LINE_SECONDS:
                    said = now
                    say(_progress(label, done, total, unit, now - begun, failed))
                return
            speed = bar.tasks[0].speed
            bar.update(
                task,
                completed=done,
                total=total,
                failed=_("{count} failed", count=failed) if failed else "",
                rate=_(_RATES[unit], count=60 * speed) if unit and speed else "",
            )

        yield show


# How much of what is counted is done, and how fast.
_COUNTS = {
    "": N_("{label}: {done} of {total} after {seconds:,.0f} s"),
    "months": N_("{label}: {done} of {total} months after {seconds:,.0f} s"),
    "runs": N_("{label}: {done} of {total} runs after {seconds:,.0f} s"),
    "members": N_("{label}: {done} of {total} members after {seconds:,.0f} s"),
    "pairs": N_("{label}: {done} of {total} pairs after {seconds:,.0f} s"),
    "files": N_("{label}: {done} of {total} files after {seconds:,.0f} s"),
}
_TOLD_FROM = 0.05  # of the whole: from then on the time left can be guessed
_RATES = {
    "months": N_("{count:,.1f} months a minute"),
    "runs": N_("{count:,.1f} runs a minute"),
    "members": N_("{count:,.1f} members a minute"),
    "pairs": N_("{count:,.1f} pairs a minute"),
    "files": N_("{count:,.1f} files a minute"),
}


def _progress(label: str, done: int, total: int, unit: str, seconds: float, failed: int) -> str:
    said = _(_COUNTS[unit], label=label, done=done, total=total, seconds=seconds)
    if _TOLD_FROM <= done / total < 1:
        left = seconds * (total - done) / done
        said = (
            _("{progress}, some {minutes:.0f} min left", progress=said, minutes=left / 60)
            if left > 90
            else _("{progress}, some {seconds:.0f} s left", progress=said, seconds=left)
        )
    return _("{progress}, {count} failed", progress=said, count=failed) if failed else said


@contextmanager
def explained_errors() -> Iterator[None]:
    """Print an error as a message and exit: with 2 for the user's mistake, with 1 for ours."""
    is_debugging = os.environ.get(DEBUG, "") not in ("", "0")
    warnings.showwarning = lambda message, *__: warn(message)
    try:
        yield
        sys.stdout.flush()
    except KeyboardInterrupt as stop:
        say(_("interrupted; no incomplete file was left behind"))
        raise SystemExit(exit_code_of(stop)) from None
    except SimError as error:
        if is_debugging:
            raise
        say(_("error: {message}", message=error))
        raise SystemExit(error.exit_code) from None
    except MemoryError:
        if is_debugging:
            raise
        say(_("error: not enough memory: take a coarser --scale, fewer runs or fewer processes"))
        raise SystemExit(2) from None
    except Exception as error:
        if is_debugging:
            raise
        say(
            _(
                "error in the program, not in your input: {kind}: {message}\n"
                "    set {variable}=1 to see where",
                kind=type(error).__name__,
                message=error,
                variable=DEBUG,
            )
        )
        raise SystemExit(1) from None


def _console():
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH)


def _cell(value: Any) -> str:
    value = _plain(value)
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:,.4g}"
    return enumerated(str(item) for item in value) if isinstance(value, list) else str(value)


def _rows(table: Any) -> list[dict[str, Any]]:
    if hasattr(table, "to_dict"):
        return table.to_dict("records")
    return list(table)


def _plain(value: Any) -> Any:
    """The value in JSON's own kinds."""
    if hasattr(value, "to_dict") and hasattr(value, "columns"):
        return [_plain(row) for row in value.to_dict("records")]
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return [_plain(inner) for inner in value] if isinstance(value, Iterable) else str(value)
