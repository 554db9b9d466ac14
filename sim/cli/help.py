"""The help of every command, and what is said of commands typed wrongly, in the language in use.

The library that reads the command line knows English alone. In another language the page of help is laid out
here, from what each command says of itself, and its errors are taken apart and said anew.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from sim.cli.terminal import say
from sim.core.errors import Problem, UsageError, nearest
from sim.core.language import LANGUAGES, N_, VARIABLE, _, language
from sim.core.width import columns
from sim.present.text.lines import filled_lines

OPTION = "--lang"
_COLUMNS, _MOST_HEAD = 80, 30  # of the page, and of the names of options in it
_MEANT = {
    **dict.fromkeys(("cn", "chinese", "中文", "汉语"), "zh"),
    **dict.fromkeys(("english", "英文", "英语"), "en"),
}
_KINDS = {
    "int": N_("whole number"),
    "float": N_("decimal"),
    "path": N_("path"),
    "file": N_("path"),
    "directory": N_("path"),
    "str": N_("text"),
    "text": N_("text"),
}
_HELP_OPTION = N_("Show this message and exit.")

# What the library says of a command typed wrongly, and how it is said here; names stand for the same in both.
_ERRORS = (
    (r"No such option:? '?(?P<name>[^ ']+?)'?\.?", N_("no such option: {name}")),
    (
        r"No such option:? '?(?P<name>[^ ']+?)'?\.? "
        r"(?:\(Possible options: |Did you mean )(?P<near>.*?)(?:\)|\?)",
        N_("no such option: {name}; did you mean {near}?"),
    ),
    (r"No such command '(?P<name>.*?)'\.?", N_("no such command: {name}")),
    (
        r"No such command '(?P<name>.*?)'\. (?:\(Possible commands: |Did you mean )(?P<near>.*?)(?:\)|\?)",
        N_("no such command: {name}; did you mean {near}?"),
    ),
    (r"Missing command\.", N_("a command is missing")),
    (r"Missing argument '?(?P<name>.*?)'?\.", N_("an argument is missing: {name}")),
    (r"Missing option '(?P<name>.*?)'.*", N_("an option is missing: {name}")),
    (r"Option '(?P<name>.*?)' requires an argument\.", N_("the option {name} needs a value")),
    (r"Option '(?P<name>.*?)' does not take a value\.", N_("the option {name} takes no value")),
    (
        r"Got unexpected extra arguments? ?(?:\(s\) )?\((?P<name>.*)\)",
        N_("more than the command takes: {name}"),
    ),
    (r"Invalid value for '(?P<name>.*?)': .*\binteger\b.*", N_("{name} takes a whole number")),
    (r"Invalid value for '(?P<name>.*?)': .*\b(?:float|number)\b.*", N_("{name} takes a number")),
    (
        r"Invalid value for '(?P<name>.*?)': .*(?:greater than or equal to |x>=)(?P<least>[0-9]+).*",
        N_("{name} takes a number of {least} or more"),
    ),
    (
        r"Invalid value for '(?P<name>.*?)': .*(?:less than or equal to |x<=)(?P<most>[0-9]+).*",
        N_("{name} takes a number of {most} or less"),
    ),
    (r"Invalid value for '(?P<name>.*?)': .*", N_("{name} has a value that it cannot have")),
)


def asked_language(words: list[str], environment: str | None) -> tuple[str, list[str]]:
    """The language that a command line asks for, else the environment; and the words without ``--lang``.

    Raises ``UsageError`` for a language that there is not.

    >>> asked_language(["compare", "--lang", "zh", "--help"], None), asked_language(["--lang=zh"], "en")
    (('zh', ['compare', '--help']), ('zh', []))
    """
    asked, key, left = environment or "en", VARIABLE, []
    rest = iter(words)
    for word in rest:
        if word == "--":
            left += [word, *rest]
        elif word.startswith(f"{OPTION}="):
            asked, key = word.partition("=")[2], OPTION
        elif word == OPTION and (following := next(rest, None)) is not None:
            asked, key = following, OPTION
        else:
            left.append(word)
    if asked not in LANGUAGES:
        offered = ", ".join(f"{name} ({words})" for name, words in LANGUAGES.items())
        meant = _MEANT.get(asked.lower()) or nearest(asked[:2], LANGUAGES)
        raise UsageError(Problem(_("no such language"), key=key, value=asked, allowed=offered, nearest=meant))
    return asked, left


class _Helped:
    """A command whose help is told in the language in use."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The page of help, given to the library's ``formatter``."""
        if language() == "en":
            super().format_help(ctx, formatter)  # type: ignore[misc]  # the library's, of the other base
        else:
            formatter.write("\n".join(_page(self, ctx)))


class Command(_Helped, TyperCommand):
    """One command."""


class CommandGroup(_Helped, TyperGroup):
    """The commands of a program, or of a part of it."""

    def main(self, *given: Any, **how: Any) -> Any:
        """Run the command that was typed; what is wrong with it is told in the language in use."""
        if language() == "en":
            return super().main(*given, **how)
        try:
            code = super().main(*given, **{**how, "standalone_mode": False})
        except _REFUSED as error:
            say(_told(error))
            sys.exit(error.exit_code)
        except typer.Abort:
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)


_REFUSED: Any = typer.BadParameter.__mro__[2]  # the library's class of all mistakes in what was typed


def texts_of(command: Any) -> Iterator[str]:
    """Every English text in the help of a command and of those below it, as translators find it."""
    for text in (command.help, command.epilog):
        if text:
            yield inspect.cleandoc(text)
    for param in command.params:
        for text in (getattr(param, "help", None), param.metavar):
            if text and re.search("[A-Za-z]{2}", text):
                yield text
    for below in getattr(command, "commands", {}).values():
        yield from texts_of(below)


def _page(command: Any, ctx: Any) -> Iterator[str]:
    """The lines of a page of help."""
    yield _usage(command, ctx)
    for text in filter(None, _(inspect.cleandoc(command.help or "")).split("\n\n")):
        yield ""
        yield filled_lines(f"  {text}", _COLUMNS, "  ")
    params = [param for param in command.get_params(ctx) if not getattr(param, "hidden", False)]
    arguments = [param for param in params if param.param_type_name == "argument"]
    options = [param for param in params if param.param_type_name == "option"]
    below = getattr(command, "commands", {})
    yield from _section(_("Arguments"), [(_metavar(one), _described(one)) for one in arguments])
    yield from _section(_("Options"), [(_option(one), _described(one)) for one in options])
    yield from _section(_("Commands"), [(name, _in_short(one)) for name, one in below.items()])
    if command.epilog:
        yield ""
        yield filled_lines(f"  {_(command.epilog)}", _COLUMNS, "  ")
    yield ""


def _usage(command: Any, ctx: Any) -> str:
    arguments = [_metavar(one) for one in command.get_params(ctx) if one.param_type_name == "argument"]
    pieces = [ctx.command_path, _("[OPTIONS]"), *arguments]
    if hasattr(command, "commands"):
        pieces.append(_("COMMAND [ARGS]..."))
    return _("Usage: {words}", words=" ".join(pieces))


def _section(head: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield _("{head}:", head=head)
    widest = max((columns(name) for name, _text in rows if columns(name) <= _MOST_HEAD), default=_MOST_HEAD)
    for name, text in rows:
        gap = " " * (widest + 2)
        if columns(name) > widest:
            yield f"  {name}"
            yield filled_lines(f"  {gap}{text}", _COLUMNS, "  " + gap)
        else:
            lead = f"  {name}{' ' * (widest + 2 - columns(name))}"
            yield filled_lines(lead + text, _COLUMNS, "  " + gap)


def _metavar(param: Any) -> str:
    """What stands for a value, in words."""
    if param.metavar:
        return _(param.metavar)
    if param.param_type_name == "argument":
        return str(param.name).upper()
    descriptor = getattr(param, "type_descriptor", None)
    kind = str(getattr(descriptor, "annotation", None) or getattr(param.type, "name", "")).lower()
    return next((_(words) for word, words in _KINDS.items() if word in kind), _("text"))


def _option(param: Any) -> str:
    names = ", ".join(param.opts)
    return names if param.is_flag else f"{names} {_metavar(param)}"


def _described(param: Any) -> str:
    """What an option is for, its default and its bounds."""
    notes = []
    is_number = isinstance(param.default, (int, float)) and not isinstance(param.default, bool)
    if getattr(param, "show_default", False) and (
        is_number or (isinstance(param.default, str) and param.default)
    ):
        notes.append(_("default: {value}", value=param.default))
    bounds: Any = param if hasattr(param, "min") else getattr(param, "type", None)
    if getattr(bounds, "min", None) is not None:
        notes.append(_("{least} or more", least=bounds.min))
    if param.required:
        notes.append(_("required"))
    text = _(param.help) if getattr(param, "help", None) else ""
    return _("{text} [{notes}]", text=text, notes=_("; ").join(notes)) if notes else text


def _in_short(command: Any) -> str:
    """The first sentence of what a command is for."""
    return _(inspect.cleandoc(command.help or "")).split("\n")[0].split("。")[0]


def _told(error: Any) -> str:
    """What is wrong with what was typed."""
    said = error.format_message()
    if type(error).__name__ == "NoArgsIsHelpError":  # its message is the page of help
        return said
    for pattern, words in _ERRORS:
        found = re.fullmatch(pattern, said, re.DOTALL)
        if found:
            named = found.groupdict()
            said = _(words, **{**named, "name": _(named["name"])} if "name" in named else named)
    lines = [_("error: {message}", message=said)]
    if error.ctx is not None:
        path = error.ctx.command_path
        lines = [
            _usage(error.ctx.command, error.ctx),
            _("`{command} --help` tells more.", command=path),
            "",
            *lines,
        ]
    return "\n".join(lines)
