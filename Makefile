# Deskpulse. `make demo` and `make test` need git, make and Python 3.11 to 3.14 with venv; they set up .venv by themselves.

.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --constraint constraints.txt
JOBS ?= auto

# The first of these that is in range and has venv and sqlite3. Name another with: make PYTHON=/path/to/python test
FIND_PYTHON = for name in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys, ensurepip, sqlite3, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' \
	2>/dev/null && { command -v "$$name"; exit 0; }; done; \
	echo "Deskpulse needs Python 3.11 to 3.14 with venv. On Debian: apt-get install python3 python3-venv" >&2; exit 1

.PHONY: help demo test browser integration lint types format bench docs clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1|/p' Makefile | column -t -s '|' 2>/dev/null || grep '##' Makefile

$(BIN)/python:
	@python=$$($(FIND_PYTHON)) && echo "Making $(VENV) with $$python" && "$$python" -m venv $(VENV)

$(VENV)/.runtime: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what Deskpulse needs to run: about 20 s the first time"
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.runtime
	@echo "Installing what the tests need: about 10 s"
	@$(INSTALL) --editable '.[test]'
	@touch $@

$(VENV)/.dev: $(VENV)/.test
	@echo "Installing the linters"
	@$(INSTALL) --editable '.[test,dev]'
	@touch $@

demo: $(VENV)/.runtime ## pull an imitation help desk, print its Slack message, write its report
	@$(BIN)/python sync.py demo $(ARGS)

test: $(VENV)/.test ## all tests; make test ARGS="-k calendar" runs some
	@$(BIN)/python -m pytest --numprocesses $(JOBS) --maxprocesses 4 $(ARGS)

browser: $(VENV)/.test ## the tests that need Chromium, and fail without it
	@DESKPULSE_REQUIRE_BROWSER=1 $(BIN)/python -m pytest -m browser $(ARGS)

integration: $(VENV)/.test ## against a real Request Tracker, which it installs from Debian's packages as root
	@DESKPULSE_INTEGRATION=1 $(BIN)/python -m pytest -s tests/integration $(ARGS)

lint: $(VENV)/.dev ## ruff: rules and form
	@$(BIN)/python -m ruff check . && $(BIN)/python -m ruff format --check .

format: $(VENV)/.dev ## put the code into ruff's form
	@$(BIN)/python -m ruff check --fix-only . && $(BIN)/python -m ruff format .

types: $(VENV)/.dev ## mypy, strict
	@$(BIN)/python -m mypy

bench: $(VENV)/.runtime ## measure the whole path beside its limit
	@$(BIN)/python -m bench $(ARGS)

docs: $(VENV)/.runtime ## write the generated pages under docs/
	@$(BIN)/python sync.py docs $(ARGS)

clean: ## remove all that make has made
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path "./.git/*" -prune -exec rm -rf {} +
