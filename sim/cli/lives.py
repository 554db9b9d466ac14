"""The commands that tell one worker's life: trace, explain and twins."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.app import End, Json, Scale, ScenarioName, Seed, check_file, command, staged_bars, write_text
from sim.cli.terminal import print_json, print_table, print_text, progress_bar, say, warn
from sim.core.arguments import parse_month, parse_scale
from sim.core.errors import Problem, UsageError
from sim.core.language import _, in_language

WorkerId = Annotated[
    int | None, typer.Option("--worker", min=0, help="The worker's id; a wrong one is told some.")
]
Find = Annotated[
    str | None,
    typer.Option(metavar="WORDS", help='A description instead of an id: "woman, Henan, 30, poor household".'),
]
Picture = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Draw the life to this file, .png or .svg.")
]
FoundAt = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="YYYY-MM",
        help="The month in which --find looks: by default the first that is told; of twins, the month in "
        "which the policy begins.",
    ),
]
FIRST = "2014-01"
_COLUMNS = 100  # of a dated paragraph


def refuse_two(worker: int | None, find: str | None) -> None:
    """Raise UsageError where neither an id nor a description is given, or both."""
    if (worker is None) == (find is None):
        raise UsageError(
            Problem(
                _("say who: an id or a description, and not both"),
                key="--worker",
                allowed=_('--worker ID, or --find "woman, Henan, 30"'),
            )
        )


def chosen_worker(scenario: Any, worker: int | None, find: str | None, at: str, scale: int, seed: int) -> int:
    """The id given, or that of one whom the description fits in the month ``at``."""
    refuse_two(worker, find)
    if worker is not None:
        return worker
    from sim.agents.find import find_workers, pick
    from sim.agents.following import run_to
    from sim.present.text.lives import found_in_words

    run = run_to(scenario, at, scale, seed)
    try:
        found = find_workers(run, str(find))
    finally:
        run.close()
    chosen = pick(found.ids, seed)
    say(found_in_words(len(found.ids), at, chosen))
    return chosen


def first_apart(base: Any, policy: Any, end: str | None) -> str:
    """The first month in which two scenarios can differ: the one that a description is taken to speak of."""
    from sim.scenario.shared_history import shared_until

    last = end or min(base.period.to, policy.period.to)
    return min(shared_until(base, policy, last), last)


def checked_picture(picture: Path | None) -> Path | None:
    """The file of a picture. Raises UsageError for one that is neither PNG nor SVG."""
    if picture is not None and picture.suffix.lower() not in (".png", ".svg"):
        raise UsageError(
            Problem(
                _("not a kind of picture"),
                key="--picture",
                value=str(picture),
                allowed=_("a name with .png or .svg"),
            )
        )
    check_file(picture)
    return picture


def write_picture(figure: Any, picture: Path) -> None:
    """Write a figure as its file's name says."""
    from sim.present.charts.style import as_png, as_svg

    write_text(picture, as_svg(figure) if picture.suffix.lower() == ".svg" else as_png(figure))
    say(_("Picture: {file}", file=picture))


@command(simulates=True)
def trace(
    scenario: ScenarioName,
    worker: WorkerId = None,
    find: Find = None,
    at: FoundAt = None,
    scale: Scale = "1:5000",
    start: Annotated[
        str, typer.Option("--from", metavar="YYYY-MM", help="First month that is told.")
    ] = FIRST,
    end: End = None,
    seed: Seed = 0,
    picture: Picture = None,
    json: Json = False,
) -> None:
    """Tell one worker's life, month by month."""
    size, first = parse_scale(scale), parse_month(start, "--from")
    last = parse_month(end, "--to") if end else None
    checked_picture(picture)
    from sim.agents.following import follow
    from sim.core.width import columns
    from sim.present.text.lives import life_as_json, life_in_words
    from sim.present.text.numbers import month_label
    from sim.scenario.loading import load_scenario

    loaded = load_scenario(scenario)
    chosen = chosen_worker(loaded, worker, find, parse_month(at, "--at") if at else first, size, seed)
    with progress_bar(_("following worker {worker}", worker=chosen), "months") as progress:
        [life] = follow(loaded, chosen, scale=size, end=last, seed=seed, start=first, progress=progress)
    if picture and life.months:
        from sim.present.charts.lives import life_chart

        write_picture(life_chart(life), picture)
    if json:
        print_json(life_as_json(life))
        return
    told = life_in_words(life)
    for text in (told.title, told.about, "", told.summary, ""):
        print_text(text)
    heads = [month_label(entry.month) for entry in told.entries]
    widest = max(map(columns, heads), default=0)
    for head, entry in zip(heads, told.entries, strict=True):
        print_entry(head + " " * (widest - columns(head)), entry.text)


def print_entry(head: str, text: str) -> None:
    """Print a dated paragraph, its lines set in below the first."""
    from sim.core.width import columns
    from sim.present.text.lines import filled_lines

    print_text(filled_lines(f"{head}  {text}", _COLUMNS, indent=" " * (columns(head) + 2)))


@command(simulates=True)
def explain(
    scenario: ScenarioName,
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="The month of the decision.")],
    worker: WorkerId = None,
    find: Find = None,
    scale: Scale = "1:5000",
    seed: Seed = 0,
    picture: Picture = None,
    json: Json = False,
) -> None:
    """Take one decision of a worker apart: terms, luck, result."""
    size, when = parse_scale(scale), parse_month(month, "--month")
    checked_picture(picture)
    from sim.agents.taken_apart import explain_month
    from sim.present.text.decisions import decision_as_json, explained_in_words
    from sim.present.text.numbers import join, month_label
    from sim.scenario.loading import load_scenario

    loaded = load_scenario(scenario)
    chosen = chosen_worker(loaded, worker, find, when, size, seed)
    with progress_bar(_("to {month}", month=month_label(when)), "months") as progress:
        explained = explain_month(loaded, chosen, when, scale=size, seed=seed, progress=progress)
    if picture and explained.decision.options:
        from sim.present.charts.lives import decision_chart

        write_picture(decision_chart(explained), picture)
    if json:
        print_json(decision_as_json(explained))
        return
    told = explained_in_words(explained)
    print_text(told.title)
    print_text("\n" + join(*told.before))
    if told.rows:
        print_table(
            [dict(zip(told.heads, row, strict=True)) for row in told.rows],
            columns={one: one for one in told.heads},
        )
    for sentence in told.after:
        print_text(sentence)


@command(simulates=True)
def twins(
    base: Annotated[str, typer.Argument(metavar="BASE", help="The scenario to compare with.")],
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="The scenario to compare.")],
    worker: WorkerId = None,
    find: Find = None,
    at: FoundAt = None,
    scale: Scale = "1:5000",
    end: End = None,
    seed: Seed = 0,
    picture: Picture = None,
    json: Json = False,
) -> None:
    """Set a life with a policy beside the one without it.

    Without --worker and --find: up to six groups of those who move because of it, each with a typical worker.
    """
    size, last = parse_scale(scale), parse_month(end, "--to") if end else None
    when = parse_month(at, "--at") if at else None
    checked_picture(picture)
    if worker is not None and find is not None:
        refuse_two(worker, find)
    from sim.comparison.references import another_reference
    from sim.scenario.loading import load_scenario

    one, other = load_scenario(base), load_scenario(policy)
    for warning in another_reference(one, [other]):
        warn(in_language(warning))
    if worker is None and find is None:
        _tell_gallery(one, other, picture, json, scale=size, end=last, seed=seed)
        return
    from sim.agents.twins import find_twin, follow_twins
    from sim.present.text.twins import span_of_totals, twins_as_json, twins_found_in_words, twins_in_words

    chosen = worker
    if find is not None:
        when = when or first_apart(one, other, last)
        with progress_bar(_("looking for a worker whose lives part"), "months") as progress:
            found = find_twin(one, other, find, when, scale=size, end=last, seed=seed, progress=progress)
        chosen = found.worker
        say(twins_found_in_words(found.fitting, found.apart, when, chosen))
    assert chosen is not None, "an id or a description is given"
    with progress_bar(_("following worker {worker} twice", worker=chosen), "months") as progress:
        [pair] = follow_twins(one, other, chosen, scale=size, end=last, seed=seed, progress=progress)
    if picture:
        from sim.present.charts.lives import twins_chart

        write_picture(twins_chart(pair), picture)
    if json:
        print_json(twins_as_json(pair))
        return
    told = twins_in_words(pair)
    print_text(f"{told.title}\n{told.about}\n")
    for sentence in told.parting:
        print_text(sentence)
    if told.rows:
        print_table([dict(zip(told.heads, row, strict=True)) for row in told.rows])
    heads = ("", *told.heads[1:])
    print_table([dict(zip(heads, row, strict=True)) for row in told.totals], span_of_totals(pair))


def _tell_gallery(base: Any, policy: Any, picture: Path | None, json: bool, **given: Any) -> None:
    """Print who moves because of a policy, group by group."""
    from sim.comparison.changers import gallery
    from sim.present.text import life_phrases as words
    from sim.present.text.changers import gallery_as_json, gallery_in_words
    from sim.present.text.numbers import join

    with staged_bars(_("looking for who moves")) as progress:
        found = gallery(base, policy, progress=progress, **given)
    if picture:
        from sim.present.charts.lives import gallery_chart

        write_picture(gallery_chart(found), picture)
    if json:
        print_json(gallery_as_json(found))
        return
    told = gallery_in_words(found)
    print_text(f"{told.title}\n\n{told.intro}")
    for number, card in enumerate(told.cards, start=1):
        print_text("")
        about = join(card.numbers, card.causes)
        print_entry(f"{number}.", words.CHANGERS["group_said"].format(title=card.title, about=about))
        print_entry("  ", join(card.typical, *card.story))
