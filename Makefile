# `make report` and `make test` need only make and Python 3.11 or later.
PYTHON ?= python3
VENV   ?= .venv
RUN    := $(VENV)/bin/python
PIP    := $(RUN) -m pip --disable-pip-version-check --quiet

.PHONY: help report test slow lint bench bench-large bench-others bench-results bench-page bugs analyses calibration validation docs linkcheck clean

help:
	@echo "make report   the ICER report in every format, in results/"
	@echo "make test     the tests, without the slow ones"
	@echo "make slow     the slow tests"
	@echo "make lint     ruff and mypy"
	@echo "make bench    speed, what rules and precision cost, growth, latency: a few minutes"
	@echo "make bench-large      large runs, a register, Sobol' indices"
	@echo "make bench-others     beside heormodel, starsim and vivarium, in an environment of their own"
	@echo "make bench-results    all of these, kept in benchmarks/results/ and shown in docs/benchmarks.md"
	@echo "make bugs     replays the planted bugs against the tests"
	@echo "make analyses      every analysis: tables and figures in analyses/results/"
	@echo "make calibration   every table of parameters/calibrated/, made again"
	@echo "make validation    docs/validation.md, made again"
	@echo "make docs     the documentation site: docs/_build/html/index.html"
	@echo "make linkcheck     its links to other sites, which needs a network"
	@echo "make clean    removes the environment, caches and results"
	@echo "PYTHON=... names another Python (3.11 or later)"

report: $(VENV)/installed
	$(RUN) analyses/icer_report.py

test: $(VENV)/installed-test
	$(RUN) -m pytest -n 2 --dist loadgroup -m "not slow"

slow: $(VENV)/installed-test
	$(RUN) -m pytest -m slow

lint: $(VENV)/installed-test
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy

BENCH       := speed rules against_slow_walk efficiency growth latency voi
BENCH_LARGE := large register sobol
KEEP        :=

bench: $(VENV)/installed
	for script in $(BENCH); do $(RUN) benchmarks/$$script.py $(KEEP) || exit 1; done

bench-large: $(VENV)/installed-test
	for script in $(BENCH_LARGE); do $(RUN) benchmarks/$$script.py $(KEEP) || exit 1; done

bench-others: $(VENV)/installed .venv-bench/installed
	$(RUN) benchmarks/others/compare.py $(KEEP)

bench-results:
	$(MAKE) bench bench-large bench-others KEEP=--keep
	$(MAKE) bench-page

bench-page: $(VENV)/installed
	$(RUN) benchmarks/page.py

bugs: $(VENV)/installed-test
	$(RUN) tests/bugs/replay.py

ANALYSES := compare_programs break_even targeting budget_impact reforms who_gains sensitivity research_value

analyses: $(VENV)/installed
	for analysis in $(ANALYSES); do $(RUN) analyses/$$analysis.py || exit 1; done

# In this order: scenarios are solved for on the base case's rows, and checks are about its table.
REFITTED := invitation_effect frailty_off
SOLVED   := aap_difference_zero published_hazard_ratio mi_nav_effect

calibration: $(VENV)/installed-test
	$(RUN) -m hecon calibrate
	$(RUN) -m hecon calibrate --checks
	for scenario in $(REFITTED); do $(RUN) -m hecon calibrate --people 5000 --scenario $$scenario || exit 1; done
	for scenario in $(SOLVED); do $(RUN) -m hecon calibrate --people 5000 --scenario $$scenario || exit 1; done
	$(RUN) -m hecon calibrate --programs
	$(RUN) analyses/calibration_tables.py

validation: $(VENV)/installed
	$(RUN) -m hecon validate --keep --page docs

docs: $(VENV)/installed-test
	$(RUN) -m sphinx -b html -n -W --keep-going -q docs docs/_build/html

linkcheck: $(VENV)/installed-test
	$(RUN) -m sphinx -b linkcheck -q docs docs/_build/linkcheck

clean:
	rm -rf $(VENV) .venv-bench results build dist docs/_build docs/generated .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find hecon tests analyses benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# The files `installed` and `installed-test` are stamps: made once, and again when pyproject.toml
# changes. The install is editable, so a change of code or parameters needs no new one.
$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	@echo "installing hecon into $(VENV)"
	@$(PIP) install --editable '.[pdf]'
	@touch $@

$(VENV)/installed-test: pyproject.toml | $(VENV)/bin/python
	@echo "installing hecon and what its tests need into $(VENV)"
	@$(PIP) install --editable '.[test]'
	@touch $(VENV)/installed $@

# The packages that hecon is compared with, apart: they have dependencies of their own.
.venv-bench/installed: benchmarks/others/requirements.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m venv .venv-bench
	.venv-bench/bin/python -m pip --disable-pip-version-check --quiet install -r benchmarks/others/requirements.txt
	@touch $@

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "hecon needs Python 3.11 or later and there is no $(PYTHON): install one, or name it with make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "hecon needs Python 3.11 or later and $(PYTHON) is $$($(PYTHON) --version 2>&1): name a later one with make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) lacks its venv module: install it (Debian and Ubuntu: apt-get install python3-venv), or name another with make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
