"""Money that levers hand to workers: through which parameters, and what that leaves of a lever's unit cost.

What a worker receives through these parameters is booked as it is received (``sim.steps.transfers``). Where a
lever's unit cost is stated for the same occasion, it stands for that money, and only what it is above it (the
cost of handing it out) is booked besides. A discount by steering levers falls on that part alone.
"""

from __future__ import annotations

from sim.parameters.behaviour import PARAMETERS
from sim.scenario.costs import CASH, LOAN
from sim.scenario.effects import gives
from sim.scenario.lever import Lever
from sim.world.worker import MOST_LOAN


def hands_out(lever: Lever) -> list[str]:
    """The parameters through which a lever hands money to workers, or to banks for them."""
    return [name for name in (*CASH, LOAN) if name in lever.changes and gives(name, lever.changes[name])]


def is_billed_as_received(lever: Lever) -> bool:
    """Whether the unit cost stands for money that workers receive, and is booked when they do."""
    per = lever.unit_cost.per if lever.unit_cost else None
    return any(_received_on(name) == per for name in hands_out(lever))


def _received_on(name: str) -> str | None:
    return "loan_month" if name == LOAN else PARAMETERS[name].occasion


def cost_beside(lever: Lever, price: float) -> float:
    """Yuan per receipt beside the money received, of a lever that is billed as received.

    price: per serving, after steering, in the yuan that it is stated in: what workers receive is a sum of
    money that stays as it is, and only the cost of handing it out follows prices or wages. Nothing where
    the money follows pay, or a share of what there was.
    """
    handed = 0.0
    for name in hands_out(lever):
        change = lever.changes[name]
        if name in _SHARES or (change.set is None and change.add is None):
            return 0.0
        if lever.unit_cost is not None and PARAMETERS[name].occasion == lever.unit_cost.per:
            handed = max(handed, (change.set or 0.0) + (change.add or 0.0))
    return max(price - int(handed), 0.0)


def most_received(lever: Lever) -> float:
    """Yuan that no worker receives more of at once."""
    return float(sum(_most(name) for name in hands_out(lever)))


def _most(name: str) -> float:
    return _SHARES.get(name, PARAMETERS[name].high)


_MOST_PAY = 10.0**6  # yuan a month, of which a contribution is a part
_SHARES = {  # parameters of which a part is received, and the most that it can be
    "insurance_contribution_rate": _MOST_PAY,
    LOAN: float(MOST_LOAN),
}
