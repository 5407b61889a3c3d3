# What one does with a checkout; `make` alone lists it.
# Needs python3 (3.11 or newer) and make. Everything else goes into .venv/.

# Python 3.11 where there is one: it is what constraints.txt was made with, and the only one that
# posym has ready-built packages for.
PYTHON ?= $(shell python3.11 -c 'import ensurepip' 2>/dev/null && echo python3.11 || echo python3)
PORT   ?= 5006
# More arguments for pytest, as in: make test ARGS="-k bands"
ARGS   ?=
# Tests that run side by side; those in the browser, which need the whole machine, run after them.
WORKERS ?= 2

SHELL  := bash
# pytest's exit status when ARGS leave no test of that kind
nothing := [ $$? = 5 ]
VENV   := .venv
PY     := $(VENV)/bin/python
PIP    := -m pip --disable-pip-version-check --no-input
# What an installation is made from. While none of these changes, starting again installs nothing.
INPUTS := pyproject.toml constraints.txt hatch_build.py package.json package-lock.json .npmrc
# Of pip's hundreds of lines, what tells how far it is.
BRIEFLY := { grep --line-buffered -oE '[^ ]+ \([0-9.]+ MB\)|^Installing collected packages' || true; }

.PHONY: help install install-test dashboard browser lint test pins clean
.DELETE_ON_ERROR:

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

install: $(VENV)/installed ## Install into .venv/

install-test: $(VENV)/installed-test ## Install what the tests need as well

dashboard: install ## Serve the dashboard; PORT=5006
	@echo "In about ten seconds: http://localhost:$(PORT)/dashboard (Ctrl-C ends it)"
	@exec $(PY) -m panel serve dashboard --port $(PORT) --warm \
		--allow-websocket-origin localhost:$(PORT) --allow-websocket-origin 127.0.0.1:$(PORT)

browser: install-test ## Make sure there is a Chromium for the browser tests
	@$(PY) tests/browser/ensure_chromium.py

lint: install-test ## Check style and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

test: install-test browser lint ## Run all tests; ARGS="-k bands" goes to pytest
	$(PY) -m pytest -m "not browser" -n $(WORKERS) --dist worksteal --junitxml build/junit.xml \
		$(ARGS) || $(nothing)
	$(PY) -m pytest -m browser --junitxml build/junit-browser.xml $(ARGS) || $(nothing)

pins: ## Renew constraints.txt: the newest versions that fit together
	rm -rf build/pins
	$(PYTHON) -m venv build/pins
	set -o pipefail; build/pins/bin/python $(PIP) install -e '.[test,reference,xtb]' | $(BRIEFLY)
	{ echo '# Everything that phonoscope[test,reference,xtb] is installed and tested with.'; \
	  echo '# To renew it: make pins'; \
	  build/pins/bin/python $(PIP) freeze --exclude-editable; } > build/pins/constraints.txt
	mv build/pins/constraints.txt constraints.txt

clean: ## Remove what was installed or built
	rm -rf $(VENV) build dist dashboard/viewer/vendor
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find engine dashboard tests -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/installed-test: EXTRA := [test,xtb]
$(VENV)/installed $(VENV)/installed-test: $(PY) $(INPUTS)
	@echo "Installing into $(VENV)/; the first time this takes about 3 minutes and 1.5 GB."
	@set -o pipefail; $(PY) $(PIP) install -c constraints.txt -e '.$(EXTRA)' | $(BRIEFLY)
	@touch $(VENV)/installed $@

# $(call stop,what,why,what to do)
stop = { printf '%s\nWhy: %s\nWhat to do: %s\n' $(1) $(2) $(3) >&2; exit 1; }

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || $(call stop,\
		"Phonoscope needs Python 3.11 or newer.",\
		"$(PYTHON) is $$($(PYTHON) --version 2>&1).",\
		"install one and name it: make install PYTHON=python3.11")
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(call stop,\
		"$(PYTHON) cannot create the environment $(VENV)/.",\
		"its module ensurepip is missing; Debian and Ubuntu ship it separately.",\
		"apt-get install python3-venv")
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info >= (3, 12))' || type gcc &>/dev/null || $(call stop,\
		"Phonoscope cannot be installed with $(PYTHON) on this machine.",\
		"for Python 3.12 and newer posym has to be compiled and there is no gcc.",\
		"use Python 3.11 or: apt-get install gcc python3-dev")
	@$(PYTHON) -m venv --clear $(VENV)
