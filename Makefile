# Every target's line of help is the comment behind it; `make` alone prints them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
TIMEBANK := $(BIN)/timebank
# pip checks every file's hash; it needs no word about its own newer versions. It works nothing out itself: a lock file
# is complete, and where a package asks for another one's extra, older pips would look at newer versions than the locked.
PIP_INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps
# Two workers by default: the tests start a PostgreSQL and a browser beside themselves.
WORKERS ?= 2
ARGS ?=
EVENTS ?= 10000

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- set up -----------------------------------------------------------------------------------------------------------

.PHONY: setup
setup: $(VENV)/.runtime var/secret_key ## Make .venv with the timebank command, var/ and its secret key

$(PYTHON):
	@for python in $${PYTHON3:-} python3 python3.14 python3.13 python3.12 python3.11; do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "Making $(VENV) with $$("$$python" --version)"; \
	        "$$python" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }; exit; \
	    fi; \
	done; \
	echo "No Python 3.11 or newer was found. Install one, or name it: make setup PYTHON3=/path/to/python3" >&2; exit 1

$(VENV)/.runtime: requirements.lock pyproject.toml | $(PYTHON)
	@echo "Installing what requirements.lock names"
	@$(PIP_INSTALL) --require-hashes --requirement requirements.lock
	@$(PIP_INSTALL) --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what requirements-dev.lock names"
	@$(PIP_INSTALL) --require-hashes --requirement requirements-dev.lock
	@touch $@

var/secret_key: | $(PYTHON)
	@umask 077; mkdir -p var; $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(48))' > $@

.PHONY: lock
lock: $(VENV)/.dev ## Write both lock files anew from pyproject.toml (UPGRADE=--upgrade takes newer versions)
	@compile() { $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 $(UPGRADE) \
	    --custom-compile-command "make lock" --group build "$$@" pyproject.toml; }; \
	compile --extra dev --output-file requirements-dev.lock; \
	compile --constraint requirements-dev.lock --output-file requirements.lock

# --- run --------------------------------------------------------------------------------------------------------------

.PHONY: run
run: export TIMEBANK_DEMO := 1
run: setup ## Set up, migrate, make the demo community once, and serve it on http://127.0.0.1:8000
	@exec $(TIMEBANK) demo --serve

.PHONY: demo
demo: setup ## Migrate and make the demo community, without serving it
	@$(TIMEBANK) db upgrade
	@$(TIMEBANK) demo

# --- prove ------------------------------------------------------------------------------------------------------------

.PHONY: browser
browser: $(VENV)/.dev ## Find a browser and a Japanese font for the tests, or install them
	@$(PYTHON) -m tests.browser

.PHONY: hledger
hledger: $(VENV)/.dev ## Find the hledger that reads exports in the tests, or install it
	@$(PYTHON) -m tests.hledger

.PHONY: test
test: setup browser hledger ## Run every test, on SQLite and on PostgreSQL and in a browser (ARGS="-k statement")
	@$(PYTHON) -m pytest --numprocesses $(WORKERS) $(ARGS)

.PHONY: coverage
coverage: setup browser hledger ## Run every test and hold ledger/ and every service.py to full branch coverage
	@rm -f .coverage .coverage.*
	@$(PYTHON) -m pytest --numprocesses $(WORKERS) --cov --cov-report= $(ARGS)
	@$(BIN)/coverage report --include='ledger/*,timebank/*/service.py' --fail-under=100

.PHONY: mutants
mutants: setup $(VENV)/.dev ## Break ledger/ in thousands of small ways, for an hour; name what no test notices (ARGS=ledger/seals.py)
	@$(PYTHON) -m tests.mutation $(ARGS)

.PHONY: check
check: setup $(VENV)/.dev ## Check format, lint, types, import contracts, security, packages, and that migrations match the tables
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml --severity-level medium --confidence-level medium ledger timebank wsgi.py
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; export DATABASE_URL="sqlite:///$$folder/check.sqlite3"; \
	$(TIMEBANK) db upgrade && $(TIMEBANK) db check
	@$(PYTHON) -m tests.advisories

.PHONY: audit
audit: $(VENV)/.dev ## Ask whether a locked package has a known weakness, where an advisory service can be reached
	@$(PYTHON) -m tests.advisories

PO := timebank/translations/ja/LC_MESSAGES/messages.po

.PHONY: messages
messages: setup ## Collect new texts for people into the Japanese catalogue, for somebody to translate
	@mkdir -p var
	@$(BIN)/pybabel --quiet extract --mapping babel.cfg --keywords N_ --keywords lazy_gettext --ignore-dirs '.*' \
	    --no-location --sort-output --output var/messages.pot .
	@$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --no-wrap --locale ja --input var/messages.pot --output-file $(PO)

.PHONY: bench
bench: $(VENV)/.dev ## Measure posting, import and reading, print the table, and write it to var/bench.json
	@mkdir -p var
	@$(PYTHON) -m bench $(ARGS)

.PHONY: soak
soak: $(VENV)/.dev ## Post from eight processes while they and the database are killed, two minutes an engine; check the books
	@mkdir -p var
	@$(PYTHON) -m soak $(ARGS)

.PHONY: shuffle
shuffle: $(VENV)/.dev ## Tell 10,000 of Stripe's events in any order, each up to five times; it takes long (EVENTS=1000: minutes)
	@TIMEBANK_SHUFFLED_EVENTS=$(EVENTS) $(PYTHON) -m pytest --quiet tests/timebank/payments/test_shuffled.py

.PHONY: clean
clean: ## Take away what can be made again; var/ with its databases stays
	@rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
