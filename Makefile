# Fashion Studio. On a fresh machine with Python 3.11 or newer, pip and make: `make run`, `make test`.

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help run test check bench constraints clean

help: ## List what can be done.
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: $(RUN_STAMP) ## Open the window on a demo; on your photos: make run PHOTOS=some/folder
	@if [ -n "$$PHOTOS" ]; then exec $(BIN)/fashion-studio open "$$PHOTOS"; \
	else exec $(BIN)/fashion-studio open --demo; fi

test: check ## Everything that must hold: make check, then all other tests.
	$(BIN)/python -m pytest --ignore=tests/unit/test_architecture.py

check: $(DEV_STAMP) ## Style, types, the rooms' import contract, size caps.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/unit/test_architecture.py

bench: $(DEV_STAMP) ## Measure the figures of docs/measurements.md on this machine.
	$(BIN)/python -m bench

constraints: $(DEV_STAMP) ## Pin constraints.txt to what is installed in .venv now.
	@grep '^#' constraints.txt > constraints.new
	@$(BIN)/python -m pip freeze --exclude-editable \
	| grep -vE '^(nvidia-|cuda-|triton==|#|-e )' | grep -v ' @ ' | sed -E 's/\+.*$$//' | sort -f >> constraints.new
	@mv constraints.new constraints.txt

clean: ## Remove the virtual environment and everything that was built.
	rm -rf $(VENV) build dist out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A Python without ensurepip (Debian's, without python3-venv) makes an empty environment, which its own pip fills.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Fashion Studio needs Python 3.11 or newer; name one with: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { \
	  $(PYTHON) -m venv --clear --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install pip; }

$(RUN_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Fashion Studio into $(VENV); the first time this takes some minutes."
	@$(BIN)/python -m pip install --constraint constraints.txt --editable .
	@touch $@

$(DEV_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Fashion Studio and its test tools into $(VENV); the first time this takes some minutes."
	@$(BIN)/python -m pip install --constraint constraints.txt --editable '.[dev]'
	@touch $(RUN_STAMP) $@
