# Only python3 (3.11 or newer) and make are assumed; everything else is installed here, in locked versions.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
DETENTE := $(BIN)/detente
BASELINES := majority gazetteer classical
SERVER := .labelstudio

.PHONY: bench test test-live test-peers simulations mutants annotate check format lock clean help
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(VENV)/core: requirements/core.txt pyproject.toml
	@echo "installing detente into $(VENV) (once)"
	@$(PYTHON) -c 'import sys; sys.exit("detente needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install -r requirements/core.txt
	@$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/dev: requirements/dev.txt $(VENV)/core
	@echo "installing what the tests need into $(VENV) (once)"
	@$(PIP) install -r requirements/dev.txt
	@touch $@

$(VENV)/thorough: requirements/thorough.txt $(VENV)/dev
	@echo "installing what the slow proofs need into $(VENV) (once, about 400 MB)"
	@$(PIP) install -r requirements/thorough.txt
	@touch $@

$(SERVER)/ready: requirements/labelstudio.txt
	@echo "installing the Label Studio server into $(SERVER) (once, about 1 GB)"
	@$(PYTHON) -m venv $(SERVER)
	@$(SERVER)/bin/python -m pip --disable-pip-version-check --quiet install -r requirements/labelstudio.txt
	@touch $@

bench: $(VENV)/core ## build the data, train the CPU baselines, score test, write and print the leaderboard
	@$(DETENTE) data build
	@for name in $(BASELINES); do $(DETENTE) baseline run $$name || exit 1; done
	@$(DETENTE) leaderboard build

test: $(VENV)/dev ## the suite without servers
	@$(BIN)/python -m pytest -m "not live"

test-live: $(VENV)/dev $(SERVER)/ready ## real Label Studio and a real browser (Debian's chromium and chromium-driver)
	@DETENTE_LIVE=1 DETENTE_LABELSTUDIO=$(SERVER)/bin/label-studio $(BIN)/python -m pytest -m live

test-peers: $(VENV)/thorough ## the tests beside packages too large for every run (spaCy, transformers)
	@$(BIN)/python -m pytest tests/scoring/test_peers.py tests/scoring/test_spacy.py tests/scoring/test_integrations.py

simulations: $(VENV)/dev ## the level of the significance test and the coverage of the intervals (about half an hour)
	@$(BIN)/python -m tests.simulations.uncertainty

mutants: $(VENV)/thorough ## mutation testing of src/detente/scoring on a random sample (about half an hour)
	@$(BIN)/python -m tests.mutants.sample

annotate: $(VENV)/dev $(SERVER)/ready ## Label Studio on 127.0.0.1 with a demo project
	@$(DETENTE) annotate serve --executable $(SERVER)/bin/label-studio --demo

check: $(VENV)/dev ## lint, types, layers, suite
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -m "not live"

format: $(VENV)/dev ## put the code into its form
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile pyproject.toml --upgrade --extra annotate --extra cluster --extra croissant --extra figures \
	  --extra ingest --extra test --extra dev --universal \
	  --python-version 3.11 --no-emit-index-url --no-header --no-annotate -q -o requirements/dev.txt
	uv pip compile pyproject.toml --upgrade -c requirements/dev.txt --universal \
	  --python-version 3.11 --no-emit-index-url --no-header --no-annotate -q -o requirements/core.txt
	uv pip compile pyproject.toml --upgrade -c requirements/dev.txt --extra cluster --extra test --extra thorough --universal \
	  --python-version 3.11 --no-emit-index-url --no-header --no-annotate -q -o requirements/thorough.txt
	echo 'label-studio==1.23.2' | uv pip compile - --upgrade --universal \
	  --python-version 3.11 --no-emit-index-url --no-header --no-annotate -q -o requirements/labelstudio.txt

clean: ## remove what was installed and built
	rm -rf $(VENV) $(SERVER) build dist
