"""What every test shares: the marker of slow tests (leave them out with ``-m "not slow"``)."""

from __future__ import annotations


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes more than 20 seconds")
