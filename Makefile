# Redaktionen: make demo | test | check | bench
PYTHON ?= python3
PORT ?= 8000
# One more than there are processors: while one waits for a browser or a program, another works.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN); echo $$((n < 8 ? n + 1 : 8)))
BIN = .venv/bin
CHECK_ENV = SECRET_KEY=only-for-checks-and-long-enough-to-be-taken-as-a-real-one-0123456789 BASE_URL=https://redaktionen.example VAR_DIR=var/check

.PHONY: help demo demo-reset test check messages doors bench chaos load

help:
	@echo "make demo        an invented city in your browser (PORT=$(PORT))"
	@echo "make demo-reset  forget what the demo holds"
	@echo "make test        every test (ARGS= goes to pytest, WORKERS= side by side, $(WORKERS))"
	@echo "make check       style, types, floors, migrations, settings, templates, translations"
	@echo "make messages    gather what needs translating"
	@echo "make doors       write docs/doors.md: every address for everybody"
	@echo "make chaos       kill, pause and empty at random, then ask what must be true (MINUTES=10 SEED=1)"
	@echo "make load        200 simulated people (PEOPLE=200 MINUTES=5)"
	@echo "make bench       measure, beside the run before (ONLY=foundation AGAINST=earlier.json, on DATABASE_URL when set)"

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit("Redaktionen needs Python 3.11 or newer; name one with PYTHON=.") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	touch $@

.venv/runtime: .venv/made requirements/runtime.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	touch $@

.venv/dev: .venv/runtime requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

demo: .venv/runtime
	@$(BIN)/python -m config.demo.environment $(PORT)
	@ENV_FILE=var/demo/environment exec $(BIN)/python manage.py demo

demo-reset: .venv/runtime
	@$(BIN)/python -m config.demo.folder

test: .venv/dev
	@$(CHECK_ENV) $(BIN)/python manage.py messages --compile
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(CHECK_ENV) $(BIN)/mypy
	$(BIN)/lint-imports
	$(CHECK_ENV) $(BIN)/python manage.py makemigrations --check --dry-run
	$(CHECK_ENV) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(CHECK_ENV) DJANGO_SETTINGS_MODULE=config.settings $(BIN)/python -m checks.templates
	$(CHECK_ENV) $(BIN)/python manage.py messages --check
	$(CHECK_ENV) $(BIN)/python manage.py rules --check

messages: .venv/dev
	$(CHECK_ENV) $(BIN)/python manage.py messages

bench: .venv/dev
	$(CHECK_ENV) $(BIN)/python -m benchmarks "$(ONLY)" "$(AGAINST)"

doors: .venv/dev
	WRITE_DOORS=1 $(BIN)/pytest -q tests/test_doors.py

# These start PostgreSQL and Redis of their own in a temporary folder.
chaos: .venv/dev
	$(BIN)/python -m proof.chaos $(or $(MINUTES),10) $(or $(SEED),1)

load: .venv/dev
	$(BIN)/python -m proof.load $(or $(PEOPLE),200) $(or $(MINUTES),5)
