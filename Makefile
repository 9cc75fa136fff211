# One command for each thing; `make help` lists them. Every target sets up what it needs first.
.DEFAULT_GOAL := help
.PHONY: help setup demo run test test-fast test-postgresql torture fuzz mutate lint fix docs bench load chart package sbom lock clean
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --no-build-isolation --editable
FUZZ_SECONDS ?= 30
KILLS ?= 200
ON_POSTGRESQL ?= accounts audit bank batch deliveries issued issuing key_life log openid4vci operating pages pulling staff \
  test_api.py test_api_access.py test_api_document.py test_api_generated.py test_publishing.py test_taken_back.py test_upkeep.py
CLIENTS ?= 16
FUZZ_TARGETS ?= $(notdir $(patsubst %/,%,$(wildcard tests/fuzz/corpus/*/)))
MUTANTS ?=
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
	@rm -rf build/coverage
	MEASURE_COVERAGE=1 $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -rs
	$(BIN)/python -m tests.coverage_gate "$(STRICT)"

test-fast: setup ## the suite without the slow tests
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -q -m "not slow"

test-postgresql: setup ## the tests of the bank, every bank of theirs on a PostgreSQL server
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -q -p tests.banks_on_postgresql $(addprefix tests/issuer/,$(ON_POSTGRESQL))

torture: setup ## kill the issuing service KILLS times (200) with CLIENTS clients (16), on SQLite and PostgreSQL, in its process and over HTTP
	$(BIN)/python -m tests.torture.run --kills $(KILLS) --clients $(CLIENTS)

fuzz: setup ## fuzz every parser for FUZZ_SECONDS each (30); FUZZ_TARGETS="jws sd_jwt" chooses; then both services' APIs
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(INSTALL) '.[fuzz]'
	@for target in $(FUZZ_TARGETS); do echo "fuzz: $$target"; \
	  nice $(BIN)/python tests/fuzz/fuzz.py $$target -max_total_time=$(FUZZ_SECONDS) || exit 1; done
	@API_EXAMPLES=200 nice $(BIN)/pytest -q tests/issuer/test_api_generated.py tests/verifier/api/test_api_generated.py \
	  tests/issuer/openid4vci/test_generated_questions.py

mutate: setup ## change the code and see which changes no test notices; MUTANTS="keys/jws.py" chooses; docs/mutation.md
	@$(BIN)/python -c 'import mutmut.configuration' 2>/dev/null || $(INSTALL) '.[mutation]'
	@nice $(BIN)/python -m tests.mutate $(MUTANTS)
	@$(BIN)/python -m tests.mutation_report

lint: setup ## format check, ruff, mypy, floors and doors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	./.ci/types
	$(BIN)/lint-imports

fix: setup ## apply the format and the safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python docs/generate_reference.py

docs: setup ## the documentation as a site, in build/site/; a warning is an error
	$(BIN)/python docs/generate_reference.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build
	@echo "search needs a server: $(BIN)/python -m http.server --directory build/site, then http://127.0.0.1:8000/"

load: setup ## half an hour of 50 checks a second, then more than it can do; benchmarks/results/verifier_load_long.json
	$(BIN)/python benchmarks/verifier_load.py --seconds 1800

bench: setup ## the benchmarks, written to benchmarks/results/
	@for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done
	@$(BIN)/python -m benchmarks.qr.sizes

chart: setup ## lint and render the Helm chart with Helm itself, and hold what it gives against the schemas of Kubernetes
	@$(BIN)/python -c 'import helm_python, kubernetes_validate' 2>/dev/null || $(INSTALL) '.[chart]'
	$(BIN)/python -m tests.helm_chart

sbom: setup ## what an installation consists of, as CycloneDX, in dist/
	@$(BIN)/python -c 'import cyclonedx_py, cyclonedx.validation.json' 2>/dev/null || $(INSTALL) '.[sbom]'
	@$(BIN)/python docs/generate_sbom.py

package: setup ## wheel and sdist, installed and tried in a clean place
	@./.ci/package

lock: setup ## resolve the dependencies again, with hashes
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --extra dev --output-file requirements.lock pyproject.toml

clean: ## remove what the other commands made
	rm -rf .venv demo-output build dist *.egg-info .coverage* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .fuzz mutants
