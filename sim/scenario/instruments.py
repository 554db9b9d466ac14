"""The catalogue of instruments: reading ``levers/*.yaml``, and completing levers that name one.

A file holds one family: its label, the window for scenarios that name none, and its instruments, each of
them a lever at its documented strength or several levers as ``parts``. A lever of a scenario with
``instrument: startup-subsidy`` takes from the catalogue every key that it does not give itself; where the
instrument has parts, it becomes one lever for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import count
from pathlib import Path

from pydantic import ValidationError

from sim.core.chinese import like
from sim.core.errors import Problem, ScenarioError, nearest
from sim.core.files import files_of
from sim.core.language import _
from sim.scenario.eligibility import Window
from sim.scenario.fields import Label, Slug, Strict
from sim.scenario.lever import Lever
from sim.scenario.problems import placed, problems_of
from sim.scenario.yaml_tree import Key, Tree, dotted, merge, read_tree

FOLDER = "levers"


class Family(Strict):
    """A file of the catalogue: instruments that belong together."""

    label: Label
    window: Window
    instruments: dict[Slug, Lever]


@dataclass(frozen=True)
class Instrument:
    """An instrument of the catalogue with its parts, one or more levers at the documented strength."""

    slug: str
    family: str
    family_label: Label
    parts: tuple[Lever, ...]

    @property
    def main(self) -> Lever:
        """The first part, which says what all parts share."""
        return self.parts[0]

    @property
    def number(self) -> int:
        return self.main.instruments[0]

    @property
    def documents(self) -> tuple[str, ...]:
        return tuple(clause.document for clause in self.main.citation)


@dataclass(frozen=True)
class Catalogue:
    """Families and instruments as written: ``families`` by id, ``instruments`` by slug."""

    families: Mapping[str, Tree]
    instruments: Mapping[str, Tree]
    problems: tuple[Problem, ...]

    def slug(self, word: object) -> str | None:
        """The slug of an instrument named by slug, Chinese label or number; None for anything else."""
        if not isinstance(word, (str, int)):
            return None
        if word in self.instruments:
            return str(word)
        if isinstance(word, str):
            return self.in_chinese.get(word)
        numbers = {
            number.value: slug
            for slug, tree in self.instruments.items()
            for number in _items(tree.value.get("instruments"))
        }
        return numbers.get(word)

    @cached_property
    def in_chinese(self) -> dict[str, str]:
        """The slug of each instrument by its Chinese label."""
        labels = ((slug, tree.value.get("label")) for slug, tree in self.instruments.items())
        return {
            str(label.value["zh"].value): slug
            for slug, label in labels
            if label is not None and label.is_map and "zh" in label.value
        }


def read_catalogue(folders: Iterable[Path]) -> Catalogue:
    """The catalogue of the first folder that has a family, family by family."""
    files: dict[str, Path] = {}
    for folder in folders:
        for path in files_of(folder / FOLDER, ".yaml"):
            files.setdefault(path.stem, path)
    state = tuple((str(path), path.stat().st_mtime_ns) for path in files.values())
    return _read(state, str(Path.cwd()))


def check_family(path: Path) -> None:
    """Check one file of the catalogue by itself. Raises ``ScenarioError`` with all problems."""
    checked_instruments(_read(((str(path), path.stat().st_mtime_ns),), str(Path.cwd())))


@lru_cache(maxsize=4)
def _read(state: tuple[tuple[str, int], ...], _cwd: str) -> Catalogue:
    problems: list[Problem] = []
    families: dict[str, Tree] = {}
    instruments: dict[str, Tree] = {}
    for name, __ in state:
        path = Path(name)
        tree = read_tree(path, problems)
        if tree is None:
            continue
        families[path.stem] = tree
        for slug, entry in _children(tree.value.get("instruments")).items():
            if slug in instruments:
                first = instruments[slug]
                problems.append(
                    Problem(
                        _(
                            "this instrument is already in {file}, line {line}",
                            file=first.file,
                            line=first.line,
                        ),
                        entry.file,
                        entry.line,
                        f"instruments.{slug}",
                    )
                )
            elif entry.is_map:
                instruments[slug] = _completed(slug, entry, path.stem, tree)
    return Catalogue(families, instruments, tuple(problems))


def _completed(slug: str, entry: Tree, family: str, file: Tree) -> Tree:
    """An instrument with its slug, its family and the window of the family."""
    said = {"instrument": Tree(slug, entry.file, entry.line), "family": Tree(family, entry.file, entry.line)}
    if "window" in file.value:
        said["window"] = file.value["window"]
    return merge(Tree(said, entry.file, entry.line), entry, [])


def checked_instruments(catalogue: Catalogue) -> dict[str, Instrument]:
    """Every instrument, by slug, in order of number. Raises ``ScenarioError`` with all problems."""
    problems = list(catalogue.problems)
    found: dict[str, Instrument] = {}
    for family, tree in catalogue.families.items():
        own = {
            slug: _parts(entry)
            for slug, entry in catalogue.instruments.items()
            if entry.value["family"].value == family
        }
        flat = {_joined(slug, part): lever for slug, parts in own.items() for part, lever in parts.items()}
        whole = Tree({**tree.value, "instruments": Tree(flat, tree.file, tree.line)}, tree.file, tree.line)
        try:
            checked = Family.model_validate(whole.plain)
        except ValidationError as error:
            problems += problems_of(error, Family, whole)
            continue
        problems += [
            placed(problem, whole, ("instruments", name))
            for name, lever in checked.instruments.items()
            for problem in _gaps(lever)
        ]
        for slug, parts in own.items():
            levers = tuple(checked.instruments[_joined(slug, part)] for part in parts)
            found[slug] = Instrument(slug, family, checked.label, levers)
    if problems:
        raise ScenarioError(problems)
    return dict(sorted(found.items(), key=lambda item: item[1].number))


def _joined(slug: str, part: str | None) -> str:
    return slug if part is None else f"{slug}-{part}"


def _parts(instrument: Tree) -> dict[str | None, Tree]:
    """The levers of an instrument by part; one without a name where it has no parts."""
    common = {key: value for key, value in instrument.value.items() if key != "parts"}
    base = Tree(common, instrument.file, instrument.line)
    parts = _children(instrument.value.get("parts"))
    if not parts:
        return {None: base}
    return {
        part: merge(base, Tree({"part": Tree(part, own.file, own.line), **own.value}, own.file, own.line), [])
        for part, own in parts.items()
        if own.is_map
    }


def _gaps(lever: Lever) -> Iterable[Problem]:
    """What is missing: a lever may leave it out, an instrument of the catalogue may not."""
    for key in ("acts_on", "not_known", "first_outcome", "strength_range"):
        if getattr(lever, key) is None:
            yield Problem(_("an instrument of the catalogue needs this key"), key=key)
    if lever.unit_cost is None and lever.no_cost is None and lever.not_costed is None:
        yield Problem(
            _(
                "an instrument of the catalogue needs a cost, or the reason why it costs nothing or is not "
                "costed"
            ),
            key="unit_cost",
            allowed=("unit_cost", "no_cost", "not_costed"),
        )
    cost = lever.unit_cost
    if cost is not None and cost.index is None and cost.follows != "nothing":
        yield Problem(
            _(
                "a cost of the catalogue says the year of its prices, or that it is a sum that follows "
                "nothing"
            ),
            key="unit_cost.in_yuan_of",
            allowed=("in_yuan_of", _("follows: nothing")),
        )
    if cost is not None and cost.status is None:
        yield Problem(
            _("a cost of the catalogue says how it is known"),
            key="unit_cost.status",
            allowed=("seen", "recalled", "assumed"),
        )
    if lever.part is not None and lever.part_label is None:
        yield Problem(_("a part needs a label that distinguishes it from the others"), key="part_label")
    if len(lever.instruments) != 1:
        yield Problem(_("an instrument has one number"), key="instruments", value=list(lever.instruments))
    if lever.effects and any(effect.set is not None for effect in lever.effects.values()):
        yield Problem(
            _("a `set` cannot be multiplied by a strength"), key="effects", allowed=("scale", "add")
        )
    if lever.first_outcome and (lever.first_outcome.direction == "none") != (lever.no_effect is not None):
        yield Problem(
            _("direction none is for instruments without an effect, and for no others"),
            key="first_outcome.direction",
            value=lever.first_outcome.direction,
        )


# --- in a scenario ----------------------------------------------------------------------------------


def of_an_instrument(*files: Tree) -> Callable[[Key], bool]:
    """Whether a key lies inside a lever that names an instrument in one of the files."""
    names = {
        name
        for file in files
        for name, lever in _children(file.value.get("levers")).items()
        if "instrument" in _children(lever)
    }
    return lambda key: len(key) > 2 and key[0] == "levers" and key[1] in names


def named_levers(tree: Tree, catalogue: Callable[[], Catalogue], problems: list[Problem]) -> Tree:
    """A scenario file whose ``levers`` are a list of instruments, with the list as a map by name."""
    levers = tree.value.get("levers")
    if levers is None or not isinstance(levers.value, list):
        return tree
    found: dict[str, Tree] = {}
    for entry in levers.value:
        if not entry.is_map or not {"instrument", "name"} & entry.value.keys():
            problems.append(
                Problem(
                    _("must name an instrument"),
                    entry.file,
                    entry.line,
                    "levers",
                    entry.plain if not entry.is_map else None,
                    allowed=_("- instrument: NAME, or a map of levers by name"),
                )
            )
            continue
        fields = dict(entry.value)
        named = fields.pop("name", None) or fields["instrument"]
        is_slug = isinstance(named.value, str) and named.value.isascii()
        word = str((not is_slug and catalogue().slug(named.value)) or named.value).replace("-", "_")
        if word in found:
            problems.append(
                Problem(
                    _("this lever is already listed on line {line}", line=found[word].line),
                    entry.file,
                    entry.line,
                    f"levers.{word}",
                    allowed=_("another `name` for one of them"),
                )
            )
            word = next(free for n in count(2) if (free := f"{word}_{n}") not in found)  # both are checked
        found[word] = Tree(fields, entry.file, entry.line)
    return Tree({**tree.value, "levers": Tree(found, levers.file, levers.line)}, tree.file, tree.line)


def filled_in(tree: Tree, catalogue: Callable[[], Catalogue], problems: list[Problem]) -> Tree:
    """A scenario in which every lever that names an instrument has the keys that it takes from it.

    The catalogue is read only if some lever needs it; problems of its files are reported then.
    """
    levers = tree.value.get("levers")
    if levers is None or not any("instrument" in _children(lever) for lever in _children(levers).values()):
        return tree
    known = catalogue()
    problems += known.problems
    found: dict[str, Tree] = {}
    for name, lever in levers.value.items():
        found |= _filled(lever, known, problems, name)
    return Tree({**tree.value, "levers": Tree(found, levers.file, levers.line)}, tree.file, tree.line)


def _filled(lever: Tree, catalogue: Catalogue, problems: list[Problem], name: str) -> dict[str, Tree]:
    """The lever completed from its instrument, one for each part; none if there is no such instrument."""
    named = lever.value.get("instrument") if lever.is_map else None
    if named is None:
        return {name: lever}
    slug, key = catalogue.slug(named.value), ("levers", name)
    if slug is None:
        slugs = like(str(named.value), catalogue.instruments, catalogue.in_chinese)
        problems.append(
            Problem(
                _("unknown instrument"),
                named.file,
                named.line,
                dotted((*key, "instrument")),
                named.value,
                allowed=slugs,
                nearest=nearest(named.value, slugs),
            )
        )
        return {}
    base = catalogue.instruments[slug]
    own = {**lever.value, "instrument": Tree(slug, named.file, named.line)}
    chosen, of_parts = own.pop("documents", None), _children(own.pop("parts", None))
    if chosen is not None and "citation" not in own:
        base = _of_documents(base, chosen, problems, key)
    parts = _parts(base)
    for unknown in of_parts.keys() - parts.keys():
        known = tuple(str(word) for word in parts if word)
        problems.append(
            Problem(
                _("the instrument has no such part"),
                of_parts[unknown].file,
                of_parts[unknown].line,
                dotted((*key, "parts", unknown)),
                allowed=known or _("no parts"),
                nearest=nearest(unknown, known),
            )
        )
    if len(parts) > 1 and "budget" in own:
        problems.append(
            Problem(
                _("this instrument has parts, and each has a budget of its own"),
                own["budget"].file,
                own["budget"].line,
                dotted((*key, "budget")),
                allowed=tuple(f"parts.{part}.budget" for part in parts),
            )
        )
    found = {}
    for part, whole in parts.items():
        whole = merge(whole, Tree(own, lever.file, lever.line), problems, key)
        if part in of_parts:
            whole = merge(whole, of_parts[part], problems, (*key, "parts", part))
        found[name if part is None else f"{name}_{part.replace('-', '_')}"] = whole
    return found


def _of_documents(instrument: Tree, chosen: Tree, problems: list[Problem], key: Key) -> Tree:
    """The instrument with the clauses of the chosen documents alone."""
    clauses = _items(instrument.value.get("citation"))
    by_document = {clause.value["document"].value: clause for clause in clauses}
    kept = []
    for word in _items(chosen):
        if isinstance(word.value, str) and word.value in by_document:
            kept.append(by_document[word.value])
        else:
            problems.append(
                Problem(
                    _("this document does not name the instrument"),
                    word.file,
                    word.line,
                    dotted((*key, "documents")),
                    word.plain,
                    allowed=tuple(by_document),
                )
            )
    return Tree(
        {**instrument.value, "citation": Tree(kept, chosen.file, chosen.line)},
        instrument.file,
        instrument.line,
    )


def _items(tree: Tree | None) -> list[Tree]:
    if tree is None:
        return []
    return tree.value if isinstance(tree.value, list) else [tree]


def _children(tree: Tree | None) -> dict[str, Tree]:
    return tree.value if tree is not None and tree.is_map else {}
