"""From scenario files to a checked ``Scenario``: finding, extending, merging and checking files.

All problems of a file are reported at once, with file, line, key, value, what is allowed and the nearest
allowed word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.core.arguments import as_written
from sim.core.chinese import like
from sim.core.deprecated import key_of_today
from sim.core.errors import Problem, ScenarioError, SimError, nearest
from sim.core.files import files_of, is_broken_link, is_file, is_folder
from sim.core.language import N_, Words, _
from sim.scenario.instruments import (
    Catalogue,
    filled_in,
    named_levers,
    of_an_instrument,
    read_catalogue,
)
from sim.scenario.lever import Lever, conflicting_sets
from sim.scenario.problems import placed, problems_of, told, without_unknown_keys
from sim.scenario.scenario import Scenario
from sim.scenario.yaml_tree import Key, Tree, dotted, merge, parts, read_tree, shown

MOST_LEVERS = 300  # all documents together have 118
MOST_PARENTS = 20
DEEPEST = 5  # how many times a file may extend a file that extends a file ...
OVERRIDE = "override"  # the origin of a value that was changed after loading

# Keys by which files that are no scenarios are known, and what each is for.
_KEYS_OF = {
    "experiment": {"design", "outcomes", "figure"},
    "calibration": {"priors", "screen_seeds", "stages"},
    "virtual": {"estimates"},
    "checks": {"checks"},
    "family": {"instruments"},
}
KINDS = Words(
    {
        "experiment": N_("an experiment, for labor-sim sweep"),
        "calibration": N_("a calibration, for labor-sim calibrate"),
        "virtual": N_("a virtual experiment, for labor-sim virtual"),
        "checks": N_("a file of checks, for labor-sim check-model"),
        "family": N_("a family of instruments, for the folder scenarios/levers"),
    }
)
USUAL_REFERENCE = "baseline"  # what a scenario is compared with if it names no other
DOCUMENTS = "documents"  # the folder of scenarios that carry out a policy document


def load_scenario(name_or_path: str | Path | Scenario) -> Scenario:
    """Load, merge and check a scenario given by name (``baseline``) or by path (``my/policy.yaml``).

    ``name_or_path`` may be a scenario that is loaded already: it comes back as it is. A name is looked for
    in ``folders()``.
    Raises ``ScenarioError`` with every problem found: no such file, or what is wrong in it, by line.

    >>> list(load_scenario("startup-support").levers)
    ['startup_grant', 'startup_loan', 'founder_parks']
    """
    if isinstance(name_or_path, Scenario):
        return name_or_path
    path = _located(str(name_or_path), folders())
    if path is None:
        raise ScenarioError(_not_found(str(name_or_path)))
    problems: list[Problem] = []
    files = _extended(path, problems)
    own_kind = _kind_of(files[path]) if path in files else "scenario"
    if own_kind != "scenario":
        raise ScenarioError(Problem(_("is {kind}, not a scenario", kind=KINDS[own_kind]), shown(path), 1))
    merged = None
    for tree in files.values():
        own = Tree({k: v for k, v in tree.value.items() if k != "extends"}, tree.file, tree.line)
        own = named_levers(own, catalogue, problems)
        merged = merged or Tree({}, tree.file, 1)
        merged = merge(merged, own, problems, keeps_null=of_an_instrument(merged, own))
    if merged is None:
        raise ScenarioError(told(problems))
    _refuse_too_many_levers(merged)
    problems += _missing_reference(merged)
    if "name" in merged.value:
        misplaced = merged.value.pop("name")
        problems.append(
            Problem(
                _("a scenario is named by its file"),
                misplaced.file,
                misplaced.line,
                "name",
                misplaced.value,
                allowed=_("no `name` line"),
            )
        )
    return _checked(path.stem, filled_in(merged, catalogue, problems), problems)


def load_reference(scenario: Scenario) -> Scenario:
    """The scenario that this one names for a comparison (``compare_with``), the baseline if none.

    A scenario that names itself is what others are compared with; its own reference is the baseline. Raises
    ``ScenarioError`` where there is no such scenario.
    """
    named = scenario.compare_with or USUAL_REFERENCE
    file, __, __ = scenario.origins.get("compare_with", "").rpartition(":")
    path = _located(named, ((Path(file).parent,) if file else ()) + folders())
    if path is None:
        raise ScenarioError(_not_found(named, key="compare_with"))
    return load_scenario(USUAL_REFERENCE if path.stem == scenario.name else path)


def kind_of_file(path: Path) -> str:
    """What a file is, by its keys: ``scenario``, ``experiment``, ``calibration``, ``virtual``,
    ``checks`` or ``family``.

    Raises ``ScenarioError`` for a file that cannot be read as text.
    """
    tree = read_tree(path, [])
    return "scenario" if tree is None else _kind_of(tree)


def _kind_of(tree: Tree) -> str:
    return next((kind for kind, keys in _KEYS_OF.items() if keys & tree.value.keys()), "scenario")


def with_overrides(scenario: Scenario, overrides: Mapping[str, Any]) -> Scenario:
    """The scenario with some values changed, by dotted key, and checked again. ``None`` removes.

    Values have the units of the scenario's file; months may be dates, and numbers those of NumPy. Raises
    ``ScenarioError`` with every problem found: a key that leads nowhere, a value that is not allowed there.
    The scenario that was given stays as it is.

    >>> policy = load_scenario("startup-support")
    >>> larger = with_overrides(policy, {"levers.startup_grant.effects.startup_grant_yuan.set": 10_000})
    >>> larger.levers["startup_grant"].effects["startup_grant_yuan"].set
    10000.0
    >>> list(with_overrides(policy, {"levers.startup_loan": None}).levers)
    ['startup_grant', 'founder_parks']
    """
    overrides = {_of_today(key): as_written(value) for key, value in overrides.items()}
    content, origins = _opened(scenario, overrides), _origins_after(scenario, overrides)
    refused = [_override(content, key, value) for key, value in overrides.items()]
    if any(refused):
        raise ScenarioError(problem for problem in refused if problem)
    try:
        changed = Scenario.model_validate(content)  # what is not opened is not checked again
    except ValidationError:
        name = content.pop("name")
        return _checked(name, _tree_of(_plain(content), origins), [], origins)
    changed._origins = origins
    return changed


def folders() -> tuple[Path, ...]:
    """The folders searched for scenarios: here, and those that come with the package.

    An installed package has them inside; in a checkout they lie beside it.
    """
    package = Path(str(resources.files("sim")))
    inside = package / "ready" / "scenarios"
    places = (Path("scenarios").absolute(), inside if inside.is_dir() else package.parent / "scenarios")
    return tuple(dict.fromkeys(place.resolve() for place in places if place.is_dir()))


def catalogue() -> Catalogue:
    """The catalogue of instruments in the folders of scenarios."""
    return read_catalogue(folders())


def scenario_files() -> dict[str, Path]:
    """Every scenario that can be loaded by name."""
    return files_in("scenarios", f"scenarios/{DOCUMENTS}")


def files_in(*subfolders: str) -> dict[str, Path]:
    """YAML files by name in subfolders beside the folders of scenarios; the first of a name counts."""
    found: dict[str, Path] = {}
    for folder in folders():
        for subfolder in subfolders:
            for path in files_of(folder.parent / subfolder, ".yaml"):
                found.setdefault(path.stem, path)
    return found


def declared_files() -> dict[str, Path]:
    """Every ready file that declares runs of scenarios (experiments, calibrations, checks), by name."""
    return files_in("experiments", "experiments/virtual", "experiments/checks", "experiments/published")


def named_file(name: str, files: Mapping[str, Path], missing: str, error: type[SimError]) -> Path:
    """The file of a name among ``files``, or at a path. Raises ``error`` with the message ``missing``."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else files.get(name, Path(name))
    if not path.is_file():
        raise error(
            Problem(
                missing,
                value=name,
                nearest=nearest(path.stem, files),
                allowed=(*files, _("or the path of a file")),
            )
        )
    return path


def parents_of(path: Path) -> tuple[str, ...]:
    """The names that a scenario file extends, as written."""
    tree = read_tree(path, [])
    return tuple(str(entry.value) for entry in _entries(tree)) if tree else ()


# --- finding and extending --------------------------------------------------------------------------


def _located(name: str, places: tuple[Path, ...]) -> Path | None:
    """The file of a scenario: a path is taken as it is, a bare name is looked for in ``places``."""
    if _is_path(name):
        candidates = [Path(name)] + [place / name for place in places if not Path(name).is_absolute()]
    else:
        candidates = [inside / f"{name}.yaml" for place in places for inside in (place, place / DOCUMENTS)]
    found = next((path.resolve() for path in candidates if is_file(path)), None)
    return found if found or _is_path(name) else _titles().get(name.strip())


def _titles() -> Mapping[str, Path]:
    """The ready scenarios by their titles, in both languages."""
    return _titles_of(tuple((path, path.stat().st_mtime_ns) for path in scenario_files().values()))


@lru_cache(maxsize=1)  # a file may name thousands that do not exist
def _titles_of(files: tuple[tuple[Path, int], ...]) -> Mapping[str, Path]:
    found: dict[str, Path] = {}
    for path, _changed in files:
        tree = read_tree(path, [])
        title = tree.value.get("title") if tree else None
        if title is not None and isinstance(title.plain, dict):
            found |= {str(words): path.resolve() for words in title.plain.values()}
    return found


def _not_found(name: str, **where: Any) -> Problem:
    names, path = tuple(scenario_files()), Path(name)
    if _is_path(name):
        return _no_file(name, names, where)
    wrong = _("no such scenario")
    if is_broken_link(path):
        wrong = _("this link leads nowhere")
    elif is_folder(path):
        wrong = _("this is a folder, not a scenario")
    elif is_file(path):  # by another name than those that are looked at
        wrong = _("the name of a scenario's file ends in .yaml")
    said = like(name, names, {words: path.stem for words, path in _titles().items() if not words.isascii()})
    return Problem(
        wrong,
        value=name,
        allowed=(*said, _("or the path of a file")),
        nearest=_nearest_scenario(path.stem, said),
        **where,
    )


def _no_file(name: str, names: tuple[str, ...], where: dict[str, Any]) -> Problem:
    """That there is no such file, with the nearest of its folder, or the ready scenario of that name."""
    path = Path(name)
    if is_broken_link(path):
        wrong = _("this link leads nowhere")
    elif is_folder(path):
        wrong = _("this is a folder, not a scenario")
    elif is_file(path):  # by another name than those that are looked at
        wrong = _("the name of a scenario's file ends in .yaml")
    elif not is_folder(path.parent):
        wrong = _("no such scenario: the folder is not there")
    else:
        wrong = _(_NO_FILE)
    return Problem(
        wrong,
        value=name,
        allowed=(*names, _("or the path of a file")),
        nearest=_nearest_file(path, names) if wrong == _(_NO_FILE) else None,
        **where,
    )


def _nearest_file(path: Path, names: tuple[str, ...]) -> str | None:
    """The file of the same folder whose name is nearest; else the ready scenario, if that may be meant."""
    beside = [one for ending in (".yaml", ".yml") for one in files_of(path.parent, ending)]
    close = nearest(path.stem, [one.stem for one in beside])
    if close is not None:
        found = next(one for one in beside if one.stem == close)
        return str(path.parent / found.name) if len(path.parts) > 1 else found.name
    if len(path.parts) > 1:
        return path.stem if path.stem in names else None
    return _nearest_scenario(path.stem, names)


def _is_path(name: str) -> bool:
    return name.endswith((".yaml", ".yml")) or "/" in name or "\\" in name


def _nearest_scenario(word: str, names: tuple[str, ...]) -> str | None:
    """The nearest scenario; `none` only for what is nearly that word: many short words are close to it."""
    close = nearest(word, names)
    if close == _NONE and not get_close_matches(word.lower(), [_NONE], cutoff=_NEARLY):
        return nearest(word, [name for name in names if name != _NONE])
    return close


_NO_FILE = N_("no such scenario: the file is not there")
_NONE, _NEARLY = "none", 0.86  # of difflib's ratio


def _entries(tree: Tree) -> list[Tree]:
    extends = tree.value.get("extends")
    if extends is None or extends.value is None:
        return []
    return extends.value if isinstance(extends.value, list) else [extends]


def _extended(
    path: Path, problems: list[Problem], trail: tuple[Path, ...] = (), files: dict[Path, Tree] | None = None
) -> dict[Path, Tree]:
    """The file and all that it extends, each once, parents before children, left to right."""
    tree = read_tree(path, problems)
    if tree is None:
        return {}
    trail = (*trail, path)
    files = {} if files is None else files
    entries = _entries(tree)
    if len(entries) > MOST_PARENTS:
        problems.append(
            Problem(
                _("extends too many files"), entries[0].file, entries[0].line, "extends", len(entries),
                allowed=_("at most {count}", count=MOST_PARENTS),
            )
        )  # fmt: skip
    for entry in entries[:MOST_PARENTS]:
        where: dict[str, Any] = {"file": entry.file, "line": entry.line, "key": "extends"}
        if not isinstance(entry.value, str):
            problems.append(Problem(_("must be a scenario's name or path"), value=entry.plain, **where))
            continue
        parent = _located(entry.value, (path.parent, *folders()))
        if parent is None:
            problems.append(_not_found(entry.value, **where))
        elif parent in trail:
            loop = " -> ".join(shown(step) for step in (*trail[trail.index(parent) :], parent))
            problems.append(
                Problem(_("a scenario cannot extend itself ({loop})", loop=loop), value=entry.value, **where)
            )
        elif len(trail) > DEEPEST:
            problems.append(
                Problem(_("extends more than {count} files deep", count=DEEPEST), value=entry.value, **where)
            )
        elif parent not in files:
            _extended(parent, problems, trail, files)
    files[path] = tree
    return files


def _missing_reference(tree: Tree) -> Iterator[Problem]:
    """That there is no scenario of the name that ``compare_with`` gives."""
    named = tree.value.get("compare_with")
    if named is not None and isinstance(named.value, str) and named.value.strip():
        where: dict[str, Any] = {"file": named.file, "line": named.line, "key": "compare_with"}
        if _located(named.value.strip(), (Path(named.file).parent, *folders())) is None:
            yield _not_found(named.value, **where)


def _refuse_too_many_levers(tree: Tree) -> None:
    levers = tree.value.get("levers")
    if levers is not None and levers.is_map and len(levers.value) > MOST_LEVERS:
        raise ScenarioError(
            Problem(
                _("too many levers"),
                levers.file,
                levers.line,
                "levers",
                len(levers.value),
                _("at most {count}", count=MOST_LEVERS),
            )
        )


# --- checking ---------------------------------------------------------------------------------------


def _checked(
    name: str, tree: Tree, problems: list[Problem], origins: Mapping[str, str] | None = None
) -> Scenario:
    """The scenario, or every problem; keys that an unreadable parent may hold are not reported as missing."""
    is_whole = not problems
    content = tree.plain
    try:
        scenario = Scenario.model_validate({**content, "name": name})
    except ValidationError as error:
        found = problems_of(error, Scenario, tree)
        try:
            Scenario.model_validate(without_unknown_keys(error, {**content, "name": name}))
        except ValidationError as further:
            found += [
                problem
                for problem in problems_of(further, Scenario, tree)
                if not any(f"{known.key}.".startswith(f"{problem.key}.") for known in found)
            ]
        if not any(problem.kind == "conflict" for problem in found):
            found += [placed(problem, tree) for problem in conflicting_sets(_sound_levers(content))]
        problems = problems + [p for p in found if is_whole or p.kind != "missing"]
    else:
        problems = [*problems, *(placed(problem, tree) for problem in scenario.scales_of_nothing())]
    if problems:
        raise ScenarioError(told(sorted(problems, key=lambda p: (p.file or "~", p.line or 0))))
    if origins is None:
        origins = {dotted(key): f"{leaf.file}:{leaf.line}" for key, leaf in tree.leaves()}
    scenario._origins = dict(origins)
    return scenario


def _sound_levers(content: Mapping[str, Any]) -> dict[str, Lever]:
    """The levers without mistakes of their own, so that conflicts between them are reported as well."""
    sound = {}
    levers = content.get("levers")
    for name, lever in levers.items() if isinstance(levers, dict) else ():
        try:
            sound[name] = Lever.model_validate(lever)
        except ValidationError:
            continue
    return sound


# --- overriding -------------------------------------------------------------------------------------


def _opened(scenario: Scenario, keys: Iterable[str]) -> dict[str | int, Any]:
    """A scenario's content, with plain maps and lists only where the keys lead: a sweep changes a few numbers
    many times, and the rest need not be copied.
    """
    content: dict[str | int, Any] = {
        name: dict(value) if isinstance(value, dict) else value for name, value in scenario
    }
    for key in keys:
        section, *below = parts(key)
        value = content.get(section)
        if isinstance(value, BaseModel):
            content[section] = _plain(value)
        elif isinstance(value, dict) and below and isinstance(value.get(below[0]), BaseModel):
            value[below[0]] = _plain(value[below[0]])
    return content


def _plain(value: Any) -> Any:
    """Maps, lists and numbers, with the keys of files, instead of models."""
    if isinstance(value, BaseModel):
        return value.model_dump(by_alias=True)
    return {name: _plain(child) for name, child in value.items()} if isinstance(value, dict) else value


def _of_today(key: str) -> str:
    found: list[str | int] = []
    for part in parts(key):
        found.append(key_of_today((*found, part), key))
    return dotted(tuple(found))


def _override(content: dict[str | int, Any], key: str, value: Any) -> Problem | None:
    """Change one value in place; the problem, if the key leads nowhere."""
    *parents, last = parts(key)
    target = content
    for part in parents:
        if not isinstance(target, dict) or part not in target:
            names = tuple(str(name) for name in target) if isinstance(target, dict) else ()
            return Problem(
                _("there is no {part!r} to change", part=part),
                key=key,
                value=value,
                allowed=names,
                nearest=nearest(part, names),
                kind="key",
            )
        if target[part] is None:  # an optional map, such as budget
            target[part] = {}
        target = target[part]
    if not isinstance(target, dict):
        return Problem(_("a list can only be changed as a whole"), key=key, value=value, kind="key")
    if value is None:
        target.pop(last, None)
    else:
        target[last] = value
    return None


def _origins_after(scenario: Scenario, overrides: Mapping[str, Any]) -> dict[str, str]:
    kept = {
        key: origin
        for key, origin in scenario.origins.items()
        if not any(f"{key}.".startswith(f"{changed}.") for changed in overrides)
    }
    for key, value in overrides.items():
        leaves = _tree_of(value, {}, parts(key)).leaves(parts(key))
        kept |= {dotted(leaf): OVERRIDE for leaf, __ in leaves if value is not None}
    return kept


def _tree_of(content: Any, origins: Mapping[str, str], key: Key = ()) -> Tree:
    """Plain content as a tree again, so that problems after an override still name file and line."""
    if isinstance(content, Mapping):
        content = {name: _tree_of(child, origins, (*key, name)) for name, child in content.items()}
    elif isinstance(content, (list, tuple)):
        content = [_tree_of(child, origins, (*key, i)) for i, child in enumerate(content)]
    origin = origins.get(dotted(key), OVERRIDE)
    if origin == OVERRIDE:
        return Tree(content, OVERRIDE, None)
    file, __, line = origin.rpartition(":")
    return Tree(content, file, int(line))
