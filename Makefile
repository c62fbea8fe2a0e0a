# The commands of this project. A bare `make` prints them. Each one prepares what it needs first (deploy/setup/).
# PYTHON names the interpreter to build .venv from (3.11 or newer); ENV names where the scenarios of hil_tests/ run.

PYTHON ?= python3
ENV ?= sim
SUITE ?= trixie
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup setup-demo demo sim test test-boot package image update-bundle test-image test-power-cuts test-rig-emulated test-faults test-lines soak test-attack test-mutants fuzz sbom check test-failover test-dashboards bench bench-hub bench-fleet test-scramble hil docs clean lock

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

test-faults: setup ## break everything at every step (MINUTES=N, goes on); out/faults.md, docs/faults.png
	$(PY) -m tests.faults $(if $(MINUTES),--minutes $(MINUTES))

test-lines: setup ## a bad line between any two, processes that get no more (MINUTES=N, goes on); out/faults.md
	$(PY) -m tests.faults.lines $(if $(MINUTES),--minutes $(MINUTES))

test-attack: setup ## a million hostile answers, 10,000 on the whole path (hours; MINUTES=N, goes on)
	nice -n 19 $(PY) -m tests.attack.binding_run --count 1000000 $(if $(MINUTES),--minutes $(MINUTES))
	nice -n 19 $(PY) -m tests.attack.whole_path --count 10000 $(if $(MINUTES),--minutes $(MINUTES))

test-mutants: setup ## change the binding check in every way (hours; MINUTES=N, goes on); out/mutants.txt
	nice -n 19 $(PY) -m tests.attack.mutants $(if $(MINUTES),--minutes $(MINUTES))

fuzz: setup ## a million inputs for each parser (hours; MINUTES=N, goes on); out/fuzz.md
	nice -n 19 $(PY) -m tests.fuzz --runs 1000000 $(if $(MINUTES),--minutes $(MINUTES))

sbom: setup ## bill of materials (CycloneDX), out/sbom.json; known faults of the packages, out/audit.txt
	mkdir -p out
	$(PY) -m cyclonedx_py requirements requirements.lock --of JSON -o out/sbom.json
	$(PY) -m pip_audit --disable-pip --require-hashes --strict --progress-spinner off -r requirements.lock -o out/audit.txt

soak: setup ## ten thousand transactions in a row with random faults (MINUTES=N: fewer); out/soak.json
	$(PY) -m tests.faults.soak --out out/soak.json $(if $(MINUTES),--minutes $(MINUTES))

test-boot: setup ## systems that really boot: package and unit in clean Debians; as root, 15 minutes
	deploy/setup/packages.sh deploy/setup/apt-boot.txt
	$(PY) -m pytest tests/deploy/booted_unit.py tests/deploy/booted_package.py

package: setup ## Debian packages of the kiosk for arm64 and amd64, in out/package (SUITE=trixie, bookworm)
	SUITE="$(SUITE)" deploy/package/build.sh out/package arm64 amd64

image: setup ## image of the kiosk for a Raspberry Pi, in out/image; as root (UPDATE_CERT: who may sign updates)
	deploy/setup/packages.sh deploy/setup/apt-image.txt
	SUITE="$(SUITE)" deploy/image/build.sh out/image

update-bundle: setup ## signed update from out/image (KEY, CERT: who signs; else a key for tests)
	deploy/update/bundle.sh out/image out/image/update.raucb

test-image: setup ## boot out/image in QEMU: what it keeps shut, updates, the way back; as root, half an hour
	deploy/setup/packages.sh deploy/setup/apt-image.txt
	$(PY) -m pytest tests/image/booted_image.py tests/image/booted_update.py

test-power-cuts: setup ## cut an updating image's power (CUTS=20 to start, LOOKS=200 to look at; an hour)
	deploy/setup/packages.sh deploy/setup/apt-image.txt
	$(PY) -m tests.image.power_cuts $(if $(CUTS),--cuts $(CUTS)) $(if $(LOOKS),--looks $(LOOKS))

test-rig-emulated: setup ## rig and guard on an emulated Pico (UF2=FILE, else built from source; 10 minutes)
	$(if $(UF2),,test -e out/rig/micropython.uf2 || { deploy/setup/packages.sh deploy/setup/apt-rig.txt && tests/micropython/firmware/build.sh out/rig; })
	UF2="$(or $(UF2),out/rig/micropython.uf2)" $(PY) -m pytest -s tests/rig/emulated_rig.py tests/guard/emulated_guard.py

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

bench-hub: setup ## load the hub for some 20 minutes (PART=load, burst or growth; QUICK=1); table in docs/measurements.md
	$(PY) -m tests.load.table $(PART) $(if $(QUICK),--quick)

test-failover: setup ## kill nodes of the broker that fails over, under load (10 minutes); out/failover.md
	$(PY) -m tests.measure.failover

test-dashboards: setup ## Prometheus, its MQTT exporter, Node-RED, Home Assistant (network)
	deploy/setup/packages.sh deploy/setup/apt-dashboards.txt
	$(PY) -m pytest tests/fleet/foreign_dashboards.py

bench-fleet: setup ## 1,000 to 56,000 simulated kiosks (half an hour); out/fleet.md
	$(PY) -m tests.measure.fleet_full

test-scramble: setup ## read 640 and 320 simulated scans of panels, and a third channel's (hours, resumes)
	nice -n 19 $(PY) -m tests.measure.scramble_full
	nice -n 19 $(PY) -m tests.scramble.ways

hil: setup ## the scenarios of hil_tests/ on ENV (hil_tests/labgrid/); report in out/hil/ENV/index.html
	$(PY) -m pytest hil_tests --env $(ENV) --report out/hil/$(ENV) --junit-xml out/hil/$(ENV)/junit.xml

docs: setup ## the site of docs/ in out/site, built strictly; opens from the disk
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict

clean: ## remove what the other targets made: .venv, out/, caches
	rm -rf .venv out .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: setup ## write the locked requirements anew from pyproject.toml (UPGRADE=1 takes newer versions)
	UPGRADE="$(UPGRADE)" deploy/setup/lock.sh
