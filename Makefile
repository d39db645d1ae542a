# Two commands matter: `make lab` opens the course, `make test` checks everything. Each installs what
# it needs into .venv the first time, and again only when pyproject.toml or constraints.txt changed.

VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
VERSION = $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell command -v python3 || command -v python || echo python3)
FITS = "$(CURDIR) "*
else
FITS = "$(CURDIR) $(VERSION)"
endif
# An environment made in another folder (the clone was moved), or by another Python than the one
# that is named now, would not work: it goes, and is made anew.
$(shell [ ! -f $(VENV)/.made ] || case "$$(cat $(VENV)/.made)" in ($(FITS)) ;; (*) rm -rf $(VENV) ;; esac)

.DEFAULT_GOAL := help
.PHONY: help lab test lint doctor bench clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile
	@echo "  Another Python: PYTHON=python3.12 make lab     Options of a command: make lab ARGS='--help'"

lab: $(VENV)/.lab ## Open the course in JupyterLab (the first start installs it)
	@$(BIN)/fmteach lab $(ARGS)

test: $(VENV)/.test ## Run every test that this machine can run
	@$(BIN)/python tests/run.py $(ARGS)

lint: $(VENV)/.test ## Check style and the import contract
	@$(BIN)/python tests/run.py lint format imports

doctor: $(VENV)/.lab ## Say what this machine has, and what to do about what it lacks
	@$(BIN)/fmteach doctor $(ARGS)

bench: $(VENV)/.test ## Run the benchmarks, one after another
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

clean: ## Remove .venv and caches; notebooks, downloads and runs stay
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

INSTALL = $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt
FAILED = { echo "The installation did not finish. Run the command again: it continues where it stopped."; exit 1; }

$(VENV)/.lab: pyproject.toml constraints.txt | $(VENV)/.made
	@echo "Installing the course into $(VENV). The first time takes a few minutes; later starts take seconds."
	@$(INSTALL) --editable . || $(FAILED)
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/.made
	@echo "Installing the course and its test tools into $(VENV)."
	@$(INSTALL) --editable '.[test]' || $(FAILED)
	@touch $(VENV)/.lab $@

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "fmteach needs Python 3.11 or newer. $(PYTHON) is: $$($(PYTHON) --version 2>&1 | tail -n 1)"; \
	  echo "Name another one like this: PYTHON=python3.12 make lab"; exit 1; }
	@if $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null; then $(PYTHON) -m venv $(VENV); \
	elif $(PYTHON) -c 'import venv, pip' 2>/dev/null; then $(PYTHON) -m venv --without-pip $(VENV) \
	  && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; \
	else echo "$(PYTHON) can make no virtual environment: its module venv or ensurepip is missing."; \
	  echo "Debian, Ubuntu: apt install python3-venv. Or name another Python: PYTHON=python3.12 make lab"; \
	  exit 1; fi
	@echo "$(CURDIR) $(VERSION)" > $@
