# `make` alone prints this table of contents.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3.11
BIN := .venv/bin
export UV_CACHE_DIR := $(CURDIR)/.cache/uv
UV := $(BIN)/uv
# The Spark of Glue 5.1. pyproject.toml pins that of Glue 6.0, the default.
GLUE_5_1 := pyspark==3.5.6
# Test processes. A file stays on one of them, so that what its module starts is started once.
WORKERS ?= 3

.PHONY: help setup run test test-all lint package bench clean lock deploy-check

help: ## this table of contents
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready ## .venv from the lock file, Kafka and DynamoDB Local jars; the others call it

.venv/.ready: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "make: no $(PYTHON) on this machine: install Python 3.11, or name it: make PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep -oE '^uv==[^ ]+' requirements.lock)"
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	$(BIN)/python -m chargebacks.local.jars
	@touch $@

run: setup ## a whole day on this machine, proved by the oracle (LANDING=path: your own files; SIZE=n)
	$(BIN)/chargebacks day $(if $(LANDING),--landing '$(LANDING)') $(if $(SIZE),--size $(SIZE))

test: lint .venv-checkov/.ready ## lint, types and every test but the exhaustive ones
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m "not slow"

test-all: lint .venv-checkov/.ready .venv-glue-5.1/.ready ## also the exhaustive tests: every crash, zombie, file of the corpus, and Glue version
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

lint: setup ## ruff (lint and format) and strict mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

package: setup ## dist/: a release, with the Lambda's zips, the Glue artifacts and their manifest
	./build.sh

# requirements.lock, but with the Spark of Glue 5.1.
.venv-glue-5.1/.ready: requirements.lock requirements-glue-5.1.txt | setup
	$(PYTHON) -m venv .venv-glue-5.1
	$(UV) pip sync --quiet --python .venv-glue-5.1/bin/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python .venv-glue-5.1/bin/python --no-deps --require-hashes --requirement requirements-glue-5.1.txt
	$(UV) pip install --quiet --python .venv-glue-5.1/bin/python --no-deps --editable .
	@touch $@

# The policy scanner lives apart: it pins boto3.
.venv-checkov/.ready: infra/terraform/policy/requirements.txt | setup
	$(PYTHON) -m venv .venv-checkov
	$(UV) pip sync --quiet --python .venv-checkov/bin/python --require-hashes $<
	@touch $@

deploy-check: setup .venv-checkov/.ready ## every check of infra/terraform, offline, then what would be applied
	CI=1 $(BIN)/pytest -n $(WORKERS) --dist loadfile tests/infra
	@cat .run/planned/*.txt

bench: setup .venv-glue-5.1/.ready ## timings, as ratios measured in one run
	$(BIN)/python -m benchmarks

lock: setup ## requirements.lock from pyproject.toml, its Spark of Glue 5.1, the updater's part, the policy scanner's
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras --no-header --no-annotate pyproject.toml -o requirements.lock
	echo $(GLUE_5_1) | $(UV) pip compile --quiet --python-version 3.11 --generate-hashes --no-header --no-annotate - -o requirements-glue-5.1.txt
	$(UV) pip compile --quiet --python-version 3.11 --generate-hashes --no-header --no-annotate infra/terraform/policy/requirements.in -o infra/terraform/policy/requirements.txt
	$(BIN)/python scripts/locked_requirements.py updater > consumers/consolidation_updater/requirements.txt

clean: ## remove what was built and run here (not .cache: the downloads)
	rm -rf .venv .venv-checkov .venv-glue-5.1 .run dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
