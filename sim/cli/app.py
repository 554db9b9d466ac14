"""The ``labor-sim`` application: shared options, checks of output folders, and messages.

Heavy modules are imported inside commands.
"""

from __future__ import annotations

import errno
import functools
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from sim.cli.help import OPTION, Command, CommandGroup
from sim.cli.terminal import explained_errors, progress_bar, say, warn
from sim.core.arguments import parse_month, parse_scale
from sim.core.destinations import try_file, write_file
from sim.core.errors import Problem, ResultsError, UsageError, enumerated, headed
from sim.core.files import reason
from sim.core.language import N_, _, in_language, language
from sim.core.version import __version__
from sim.core.width import columns

SOME_FAILED = 1  # the exit code where some runs failed, as of a fault in the program
_EXIT_CODES = (
    "Exit codes: 0 done; 2 a mistake that you can mend, or output that cannot be written; 1 runs failed, a "
    "process died, a repeated run differs, or the program has a fault; 130 Ctrl-C, 143 SIGTERM."
)
_PLACES = 10  # columns before the places where results lie
_COMPILE_SECONDS = 2.0  # between lines about what is compiled
_claims = ExitStack()  # what the command holds until it ends

app = typer.Typer(
    name="labor-sim",
    help="Simulate China's rural migrant workers and the policies that reach them.",
    epilog=_EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    cls=CommandGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Scale = Annotated[
    str,
    typer.Option(
        help="Real workers that one simulated worker stands for; 1:1000 is finer, slower and surer."
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the random draws.")]
Start = Annotated[
    str,
    typer.Option(
        "--from", metavar="YYYY-MM", help="First month that is reported; every run begins in 2014-01."
    ),
]
End = Annotated[
    str | None, typer.Option("--to", metavar="YYYY-MM", help="Last month; by default the scenario's.")
]
Out = Annotated[
    Path | None,
    typer.Option(help="Folder for the results; earlier results in it are replaced, other files stay."),
]
ExcelCsv = Annotated[
    bool, typer.Option("--excel-csv", help="Begin CSV files with a byte order mark, which Excel needs.")
]
Lang = Annotated[
    str | None, typer.Option(OPTION, metavar="en|zh", help="Language of all text: English or Chinese.")
]
_LANG = inspect.Parameter("lang", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Lang)
Jobs = Annotated[int, typer.Option(min=1, help="Number of processes; results do not depend on it.")]
ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="Name of a scenario, or its file.")]


def command(
    function: Callable | None = None,
    *,
    simulates: bool | Callable[[dict[str, Any]], bool] = False,
    of: typer.Typer = app,
) -> Callable:
    """Make a function a command that prints errors as messages and exits with the right code.

    ``simulates``: whether it runs the model, and so announces that the model is compiled first; a function of
    the options where that depends on them. ``of``: the group of commands that it belongs to.
    """
    if function is None:
        return functools.partial(command, simulates=simulates, of=of)

    @functools.wraps(function)
    def explained(lang: str | None, **options: Any) -> None:  # ``main`` has heard the language before
        with explained_errors(), _claims:
            _refuse_other_digits(function, sys.argv[1:])
            if simulates(options) if callable(simulates) else simulates:
                _say_what_is_compiled()
            function(**options)

    own = inspect.signature(function, eval_str=True)  # typer takes it as it is
    vars(explained)["simulates"] = simulates
    vars(explained)["__signature__"] = own.replace(parameters=[*own.parameters.values(), _LANG])
    explained.__annotations__ = {**function.__annotations__, "lang": Lang}
    return of.command(cls=Command)(explained)


def _refuse_other_digits(function: Callable, words: list[str]) -> None:
    """Raise ``UsageError`` for whole numbers not in the digits 0 to 9: ``int`` also reads 1_0, and full-width
    digits.
    """
    kinds = get_type_hints(function)
    names = {f"--{name.replace('_', '-')}" for name, kind in kinds.items() if kind in (int, int | None)}
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        option, is_joined, value = word.partition("=")
        value = value if is_joined else following
        if option in names and not re.fullmatch("[+-]?[0-9]+", value):
            raise UsageError(
                Problem(_("not a whole number"), key=option, value=value, allowed=_("digits 0 to 9"))
            )


def _say_what_is_compiled() -> None:
    """Say what is being compiled before the model can run, at most every other second."""
    from time import monotonic

    from sim.core.compiled import on_compile

    last = -_COMPILE_SECONDS

    def tell(what: str, left: int) -> None:
        nonlocal last
        if monotonic() - last >= _COMPILE_SECONDS:
            last = monotonic()
            if language() == "en":  # the parts are called by names of functions
                more = f", {left} more parts after it" if left > 0 else ""
                said = f"compiling the model, once for this code: {what}{more}"
            else:
                said = _("compiling the model, once for this code; {count} parts are left", count=left + 1)
            say(said)

    on_compile[:] = [tell]


def _print_version(is_asked: bool) -> None:
    if is_asked:
        print(f"labor-sim {__version__}")
        raise typer.Exit()


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
    lang: Lang = None,
) -> None:
    pass


def simulated(scenario: str, scale: str, start: str, end: str | None, seed: int, trace=(), **state: Any):
    """One run, with a progress bar."""
    size, first = parse_scale(scale), parse_month(start, "--from")
    last = parse_month(end, "--to") if end else None
    from sim.engine.simulate import simulate
    from sim.scenario.loading import load_scenario

    loaded = load_scenario(scenario)
    say_if_untitled(loaded)
    with progress_bar(_("running {name}, seed {seed}", name=loaded.name, seed=seed), "months") as progress:
        return simulate(
            loaded, scale=size, start=first, end=last, seed=seed, trace=trace, progress=progress, **state
        )


def simulated_seeds(scenario: str, scale: str, end: str, seeds: int) -> list:
    """Runs from January 2014 under the seeds 1 to ``seeds``, each with a progress bar."""
    from sim.engine.run_cache import RunCache

    cache = RunCache()
    return [simulated(scenario, scale, "2014-01", end, seed, cache=cache) for seed in range(1, seeds + 1)]


@contextmanager
def staged_bars(label: str) -> Iterator[Callable[..., None]]:
    """Progress bars one after another: call what it yields with (stage, done, total), and (…, failed)."""
    with ExitStack() as open_bars:
        bars: dict[str, Callable[..., None]] = {}

        def show(stage: str, *counts: int) -> None:
            if stage not in bars:
                open_bars.close()
                words = _("{label}, {stage}", label=label, stage=_(stage))
                bars[stage] = open_bars.enter_context(progress_bar(words))
            bars[stage](*counts)

        yield show


def say_if_untitled(*scenarios: Any) -> None:
    """Warn of scenarios that go by the title of another."""
    for scenario in scenarios:
        warning = scenario.missing_title()
        if warning:
            warn(warning)


def say_if_stale(posterior) -> None:
    if posterior.stale():
        warn(
            _(
                "the calibrated ensemble was made with other {names}; run labor-sim calibrate again",
                names=enumerated(_(word) for word in posterior.stale()),
            )
        )


def moves_scale(scale: str) -> str:
    """The scale at which a validation counts moves: 1:250 or finer, since the table has 930 cells."""
    from sim.validation.five_year_moves import FINE_ENOUGH

    return f"1:{min(parse_scale(scale), FINE_ENOUGH)}"


def moves_over(
    scenario: str, scale: str, seeds: range, run_end: str, first: str = "2014-11", last: str = "2019-11"
):
    """Moves between provinces, mean over seeds; None for a run that ends before ``last``."""
    if run_end < last:
        return None
    from sim.engine.residence import simulate_moves
    from sim.engine.run_cache import RunCache
    from sim.scenario.loading import load_scenario

    loaded = load_scenario(scenario)
    cache = RunCache()
    total: Any = 0.0  # then a table
    for seed in seeds:
        with progress_bar(
            _("moves of {name}, seed {seed}", name=loaded.name, seed=seed), "months"
        ) as progress:
            total = total + simulate_moves(
                loaded, first, last, scale=parse_scale(scale), seed=seed, progress=progress, cache=cache
            )
    return total / len(seeds)


def check_file(path: Path | None) -> None:
    """Raise ``ResultsError``, before any work, for a file that cannot be written."""
    if path is None:
        return
    with written(path):
        try_file(path)


def write_text(path: Path, text: str | bytes) -> None:
    """Write a file that the user named. Raises ``ResultsError``; the text then lies elsewhere, as it says."""
    content = text if isinstance(text, bytes) else text.encode("utf-8")
    try:
        with written(path):
            write_file(path, content)
    except ResultsError as error:
        kept = _kept_elsewhere(lambda folder: (folder / path.name).write_bytes(content))
        raise _with_place(error, kept) from error


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Raise what prevents a file that the user named from being written as a ``ResultsError``."""
    try:
        yield
    except BrokenPipeError:  # standard output, whose reader has gone
        raise
    except OSError as error:
        words = {
            errno.EISDIR: _("is a folder; name a file"),
            errno.ENOENT: _("cannot be written: there is no such folder"),
        }
        told = words.get(error.errno or 0) or _("cannot be written: {reason}", reason=reason(error))
        raise ResultsError(Problem(told, file=str(path))) from error


def save(write: Callable[[Path], object], out: Path) -> ResultsError | None:
    """Write results to a folder by calling ``write`` with it.

    What prevents it at the end of a run is returned, for the command to raise once it has printed its answer;
    the results are then kept elsewhere, as the error says.
    """
    try:
        write(out)
    except ResultsError as error:
        return _with_place(error, _kept_elsewhere(lambda folder: write(folder / out.name)))
    return None


def _kept_elsewhere(write: Callable[[Path], object]) -> Path | None:
    """A new folder for passing files in which ``write`` has put what could not be put in its place."""
    import shutil
    import tempfile

    try:
        folder = Path(tempfile.mkdtemp(prefix="labor-sim-"))
    except OSError:
        return None
    try:
        write(folder)
    except (OSError, ResultsError):
        shutil.rmtree(folder, ignore_errors=True)
        return None
    return folder


def _with_place(error: ResultsError, kept: Path | None) -> ResultsError:
    if kept is None:
        return error
    first, *rest = error.problems
    return ResultsError(
        [replace(first, allowed=_("what was computed is kept in {folder}", folder=kept)), *rest]
    )


def check_out(out: Path | None, kind: str) -> None:
    """Raise an error, before any work, for a folder that cannot be written, holds other files or is in use.

    Until the command ends, no other process writes results there.
    """
    if out is None:
        return
    from sim.results.folders import MANIFEST, claimed_folder
    from sim.results.results import read_manifest

    if (out / MANIFEST).is_file():  # those of a newer version are not replaced
        read_manifest(out)
    _claims.enter_context(claimed_folder(out, kind))


_FORMS = {
    "xlsx": (N_("Workbook"), "results.xlsx"),
    "docx": (N_("Brief"), "brief.docx"),
    "pdf": (N_("On paper"), "report.pdf"),
}


def print_folder(out: Path | None, forms: Sequence[str] = ()) -> None:
    """Print where the page, the files of further ``forms``, the pictures and the tables are."""
    if out is None:
        print("\n" + _("Not saved: add --out FOLDER to save the tables and the pictures."))
        return
    print()
    also = [(_(words), name) for form, (words, name) in _FORMS.items() if form in forms]
    for words, name in ((_("Page"), "report.html"), *also, (_("Pictures"), "charts")):
        if (out / name).exists():
            print_place(words, out / name)
    print_place(_("Tables"), out)


def print_place(words: str, path: Path) -> None:
    """Print where something lies, below one another."""
    head = headed(words, "").rstrip()
    print(f"{head}{' ' * max(_PLACES - columns(head), 1)}{path}")


def print_warnings(manifest: dict[str, Any]) -> None:
    for warning in manifest.get("warnings") or ():
        warn(in_language(warning))
