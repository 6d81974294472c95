# OpsSight's verbs. Needed: Python 3.11 or newer and make; Node for the Grafana plugin; uv makes installing faster.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for it in python3.11 python3.12 python3.13 python3; do \
	"$$it" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$it" && break; done)
UV := $(shell uv --version >/dev/null 2>&1 && echo uv)
MAKE_VENV := $(if $(UV),uv venv --quiet --python "$(PYTHON)",$(PYTHON) -m venv) $(VENV)
PIP_INSTALL := $(if $(UV),uv pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet)
GRAFANA := $(or $(GRAFANA_HOME),$(shell command -v grafana grafana-server | head -n 1),$(wildcard /usr/share/grafana))
NPM := $(shell command -v npm)
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest

.PHONY: help install demo check lint types imports sql test pytest e2e render panels panels-check bench lock

help: ## say what there is
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

install: $(VENV)/.installed ## make .venv with everything that OpsSight and its tests need

$(VENV)/.installed: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "OpsSight needs Python 3.11 or newer; none found on PATH" >&2; exit 1; }
	test -x $(BIN)/python || $(MAKE_VENV)
	$(PIP_INSTALL) --require-hashes -r requirements.lock
	$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

demo: install $(if $(and $(NPM),$(GRAFANA)),panels) ## a living sandbox organisation on http://localhost:8000, and in Grafana where there is one
	$(BIN)/opssight demo $(DEMO)

check: lint types imports sql ## lint, format, types, import contracts, SQL

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

imports: install
	$(BIN)/lint-imports

sql: install
	$(BIN)/sqlfluff lint --disable-progress-bar plugins

test: $(if $(NPM),panels-check) pytest ## every test, of the Grafana plugin too where there is Node

pytest: install
	$(PYTEST) -n $(WORKERS) -m "not bench" $(PYTEST_ARGS)

e2e: install panels ## open every board in a real Grafana (GRAFANA_HOME) with Chromium
	$(PYTEST) -m e2e $(PYTEST_ARGS)

render: install ## write dashboards/, provisioning/ and docs/reference.md anew
	$(BIN)/opssight render

bench: install ## measure speed against the figures to hold
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python "$$script"; done
	$(BIN)/python -m bench.set_m
	$(PYTEST) -m bench -s $(PYTEST_ARGS) || test $$? = 5  # 5: no test is a bench

panels: ## build the Grafana plugin into grafana/dist
panels-check: ## types, lint and tests of the Grafana plugin

ifneq ($(wildcard grafana/src/plugin.json),)
PANEL_SOURCES := $(shell find grafana/src grafana/.config -type f 2>/dev/null) $(wildcard grafana/*.json grafana/*.ts grafana/*.js grafana/*.mjs)

panels: grafana/dist/module.js

panels-check: grafana/dist/module.js
	cd grafana && npm run typecheck && npm run lint && npm run test:ci

grafana/node_modules/.package-lock.json: grafana/package-lock.json
	cd grafana && npm ci --no-audit --no-fund
	@touch $@

grafana/dist/module.js: grafana/node_modules/.package-lock.json $(PANEL_SOURCES)
	cd grafana && npm run build
	@touch $@
endif

lock: ## refresh the locks (needs uv) after a change of pyproject.toml; UPGRADE=--upgrade for newer versions
	uv pip compile pyproject.toml --group dev $(LOCKING) --output-file requirements.lock
	uv pip compile pyproject.toml --constraint requirements.lock $(LOCKING) --output-file deploy/runtime.lock
	uv pip compile --group build --constraint requirements.lock $(LOCKING) --output-file deploy/build.lock
LOCKING := $(UPGRADE) --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url \
	--custom-compile-command "make lock" --constraint deploy/pins.txt
