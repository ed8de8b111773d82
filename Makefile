# Everything a developer runs. `make` alone prints this list.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Worker processes of the test run; `make test WORKERS=0` runs in one process.
WORKERS ?= 2
# More arguments for pytest: make test ARGS="-k numbering"
ARGS ?=
# Rounds of `make torture` on each engine.
ROUNDS ?= 200
# What repeats a run of `make torture` or `make fuzz`.
SEED ?=
# Inputs of `make fuzz` in all.
INPUTS ?= 50000
# The database of `make fuzz`: sqlite or postgresql.
DATABASE ?= sqlite
# Random orders that `make validate` validates.
ORDERS ?= 1000

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## Print this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(STAMP) ## Create .venv with everything pinned in constraints.txt

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 1))' || { \
	  echo "InvoiceJobs needs Python 3.11.1 or newer; '$(PYTHON)' is not. Try: make setup PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
	  echo "'$(PYTHON)' cannot make virtual environments. On Debian: apt-get install python3-venv" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

.PHONY: demo
demo: $(STAMP) ## Issue sample invoices on this machine and show them
	$(BIN)/invoicejobs demo

.PHONY: run
run: $(STAMP) ## Start the gRPC server and the REST gateway
	$(BIN)/invoicejobs serve

.PHONY: test
test: $(STAMP) ## Run the tests (ARGS="-k name", WORKERS=0 for one process)
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

.PHONY: validate
validate: $(STAMP) ## Validate the e-invoices of many random orders (ORDERS=1000)
	INVOICEJOBS_VALIDATED_ORDERS=$(ORDERS) $(BIN)/python -m pytest -n $(WORKERS) --timeout=0 tests/validators $(ARGS)

.PHONY: check
check: lint test ## Run every check, then the tests: what must pass before a commit lands

.PHONY: lint
lint: $(STAMP) ## Run the static checks only
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml server gateway process
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code
	$(BIN)/python scripts/breaking.py
	$(BIN)/python scripts/generate.py --check

.PHONY: audit
audit: $(STAMP) ## Ask a public service about known weaknesses of what constraints.txt pins
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,audit]'
	$(BIN)/python scripts/audit.py

.PHONY: format
format: $(STAMP) ## Rewrite the code the way the checks want it
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/buf format --write

.PHONY: generate
generate: $(STAMP) ## Rebuild generated/ from protos/
	$(BIN)/python scripts/generate.py

.PHONY: bench
bench: $(STAMP) ## Draw the same invoices with us and with others; prints tables
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,bench]'
	$(BIN)/python -m benchmarks.bench_rendering

.PHONY: bench-jobs
bench-jobs: ORDERS = 20000
bench-jobs: $(STAMP) ## Measure whole jobs on both databases (ORDERS=2000 for a short look)
	$(BIN)/python -m benchmarks.bench_jobs --orders $(ORDERS) $(ARGS)

.PHONY: torture
torture: $(STAMP) ## Kill, pause and cut off the service in ROUNDS=200 jobs (SEED=7 repeats them)
	$(BIN)/python -m tests.torture --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED))

.PHONY: fuzz
fuzz: $(STAMP) ## Send INPUTS=50000 damaged and odd inputs to both doors (SEED=7 repeats them)
	$(BIN)/python -m tests.fuzz --inputs $(INPUTS) --database $(DATABASE) $(if $(SEED),--seed $(SEED))

.PHONY: bench-crowd
bench-crowd: $(STAMP) ## Measure single orders beside crowds, a thousand watchers, memory of large jobs
	$(BIN)/python -m benchmarks.bench_fairness
	$(BIN)/python -m benchmarks.bench_watchers
	$(BIN)/python -m benchmarks.soak_jobs

.PHONY: soak
soak: $(STAMP) ## Draw 100,000 invoices; memory must stay flat
	$(BIN)/python -m benchmarks.soak_rendering

.PHONY: clean
clean: ## Remove .venv, caches and builds
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
