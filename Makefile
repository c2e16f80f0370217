# Everything sets up its own .venv and is quiet when nothing changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test verify check format lint types bench pictures wheel clean

help: ## list what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV) (the first time takes a minute or two)" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]' >&2
	@mkdir -p .typecheck && ln -sfn .. .typecheck/dlviz
	@touch $@

demo: $(STAMP) ## set up, then open the lab (without a terminal: train a cnn and print a report)
	@$(BIN)/dlviz

test: $(STAMP) ## set up, then run the tests
	@$(BIN)/python -m pytest -n 2

verify: $(STAMP) ## compute every fact of every lesson (some minutes: it trains)
	@$(BIN)/dlviz verify

check: $(STAMP) lint types test ## lint, types, import laws, tests

format: $(STAMP) ## bring the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lint: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(STAMP)
	@MYPYPATH=.typecheck $(BIN)/mypy -p dlviz --exclude 'build/'

bench: $(STAMP) ## measure speed, each figure beside a baseline of the same run
	@$(BIN)/python -m benchmarks

pictures: $(STAMP) ## draw the README's pictures anew
	@$(BIN)/python docs/pictures.py

wheel: $(STAMP) ## build the wheel and look at what it holds
	@$(BIN)/python -m build --wheel --outdir dist . >/dev/null
	@ls dist

clean: ## remove what make made
	@rm -rf $(VENV) build dist *.egg-info .typecheck .mypy_cache .ruff_cache .pytest_cache .hypothesis
