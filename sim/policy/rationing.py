"""How far the money of levers reaches in one month.

A month is lived with money for all. Where that costs more than is left, it is lived again, and only workers
with a ticket below a cut-off are served, until what is served comes to what is left: all claims but those
beyond the one at the margin. A ticket is a whole number, and claims are added up in bins of tickets; the
bin at the margin is divided until it holds one claim.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.steps.lever_record import TICKET_BIN_BITS, TICKET_BINS, TICKET_BITS, TICKETS

MOST_RUNS = 16  # of a month; whoever is not settled by then is served nothing more this month


class Rationing:
    """Cut-offs of a month, by position of the lever, and the bins in which claims are added up.

    cutoff: tickets below it are served; TICKETS = all. bins_from, bin_bits: the ticket of the first bin,
    and that a bin holds 2 ** bin_bits of them. left: yuan that a lever with a budget has left. closed: those
    for want of whose money somebody was turned away before, or that are overdrawn. Of them whoever has none
    left serves nobody and does nothing this month, for places neither. A lever that is spent to the yuan, and
    has turned nobody away, is not closed until somebody asks: a cap at what is spent changes nothing.
    empty: those that were given nothing, which do nothing either way.
    """

    def __init__(
        self,
        left: Mapping[int, float],
        levers: int,
        closed: frozenset[int] = frozenset(),
        empty: frozenset[int] = frozenset(),
    ):
        self._left, self._runs = dict(left), 0
        self.cutoff = np.full(levers, TICKETS, dtype=np.int64)
        self.bins_from = np.zeros(levers, dtype=np.int64)
        self.bin_bits = np.full(levers, TICKET_BITS - TICKET_BIN_BITS, dtype=np.int64)
        for lever, yuan in self._left.items():
            if yuan < 0.0 or (yuan == 0.0 and lever in closed):
                self.cutoff[lever] = 0
        self._empty, self._closed = empty, closed & self.rationed

    @property
    def closed(self) -> frozenset[int]:
        """The levers that have no money at all."""
        return self._closed | (self._empty & self.rationed)

    @property
    def rationed(self) -> frozenset[int]:
        """The levers whose money does not reach everybody."""
        if not self._left:  # as in most months of most scenarios
            return frozenset()
        return frozenset(np.flatnonzero(self.cutoff < TICKETS).tolist())

    @property
    def may_run_out(self) -> bool:
        """Whether some lever serves people and has a budget, so that the month may have to be lived again."""
        return any(self.cutoff[lever] > 0 for lever in self._left)

    def is_settled(self, spent: np.ndarray, claims: np.ndarray, claimed: np.ndarray) -> bool:
        """Whether the month just lived spent no more than is left; if not, cut-offs are lowered.

        spent: yuan by lever. claims, claimed: uses and yuan by lever (in the order of ``left``) and bin.
        """
        self._runs += 1
        over = [
            lever
            for row, lever in enumerate(self._left)
            if self.cutoff[lever] > 0
            and self._is_lowered(lever, float(spent[lever]), claims[row], claimed[row])
        ]
        if over and self._runs >= MOST_RUNS:
            self.cutoff[over] = 0
        return not over

    def _is_lowered(self, lever: int, spent: float, claims: np.ndarray, claimed: np.ndarray) -> bool:
        """Lower a lever's cut-off, or look closer at its margin, where it has spent more than is left."""
        if lever in self._empty:  # also where nobody has asked
            self.cutoff[lever] = 0
            return True
        left, running = self._left[lever], np.cumsum(claimed)
        below = spent - float(running[-1])  # by tickets before the first bin
        if spent <= left:
            return False
        if below >= left:  # others' cut-offs moved the margin: begin again below the bins
            self.cutoff[lever], self.bins_from[lever] = self.bins_from[lever], 0
            self.bin_bits[lever] = TICKET_BITS - TICKET_BIN_BITS
            return True
        margin = int(np.searchsorted(running, left - below))
        bits, start = int(self.bin_bits[lever]), int(self.bins_from[lever])
        if claims[margin] == 1 or bits == 0:
            if not claims[margin + 1 :].any():
                return False  # nobody waits behind the claim at the margin
            self.cutoff[lever] = start + ((margin + 1) << bits)
            return True
        self.bins_from[lever] = start + (margin << bits)
        self.bin_bits[lever] = max(bits - TICKET_BIN_BITS, 0)
        self.cutoff[lever] = start + ((margin + 1) << bits)
        return True


assert TICKETS == TICKET_BINS << (TICKET_BITS - TICKET_BIN_BITS), "the first bins hold all tickets"
