"""YAML 1.2 text as a tree of values with their file and line, and how trees are merged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent, NodeEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.parser import Parser

from sim.core.chinese import one_key
from sim.core.deprecated import key_of_today
from sim.core.encodings import not_utf8
from sim.core.errors import Problem, ScenarioError
from sim.core.language import _
from sim.scenario.yaml_faults import in_words

Key = tuple[str | int, ...]

# What a file may hold; the largest of the ready ones has 760 values. Reading so much takes half a second.
MOST_BYTES, MOST_VALUES, DEEPEST = 500_000, 10_000, 40
LARGEST = 10**18  # of whole numbers
_MERGE = "tag:yaml.org,2002:merge"

_TEXT_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp")  # 2025-01-15 stays text
_PLAIN_TAGS = (
    "tag:yaml.org,2002:int",
    "tag:yaml.org,2002:float",
    "tag:yaml.org,2002:bool",
    "tag:yaml.org,2002:null",
    *_TEXT_TAGS,
)


@dataclass(frozen=True)
class Tree:
    """A value and where it was written. ``value`` is a dict of trees, a list of trees, or a scalar."""

    value: Any
    file: str
    line: int | None

    @property
    def is_map(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def plain(self) -> Any:
        """The value without places: ordinary dicts, lists and scalars."""
        if self.is_map:
            return {key: child.plain for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain for child in self.value]
        return self.value

    def leaves(self, key: Key = ()) -> Iterator[tuple[Key, Tree]]:
        """Every scalar and every empty map or list, with its key."""
        if isinstance(self.value, (dict, list)) and self.value:
            value = self.value
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for name, child in pairs:
                yield from child.leaves((*key, name))
        else:
            yield key, self


def shown(path: Path) -> str:
    """The path as a reader would write it: relative to the present folder where it lies inside."""
    path = path.resolve()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def read_tree(path: Path, problems: list[Problem]) -> Tree | None:
    """Read one YAML file that holds a map. What is wrong is added to ``problems``."""
    file = shown(path)
    text = _text(path, file)
    yaml = YAML(typ="safe", pure=True)
    yaml.Parser = _Bounded
    try:
        node = yaml.compose(text)
    except _TooMuch as error:
        problems.append(Problem(error.told, file, error.line, allowed=error.allowed))
        return None
    except MarkedYAMLError as error:
        problems.append(in_words(error, text, file))
        return None
    except YAMLError as error:  # characters that YAML does not allow
        place = getattr(error, "position", None)
        line = None if place is None else text.count("\n", 0, place) + 1
        problems.append(Problem(_("not YAML: {reason}", reason=str(error).splitlines()[0]), file, line))
        return None
    except (
        ValueError
    ) as error:  # what the library takes for a value of its own, such as a year of many digits
        problems.append(Problem(_("not YAML: {reason}", reason=str(error).splitlines()[0]), file))
        return None
    if node is None or (isinstance(node, ScalarNode) and not node.value):
        problems.append(Problem(_("the file is empty"), file, 1, allowed=_("a map of `key: value` lines")))
        return None
    if not isinstance(node, MappingNode):
        problems.append(Problem(_("a scenario is a map"), file, 1, allowed=_("`key: value` lines")))
        return None
    try:
        return _TreeReader(yaml, file, problems).tree(node, ())
    except _TooMuch as error:
        problems.append(Problem(error.told, file, error.line, allowed=error.allowed))
        return None


def _text(path: Path, file: str) -> str:
    """The text of a file. Raises ``ScenarioError`` for one that cannot be read, is too large or no UTF-8."""
    try:
        if path.stat().st_size > MOST_BYTES:
            problem = Problem(
                _("is too large"), file=file, allowed=_("at most {count:,} bytes", count=MOST_BYTES)
            )
            raise ScenarioError(problem)
        content = path.read_bytes()
    except OSError as error:
        raise ScenarioError(
            Problem(_("cannot be read: {reason}", reason=error.strerror), file=file)
        ) from error
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScenarioError(not_utf8(content, file, line)) from error


def _most_values() -> str:
    return _("at most {count:,} values", count=MOST_VALUES)


def _most_levels() -> str:
    return _("at most {count} levels", count=DEEPEST)


class _TooMuch(Exception):
    """A file made to break readers, or by accident like one."""

    def __init__(self, told: str, line: int, allowed: str):
        super().__init__(told)
        self.told, self.line, self.allowed = told, line, allowed


class _Bounded(Parser):
    """Gives up on files with more values or deeper nesting than a person writes, before they cost time."""

    seen = depth = 0

    def get_event(self) -> Any:
        event = super().get_event()
        if isinstance(event, NodeEvent):
            self.seen += 1
            if isinstance(event, CollectionStartEvent):
                self.depth += 1
        elif isinstance(event, CollectionEndEvent):
            self.depth -= 1
        if self.seen > MOST_VALUES:
            raise _TooMuch(_("holds too much"), event.start_mark.line + 1, _most_values())
        if self.depth > DEEPEST:
            raise _TooMuch(_("is nested too deep"), event.start_mark.line + 1, _most_levels())
        return event


class _TreeReader:
    """Turns the nodes of one YAML file into a tree, noting duplicate keys and unknown tags."""

    def __init__(self, yaml: YAML, file: str, problems: list[Problem]):
        self.yaml, self.file, self.problems = yaml, file, problems
        self.made = 0
        self.inside: list[Node] = []  # the maps and lists around a value, of which an alias may be one

    def tree(self, node, key: Key, line: int | None = None) -> Tree:
        line = node.start_mark.line + 1 if line is None else line
        self.made += 1
        if self.made > MOST_VALUES:
            raise _TooMuch(_("is too large with its aliases"), line, _most_values())
        if isinstance(node, ScalarNode):
            return Tree(self.scalar(node, key), self.file, line)
        if any(node is other for other in self.inside):
            self.note(_("an alias stands inside what it stands for"), key, line)
            return Tree(None, self.file, line)
        if len(self.inside) >= DEEPEST:
            raise _TooMuch(_("is nested too deep with its aliases"), line, _most_levels())
        self.inside.append(node)
        if isinstance(node, MappingNode):
            value: Any = self.children(node, key)
        else:
            value = [self.tree(item, (*key, i)) for i, item in enumerate(node.value)]
        self.inside.pop()
        return Tree(value, self.file, line)

    def children(self, node: MappingNode, key: Key) -> dict[str | int, Tree]:
        children: dict[str | int, Tree] = {}
        merged: dict[str | int, Tree] = {}
        parts_of_number = _parted_by_commas(node)
        for place, (key_node, value_node) in enumerate(node.value):
            line = key_node.start_mark.line + 1
            if place in parts_of_number:
                whole = parts_of_number[place]
                if whole:  # told once, with the number that the parts come to
                    number_key, number = whole
                    digits = re.sub("[^0-9].*", "", number)  # a unit may follow
                    self.problems.append(
                        Problem(
                            _("a number is written without commas"),
                            self.file,
                            line,
                            dotted((*key, number_key)),
                            f"{int(digits):,}{number.removeprefix(digits)}",
                            allowed=_("write {number}", number=number),
                        )
                    )
                continue
            if str(key_node.tag) == _MERGE:
                for name, child in self.merged(value_node, key, line).items():
                    merged.setdefault(name, child)
                continue
            if not isinstance(key_node, ScalarNode):
                self.note(_("a key must be a word"), key, line)
                continue
            name = self.scalar(key_node, key)
            if not isinstance(name, int) or isinstance(name, bool):  # years are numbers, `no` is a word
                name = key_node.value
            name = key_of_today((*key, name), f"{self.file}:{line}")
            name = one_key(name) if isinstance(name, str) else name
            if name in children:
                self.note(
                    _("this key was already given on line {line}", line=children[name].line),
                    (*key, name),
                    line,
                )
                continue
            children[name] = self.tree(value_node, (*key, name), line)
        return {**{name: child for name, child in merged.items() if name not in children}, **children}

    def merged(self, node, key: Key, line: int) -> dict[str | int, Tree]:
        """What a merge key ``<<`` brings in, from a map or from a list of maps, of which the first counts."""
        nodes = node.value if isinstance(node, SequenceNode) else [node]
        found: dict[str | int, Tree] = {}
        for one in nodes:
            if not isinstance(one, MappingNode):
                self.note(_("`<<` takes a map, or a list of maps"), key, line)
                continue
            brought = self.tree(one, key, line).value
            found = {**(brought if isinstance(brought, dict) else {}), **found}
        return found

    def scalar(self, node: ScalarNode, key: Key) -> Any:
        tag = str(node.tag)
        if tag not in _PLAIN_TAGS:
            self.note(_("unknown YAML tag {tag}", tag=tag), key, node.start_mark.line + 1)
        if tag in _TEXT_TAGS or tag not in _PLAIN_TAGS:
            return node.value
        try:
            value = self.yaml.constructor.construct_object(node)
        except ValueError:  # a number that is none, such as 0o9, or one of thousands of digits
            value = None
        is_huge = isinstance(value, int) and abs(value) > LARGEST
        if is_huge or (value is None and tag != "tag:yaml.org,2002:null"):
            self.note(_("not a usable number"), key, node.start_mark.line + 1)
            return 0
        return value

    def note(self, message: str, key: Key, line: int) -> None:
        self.problems.append(Problem(message, self.file, line, dotted(key) or None))


def _parted_by_commas(node: MappingNode) -> dict[int, tuple[str, str] | None]:
    """Keys in braces that are the rest of a number with commas, as in ``{yuan: 2,000,000}``, by position.

    To the last of them the key of the number and its digits without commas, to the others None.
    """
    found: dict[int, tuple[str, str] | None] = {}
    name, digits, last = "", "", None
    for place, (key_node, value_node) in enumerate(node.value if node.flow_style else ()):
        text = str(key_node.value) if isinstance(key_node, ScalarNode) else ""
        is_empty = isinstance(value_node, ScalarNode) and not value_node.value
        group = text[:_GROUP]
        is_group = len(group) == _GROUP and group.isascii() and group.isdigit()
        unit = text[_GROUP:]  # behind the last digits, as in 2,000,000元
        if digits and is_empty and is_group and not unit[:1].isdigit() and digits.isdigit():
            found[place] = None
            digits, last = digits + text, place
            continue
        if last is not None:
            found[last] = (name, digits)
        value = str(value_node.value) if isinstance(value_node, ScalarNode) else ""
        is_start = value.isascii() and value.isdigit() and len(value) <= _GROUP
        name, digits, last = text, value if is_start else "", None
    if last is not None:
        found[last] = (name, digits)
    return found


_GROUP = 3  # digits between two commas


def dotted(key: Key) -> str:
    """A key as people write it.

    >>> dotted(("levers", "x", "age", 0))
    'levers.x.age.0'
    """
    return ".".join(str(part) for part in key)


def merge(
    base: Tree,
    over: Tree,
    problems: list[Problem],
    key: Key = (),
    keeps_null: Callable[[Key], bool] | None = None,
) -> Tree:
    """``base`` updated with ``over``: maps merge, scalars and lists replace, null removes.

    ``keeps_null``: where a null stays, because what it removes is filled in later.
    """
    if not (base.is_map and over.is_map):
        if not over.is_map:
            return over
        return merge(Tree({}, over.file, over.line), over, problems, key, keeps_null)
    children = dict(base.value)
    for name, child in over.value.items():
        place = (*key, name)
        if child.value is None and not (keeps_null and keeps_null(place)):
            if children.pop(name, None) is None:
                problems.append(
                    Problem(
                        _("is empty, and there is nothing to remove here"),
                        child.file,
                        child.line,
                        dotted(place),
                    )
                )
        else:
            children[name] = merge(
                children.get(name, Tree({}, child.file, child.line)), child, problems, place, keeps_null
            )
    return Tree(children, over.file, over.line)


def find(tree: Tree, key: Key) -> tuple[Tree, Key]:
    """What lies at a key, or nearest above it, and the key as the file writes it.

    The position in a list of one that was written without brackets (``citation``) is passed over.
    """
    written: list[str | int] = []
    for i, part in enumerate(key):
        value = tree.value
        if isinstance(value, dict) and part in value:
            tree = value[part]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            tree = value[part]
        elif isinstance(value, dict) and part == 0:
            continue
        else:
            return tree, (*written, *key[i:])
        written.append(part)
    return tree, tuple(written)


def parts(key: str) -> Key:
    """The key that people write so: years and positions are numbers.

    >>> parts("levers.x.age.0")
    ('levers', 'x', 'age', 0)
    """
    return tuple(int(part) if part.isascii() and part.isdigit() else part for part in key.split(".") if part)
