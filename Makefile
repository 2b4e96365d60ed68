# The commands a person types. `make demo` and `make test` need nothing set up before them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONFIG ?= config.toml

.PHONY: demo init run doctor webhooks test lint audit format unit torture bench screens translations reference lock clean

demo: $(VENV)/.demo-ready
	@$(BIN)/python -m bot demo

init: $(VENV)/.demo-ready
	@$(BIN)/banqbot --config $(CONFIG) init

run: $(VENV)/.demo-ready
	@$(BIN)/banqbot --config $(CONFIG) run

doctor: $(VENV)/.demo-ready
	@$(BIN)/banqbot --config $(CONFIG) doctor

webhooks: $(VENV)/.demo-ready
	@$(BIN)/banqbot --config $(CONFIG) webhooks set

test: lint
	@scripts/chromium
	@scripts/tests

lint: $(VENV)/.dev-ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/bandit -q -c pyproject.toml -r bot cogs services storage banq web sandbox

# Not part of the tests: the service that knows the advisories is not reached from everywhere.
audit: $(VENV)/.dev-ready
	@scripts/audit

format: $(VENV)/.dev-ready
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

unit: $(VENV)/.dev-ready
	@scripts/tests tests/banq tests/services tests/storage tests/web

torture: $(VENV)/.dev-ready
	@$(BIN)/python -m tests.torture $(SEED)
	@$(BIN)/python -m tests.torture.under_load $(SEED)

# ONLY="intake memory" measures just these parts.
bench: $(VENV)/.dev-ready
	@scripts/postgresql || true
	@$(BIN)/python -m bench $(ONLY)

screens: $(VENV)/.dev-ready
	@scripts/chromium
	@$(BIN)/python -m pytest tests/e2e -k "look_and_withdraw or follows_along" --screenshots docs/screenshots
	@$(BIN)/python -m tests.screens

translations: $(VENV)/.dev-ready
	@$(BIN)/python -m bot.translations

reference: $(VENV)/.dev-ready
	@$(BIN)/python -m bot.config_reference

lock: $(VENV)/.dev-ready
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra demo --group build pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra demo --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	@rm -rf $(VENV) .demo build *.egg-info

$(VENV)/.demo-ready: requirements.lock pyproject.toml scripts/environment
	@scripts/environment $(PYTHON) $(VENV) requirements.lock
	@touch $@

$(VENV)/.dev-ready: requirements-dev.lock pyproject.toml scripts/environment
	@scripts/environment $(PYTHON) $(VENV) requirements-dev.lock
	@touch $@ $(VENV)/.demo-ready
