"""What every test shares: the markers, by which `make quick`, `make test` and `make test-long` choose."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

os.environ["LABOR_SIM_DATA"] = os.devnull  # whoever runs the tests may have figures of their own
HERE = Path(__file__).parent
PASSING = tempfile.gettempdir()  # before a test moves it
LONG_SECONDS = 3 * 3600  # a test marked `long` may take; others what pyproject.toml says
# Files that take five seconds or more on a busy machine; `make quick` leaves them out.
SLOW = """
    agents/test_copies.py
    agents/test_find.py
    agents/test_life.py
    agents/test_mesa.py
    agents/test_twins.py
    analysis/test_attribution.py
    analysis/test_ranking.py
    calibration/test_backtest.py
    calibration/test_calibration.py
    calibration/test_responses.py
    cli/test_chinese_runs.py
    cli/test_chinese_terminal.py
    cli/test_cli.py
    cli/test_lives.py
    cli/test_options_first.py
    cli/test_streams.py
    comparison/test_bands.py
    comparison/test_breakdown.py
    comparison/test_changers.py
    comparison/test_focus.py
    comparison/test_lever_draws.py
    comparison/test_references.py
    comparison/test_shared_history.py
    comparison/test_short_runs.py
    comparison/test_who_bears_it.py
    core/test_arguments.py
    core/test_cache.py
    core/test_compiled.py
    core/test_deferred_linking.py
    core/test_processes.py
    core/test_sources.py
    engine/test_caps.py
    engine/test_checkpoint.py
    engine/test_every_yuan.py
    engine/test_flows.py
    engine/test_guards.py
    engine/test_instruments_in_the_engine.py
    engine/test_invariance.py
    engine/test_map_of_work.py
    engine/test_market_answers.py
    engine/test_money_meets_its_use.py
    engine/test_nobody_unbilled.py
    engine/test_one_sum.py
    engine/test_out_of_money.py
    engine/test_run_cache.py
    engine/test_served_in_places.py
    engine/test_settlement_bills.py
    engine/test_state_accounts.py
    engine/test_who_is_billed.py
    engine/test_who_settles.py
    experiments/test_dask.py
    experiments/test_designs.py
    experiments/test_export.py
    experiments/test_rerun.py
    experiments/test_sweep.py
    long/test_drawn_files.py
    long/test_ended_badly.py
    parameters/test_every_key_acts.py
    policy/test_policy_in_the_engine.py
    present/test_chinese_pictures.py
    present/test_decision_text.py
    present/test_level_bands.py
    present/test_pages.py
    present/test_provenance.py
    present/test_settings.py
    present/test_text_as_written.py
    results/test_damaged_files.py
    results/test_folders.py
    results/test_one_schema.py
    scenario/test_chinese_input.py
    scenario/test_foreign_files.py
    scenario/test_hostile_files.py
    scenario/test_instruments.py
    scenario/test_schema_and_check.py
    steps/test_founders_at_home.py
    steps/test_race.py
    steps/test_serving_by_the_month.py
    studies/test_documents.py
    studies/test_published.py
    test_installation.py
    test_notebooks.py
    theory/test_equilibrium.py
    theory/test_units_of_account.py
    theory/test_who_works_where.py
    types/test_types.py
    validation/test_five_year_moves.py
    validation/test_programmes.py
    validation/test_new_figures.py
    world/test_data.py
    world/test_vintage.py
""".split()


@pytest.fixture
def shared_folder():
    """A folder that other users may enter too, which pytest's own may not be."""
    with tempfile.TemporaryDirectory(dir=PASSING, ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: runs the model for long; `make quick` leaves it out")
    config.addinivalue_line("markers", "long: many repetitions, for `make test-long` alone")
    if not config.pluginmanager.hasplugin("timeout"):  # of pytest-timeout, which knows them itself
        config.addinivalue_line("markers", "timeout(seconds): ends a test that hangs")


def pytest_collection_modifyitems(items):
    missing = [name for name in SLOW if not (HERE / name).is_file()]
    assert not missing, f"tests/conftest.py names files that are gone: {missing}"
    for item in items:
        if item.path.is_relative_to(HERE) and item.path.relative_to(HERE).as_posix() in SLOW:
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("long") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONG_SECONDS))
