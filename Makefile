# Palabre's commands. Each prepares what it needs; what is ready already costs a fraction of a second.
.PHONY: help run test lint unit coverage translations wheels clean

PREPARE = python=$$(tools/find-python.sh) && "$$python" tools/prepare.py

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 22

run: ## Prepare everything, then serve; prints the address to open. Ctrl-C stops it
	@$(PREPARE) run && exec .venv/bin/palabre serve --first-run

test: ## The linters and the whole suite; as root it installs the Debian packages that the suite needs
	@$(PREPARE) test && exec .venv/bin/python tools/check.py lint unit browser

lint: ## The linters alone
	@$(PREPARE) lint && exec .venv/bin/python tools/check.py lint

unit: ## The tests that need no browser
	@$(PREPARE) test && exec .venv/bin/python tools/check.py unit

coverage: ## Which lines the tests without a browser do not reach
	@$(PREPARE) test && .venv/bin/coverage run -m pytest --numprocesses=2 --dist=loadfile \
		--ignore=tests/browser --ignore=tests/install
	@.venv/bin/coverage combine --quiet && .venv/bin/coverage report

translations: ## Bring the .po files in step with the code
	@$(PREPARE) lint && exec .venv/bin/python tools/translations.py update

wheels: ## Every distribution as a wheel, in dist/
	@$(PREPARE) lint && exec .venv/bin/python tools/wheels.py

clean: ## Remove what the commands above made, except the data in var/
	rm -rf .venv build dist .coverage .hypothesis palabre.egg-info core/build webui/build plugins/*/build webui/frontend/node_modules webui/frontend/build
	rm -rf webui/src/palabre_webui/static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find core webui plugins tests tools -name __pycache__ -prune -exec rm -rf {} +
	find core webui plugins \( -name '*.egg-info' -o -path '*/static/i18n' \) -prune -exec rm -rf {} +
	find core webui plugins -name '*.mo' -delete
