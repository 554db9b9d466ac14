# `make run` and `make test` need Python 3.11 or newer and make, nothing else.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

# The size of the main job; `make run SEEDS=20 SCALE=1:2000` for narrower intervals.
SEEDS ?= 8
SCALE ?= 1:5000
OUT   ?= results

POLICIES := startup-support residency-easing skills-training combined

.PHONY: run test quick test-long golden bench clean
.DELETE_ON_ERROR:

run: $(VENV)/.installed
	$(BIN)/labor-sim validate --scale $(SCALE) --out $(OUT)/validation
	$(BIN)/labor-sim compare baseline $(POLICIES) --seeds $(SEEDS) --scale $(SCALE) --out $(OUT)/comparison

# All that is checked before a change lands, in about a quarter of an hour.
test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not long"

# What does not run the model for long: under a minute once the model is compiled.
quick: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not long"

# The rest: long fuzzing, kills at many moments, all instruments at a finer scale.
test-long: $(VENV)/.installed-test
	$(BIN)/python -m pytest -m long -rP

# The fingerprints of all result tables, after a change of results that is meant.
golden: $(VENV)/.installed-test
	$(BIN)/python tests/golden/tables.py --renew

bench: $(VENV)/.installed
	$(BIN)/python tests/bench/bench_engine.py
	$(BIN)/python tests/bench/bench_instruments.py
	$(BIN)/python tests/bench/bench_sweep.py
	$(BIN)/python tests/bench/bench_before.py
	$(BIN)/python tests/bench/bench_bands.py
	$(BIN)/python tests/bench/bench_pairs.py

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find sim tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Installed again whenever pyproject.toml changes; the code itself is used from this folder.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/.installed

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it with: make run PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
