# Everything runs in .venv, which the first call makes. Paths here are relative, so that the
# checkout may stand in a folder with spaces in its name.

PYTHON ?=
VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check
NEWS := @jupyterlab/apputils-extension:announcements

COURSE_LOCK := requirements.txt
PUBLISH_LOCK := content/ketalab/publish/requirements.txt
TEST_LOCK := tests/requirements.txt
LOCKS := $(COURSE_LOCK) $(PUBLISH_LOCK) $(TEST_LOCK)

UPGRADE ?=
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --no-header $(UPGRADE)
OMIT := sed -n 's/^\([a-z0-9-]*\)==.*/--no-emit-package \1/p'
PINS := sed '/^$$/,$$d'
NOTE := \# Written by `make lock` from pyproject.toml. Install from the root of the repository.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help lab notebooks exports evidence test coverage faults bench mutate clean lock env env-course env-publish env-test

help:
	@echo 'make lab        set up the course and open it in JupyterLab'
	@echo 'make test       set up the test tools and test everything'
	@echo 'make coverage   say which branches of the package no unit test takes'
	@echo 'make mutate     change the course on purpose and see whether the tests notice'
	@echo 'make faults     kill builds, fill disks, cut the network: about ten minutes, best on Linux'
	@echo 'make bench      time the models beside other software (BENCH=name for one benchmark)'
	@echo 'make notebooks  build notebooks/ from content/lessons/'
	@echo 'make exports    build pages, decks, handouts, questions and more in exports/'
	@echo 'make evidence   check every record of the evidence and say what it covers'
	@echo 'make clean      remove the environment, the exports and all caches'
	@echo 'make lock       pin the requirements anew (for contributors; needs uv)'
	@echo
	@echo 'Needs Python 3.11 or later. To choose one: make lab PYTHON=/path/to/python'

lab: env-course
	@$(VENV)/bin/ketalab lab

notebooks: env-course
	@$(VENV)/bin/ketalab build

exports: env-publish
	@$(VENV)/bin/ketalab export

# BEFORE: sources from before this year count as old.
BEFORE ?= 2015

evidence: env-course
	@$(VENV)/bin/ketalab evidence --before $(BEFORE)

test: env-test
	@$(VENV)/bin/ketalab evidence
	@$(VENV)/bin/python tests/browser/find_browser.py
	@$(VENV)/bin/python tests/firefox/find_firefox.py
	@$(VENV)/bin/python tests/run.py

# Not part of `make test`: CI runs it as a job of its own.
coverage: env-test
	@$(VENV)/bin/python tests/measure_coverage.py

# Not part of `make test`. No root is needed; what a system does not allow is skipped with a reason.
faults: env-test
	@$(VENV)/bin/python -m pytest tests/faults --durations=5

# BENCH: the names of some benchmarks; all without it. The other software goes into .venv-bench/.
BENCH ?=

bench: env-test
	@$(VENV)/bin/python tests/benchmarks/run.py $(BENCH)

# SEED and COUNT of the sample; ONLY one kind of mutation: tests/mutation/README.md lists them.
SEED ?= 8
COUNT ?= 240
ONLY ?=

mutate: env-test
	@$(VENV)/bin/python -m tests.mutation.run --seed $(SEED) --count $(COUNT) \
	    $(if $(ONLY),--only $(ONLY))

clean:
	rm -rf $(VENV) .venv-bench build .pytest_cache .ruff_cache .mypy_cache .hypothesis content/ketalab.egg-info
	find exports -mindepth 1 ! -path exports/README.md -delete
	find . -name .git -prune -o \( -name __pycache__ -o -name .ipynb_checkpoints \) \
	    -prune -exec rm -rf {} +

# --- The environment -------------------------------------------------------------------------

# An environment remembers where it was made: scripts in it hold that path. One that was moved,
# whose Python has gone, or whose install broke off (pip may leave half a package) is made anew.
env:
	@set -eu; \
	if [ ! -e $(VENV)/installing ] && [ "$$(cat $(VENV)/made-in 2>/dev/null)" = "$$PWD" ] \
	    && $(VENV)/bin/python -m pip --version >/dev/null 2>&1; then exit 0; fi; \
	if [ ! -w . ]; then \
	    echo "$$PWD is closed to writing, and an environment has to be made here." >&2; \
	    echo 'To use the course, copy the folder to a place where you may write.' >&2; exit 1; fi; \
	found=; \
	for candidate in "$(PYTHON)" python3.11 python3.12 python3.13 python3.14 python3 python; do \
	    [ -n "$$candidate" ] || continue; \
	    if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	        then found=$$candidate; break; fi; \
	    if [ "$$candidate" = "$(PYTHON)" ]; then \
	        echo "PYTHON=$(PYTHON) is not a Python 3.11 or later." >&2; exit 1; fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo 'No Python 3.11 or later was found. Install one from https://www.python.org/,' >&2; \
	    echo 'or name one: make lab PYTHON=/path/to/python' >&2; exit 1; fi; \
	echo "== Making the environment $(VENV) with $$("$$found" --version)"; \
	rm -f $(VENV)/made-in; \
	"$$found" -m venv --clear $(VENV) || { \
	    echo 'Python could not make an environment.' >&2; \
	    echo 'On Debian and Ubuntu its venv is a package of its own: python3-venv.' >&2; \
	    exit 1; }; \
	printf '%s\n' "$$PWD" > $(VENV)/made-in

# install(what, requirement files, stamps)
# A stamp holds a checksum of what was asked for. It is written last, so that an install that
# failed or was interrupted is done again.
define install
@set -eu; \
want="$$(cat pyproject.toml $(LOCKS) | cksum)"; \
if [ "$$(cat $(VENV)/installed-$(1) 2>/dev/null)" = "$$want" ]; then exit 0; fi; \
touch $(VENV)/installing; \
start=$$(date +%s); \
phase() { echo "== $$1 ($$(( $$(date +%s) - start )) s)"; }; \
echo '== Installing for $(1). The first time this takes one to three minutes.'; \
$(PIP) install $(2) || { \
    echo 'The packages could not be installed: see above.' >&2; \
    echo 'They are fetched from the network: is there one? Then run the same command again.' >&2; \
    echo 'What was half installed is made anew.' >&2; exit 1; }; \
phase 'All packages are installed.'; \
said=$$($(VENV)/bin/jupyter labextension disable --level=sys_prefix '$(NEWS)' 2>&1) \
    || { echo "$$said" >&2; exit 1; }; \
phase 'JupyterLab is set not to ask about news.'; \
for stamp in $(3); do echo "$$want" > $(VENV)/installed-$$stamp; done; \
rm -f $(VENV)/installing
endef

env-course: env
	$(call install,course,-r $(COURSE_LOCK),course)

env-publish: env
	$(call install,publish,-r $(COURSE_LOCK) -r $(PUBLISH_LOCK),course publish)

env-test: env
	$(call install,test,-r $(TEST_LOCK),course publish test)

# --- The lock files --------------------------------------------------------------------------

# A pin stays where pyproject.toml allows it; `make lock UPGRADE=--upgrade` moves them all.
lock:
	@command -v uv >/dev/null || { echo 'make lock needs uv: pip install uv' >&2; exit 1; }
	mkdir -p build
	grep == $(COURSE_LOCK) > build/course.txt
	grep == $(PUBLISH_LOCK) > build/publish.txt
	grep == $(TEST_LOCK) > build/test.txt
	$(COMPILE) pyproject.toml -o build/course.txt
	$(COMPILE) pyproject.toml --extra publish -c build/course.txt -o build/publish.txt \
	    $$($(OMIT) build/course.txt)
	$(COMPILE) --group test -c build/course.txt -c build/publish.txt -o build/test.txt \
	    $$($(OMIT) build/course.txt build/publish.txt)
	{ echo '$(NOTE)' && echo '-e .' && cat build/course.txt; } > build/course.lock
	{ echo '$(NOTE)' && $(PINS) build/publish.txt; } > build/publish.lock
	{ echo '$(NOTE)' && echo '-r ../$(COURSE_LOCK)' && echo '-r ../$(PUBLISH_LOCK)' \
	    && $(PINS) build/test.txt; } > build/test.lock
	mv build/course.lock $(COURSE_LOCK)
	mv build/publish.lock $(PUBLISH_LOCK)
	mv build/test.lock $(TEST_LOCK)
