# The commands a contributor must know. `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Python keeps what it has compiled: else every process that a test starts compiles all of it again.
unexport PYTHONDONTWRITEBYTECODE

# Which Python makes the home of uv, where uv is missing. Python 3.11 or newer.
PYTHON ?= python3

# uv from the path, else from the package index into .venv. `uv sync --inexact` leaves it there.
UV := $(or $(shell command -v uv 2>/dev/null),.venv/bin/uv)
OWN_UV := $(filter .venv/bin/uv,$(UV))
IN_ENV := $(UV) run --frozen --no-sync
STAMP := .venv/.synced

PYTEST := $(IN_ENV) pytest
TEST_OPTIONS ?= -q -n 2 --dist worksteal --durations=12
NIGHTLY ?= tests
NIGHTLY_OPTIONS ?= -v -n 2 --dist worksteal
EXAMPLE := examples/shared-sky
EXAMPLE_OPTIONS := --minima 500m/500ft/5min --takeoff 2026-06-15T09:30Z --half-width 50m \
  --ground 0m..20m --qnh 1016
REPORT := out/shared-sky.html

.PHONY: help setup run example console check style types house test page suite pictures bench \
  nightly conformance format lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) ## install everything into .venv

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.5'

$(STAMP): pyproject.toml uv.lock $(OWN_UV)
	$(UV) sync --frozen --inexact --quiet
	@touch $@

run: $(STAMP) console ## start the demo: server, scenario, live tracks and the page
	@$(IN_ENV) openline demo

example: $(STAMP) ## check the shipped example and write its report to out/
	@mkdir -p $(dir $(REPORT))
	@$(IN_ENV) openline check $(filter-out %.md,$(wildcard $(EXAMPLE)/*)) $(EXAMPLE_OPTIONS) \
	  --html $(REPORT) || test $$? -eq 1
	@printf '\nThe report: %s\n' "$(CURDIR)/$(REPORT)"

console: $(STAMP) ## build the page of the console into the package (web/)
	@$(IN_ENV) python -m tools.build_console

check: style types house ## style, types and the house rules; under a minute

style: $(STAMP)
	$(IN_ENV) ruff check .
	$(IN_ENV) ruff format --check .

types: $(STAMP)
	$(IN_ENV) mypy

house: $(STAMP)
	$(PYTEST) -q tests/house

test: page suite ## all tests but the nightly ones

page: console
	@$(IN_ENV) python -m tools.build_console --test

suite: console
	@$(PYTEST) $(TEST_OPTIONS) -m "not nightly"

nightly: $(STAMP) ## the long runs, on two cores: all of them, or NIGHTLY=tests/simulation …
	@$(PYTEST) $(NIGHTLY) -m nightly --timeout=0 $(NIGHTLY_OPTIONS)

pictures: $(STAMP) console ## take the pictures of the page for the documents, from the demo
	@DEMO_SPEED=60 $(PYTEST) -q tests/console/test_demo.py
	@$(IN_ENV) python -m tools.make_pictures

bench: $(STAMP) ## measure against the usual ways; results go to bench/results/
	@$(IN_ENV) python -m bench.run

conformance: $(STAMP) ## the field's own test suite against the server: KIT=folder [DB=address]
	@$(IN_ENV) python -m tools.conformance --uv "$(UV)" --kit "$(KIT)" --db "$(DB)" \
	  $(CONFORMANCE_OPTIONS)

format: $(STAMP) ## let ruff lay out the code
	$(IN_ENV) ruff check --fix .
	$(IN_ENV) ruff format .

lock: $(OWN_UV) ## bring uv.lock up to pyproject.toml
	$(UV) lock

clean: ## remove everything that was made here
	rm -rf web/node_modules web/build src/openline/console .venv .conformance out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
