# `make` lists the targets. State lives in var/ (as root also in /var/tmp, as docs/operations.md says).
# PYTHON=/path/to/python3 chooses the Python; TESTS=tests/scenarios and PYTEST_ARGS=-x narrow
# `make test`, WORKERS=0 runs it in one process.
.DEFAULT_GOAL := help
.PHONY: help setup demo lab test lint up down lock clean
SHELL := /bin/sh
TESTS ?=
PYTEST_ARGS ?= -q
WORKERS ?= 2
# A day's seeds are that day's, so that no night tries those of another one.
SEEDS ?= 10000
SEED ?= $(shell date +%Y%m%d)0000
PYTEST = PYTHONPATH= var/venv/bin/python -m pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

setup: ## make the environment in var/venv from the lock; installs nothing when it is there
	@bin/setup

lab: ## plant faults in 10,000 random histories, kill every task at every point; hours
	@bin/setup --test
	@bin/reconciliation lab --seeds $(SEEDS) --from $(SEED) --write-docs
	@bin/reconciliation lab --formats --write-docs
	@bin/reconciliation lab --seeds $(SEEDS) --from $(SEED) --clean --write-docs
	@bin/reconciliation lab --seeds $(SEEDS) --from $(SEED) --second-opinion --write-docs
	@bin/reconciliation lab-psps --write-docs
	@bin/reconciliation lab-airflow --write-docs
	@bin/reconciliation lab-bugs --write-docs
	@bin/reconciliation lab-mutation --mutants 100 --write-docs
	@bin/reconciliation lab-kills --write-docs
	@bin/reconciliation lab --page

demo: setup ## reconcile a few business days of three made-up accounts and compare with the planted faults
	@bin/reconciliation demo

test: ## run the tests against a real PostgreSQL, with real DAG runs; the scenarios on PostgreSQL 16 too
	@bin/setup --test
	@$(PYTEST) $(TESTS)
	@if [ -z "$(TESTS)" ]; then RECONCILIATION_TEST_POSTGRES=16 $(PYTEST) tests/scenarios; fi

lint: ## check style and types
	@bin/setup --test
	@var/venv/bin/python -m ruff check .
	@var/venv/bin/python -m mypy

up: setup ## start Airflow on http://127.0.0.1:8080 with its database and the demo in it; Ctrl-C ends all
	@exec bin/launcher up

down: ## end what `make up` started
	@bin/launcher down

lock: ## resolve requirements*.in again into the hashed locks
	@bin/setup --test
	@bin/lock

clean: ## remove all state: environment, databases, reports
	@if [ -x var/venv/bin/python ]; then bin/launcher clean; else rm -rf var; fi
