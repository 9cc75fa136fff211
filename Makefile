# One command for each thing; `make help` lists them. Every target sets up what it needs first.
.DEFAULT_GOAL := help
.PHONY: help setup demo run test test-fast lint fix bench package lock clean
BIN := .venv/bin
STRICT := keys/*,credential_schemas/*,verifier/checks/*

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## environment, system packages, git hooks
	@./.ci/setup

demo: setup ## issue, verify, forge and revoke a certificate; leaves the files in demo-output/
	@$(BIN)/python examples/demo.py

run: setup ## bank and verifier with demo data on this machine
	@$(BIN)/python examples/run.py

test: setup ## the whole suite with coverage
	$(BIN)/pytest -n 2 --dist loadfile --cov --cov-report= -rs
	$(BIN)/python tests/coverage_gate.py "$(STRICT)"

test-fast: setup ## the suite without the slow tests
	$(BIN)/pytest -n 2 --dist loadfile -q -m "not slow"

lint: setup ## format check, ruff, mypy, floors and doors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: setup ## apply the format and the safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python docs/generate_cli.py

bench: setup ## the benchmarks, written to benchmarks/results/
	@for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

package: setup ## wheel and sdist, installed and tried in a clean place
	@./.ci/package

lock: setup ## resolve the dependencies again, with hashes
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --extra dev --output-file requirements.lock pyproject.toml

clean: ## remove what the other commands made
	rm -rf .venv demo-output build dist *.egg-info .coverage* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
