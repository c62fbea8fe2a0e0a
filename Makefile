# The commands of this project. A bare `make` prints them. Each one prepares what it needs first (deploy/setup/).
# PYTHON names the interpreter to build .venv from (3.11 or newer); ENV names where the scenarios of hil_tests/ run.

PYTHON ?= python3
ENV ?= sim
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup setup-demo demo sim test check bench bench-hub hil clean lock

help: ## print this list
	@echo "Usage: make TARGET [PYTHON=python3.12] [ENV=sim]"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

setup: ## install everything that tests and checks need (Debian packages, .venv)
	@PYTHON="$(PYTHON)" deploy/setup/bootstrap.sh test

setup-demo:
	@PYTHON="$(PYTHON)" deploy/setup/bootstrap.sh demo

demo: setup-demo ## one citizen gets a resident record from the simulated kiosk; results in out/demo/
	$(PY) -m sim_hw demo --out out/demo

sim: setup-demo ## the simulated kiosk with its bench page, to use by hand
	$(PY) -m sim_hw

test: setup ## all tests; report in out/tests.xml
	$(PY) -m pytest -n 2 --dist loadgroup --junit-xml out/tests.xml

check: setup ## formatting, lint, types, import rules, structure, locks, shell scripts
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m pyright
	.venv/bin/lint-imports
	$(PY) -m tests.tooling.structure
	$(PY) -m tests.tooling.locks
	shellcheck $$(grep -rlE '^#!.*sh$$' .ci deploy)

bench: setup ## measure speed and size; results in out/bench.json
	$(PY) -m tests.measure --out out/bench.json

bench-hub: setup ## load the hub for half an hour; table in docs/measurements.md
	$(PY) -m tests.load.table

hil: setup ## the scenarios of hil_tests/ on ENV (so far: sim)
	$(PY) -m pytest hil_tests --env $(ENV)

clean: ## remove what the other targets made: .venv, out/, caches
	rm -rf .venv out .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: setup ## write the locked requirements anew from pyproject.toml (UPGRADE=1 takes newer versions)
	UPGRADE="$(UPGRADE)" deploy/setup/lock.sh
