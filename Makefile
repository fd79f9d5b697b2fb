# make run     le site de démonstration, sur http://127.0.0.1:8000 (PORT=8001 pour changer)
# make test    les vérifications et tous les tests
# make help    le reste

PORT ?= 8000
export PORT

# Compiling Django and Wagtail takes each process four seconds: what one has compiled is kept for the others.
unexport PYTHONDONTWRITEBYTECODE

# The first Python recent enough; the name alone, so that virtual environments and pyenv are honoured.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
PYTEST_ARGS ?= -n 2 --dist loadgroup

.DEFAULT_GOAL := help
.PHONY: help run test check databases bench faults lock messages assets clean env env-dev suite

help:
	@echo "make run      démarre le site de démonstration (PORT=$(PORT))"
	@echo "make test     vérifie le code et passe tous les tests"
	@echo "make check    vérifie le code seulement"
	@echo "make bench    mesure les pages principales sous charge"
	@echo "make faults   tue les processus pendant des écritures, et compte ce qui manque"
	@echo "make assets   prépare l'environnement et les ressources du navigateur"
	@echo "make messages compile les traductions de cms/locale après un changement"
	@echo "make lock     recalcule les versions figées des dépendances"
	@echo "make clean    arrête les services embarqués et efface ce qui se reconstruit"

run: env
	@exec $(BIN)/python manage.py demo --port "$(PORT)"

test: env-dev
	@$(MAKE) --no-print-directory --jobs=2 check databases
	@$(MAKE) --no-print-directory suite

# What every test starts from takes as long to make as the code to be checked, and another processor.
databases: export DJANGO_SETTINGS_MODULE = cms.settings.test
databases: env-dev
	@$(BIN)/python -m tests.database

suite:
ifeq ($(CHROMIUM),)
	$(BIN)/pytest $(PYTEST_ARGS) --ignore=tests/browser
	@echo
	@echo "==============================================================================="
	@echo "  ATTENTION : LES TESTS DANS LE NAVIGATEUR N'ONT PAS ÉTÉ PASSÉS."
	@echo "  Chromium est introuvable. Sous Debian ou Ubuntu : sudo apt install chromium"
	@echo "==============================================================================="
else
	$(BIN)/pytest $(PYTEST_ARGS)
endif

check: export DJANGO_SETTINGS_MODULE = cms.settings.test
check: env-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --check
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run
	@echo "manage.py check --deploy (cms.settings.production)"
	@DJANGO_SETTINGS_MODULE=cms.settings.production \
		SECRET_KEY="$$(head -c 48 /dev/urandom | base64)" ALLOWED_HOSTS=socle.example \
		DATABASE_URL=postgres://nobody@127.0.0.1:1/none CELERY_BROKER_URL=redis://127.0.0.1:1/0 \
		EMAIL_URL=smtp://127.0.0.1:1 JOURNAL_KEYS="$$(head -c 32 /dev/urandom | base64 | tr '+/' '-_')" \
		BADGE_KEYS="$$(head -c 32 /dev/urandom | base64 | tr '+/' '-_')" \
		$(BIN)/python -W error manage.py check --deploy --fail-level WARNING

bench: env-dev
	$(BIN)/python -m tests.bench $(ARGS)

faults: env-dev
	$(BIN)/pytest tests/faults
	$(BIN)/python -m tests.faults $(ARGS)

lock: env-dev
	$(BIN)/python .ci/lock.py

messages: env-dev
	$(BIN)/pybabel compile -d cms/locale -D django --statistics

assets: env

env: python
	@$(PYTHON) .ci/environment.py run

env-dev: python
	@$(PYTHON) .ci/environment.py dev

.PHONY: python
python:
ifeq ($(PYTHON),)
	@echo "✗ Socle a besoin de Python 3.11 ou plus récent, avec le module venv." >&2
	@python3 --version 2>/dev/null | sed 's/^/  Trouvé : /' >&2 || true
	@echo "  Sous Debian ou Ubuntu : sudo apt install python3 python3-venv" >&2
	@exit 1
endif

clean:
	@test ! -x $(BIN)/python || $(BIN)/python manage.py embedded stop
	rm -rf build node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	test -L .venv || rm -rf .venv
