# The two commands: `make run` and `make test`. Everything else is for those who change the code.
PYTHON ?= python3
BIN := .venv/bin
# Only what is run for use lies in the folder; tests and benchmarks make their own.
run: export FUPIN_DATA ?= $(CURDIR)/data
.DEFAULT_GOAL := help

.PHONY: help run install install-dev tools assets system test test-sqlite test-postgresql test-spark check bench bench-peers docs wheel format

help:
	@echo "make run    安装、建库、装入演示数据并启动 (install, prepare, load the demonstration, serve)"
	@echo "make test   全部测试 (all tests, on SQLite and PostgreSQL)"
	@echo "make test-spark  真实 Spark 集群上的核查 (the check on a real Spark of two workers)"
	@echo "make check  格式、类型、分层、文案、文档检查 (format, lint, types, contracts, messages, docs)"
	@echo "make bench  性能基准 (benchmarks)"
	@echo "make docs   由代码生成的文档 (generated documents)"

run: install assets
	$(BIN)/python -m fupin demo $(if $(PORT),--port $(PORT))

.stamps/install: requirements.lock | tools
	@mkdir -p .stamps
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@touch $@

.stamps/install-dev: requirements-dev.lock | tools
	@mkdir -p .stamps
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@ .stamps/install

# Told before anything is begun; an environment that was left half-made is made again.
tools:
	@tests/tools.sh $(PYTHON)

install: .stamps/install
install-dev: .stamps/install-dev

.stamps/assets: frontend/package-lock.json frontend/build.mjs $(wildcard frontend/src/*) $(wildcard fupin/*/locale/*/LC_MESSAGES/*.po) .stamps/install | tools
	cd frontend && npm ci --no-audit --no-fund --silent
	cd frontend && node build.mjs
	$(BIN)/python -m fupin.config.build
	@touch $@

assets: .stamps/assets

# Browser tests need Chromium and CJK fonts from the distribution; nothing is skipped when they are missing.
system:
	@tests/system-packages.sh

test: system install-dev assets test-sqlite test-postgresql

.stamps/spark: requirements-spark.lock | tools
	@mkdir -p .stamps
	$(PYTHON) -m venv .venv-spark
	.venv-spark/bin/python -m pip install --quiet --require-hashes -r requirements-spark.lock
	@touch $@

# A real Spark: a master and two workers, one of which is killed in mid-job. Needs Java 17 or later.
test-spark: install-dev assets .stamps/spark
	FUPIN_SPARK_HOME=$$(echo $(CURDIR)/.venv-spark/lib/python*/site-packages/pyspark) $(BIN)/python -m pytest tests/spark/on_a_cluster.py

test-sqlite:
	$(BIN)/python -m pytest -n 2

test-postgresql:
	$(BIN)/python tests/with_postgresql.py $(BIN)/python -m pytest -n 2 --ignore=tests/browser

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy fupin
	$(BIN)/lint-imports
	folder=$$(mktemp -d) && FUPIN_DATA=$$folder $(BIN)/python -m fupin.config.checks; found=$$?; rm -rf $$folder; exit $$found

format: install-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install-dev assets
	$(BIN)/python -m bench

.stamps/peers: requirements-peers.lock | tools
	@mkdir -p .stamps
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --require-hashes -r requirements-peers.lock
	@touch $@

# Some of the quality rules in libraries for data validation, beside a filled instance: make bench-peers DATA=FOLDER
bench-peers: install-dev .stamps/peers
	$(BIN)/python -m bench.quality_peers --data $(DATA) --peers $(CURDIR)/.venv-peers/bin/python

docs: install-dev
	$(BIN)/python -m fupin.config.documents

wheel: install-dev assets
	$(BIN)/python -m build --wheel --no-isolation
