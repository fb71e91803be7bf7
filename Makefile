# Two commands on a fresh machine: `make demo` and `make test`. Only Python 3.11 or newer and the package index needed.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
# Of a test run: `make test PYTEST='-k rebalance -x'`.
PYTEST ?=
# Of the demo: `make demo DEMO=--keep` leaves broker, worker and live page running until Ctrl-C.
DEMO ?=
# How long `make fuzz` looks: quick, minutes or hours.
FUZZ ?= minutes

.PHONY: help
help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Make .venv from nothing, or bring it up to date
	@scripts/setup

.PHONY: demo
demo: setup ## Real articles through a real broker and worker, painted on the terminal
	@$(BIN)/wiremill demo $(DEMO)

.PHONY: test
test: setup ## All tests that need neither Docker nor Java
	@scripts/test $(PYTEST)

.PHONY: check
check: setup ## What the code must hold: lint, format, types, who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: test-kafka
test-kafka: setup ## The system tests on Apache Kafka (needs Java 17 and Maven)
	@scripts/kafka fetch
	@scripts/connect fetch
	@$(BIN)/pytest tests/system --broker kafka $(PYTEST)

.PHONY: chaos
chaos: setup ## The whole fault suite, with its figures
	@$(BIN)/pytest tests/chaos -m chaos $(PYTEST)

.PHONY: guard
guard: setup ## Did something become slower? Ratios of one run against bench/guard_baseline.json; 3 minutes
	@$(BIN)/python -m bench.guard

.PHONY: chaos-kafka
chaos-kafka: setup ## The same on Apache Kafka (needs Java 17 and Maven)
	@scripts/kafka fetch
	@$(BIN)/pytest tests/chaos -m chaos --broker kafka $(PYTEST)

.PHONY: fuzz
fuzz: setup ## Look for slow regexes and inputs without a fate, five minutes; FUZZ=hours: three hours
	@WIREMILL_FUZZ=$(FUZZ) $(BIN)/pytest tests/fuzz $(PYTEST)

.PHONY: soak
soak: setup ## 100,000 articles through one worker: nothing lost, memory and files flat (20 minutes)
	@WIREMILL_SOAK_ARTICLES=$${WIREMILL_SOAK_ARTICLES:-100000} $(BIN)/pytest tests/chaos -m chaos -k flat $(PYTEST)

.PHONY: audit
audit: setup ## Ask the advisory databases about every pinned package (needs the network)
	@scripts/audit

.PHONY: format
format: setup ## Format and mend what can be mended
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: readme
readme: setup ## Write the tables of README.md anew from the code
	@$(BIN)/python -m scripts.readme_tables

.PHONY: lock
lock: setup ## Write the lock files anew from pyproject.toml
	@scripts/lock

.PHONY: clean
clean: ## Remove .venv, caches and local brokers
	@scripts/kafka clean
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
