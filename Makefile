# make demo, make test, make check: each sets up what it needs in .venv, once.
PYTHON ?= python3
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
LEANING := tests/output tests/roster tests/startexam tests/settings tests/ledger tests/commands/test_help.py
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install

CATALOGS := $(wildcard bulk_register/language/locale/*/LC_MESSAGES/*.po)

.PHONY: help demo page app browser test oldest coverage check format messages docs pictures sample bench mutants clean

help:
	@echo "make demo    register a sample roster against a local sandbox"
	@echo "make oldest  what leans on the libraries, with the oldest that pyproject.toml allows"
	@echo "make page    the whole job in the browser, against a local sandbox"
	@echo "make app     the program as one file for this system, in dist/"
	@echo "make test    run the tests (those of the page need a browser: make browser)"
	@echo "make coverage  the tests once more, with branch coverage of sending/, ledger/ and roster/"
	@echo "make check   ruff, mypy, import-linter, catalogs of messages"
	@echo "make messages  bring the catalogs of all languages up to date with the code"
	@echo "make docs    write docs/cli.md from --help"
	@echo "make pictures  draw the tutorial's pictures anew"
	@echo "make bench   measure time and memory (make bench BENCH=--quick: a small round)"
	@echo "make mutants  which small changes of the program its tests don't notice (ROOM=ledger: in one room)"
	@echo "make clean   remove build/ and .venv/"

demo: .venv/installed
	@rm -rf build/demo && mkdir -p build/demo
	$(BIN)/bulk-register check sample_data/staff.xlsx
	$(BIN)/bulk-register run sample_data/staff.xlsx --sandbox -o build/demo/staff.registered.xlsx

page: .venv/paged
	$(BIN)/bulk-register page --sandbox

app: .venv/paged
	@$(PIP) --group app
	$(BIN)/python packaging/build.py

browser: .venv/browsing

test: .venv/developing
	$(BIN)/python -m pytest -n 2 --dist worksteal $(TEST)

oldest: build/oldest/installed
	build/oldest/$(notdir $(BIN))/python -m pytest -n 2 --dist worksteal $(LEANING)

coverage: .venv/developing
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term:skip-covered

check: .venv/developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python translations/messages.py check

format: .venv/developing
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: .venv/developing
	$(BIN)/python translations/messages.py update

docs: .venv/developing
	$(BIN)/python docs/write_cli.py

pictures: .venv/browsing
	$(BIN)/python docs/draw_pictures.py
	$(BIN)/python docs/draw_page.py

bench: .venv/developing
	$(BIN)/python -m benchmarks $(BENCH)

mutants: .venv/developing
	@$(PIP) --group mutants
	$(BIN)/python -m benchmarks.mutants $(ROOM)

sample: .venv/developing
	$(BIN)/python sample_data/make_samples.py

clean:
	rm -rf build .venv

.venv/made:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ...')"
	@$(PYTHON) -m venv .venv
	@$(PIP) --upgrade "pip>=25.1"
	@touch $@

.venv/installed: .venv/made pyproject.toml hatch_build.py $(CATALOGS)
	@echo "Installing into .venv ..."
	@$(PIP) --editable .
	@touch $@

.venv/developing: .venv/installed
	@echo "Installing the developers' tools into .venv ..."
	@$(PIP) --group dev
	@touch $@

build/oldest/installed: .venv/developing
	@echo "Installing the oldest libraries into build/oldest ..."
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python build/oldest
	@$(BIN)/uv pip install --quiet --compile-bytecode --python build/oldest --resolution lowest-direct \
		--editable . --group dev
	@touch $@

.venv/paged: .venv/installed
	@$(PIP) --editable '.[page]'
	@touch $@

.venv/browsing: .venv/developing
	@echo "Installing what drives a browser into .venv ..."
	@$(PIP) --group browser
	@touch $@
