# Two commands do all the set-up on a bare machine with Python 3.11 or newer, git and make: `make demo` and `make test`.
PYTHON ?= python3
UV := .tools/bin/uv
RUN := $(UV) run --frozen
AS_ROOT := test "$$(id -u)" = 0 && apt-get -qq update && apt-get -qqy install --no-install-recommends

.DEFAULT_GOAL := help
.PHONY: help demo test browser curl check serve fmt docs pictures sbom audit fuzz bench migration clean

help:       ## list the targets
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14
$(UV):
	@$(PYTHON) -m pip --version >/dev/null 2>&1 \
	|| { $(AS_ROOT) python3-pip >/dev/null; } \
	|| { echo "$(PYTHON) has no pip, which fetches all the rest: apt-get install python3-pip, or PYTHON=… for one that has it." >&2; exit 1; }
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools uv
demo: $(UV) ## the whole service on made-up athletes, no account, no network
	@$(RUN) --no-dev twinge demo
test: $(UV) browser curl ## every test; some want Chromium and curl, which root on Debian gets by itself
	@$(RUN) pytest -q -n auto --maxprocesses 8 --dist loadfile
browser:    ## Chromium for the tests of the page
	@test -n "$$CHROMIUM" || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	|| { $(AS_ROOT) chromium >/dev/null; } \
	|| { echo "The tests of the page want Chromium: apt-get install chromium, or set CHROMIUM to a browser." >&2; exit 1; }
curl:       ## curl for the tests that type the tutorial and the examples of the API
	@command -v curl >/dev/null \
	|| { $(AS_ROOT) curl ca-certificates >/dev/null; } \
	|| { echo "The tests of the tutorial want curl: apt-get install curl." >&2; exit 1; }
check: $(UV) ## formatting, lint, strict types
	@$(RUN) ruff format --check . && $(RUN) ruff check . && $(RUN) mypy
serve: $(UV) ## the service on this machine
	@$(RUN) --no-dev twinge serve
fmt: $(UV)  ## put the code in shape
	@$(RUN) ruff format . && $(RUN) ruff check --fix .
docs: $(UV) ## the pages of docs/ as a site, in build/site
	@$(RUN) python docs/site.py
pictures: $(UV) browser ## docs/pictures anew, taken by the test that walks through every page
	@TWINGE_PICTURES=docs/pictures $(RUN) pytest -q tests/browser/test_story.py -k story_through
sbom: $(UV) ## every part of what is installed, in build/sbom.json (CycloneDX)
	@mkdir -p build && $(UV) export --quiet --frozen --no-dev --all-extras --format cyclonedx1.5 --output-file build/sbom.json
audit: $(UV) ## known weaknesses of the locked parts; asks osv.dev
	@$(UV) audit --frozen
fuzz: $(UV) ## one target of tests/fuzz for some minutes: make fuzz t=fit m=5
	@$(RUN) --group fuzz python tests/fuzz/run.py $(t) --minutes $(or $(m),5)
bench: $(UV) ## measure ingest, flow, growth, sender, streams and backtest, side by side
	@$(RUN) python tests/bench/run.py
migration: $(UV) ## a new revision from the tables: make migration m="what changes"
	@$(RUN) alembic revision --autogenerate -m "$(m)"
clean:      ## forget the virtual environment and every cache
	@rm -rf build .tools .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
