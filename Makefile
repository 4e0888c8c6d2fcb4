# `make demo` and `make up` need Linux on x86-64 with Python 3.11 or 3.12, its venv module, and a package registry.
# Elsewhere REDIS_URL or a redis-server on PATH serves.  PYTHON=/path/to/python3 chooses another Python.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
READY := .venv/ready
PEERS := .venv-peers/ready
CODE := outbound adapters workers tests $(wildcard benchmarks)
PYTHON ?=
TESTS ?=

.PHONY: help setup demo up test check lint format golden torture bench lock clean

help: ## Say what each target does
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(READY) ## Make the virtual environment, from the pins (again when they change)

$(READY): requirements.lock pyproject.toml
	@echo 'Setting up .venv from requirements.lock; this takes some ten seconds.'
	@if ! $(BIN)/python -c 'import pip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then \
	  python="$$(PYTHON='$(PYTHON)' bash .ci/python)"; \
	  "$$python" -m venv --clear .venv; \
	fi; \
	sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.lock; \
	if $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r .venv/uv.lock \
	    && $(BIN)/uv pip sync -q --system-certs --require-hashes --python $(BIN)/python requirements.lock \
	    && $(BIN)/uv pip install -q --system-certs --no-deps --no-build-isolation --python $(BIN)/python -e .; then :; \
	else \
	  echo 'uv could not install the pins; pip does it now, which takes about a minute.'; \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock; \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@touch $(READY)

demo: $(READY) ## 200 letters from seven systems, all the way, in about a minute; leaves nothing running
	@$(BIN)/python -m outbound demo

up: $(READY) ## The whole router with its pages, until Ctrl-C; its data stays in var/
	@$(BIN)/python -m outbound up

test: $(READY) ## All tests, on real Redis, PostgreSQL and SFTP (TESTS='tests/stack -k redis' chooses)
	@$(BIN)/python -m pytest $(or $(TESTS),-n 2 --dist worksteal)

lint: $(READY) ## Format, lint, types, import contracts, pins: everything in `check` but the tests
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@if grep -nE 'https?://|index-url|find-links|registry' requirements.lock requirements-peers.lock deploy/requirements.lock; then \
	  echo 'A lock file names a host; make it again with `make lock`.'; exit 1; fi

check: lint test ## Everything that must be green before a commit lands

format: $(READY) ## Format the code and mend what the linter can mend
	$(BIN)/ruff check --fix --quiet $(CODE) || true
	$(BIN)/ruff format $(CODE)

golden: $(READY) ## Make the golden pictures of letters that look otherwise now; look at each before you commit it
	@$(BIN)/python -m tests.rendering.golden

torture: $(READY) ## Thousands of letters while everything is killed, broken and emptied; takes some 20 minutes
	@$(BIN)/python -m tests.torture
	@$(BIN)/python -m tests.torture --mutants

bench: $(READY) ## Letters per second: the whole way on both databases, and the renderer beside other engines
	@$(MAKE) -s $(PEERS) || echo 'The other engines could not be installed; they are left out.'
	@$(BIN)/python -m benchmarks

$(PEERS): requirements-peers.lock $(READY)
	@$(BIN)/python -m venv --clear .venv-peers
	@$(BIN)/uv pip sync -q --system-certs --require-hashes --python .venv-peers/bin/python requirements-peers.lock \
	  || .venv-peers/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-peers.lock
	@touch $(PEERS)

lock: $(READY) ## Choose the newest versions that pyproject.toml allows, with hashes
	$(BIN)/uv pip compile -q --upgrade --system-certs --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --group dev pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --upgrade --system-certs --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --group peers -o requirements-peers.lock
	$(BIN)/uv pip compile -q --upgrade --system-certs --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate pyproject.toml -c requirements.lock -o deploy/requirements.lock

clean: ## Remove the virtual environment and all caches; var/ with its letters stays
	rm -rf .venv .venv-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis build dist
	find $(CODE) -name __pycache__ -prune -exec rm -rf {} +
