# Needs Python 3.11 or later and make; everything else is set up in .venv. PYTHON=/path/to/python picks the Python.
.DEFAULT_GOAL := help
.PHONY: help setup contracts test nightly coverage lint types layers bench record clean

BIN := .venv/bin
SETUP := .venv/.installed
DEFAULT := not e2e and not benchmark and not memory and not slow
WORKFLOWS := .github/workflows/ci.yml .github/workflows/nightly.yml

export PYTHON

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

setup: $(SETUP) ## make .venv with the project and its development tools

# The stamp is written when every step has succeeded; nothing is installed again while these files are unchanged.
$(SETUP): pyproject.toml constraints.txt
	@sh scripts/setup.sh

contracts: $(SETUP) ## run the contracts on promise and recording, offline
	$(BIN)/pytest contracts --record-mode=none

test: $(SETUP) ## run all tests that need nothing outside
	$(BIN)/pytest tests contracts -m "$(DEFAULT)"

coverage: $(SETUP) ## the same, and say which lines they reach (it takes half as long again)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest tests contracts -m "$(DEFAULT)"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

nightly: $(SETUP) ## run the tests that take long, and those from end to end against emulators
	$(BIN)/pytest tests -m "slow or e2e_free"

lint: $(SETUP) ## check style, formatting, workflows and hooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/pre-commit validate-config .pre-commit-config.yaml
	$(BIN)/zizmor --offline --no-progress --quiet --persona pedantic .github

types: $(SETUP) ## check types
	$(BIN)/mypy

layers: $(SETUP) ## check that imports only point down
	$(BIN)/lint-imports

bench: $(SETUP) ## measure time and memory
	$(BIN)/pytest tests/benchmarks -m "benchmark or memory"

record: $(SETUP) ## record every contract again, from emulators on this machine
	PATH="$(CURDIR)/$(BIN):$$PATH" python -m tests.emulators -- pytest contracts --record-mode=rewrite --writes

clean: ## remove .venv and everything that tools left behind
	rm -rf .venv build dist .coverage .coverage.* coverage.xml
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	find src tests contracts -name __pycache__ -type d -prune -exec rm -rf {} +
