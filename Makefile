# The front door: one command per wish. `make` alone lists them. CI runs `make test`.
#
# The work is done by tools/steps, cmake and ctest; HACKING.md says how to call those directly.

.DEFAULT_GOAL := help
.PHONY: help build install demo demo-stores test test-quick test-slow test-servers bench bench-peers fuzz format lint wasm-check clean

install = @tools/install-packages

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build build/release/stele, the tests and the benches
	$(install) build test
	@tools/steps release-build

install: ## Build the release and install it; PREFIX=/usr/local, DESTDIR=
	$(install) build
	@tools/steps release-install-build
	@DESTDIR="$(DESTDIR)" cmake --install build/release --prefix "$(or $(PREFIX),/usr/local)"

demo: ## Build build/release/stele and show it at work
	$(install) build test
	@tools/steps release-stele
	@examples/demo/run
	@examples/debian/run

demo-stores: ## The same data in S3 and in PostgreSQL, on servers started for it
	$(install) build test servers
	@tools/steps release-stele
	@examples/debian/stores

test: ## Everything that CI runs
	$(install) build test lint wasm servers
	@tools/steps --whole lint release-build release-test \
	  release-servers-build release-servers-test asan-ubsan-build asan-ubsan-test \
	  asan-ubsan-servers-build asan-ubsan-servers-test tsan-build tsan-test wasm-build wasm-check

test-quick: ## Build the release and run its fast tests
	$(install) build test lint
	@tools/steps release-build release-test

test-slow: ## Run the tests with label `slow`, and all fast ones with a kernel without exceptions
	$(install) build test
	@tools/steps release-slow-build release-slow-test no-exceptions-build no-exceptions-test

test-servers: ## Run the tests with label `servers`, on servers that they start themselves
	$(install) build test servers
	@tools/steps release-servers-build release-servers-test

bench: ## Run the benchmarks; FILTER=regex chooses among them
	$(install) build test
	@tools/steps release-build
	@tools/bench "$(FILTER)"

bench-peers: ## Measure beside SQLite, DuckDB and DataScript; ARGS="--suite query --row q5"
	$(install) build test peers
	@npm install --silent --no-audit --no-fund --prefix build/peers \
	  @duckdb/node-bindings-linux-x64@1.5.6-r.1 datascript@1.8.1
	@tools/steps release-bench-build
	@build/release/stele-bench $(ARGS)

fuzz: ## Run each fuzzer for SECONDS=60; FILTER=regex chooses among them
	$(install) build test fuzz
	@tools/steps fuzz-build
	@tools/fuzz "$(or $(SECONDS),60)" "$(FILTER)"

format: ## Let clang-format rewrite every source file
	$(install) lint
	@python3 tools/lint/format.py --write

lint: ## Check layers, banned calls, shape of files, format
	$(install) lint
	@tools/steps lint

wasm-check: ## Build for WebAssembly and try it in Node
	$(install) build wasm
	@tools/steps wasm-build wasm-check

clean: ## Remove build/
	@rm -rf build
