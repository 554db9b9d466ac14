"""What every test shares: the markers, by which `make quick`, `make test` and `make test-long` choose."""

from __future__ import annotations


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: runs the model for long; `make quick` leaves it out")
    config.addinivalue_line("markers", "long: many repetitions, for `make test-long` alone")
