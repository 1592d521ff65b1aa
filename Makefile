# `make run` serves the assistant, `make test` holds everything that must hold. Both work twice in a row.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
ORIGINALS ?=
MINUTES ?= 60
# Official texts that may lie beside a checkout; what needs them is left out where they are not.
LEGISLATION := ../shared/originals/legislation
# Digests that change with every run, and attacks in disguise that somebody wrote: no secrets, though they look so.
DIGESTS := '^(corpus/ear\.toml|corpus/messages/.*|evals/data/.*)$$'
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.PHONY: help run install library serve test test-all faults soak check contract audit coverage evaluate fuzz kill release clean
.DEFAULT_GOAL := help

help: ## what there is to run
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: library serve ## install, build the library, serve on 127.0.0.1:8000

$(BIN)/.product: constraints.txt pyproject.toml
	@echo "== Making $(VENV) and installing (a few minutes the first time)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade-strategy only-if-needed -c constraints.txt torch
	$(BIN)/pip install --quiet -c constraints.txt -e '.[build]'
	@touch $@

$(BIN)/.tools: $(BIN)/.product
	@echo "== Installing what the tests need"
	$(BIN)/pip install --quiet -c constraints.txt -e '.[build,test]'
	@touch $@

install: $(BIN)/.product ## make .venv with the pinned packages

library: install ## build the library from corpus/ (ORIGINALS=folder adds official texts)
	@echo "== Building the library (unchanged texts keep their vectors)"
	$(BIN)/care-act ingest build $(if $(ORIGINALS),--originals $(ORIGINALS))

serve: ## serve the library that is built
	@echo "== Serving on 127.0.0.1:$(PORT)"
	$(BIN)/care-act serve --port $(PORT)

test: $(BIN)/.tools check contract audit coverage evaluate ## everything that must hold
	@echo "== Tests"
	$(BIN)/pytest -q -m "not slow"
	@echo "== All of it holds"

test-all: $(BIN)/.tools ## every test, with those that take minutes
	$(BIN)/pytest -q

faults: $(BIN)/.tools ## break each engine and process under several workers and the bot; prints the table of assistant/pages/faults.md
	$(BIN)/pytest -q -s tests/test_scale.py

soak: $(BIN)/.tools ## an hour at half load: lost or wrong answers, memory, file handles (MINUTES=60)
	$(BIN)/care-act evals load --soak $(MINUTES)

check: $(BIN)/.tools ## ruff and mypy --strict
	@echo "== Style and types"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

contract: $(BIN)/.tools ## the import contract
	@echo "== Import contract"
	$(BIN)/lint-imports

audit: $(BIN)/.tools ## every statement against its source, every card against plain words
	@echo "== Corpus audit"
	$(BIN)/care-act ingest audit $(if $(wildcard $(LEGISLATION)),--originals $(LEGISLATION))

coverage: $(BIN)/.tools ## every section, regulation and chapter has a statement or a reason why not
	@echo "== Coverage"
	$(BIN)/care-act ingest coverage

evaluate: $(BIN)/.tools ## the fast part of the evaluation, on a library built from the corpus as it is
	@echo "== Evaluation (builds the library first; unchanged texts keep their vectors)"
	$(BIN)/care-act ingest build $(if $(wildcard $(LEGISLATION)),--originals $(LEGISLATION))
	$(BIN)/care-act evals gate --fast

release: $(BIN)/.tools ## bill of materials, licences, known faults of packages, secrets; written to build/
	$(BIN)/pip install --quiet -c constraints.txt -e '.[release]'
	mkdir -p build
	$(BIN)/cyclonedx-py environment --output-format JSON --output-file build/sbom.json $(BIN)/python
	$(BIN)/pip-licenses --python $(BIN)/python --format markdown --order license --output-file build/licences.md
	$(BIN)/pip-licenses --python $(BIN)/python --summary --order count
	@echo "== Secrets"
	git ls-files -z | xargs -0 $(BIN)/detect-secrets-hook --baseline .secrets.baseline --exclude-files $(DIGESTS)
	@echo "== Known faults of packages (asks an index of advisories: needs a network)"
	$(BIN)/pip-audit --requirement constraints.txt --no-deps --disable-pip --strict

fuzz: $(BIN)/.tools ## ten thousand damaged documents through the readers and the command
	$(BIN)/python tests/fuzzing.py 10000

kill: $(BIN)/.tools ## a build and a round of fetching, each killed at a hundred random moments
	$(BIN)/python tests/killing.py build fetch --rounds 100

clean: ## remove .venv and everything built
	rm -rf $(VENV) var build dist
