# The commands of this project. A bare `make` prints them. Each one prepares what it needs first (deploy/setup/).
# PYTHON names the interpreter to build .venv from (3.11 or newer); ENV names where the scenarios of hil_tests/ run.

PYTHON ?= python3
ENV ?= sim
SUITE ?= trixie
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup setup-demo demo sim test test-boot package test-faults soak test-attack test-mutants fuzz sbom check bench bench-hub test-scramble hil clean lock

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

test: setup ## all tests; report in out/tests.xml, what passed only alone in out/unsteady.txt
	$(PY) -m tests.whole

test-faults: setup ## break everything at every step; table in out/faults.md, picture in docs/faults.png
	$(PY) -m tests.faults

test-attack: setup ## hostile answers: a million at the binding check, 10,000 on the whole path (hours)
	nice -n 19 $(PY) -m tests.attack.binding_run --count 1000000
	nice -n 19 $(PY) -m tests.attack.whole_path --count 10000

test-mutants: setup ## change the binding check in every way: does a test notice? (hours); out/mutants.txt
	nice -n 19 $(PY) -m tests.attack.mutants

fuzz: setup ## a million inputs for each parser, guided by coverage (hours); counts in out/fuzz.md
	nice -n 19 $(PY) -m tests.fuzz --runs 1000000

sbom: setup ## bill of materials (CycloneDX), out/sbom.json; known faults of the packages, out/audit.txt
	mkdir -p out
	$(PY) -m cyclonedx_py requirements requirements.lock --of JSON -o out/sbom.json
	$(PY) -m pip_audit --disable-pip --require-hashes --strict --progress-spinner off -r requirements.lock -o out/audit.txt

soak: setup ## ten thousand transactions in a row with random faults; out/soak.json
	$(PY) -m tests.faults.soak --out out/soak.json

test-boot: setup ## systems that really boot: package and unit in a clean Debian; as root, 10 minutes
	deploy/setup/packages.sh deploy/setup/apt-boot.txt
	$(PY) -m pytest tests/deploy/booted_unit.py tests/deploy/booted_package.py

package: setup ## Debian packages of the kiosk for arm64 and amd64, in out/package (SUITE=trixie, bookworm)
	SUITE="$(SUITE)" deploy/package/build.sh out/package arm64 amd64

check: setup ## formatting, lint, types, import rules, structure, locks, shell scripts
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m pyright
	for board in firmware/guard hil_tests/rig/pico; do $(PY) -m pyright -p $$board --typeshedpath "$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" || exit 1; done
	.venv/bin/lint-imports
	$(PY) -m tests.tooling.structure
	$(PY) -m tests.tooling.locks
	shellcheck $$(grep -rlE '^#!.*sh$$' .ci deploy)

bench: setup ## measure speed and size; results in out/bench.json
	$(PY) -m tests.measure --out out/bench.json

bench-hub: setup ## load the hub for half an hour; table in docs/measurements.md
	$(PY) -m tests.load.table

test-scramble: setup ## read 640 and 320 simulated scans of panels (hours, resumes)
	nice -n 19 $(PY) -m tests.measure.scramble_full

hil: setup ## the scenarios of hil_tests/ on ENV (so far: sim)
	$(PY) -m pytest hil_tests --env $(ENV)

clean: ## remove what the other targets made: .venv, out/, caches
	rm -rf .venv out .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: setup ## write the locked requirements anew from pyproject.toml (UPGRADE=1 takes newer versions)
	UPGRADE="$(UPGRADE)" deploy/setup/lock.sh
