# `make` alone lists what can be done.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
# The house starts many processes: each would compile all its modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run demo test test-house test-trail test-proofs test-pages faults night check format bench lock docs screenshots promises checker clean

help:  ## list what can be done
	@grep -hE '^[a-z]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 14

.venv/ready: requirements.txt
	@sh .ci/system-parts
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what Govern runs on (once) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/ready-tests: .venv/ready tests/requirements.txt
	@sh .ci/system-parts tests
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r tests/requirements.txt
	@touch $@

run: .venv/ready  ## set up what is missing, play the examples once, and serve the console until Ctrl-C
	@sh .ci/system-parts
	@exec $(BIN)/flask house run

demo: .venv/ready  ## play the worked examples on a fresh data folder, without serving
	@sh .ci/system-parts
	@exec $(BIN)/flask house demo

test: .venv/ready-tests  ## the whole test suite, on every database that can be had here, in four parts side by side
	@$(MAKE) --no-print-directory -j4 test-house test-trail test-proofs test-pages

# Four parts that take about as long, each with servers of its own: two cores have something to do while one of them waits.
# A folder that the first three do not name belongs to the last; a room or a proof may go with another part.
APART := tests/admin/public
PROVEN_APART := tests/promises/test_killed_at_every_step.py tests/promises/test_nobody_beyond_their_rights.py
OF_THE_HOUSE := tests/connectors tests/govern tests/house tests/reports
OF_THE_TRAIL := tests/audit tests/bench
OF_PROOFS := tests/promises
OF_PAGES := $(filter-out tests/__pycache__ $(OF_THE_HOUSE) $(OF_THE_TRAIL) $(OF_PROOFS) tests/support,$(patsubst %/,%,$(wildcard tests/*/)))

test-house: .venv/ready-tests
	@$(BIN)/python -m pytest $(OF_THE_HOUSE) $(APART)

test-trail: .venv/ready-tests
	@$(BIN)/python -m pytest $(PROVEN_APART) $(OF_THE_TRAIL)

test-proofs: .venv/ready-tests
	@$(BIN)/python -m pytest $(OF_PROOFS) $(PROVEN_APART:%=--ignore=%)

test-pages: .venv/ready-tests
	@$(BIN)/python -m pytest $(OF_PAGES) $(APART:%=--ignore=%)

faults: .venv/ready-tests  ## the long proofs of the five promises: kills, outages and misbehaving sources by the hundred
	@$(BIN)/python -m pytest -m faults --durations=20 tests; ended=$$?; $(BIN)/python -m bench --page; exit $$ended

night: .venv/ready-tests  ## what takes hours: the long proofs, every property thousands of times, and the benchmarks
	@$(MAKE) --no-print-directory faults; faults=$$?; \
	GOVERN_TEST_EXAMPLES=$${GOVERN_TEST_EXAMPLES:-5000} $(BIN)/python -m pytest -m hypothesis --hypothesis-profile=night tests; \
	properties=$$?; $(BIN)/python -m bench; bench=$$?; $(BIN)/python -m bench --page; \
	test $$faults = 0 && test $$properties = 0 && test $$bench = 0

check: .venv/ready-tests  ## format, lint, types, import contracts, house tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest tests/house

format: .venv/ready-tests  ## put every file into the house's form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: .venv/ready-tests  ## measure, each figure beside its peer, into bench/results
	@$(BIN)/python -m bench

docs: .venv/ready-tests  ## make again what docs/ holds of the code and of results: entries, map, settings, performance, reliability
	@$(BIN)/flask house docs
	@$(BIN)/python -m bench --page

screenshots: .venv/ready-tests  ## every page as it looks, in both sizes, languages and modes, into docs/screenshots
	@$(BIN)/python -m tests.screenshots

promises:  ## the five promises with the tests that prove them, in Chinese; runs nothing
	@PYTHONIOENCODING=utf-8 $(PYTHON) -m tests.support.promises

checker: .venv/ready  ## build the stranger's checker, one file; TRUST=FILE builds a trust list in
	@$(BIN)/python -m audit.check.build dist/checker.pyz $(if $(TRUST),--trust $(TRUST))

lock: .venv/ready-tests  ## choose the newest versions that fit and pin them with hashes
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url -U -o requirements.txt requirements.in
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url -U -o tests/requirements.txt tests/requirements.in

clean:  ## remove the virtual environment (data folders stay)
	@rm -rf .venv
