# Every target goes through bootstrap.py, which makes .venv from requirements.lock and does nothing where that is done.
PYTHON := .venv/bin/python
CODE := $(wildcard cxsim tests benchmarks experiments tools bootstrap.py)

.DEFAULT_GOAL := help
.PHONY: help bootstrap demo test validate bench format check lock clean

# Small matrices gain nothing from threads of their own, and two pools on two cores lose much.
export OMP_NUM_THREADS ?= 1

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

bootstrap: ## make .venv, or leave it alone when it is right
	@python3 bootstrap.py

demo: bootstrap ## the main job: compare interventions, and print where the report is
	@$(PYTHON) -m cxsim compare

check: bootstrap ## lint, format and types
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) tools/strip_notebooks.py --check
	@$(PYTHON) -m mypy $(CODE)

test: check ## what CI runs first: check, then every quick test
	@$(PYTHON) -m pytest -m "not slow"

validate: bootstrap ## the statistical and long suites
	@$(PYTHON) -m pytest -m slow

bench: bootstrap ## measure speed and memory
	@$(PYTHON) -m benchmarks

format: bootstrap ## rewrite the code and the notebooks in the house's form
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .
	@$(PYTHON) tools/strip_notebooks.py

COMPILE = $(PYTHON) -m uv pip compile pyproject.toml --quiet --extra dev --no-header --no-annotate --no-emit-index-url \
	--no-emit-find-links

lock: bootstrap ## resolve requirements.lock anew, and refuse one that differs between Python 3.12 and 3.13
	@$(COMPILE) --upgrade --python-version 3.12 --output-file requirements.lock
	@$(COMPILE) --constraint requirements.lock --python-version 3.13 | diff requirements.lock -

clean: ## remove what tools leave behind; .venv and outputs/ stay
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
