"""What a policy is rightly compared with: the reference that its file names, or a base common to several.

Against another scenario an effect holds what the two references differ in besides the policy: the documents
of 2024 against history without the measures of 2020 and 2022 would seem to have brought those too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sim.core.errors import Problem, UsageError, enumerated
from sim.core.language import N_, Words, _, each_in_every_language, in_every_language, plural
from sim.scenario.loading import USUAL_REFERENCE, load_reference, load_scenario
from sim.scenario.scenario import Scenario

_FOR_READERS = ("name", "title", "description", "compare_with", "focus", "period")
# Sections of which each entry is taken by itself, with how they are counted.
_BY_NAME = {
    "parameters": (N_("{count} parameter"), N_("{count} parameters")),
    "paths": (N_("{count} path"), N_("{count} paths")),
    "shocks": (N_("{count} shock"), N_("{count} shocks")),
    "levers": (N_("{count} lever"), N_("{count} levers")),
}
_SECTIONS = Words({"assumptions": N_("assumptions"), "future": N_("future"), "financing": N_("financing")})


def _on_common_base(policy: str, own: str, common: str) -> str:
    return _(
        "{policy} is made to be compared with {own}. Here all are held against {common}, their common base: "
        "of {policy} counts what goes beyond what history had carried out.",
        policy=policy,
        own=own,
        common=common,
    )


def by_reference(
    policies: Sequence[Scenario],
) -> tuple[Scenario, list[Scenario], list[dict[str, str]]]:
    """The scenario with which all the policies are compared, the policies laid on it, and what was moved.

    That is the reference that they name; where they name several, the baseline is their common base. Of a
    policy moved there what counts is what it says beyond its own reference, less what history had carried
    out of it, which the baseline holds. Raises ``UsageError`` for a policy that is a reference itself.
    """
    references = {policy.name: load_reference(policy) for policy in policies}
    for policy in policies:
        if references[policy.name].name == policy.name:
            raise UsageError(
                Problem(
                    _("{name} is what policies are compared with", name=policy.name),
                    key="policies",
                    value=policy.name,
                    allowed=_(
                        "a policy, which is compared with the reference that it names; or the "
                        "scenario to compare with, then policies"
                    ),
                )
            )
    names = {reference.name for reference in references.values()}
    if len(names) == 1:
        return next(iter(references.values())), list(policies), []
    common, laid, said = load_scenario(USUAL_REFERENCE), [], []
    for policy in policies:
        own = references[policy.name]
        laid.append(policy if own.name == common.name else moved(policy, own, common))
        if own.name != common.name:
            said.append(in_every_language(partial(_on_common_base, policy.name, own.name, common.name)))
    return common, laid, said


def moved(policy: Scenario, own: Scenario, common: Scenario) -> Scenario:
    """The policy on another base: what it says beyond its ``own`` reference, said of the ``common`` one.

    A lever that history had carried out in part (``implemented_share``) acts with the rest alone.
    """
    whole, before, base = policy.content(), own.content(), common.content()
    found: dict[str, Any] = {}
    for section in {**base, **whole}:
        said, there, here = (content.get(section) for content in (whole, before, base))
        if section in _FOR_READERS:
            found[section] = said
        elif section in _BY_NAME:
            found[section] = _entries(said or {}, there or {}, here or {})
        else:
            found[section] = here if said == there else said
    found["levers"] = {
        name: lever if lever == (base.get("levers") or {}).get(name) else _beyond_history(lever)
        for name, lever in found["levers"].items()
    }
    found["compare_with"] = common.name
    laid = Scenario.model_validate({key: value for key, value in found.items() if value is not None})
    laid._origins = dict(policy.origins)
    return laid


def _entries(said: Mapping, before: Mapping, base: Mapping) -> dict[str, Any]:
    """A section of the policy on the base: its own entries, and those of the base that it does not change."""
    own = {name: value for name, value in said.items() if value != before.get(name)}
    dropped = before.keys() - said.keys()
    return {**{name: value for name, value in base.items() if name not in dropped}, **own}


def _beyond_history(lever: dict[str, Any]) -> dict[str, Any]:
    """A lever that acts with what history had not carried out of it."""
    share = (lever.get("implemented_share") or {}).get("share", 0.0)
    is_set = any("set" in effect for effect in lever.get("effects", {}).values())
    if lever.get("baseline_share") or is_set or not lever.get("strength", 1.0) > share:
        return lever
    return {**lever, "baseline_share": share}


def another_reference(base: Any, policies: Sequence[Any]) -> list[dict[str, str]]:
    """What a reader has to know of policies that are held against another scenario than they name, in every
    language.

    Nothing of those that name none: what they are held against is then their user's choice, unless it has
    something that neither they nor the baseline have.
    """
    return each_in_every_language(lambda: _held_against_another(base, policies))


def _held_against_another(base: Any, policies: Sequence[Any]) -> list[str]:
    found = []
    for policy in policies:
        said = policy.content()
        named = said.get("compare_with")
        if not isinstance(policy, Scenario) or not isinstance(base, Scenario):
            continue
        reference = load_reference(policy)
        if reference.name in (base.name, policy.name):  # its own, or a reference itself
            continue
        foreign = _held_by_base_alone(base, reference, said)
        if foreign:
            consequence = _(
                "so what {base} and {reference} differ in ({foreign}) is counted among its effects",
                base=base.name,
                reference=reference.name,
                foreign=foreign,
            )
        elif named:
            consequence = _("so its effects are what it adds to {base}", base=base.name)
        else:
            continue
        found.append(
            _(
                "{policy} is made to be compared with {reference}; here it is compared with {base}, "
                "{consequence}. To compare with its own reference: labor-sim compare {policy}",
                policy=policy.name,
                reference=reference.name,
                base=base.name,
                consequence=consequence,
            )
        )
    return found


def _held_by_base_alone(base: Scenario, reference: Scenario, policy: Mapping[str, Any]) -> str:
    """In words, what tells the base from the reference and the policy does not have; empty if nothing."""
    has, lacks = base.content(), reference.content()
    counts = []
    for section in {**has, **lacks}:
        if section in _FOR_READERS:
            continue
        here, there, said = (content.get(section) for content in (has, lacks, policy))
        if section not in _BY_NAME:
            counts += [_SECTIONS.get(section, section)] if here != there and said != here else []
            continue
        here, there, said = here or {}, there or {}, said or {}
        names = [
            name
            for name in {**here, **there}
            if here.get(name) != there.get(name) and said.get(name) != here.get(name)
        ]
        if names:
            counts.append(plural(*_BY_NAME[section], len(names)))
    return enumerated(counts)
