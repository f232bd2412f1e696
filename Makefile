# The habits of the house, one word each. Needs python3 (3.11 or later) with venv, and make; nothing else.

PYTHON ?= python3
PROFILE ?= ci
WORKERS ?= 2
PY := .venv/bin/python
STAMP := .venv/.stamp
# Installed by pip when asked for: what comes along with PyTorch differs from system to system.
TORCH := torch==2.13.0 transformers==5.23.0

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never
export UV_HTTP_TIMEOUT ?= 180
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long lint fix proofs exports browser gallery bench atlas enumerate hooks clean always
LINTERS := lint-ruff lint-format lint-types lint-imports lint-spelling lint-unused
.PHONY: $(LINTERS)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "make %-10s %s\n", $$1, $$2 }'

setup: $(STAMP) ## make .venv with everything in uv.lock
	@echo ".venv is ready"

demo: $(STAMP) ## compile machines and run them through Flax transformers
	.venv/bin/tmformer run balanced_parentheses "(()())"
	.venv/bin/tmformer run bb4
	.venv/bin/tmformer run bb2 --construction wei_ma --trace

test: $(STAMP) ## all tests but the long ones, the same examples every time
	$(PY) -m pytest -n $(WORKERS) --hypothesis-profile=$(PROFILE)

test-long: $(STAMP) ## all tests, with many random examples
	$(PY) -m pytest -n $(WORKERS) --hypothesis-profile=deep -m "not coq and not torch and not browser"

lint: $(LINTERS) ## every linter; make -k lint goes on after the first fault

lint-ruff: $(STAMP)
	$(PY) -m ruff check .

lint-format: $(STAMP)
	$(PY) -m ruff format --check .

lint-types: $(STAMP)
	$(PY) -m basedpyright

lint-imports: $(STAMP)
	.venv/bin/lint-imports --no-cache --no-logo

lint-spelling: $(STAMP)
	$(PY) -m codespell_lib

lint-unused: $(STAMP)
	$(PY) -m vulture

fix: $(STAMP) ## what ruff can mend by itself
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

proofs: $(STAMP) ## build and check the proofs, and the tests that ask Coq; installs Coq by apt-get where it may
	$(PYTHON) proofs/check.py --jobs $(WORKERS)
	$(PY) -m pytest -n $(WORKERS) --hypothesis-profile=$(PROFILE) -m coq

exports: $(STAMP) ## the tests that ask PyTorch and Transformers; installs both into .venv
	$(PY) -m pip install --quiet $(TORCH)
	$(PY) -m pytest -n $(WORKERS) --hypothesis-profile=$(PROFILE) -m torch

browser: $(STAMP) ## the tests that ask Chromium; installs it by apt-get where it may
	$(PY) tests/browser/chromium.py
	$(PY) -m pytest -n $(WORKERS) --dist loadfile --hypothesis-profile=$(PROFILE) -m browser

gallery: $(STAMP) ## explorers and pictures of eight machines, in build/gallery
	$(PY) -m benchmarks.gallery

bench: $(STAMP) ## the benchmarks: tables, JSON, a picture, and the tables of README
	$(PY) -m benchmarks

atlas: $(STAMP) ## how far each number format goes: JSON, pictures, README's table
	$(PY) -m benchmarks float_format_limits sharpness_against_positions

enumerate: $(STAMP) ## all machines of 2 and 3 states, transformer against reference; goes on where it was stopped
	$(PY) -m benchmarks.enumeration

hooks: $(STAMP) ## run the linters before every commit
	$(PY) -m pre_commit install

clean: ## remove .venv, caches and built files
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache build dist
	find tmformer tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp holds the folder it was made in, and is written last: a moved, broken or half-made .venv is made again.
ifneq ($(shell test -x $(PY) && cat $(STAMP) 2>/dev/null),$(CURDIR))
$(STAMP): always
endif

$(STAMP): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "tmformer needs Python 3.11 or later."; \
	    echo "  found:  $$($(PYTHON) --version 2>&1)"; \
	    echo "  remedy: make $(firstword $(MAKECMDGOALS) setup) PYTHON=python3.11"; exit 1; } >&2
	@rm -f $(STAMP)
	@{ grep -qF "$(CURDIR)/.venv" .venv/pyvenv.cfg && \
	    $(PY) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))'; } 2>/dev/null || \
	    $(PYTHON) -m venv --clear .venv
	$(PY) -m pip install --quiet "uv>=0.9"
	$(PY) -m uv sync --frozen --quiet
	@printf '%s' "$(CURDIR)" > $(STAMP)
