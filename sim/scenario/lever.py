"""Levers: the keys of one, and the checks that they fit together.

A lever changes the parameters that eligible workers, or everybody in a place, face during a window of
months; it may cost money, and the money may run out. Or it steers other levers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import combinations
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from sim.core.categories import BROUGHT_ABOUT_BY, BY_PLACE, OCCASIONS
from sim.core.errors import Problem, headed
from sim.core.language import _
from sim.parameters.behaviour import PARAMETERS
from sim.scenario.costs import CASH, LOAN, PAID_TO_BANKS, PAYOUT, RENT_AID, TO_CITIES, Budget, UnitCost
from sim.scenario.delivery import Delivery
from sim.scenario.effects import Effect, faced_nowhere, gives, out_of_bounds
from sim.scenario.eligibility import Where, Who, Window
from sim.scenario.fields import (
    PAYERS,
    DocumentId,
    Grade,
    InstrumentNumber,
    Label,
    ParameterName,
    Share,
    Slug,
    Strict,
    Text,
    refuse,
)
from sim.scenario.strength import FirstOutcome, ImplementedShare, Strength, StrengthRange


class Citation(Strict):
    """The document that a lever comes from, and its clause in our own words."""

    document: DocumentId
    clause: Text
    article: Annotated[int, Field(strict=True, ge=1, le=99)] | None = None
    """The article that the clause stands in, by its number; none where it is not known."""
    section: Annotated[int, Field(strict=True, ge=1, le=99)] | None = None
    """The section of the document, by its number, where the article is not known."""


def _one_as_list(value: Any) -> Any:
    return [value] if isinstance(value, (dict, Citation)) else value


class Lever(Strict):
    """One policy lever: which parameters it changes, for whom, where, when, and at what cost.

    ``effects`` are those of strength 1. A lever acts with ``strength`` less ``baseline_share``, the part that
    the scenario it is compared with already contains: a negative difference takes that part away.
    """

    label: Label
    """Its name for people, in English and Chinese."""
    instrument: Slug | None = None
    """The name of its instrument in the catalogue; none for a lever of one's own."""
    part: Slug | None = None
    """The part, of an instrument that changes several things."""
    part_label: Label | None = None
    """What tells it from the other parts."""
    instruments: tuple[InstrumentNumber, ...] = ()
    """The numbers of the documented instruments that it carries out."""
    family: Slug | None = None
    """The family of instruments that it belongs to."""
    citation: Annotated[tuple[Citation, ...], BeforeValidator(_one_as_list), Field(min_length=1)]
    """The clauses of policy documents that it comes from; one may be written without a list."""
    evidence: Grade
    """The grade of the evidence on its effect, ``A`` to ``D``, or ``n/a`` (see ``GRADES``)."""
    acts_on: Text | None = None
    """What it acts on, in words."""
    note: Text | None = None
    """What a reader should know besides."""
    not_known: Text | None = None
    """What is not known of its effect."""
    first_outcome: FirstOutcome | None = None
    """What it moves first, and which way."""
    strength: Strength = 1.0
    """The multiple of the documented size at which it is applied."""
    strength_range: StrengthRange | None = None
    """The multiples that the evidence covers, and the largest that is allowed."""
    implemented_share: ImplementedShare | None = None
    """How much of the documented size had been implemented before, and who says so."""
    baseline_share: Share = 0.0
    """The part of strength 1, from 0 to 1, that the scenario compared with already contains."""
    window: Window
    """The months in which it is in force."""
    where: Where = Where()
    """The places and homes in which it holds; all if not said."""
    who: Who = Who()
    """The workers whom it concerns; all if not said."""
    take_up: Share = 1.0
    """The share of those whom it concerns that use it, from 0 to 1."""
    effects: dict[ParameterName, Effect] = {}
    """The changes at strength 1, by parameter and in its unit."""
    delivery: Delivery | None = None
    """How it steers other levers, where it changes no parameter."""
    no_effect: Text | None = None
    """Why it does neither."""
    unit_cost: UnitCost | None = None
    """What serving one worker once costs, in yuan, and who pays."""
    no_cost: Text | None = None
    """Why it costs nothing."""
    not_costed: Text | None = None
    """Why what it costs is not known; no cost per outcome is given then."""
    budget: Budget | None = None
    """How much may be spent, in yuan; without one there is no limit."""

    @property
    def title(self) -> str:
        """Its label, and which part of the instrument it is."""
        return f"{self.label.en}: {self.part_label.en}" if self.part_label else self.label.en

    @property
    def acting(self) -> float:
        """The strength with which it acts, beyond what the reference holds."""
        return self.strength - self.baseline_share

    @cached_property
    def changes(self) -> dict[str, Effect]:
        """What it changes in force: the effects at the strength with which it acts; none at strength 0."""
        if self.acting == 0.0:
            return {}
        return {name: effect.at(self.acting) for name, effect in self.effects.items()}

    @property
    def price(self) -> float:
        """Yuan per serving in force; 0 where the lever takes a part of the reference away."""
        return self.unit_cost.at(self.acting) if self.unit_cost and self.acting > 0.0 else 0.0

    @property
    def money(self) -> Budget | None:
        """The budget in force; None where the lever takes a part of the reference away."""
        return self.budget if self.acting > 0.0 else None

    @model_validator(mode="after")
    def _holds_together(self) -> Lever:
        refuse([*self._effect_problems(), *self._strength_problems(), *self._money_problems()])
        return self

    def _strength_problems(self) -> Iterator[Problem]:
        if self.strength_range is not None:
            yield from self.strength_range.problems(self.strength)
        elif self.strength < 0.0:
            yield Problem(
                _("a strength cannot be negative"),
                key="strength",
                value=self.strength,
                allowed=_("0 or more, in multiples of the effects given"),
            )
        for name, effect in self.effects.items():
            if effect.set is not None and self.acting not in (0.0, 1.0):
                yield Problem(
                    _(
                        "a `set` cannot be multiplied by a strength, and this lever acts at {acting:g}",
                        acting=self.acting,
                    ),
                    key=f"effects.{name}.set",
                    value=effect.set,
                    allowed=_("scale or add; or a strength of 0 or 1 and a baseline_share of 0"),
                )
            elif name in self.changes and not [*out_of_bounds(name, effect, "")]:
                for problem in out_of_bounds(name, self.changes[name], f"effects.{name}"):
                    yield replace(
                        problem, key="strength", value=self.strength, message=headed(name, problem.message)
                    )

    def _effect_problems(self) -> Iterator[Problem]:
        said = [bool(self.effects), self.delivery is not None, self.no_effect is not None]
        if sum(said) != 1:
            yield Problem(
                _("a lever needs exactly one of these keys"),
                key="effects",
                allowed=("effects", "delivery", "no_effect"),
            )
        for name, effect in self.effects.items():
            parameter = PARAMETERS[name]
            if parameter.scope == "economy":
                yield Problem(
                    _(
                        "a lever cannot change a parameter that is one number for the whole economy; "
                        "set it under `parameters` instead"
                    ),
                    key=f"effects.{name}",
                    allowed=tuple(p.name for p in PARAMETERS.values() if p.scope != "economy"),
                )
            elif parameter.scope == "place":
                yield from self._people_named_for_a_place(name)
            elif parameter.scope == "corridor":
                yield from self._people_named(_("everybody from a home faces the same {name}", name=name))
            yield from faced_nowhere(name, self.where)
            yield from out_of_bounds(name, effect, f"effects.{name}")

    def _people_named_for_a_place(self, name: str) -> Iterator[Problem]:
        reason = _("everybody in a place faces the same {name}", name=name)
        yield from self._people_named(reason)
        if self.where.names_homes:
            yield Problem(
                _("{reason}, so this lever cannot restrict who", reason=reason),
                key="where",
                allowed=_("provinces, regions, tiers"),
            )

    def _people_named(self, reason: str) -> Iterator[Problem]:
        if not self.who.is_everyone:
            yield Problem(
                _("{reason}, so this lever cannot restrict who", reason=reason),
                key="who",
                allowed=_("remove `who`, or put this effect in a lever of its own"),
            )
        if self.take_up < 1.0:
            yield Problem(
                _("{reason}: nobody can decline it", reason=reason),
                key="take_up",
                value=self.take_up,
                allowed=_("1, or no take_up at all"),
            )

    def _money_problems(self) -> Iterator[Problem]:
        said = [key for key in ("unit_cost", "no_cost", "not_costed") if getattr(self, key) is not None]
        if len(said) > 1:
            yield Problem(
                _("a lever has a cost, costs nothing, or is not costed, and cannot be two of these"),
                key=said[1],
                allowed=("unit_cost", "no_cost", "not_costed"),
            )
        yield from self._free_money_problems()
        yield from self._rent_problems()
        yield from self._loan_problems()
        if self.unit_cost is not None and self.unit_cost.per in BROUGHT_ABOUT_BY and self.effects:
            yield from self._never_billed(self.unit_cost.per)
        if self.unit_cost is not None and "worker" in self.unit_cost.shares:
            yield from self._worker_payer_problems(self.unit_cost)
        if self.budget is None:
            return
        if self.unit_cost is None or self.unit_cost.yuan == 0:
            yield Problem(
                _("a budget needs a unit cost: serving somebody costs nothing here"),
                key="budget",
                allowed=_("a unit_cost above 0 yuan"),
            )
        elif self.unit_cost.per in BY_PLACE:
            yield Problem(
                _("a budget is rationed among workers; this is counted by a share of the people in a place"),
                key="budget",
                value=self.unit_cost.per,
                allowed=tuple(name for name in OCCASIONS if name not in BY_PLACE),
            )
        if all(PARAMETERS[name].scope in ("place", "corridor") for name in self.effects):
            yield Problem(
                _("a budget is rationed among workers, and this lever has no effect on workers"),
                key="budget",
                allowed=_("a lever with an effect on workers"),
            )

    def _free_money_problems(self) -> Iterator[Problem]:
        """Money in the hands of workers, or of cities that take them in, is somebody's cost."""
        cost = self.unit_cost
        if cost is not None and cost.yuan == 0 and PAYOUT in self.effects:
            yield Problem(
                _("an insurer who pays workers needs a premium: serving somebody cannot cost nothing here"),
                key="unit_cost.yuan",
                value=cost.yuan,
                allowed=_("a unit_cost above 0 yuan"),
            )
        for name in (*CASH, LOAN, PAYOUT, RENT_AID, TO_CITIES):
            if name not in self.effects or not gives(name, self.effects[name]):
                continue
            if self.no_cost is not None:
                yield Problem(
                    _("a lever that hands out money ({name}) cannot cost nothing", name=name),
                    key="no_cost",
                    value=self.no_cost,
                    allowed=_("a unit_cost that says who pays; or not_costed"),
                )
                return

    def _rent_problems(self) -> Iterator[Problem]:
        """What is paid of rents is billed for whoever lives there, and for nothing else."""
        is_paid = RENT_AID in self.effects and gives(RENT_AID, self.effects[RENT_AID])
        if is_paid and self.unit_cost is not None and self.unit_cost.per != "resident_month":
            yield Problem(
                _("what a lever pays of the cost of housing is billed for every migrant who lives there"),
                key="unit_cost.per",
                value=self.unit_cost.per,
                allowed=("resident_month",),
            )

    def _loan_problems(self) -> Iterator[Problem]:
        """What banks are paid for a loan is billed to whoever gives such loans."""
        is_share = any(name in self.effects for name in PAID_TO_BANKS) and LOAN not in self.effects
        if is_share and self.unit_cost is not None and self.unit_cost.per in ("loan_month", "loan_default"):
            yield Problem(
                _("what banks are paid for a loan is billed to whoever gives it: it would be paid twice"),
                key="unit_cost.per",
                value=self.unit_cost.per,
                allowed=_("an effect on {parameter} too; or no_cost", parameter=LOAN),
            )

    def _never_billed(self, per: str) -> Iterator[Problem]:
        begins = BROUGHT_ABOUT_BY[per]
        if not any(name.startswith(begins) for name in self.effects):
            yield Problem(
                _("this lever would never be billed: it brings about none of what {per} counts", per=per),
                key="unit_cost.per",
                value=per,
                allowed=_("an effect on {parameter}, or another occasion", parameter=" / ".join(begins)),
            )

    def _worker_payer_problems(self, cost: UnitCost) -> Iterator[Problem]:
        key = "payer" if cost.payer else "payers.worker"
        others = tuple(payer for payer in PAYERS if payer != "worker")
        if cost.per in BY_PLACE:
            yield Problem(
                _(
                    "{per} is counted by a share of the people in a place: no worker can be asked to pay",
                    per=cost.per,
                ),
                key=f"unit_cost.{key}",
                value="worker",
                allowed=others,
            )
        handed = [name for name in self.effects if name in (*CASH, LOAN)]
        if handed:
            yield Problem(
                _("what workers are handed ({handed}) cannot be paid for by them", handed=handed[0]),
                key=f"unit_cost.{key}",
                value="worker",
                allowed=others,
            )


def conflicting_sets(levers: dict[str, Lever]) -> Iterator[Problem]:
    """Pairs of levers that set one parameter for the same workers in the same month."""
    setting = {
        name: {parameter for parameter, effect in lever.changes.items() if effect.set is not None}
        for name, lever in levers.items()
    }
    for (one, first), (other, second) in combinations(levers.items(), 2):
        both = setting[one] & setting[other]
        windows_meet = first.window.from_ <= second.window.to and second.window.from_ <= first.window.to
        if not (
            both and windows_meet and first.where.overlaps(second.where) and first.who.overlaps(second.who)
        ):
            continue
        for name in sorted(both):
            yield Problem(
                _(
                    "lever {one!r} sets the same parameter for some of the same workers in some of the same "
                    "months ({from_} to {to})",
                    one=one,
                    from_=first.window.from_,
                    to=first.window.to,
                ),
                key=f"levers.{other}.effects.{name}.set",
                value=second.changes[name].set,
                allowed=_("windows, places or workers that do not overlap; or scale or add"),
                kind="conflict",
            )
