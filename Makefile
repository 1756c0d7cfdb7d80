# `make demo` and `make test` need Python 3.11 or newer and nothing else: the environment in .venv is made when it is missing.

PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11 python,$(shell \
	$(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
# pip's own check for a newer pip is noise here
PIP = .venv/bin/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test check clean

demo: .venv/run
	.venv/bin/nyuron train digits

test: .venv/dev
	.venv/bin/python scripts/check

check: .venv/dev
	.venv/bin/python scripts/check --fast

clean:
	rm -rf .venv .pytest_cache .ruff_cache .import_linter_cache .hypothesis

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Nyuron needs Python 3.11 or newer, and none was found (python3 is `python3 --version 2>&1`)."; \
	 echo "  fix: install one, or name it: make PYTHON=/path/to/python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Nyuron needs Python 3.11 or newer; $(PYTHON) is `$(PYTHON) --version 2>&1`."; \
	 echo "  fix: make PYTHON=/path/to/python3.12 …"; exit 1; }
	$(PYTHON) -m venv .venv

# The stamps are newer than what they were made from as long as the environment is up to date.
.venv/run: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing Nyuron into .venv …"
	$(PIP) install -c constraints.txt -e .
	@touch $@

.venv/dev: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing Nyuron and what its tests need into .venv …"
	$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@ .venv/run
