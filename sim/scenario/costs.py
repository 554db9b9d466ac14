"""What serving somebody costs, who pays, and how much may be spent."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.core import chinese
from sim.core.errors import Problem
from sim.core.language import _
from sim.scenario.fields import (
    PAYERS,
    Flag,
    Occasion,
    Payer,
    Receiver,
    Strict,
    Text,
    WholeYuan,
    Year,
    Yuan,
    one_of,
    refuse,
)

_PartOfAll = Annotated[float, Field(strict=True, gt=0, le=1)]
_ROUNDING = 1e-6
FIRST_PRICE_YEAR, LAST_PRICE_YEAR = 2014, 2035  # of the outside series, which costs follow
# Parameters through which levers hand money to workers (``sim.policy.cash``).
CASH = (
    "startup_grant_yuan",
    "startup_late_grant_yuan",
    "unemployment_benefit_yuan",
    "public_post_pay_yuan",
    "relief_yuan",
    "premium_aid_yuan",
    "insurance_contribution_rate",  # lowered: the difference is paid for the worker
)
RENT_AID = "housing_aid_share"  # of the cost of living away, paid to whoever houses the worker
LOAN = "guaranteed_loan_yuan"  # whose giver pays the owner's bank a part of interest and losses
TO_CITIES = "settlement_transfer_yuan"  # for each who settles
PAID_TO_BANKS = ("loan_interest_subsidy_share", "loan_guarantee_share")  # parts of interest and losses
PAYOUT = "business_loss_insured_share"  # paid by an insurer, to whom the giver pays a premium

PriceYear = Annotated[Year, Field(ge=FIRST_PRICE_YEAR, le=LAST_PRICE_YEAR)]


class UnitCost(Strict):
    """What serving one worker once costs, who pays, and where the figure comes from.

    Either one ``payer``, or ``payers`` with the share of each; the shares add up to 1. With
    ``follows_strength`` a lever twice as strong costs twice as much each time (a larger grant), otherwise
    it costs the same each time and serves more (a course). ``paid_to``: who is paid for serving somebody,
    where the occasion does not say it right (an inspection by the month of work is a service, and no aid to
    firms); what workers are handed goes to them in any case. ``labour_share``: the part of the spending that
    reaches the workers served, where ``yuan`` is that part alone (pay on public works).

    ``in_yuan_of``: the year whose prices the figure is in. It then moves with consumer prices, or with wages
    where it ``follows`` those (a service is made of labour), from the mean of that year to the month it is
    paid in. Without a year, or where it follows nothing, it is a sum of money that stays as it is.
    """

    yuan: WholeYuan  # the ledger counts whole yuan
    per: Occasion
    source: Text
    payer: Payer | None = None
    payers: dict[Payer, _PartOfAll] = {}
    paid_to: Receiver | None = None
    follows_strength: Flag = False
    labour_share: _PartOfAll | None = None
    in_yuan_of: PriceYear | None = None
    follows: Annotated[Literal["prices", "wages", "nothing"], one_of(chinese.FOLLOWS)] | None = None
    status: Annotated[Literal["seen", "recalled", "assumed"], one_of(chinese.STATUS)] | None = None
    """How the figure is known: printed on a page that was seen, from memory of one, or a judgement."""

    @model_validator(mode="after")
    def _is_paid_in_full(self) -> UnitCost:
        if (self.payer is None) == (not self.payers):
            refuse(
                [
                    Problem(
                        _("name one payer, or the share of each of several"),
                        key="payer",
                        allowed=("payer", "payers"),
                    )
                ]
            )
        if self.payers and abs(sum(self.payers.values()) - 1.0) > _ROUNDING:
            refuse(
                [
                    Problem(
                        _("the shares of the payers must add up to 1"),
                        key="payers",
                        value=round(sum(self.payers.values()), 6),
                        allowed=_("1 in all"),
                    )
                ]
            )
        if self.follows in ("prices", "wages") and self.in_yuan_of is None:
            refuse(
                [
                    Problem(
                        _(
                            "a cost that follows {follows} needs the year that it is stated for",
                            follows=self.follows,
                        ),
                        key="in_yuan_of",
                        allowed=_(
                            "{low} to {high}",
                            low=FIRST_PRICE_YEAR,
                            high=LAST_PRICE_YEAR,
                        ),
                    )
                ]
            )
        if self.follows == "nothing" and self.in_yuan_of is not None:
            refuse(
                [
                    Problem(
                        _("a sum that follows nothing is the same in every year"),
                        key="in_yuan_of",
                        value=self.in_yuan_of,
                        allowed=_("no in_yuan_of; or follows: prices, or wages"),
                    )
                ]
            )
        return self

    @property
    def index(self) -> str | None:
        """What it moves with, ``prices`` or ``wages``; None for a sum that stays as it is."""
        if self.in_yuan_of is None:
            return None
        return self.follows or "prices"

    @property
    def shares(self) -> dict[str, float]:
        """The share that each payer bears, in a fixed order."""
        if self.payer is not None:
            return {self.payer: 1.0}
        return {payer: self.payers[payer] for payer in PAYERS if payer in self.payers}

    def at(self, strength: float) -> float:
        """Yuan per serving at a strength, not rounded: a part of a small price is not nothing.

        >>> kinds = {"per": "business_start", "source": "H01", "payer": "local"}
        >>> grant = UnitCost(yuan=8000, follows_strength=True, **kinds)
        >>> park = UnitCost(yuan=8000, **kinds)  # serves more instead
        >>> grant.at(2.0), park.at(2.0)
        (16000.0, 8000.0)
        """
        whole = self.yuan / (self.labour_share or 1.0)
        return whole * strength if self.follows_strength else whole


class Budget(Strict):
    """How much may be spent, by calendar year or over the whole window. Exactly one of the two.

    A yearly sum is what may be spent in each calendar year, whole also where the window, or its season, has a
    part of the year; a sum for the window is written ``yuan_total``.
    Everybody who qualifies is paid until it is spent. ``release: monthly`` lets it be spent evenly instead:
    by the end of each month as large a part of it as has passed of the months in force of the year, or of the
    window.
    """

    yuan_per_year: Yuan | None = None
    yuan_total: Yuan | None = None
    release: Annotated[Literal["monthly"], one_of(chinese.RELEASE)] | None = None

    @model_validator(mode="after")
    def _is_one_sum(self) -> Budget:
        if (self.yuan_per_year is None) == (self.yuan_total is None):
            refuse(
                [
                    Problem(
                        _("a budget is one sum: a year, or in all"),
                        key="",
                        allowed=("yuan_per_year", "yuan_total"),
                    )
                ]
            )
        return self
