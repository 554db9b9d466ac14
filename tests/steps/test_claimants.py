"""Who may claim a place in a quota is listed a month ahead: nobody may be missed by the list."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_scenario, start


@pytest.mark.parametrize("threads", [1, 2])
def test_the_list_finds_the_claims_that_a_pass_over_all_workers_finds(threads):
    run = start(
        make_scenario(to="2016-06", settlement_quota_share=0.02, settlement_open_share=1.0), threads=threads
    )
    shards, claims = run._shards, 0
    for _ in range(24):
        run.step()
        opening = run.economy.begin(run.month)
        conditions, has_quota = opening.plain, opening.has_quota
        assert shards._has_listed_all(conditions[0])
        shards.count_claims(run._memory, conditions, run.rows, has_quota)
        listed = run.block.points.copy()
        shards._listed_for = -1  # as after a checkpoint: all workers are looked through
        shards.count_claims(run._memory, conditions, run.rows, has_quota)
        np.testing.assert_array_equal(listed, run.block.points)
        claims += int(listed.sum())
    run.close()
    assert claims > 100
