# The way in. `make run` and `make test` need Python 3.11 or newer and make; everything else is installed into .venv/.

SHELL := bash
BIN   := .venv/bin
RUN   := $(BIN)/python -m api
PORT  ?= 8000
export PORT

# Whoever forbids Python to keep its bytecode has every start take twice as long.
unexport PYTHONDONTWRITEBYTECODE

# The first interpreter that is new enough; `make run PYTHON=python3.13` chooses another.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)

.PHONY: help run test check format storm kill race entries clicks fuzz fuzz-executor bench-executor live webhooks crowd bench bench-peers bench-viral bench-growth budgets audit schema migration graphiql requirements clean

help:  ## List what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-18s %s\n", $$1, $$2}' Makefile

run: .venv/installed-run  ## Start everything and stay in the foreground until Ctrl-C; PORT=8000 chooses the port
	@$(RUN) up

test: .venv/installed-dev  ## Run all tests, on every core
	@$(BIN)/pytest --numprocesses auto --dist worksteal

check: .venv/installed-dev  ## Format, lint, types, import contracts, SDL drift, migration drift, tests
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(RUN) schema --check
	@$(RUN) migrate --check
	@$(MAKE) --no-print-directory test

format: .venv/installed-dev  ## Format the code and mend what can be mended
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

storm: .venv/installed-dev  ## 10,000 disconnects and 10,000 timeouts against the transactions
	@$(BIN)/python -m tests.storm

kill: .venv/installed-dev  ## Kill -9 the server 20 times under load, stop the database 5 times, and compare what was acknowledged with what was kept
	@$(BIN)/python -m tests.kill

race: .venv/installed-dev  ## Race the ledger: 200 spends, one key 10,000 times, 2,000 histories against its model
	@$(BIN)/python -m tests.ledger_race

entries: .venv/installed-dev  ## 1,000 posts at once for the last places of two campaigns: the budget is exact
	@$(BIN)/python -m tests.campaign_race

fuzz-executor: .venv/installed-dev  ## N random documents, 10,000 by default, compiled and by graphql-core: no difference
	@$(BIN)/python -W ignore::RuntimeWarning -m tests.oracle $(or $(N),10000)

bench-executor: .venv/installed-dev  ## How long the same answers take, compiled and by graphql-core, rows loaded; and to compile the largest
	@$(BIN)/python -m tests.oracle.speed

live: .venv/installed-dev  ## 1,000 comments through two server processes, heard live on both: by NOTIFY, by Valkey, beside a kill
	@$(BIN)/python -m tests.live

crowd: .venv/installed-dev  ## 10,000 live subscribers at two server processes, or SUBSCRIBERS: over many posts, then on one
	@$(BIN)/python -m tests.crowd $(if $(SUBSCRIBERS),--subscribers $(SUBSCRIBERS))

clicks: .venv/installed-dev  ## The door of links against a bare redirect, and whether every click is counted
	@$(BIN)/python -m tests.clicks $(SECONDS)

fuzz: .venv/installed-dev  ## Random operations for a minute, or SECONDS, as everybody who can ask
	@$(BIN)/python -m tests.fuzz $(SECONDS)

bench: .venv/installed-dev  ## Requests per second against graphql-core and against no GraphQL (needs wrk): SIZE="--posts 1000000 …"
	@$(BIN)/python -m tests.bench $(SIZE)

bench-peers: .venv/installed-dev  ## Requests per second against PostGraphile 5, mercurius-jit, yoga and Strawberry (needs wrk and npm): SIZE as above
	@$(BIN)/python -m tests.bench.peers $(SIZE)

bench-viral: .venv/installed-dev  ## Reactions a second on one post, against reactions on posts far apart
	@$(BIN)/python -m tests.bench.viral

bench-growth: .venv/installed-dev  ## The hot operations while the database grows: POSTS="10000 100000 1000000 10000000"
	@$(BIN)/python -m tests.bench.growth $(if $(POSTS),--posts $(POSTS))

webhooks: .venv/installed-dev  ## Kill -9 the workers that send webhooks 50 times, and compare what was heard with the feed
	@$(BIN)/python -m tests.webhook_kills

budgets: .venv/installed-dev  ## Write the measured SQL budgets into tests/operations, to look at in the diff
	@REWRITE_BUDGETS=1 $(BIN)/pytest tests/operations

audit: .venv/installed-dev  ## The 61 checks of the graphql-http audit (needs Node.js and npm)
	@$(BIN)/python -m tests.audit

schema: .venv/installed-run  ## Write the graph's SDL to schema/schema.graphql
	@$(RUN) schema --write

migration: .venv/installed-run  ## Write the next migration from what the models say: NAME=bookmarks; SQL=yes for SQL alone
	@$(BIN)/python -m community.migrations $(if $(SQL),--sql) '$(NAME)'

graphiql:  ## Build GraphiQL's own files into api/static/ (needs Node.js and npm)
	@cd api/graphiql-src && npm ci --silent && npm run --silent build

requirements: .venv/installed-dev  ## Pin and hash the newest versions that pyproject.toml allows
	@$(BIN)/python -m pip install --quiet uv
	@echo 'setuptools>=80' | $(PIN) pyproject.toml - --output-file requirements.txt
	@echo 'setuptools>=80' | $(PIN) pyproject.toml - --output-file requirements-dev.txt --extra dev --constraint requirements.txt

PIN := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

clean:  ## Remove what was installed and cached; the data in .hourglass/ stays
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Both stamps are older than what they were made from exactly when something has to be installed again.
.venv/installed-run: requirements.txt pyproject.toml | .venv/bin/python
	@$(call install,requirements.txt)
	@touch $@

.venv/installed-dev: requirements-dev.txt pyproject.toml | .venv/bin/python
	@$(call install,requirements-dev.txt)
	@touch $@ .venv/installed-run

.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Hourglass needs Python 3.11 or newer: none was found. Name one: make run PYTHON=/path/to/python" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@"$(PYTHON)" -m venv .venv

define install
set -o pipefail; \
total=$$(grep -c '==' $(1)); echo "Installing $(1) into .venv/ (only when it has changed)"; \
$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes --requirement $(1) \
	| awk -v total="$$total" -v live="$$([ -t 2 ] && echo yes)" '$(progress)' \
&& $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
endef

# pip is silent while it unpacks, and tells too much while it looks: one line that counts, where somebody is watching.
define progress
live && /^(Collecting|Requirement already)/ {printf "\r  %d of at most %d packages found ", ++seen, total; fflush()} \
live && /^Installing/ {printf "\r  unpacking %d packages           ", seen; fflush()} \
END {if (live) printf "\r\033[K"}
endef
