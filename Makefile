# Strata's one entry point: `make help` lists the targets. Every target does the set-up that it needs by itself.
#
# One configuration for everything, release: numerical code is 30 times slower in debug, and two configurations would
# double every build.

SWIFT ?= swift
BUILD := $(SWIFT) build -c release
# Without this flag `swift test` compiles everything again with testability on, and the next build compiles it back.
TEST := $(SWIFT) test -c release --disable-testable-imports
STRATA := .build/release/strata
OUT ?= out
PREFIX ?= /usr/local

.DEFAULT_GOAL := build
.PHONY: help setup setup-tests build install uninstall demo test check lint bench docs clean
# The steps of `check` and `demo` are meant to run in order; SwiftPM parallelises inside each.
.NOTPARALLEL:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the system libraries (Debian: apt-get, as root or with sudo) and check the Swift version
	@SWIFT="$(SWIFT)" scripts/setup

# Not in the help: `make test` and `make check` do it.
setup-tests:
	@SWIFT="$(SWIFT)" scripts/setup --tests

build: setup ## build the command line tool and the libraries
	$(BUILD) --product strata

install: build ## put the tool, its manual pages and shell completions under PREFIX (/usr/local)
	scripts/install-files install "$(PREFIX)" $(STRATA)

uninstall: ## remove exactly what `make install` has put under PREFIX
	scripts/install-files uninstall "$(PREFIX)"

demo: build ## run both demonstration sweeps (minutes), print their tables and write their reports
	$(STRATA) sweep run experiments/mask-ratio/demo.yaml --out $(OUT)/demo/mask-ratio
	$(STRATA) sweep run experiments/custom-graph/demo.yaml --out $(OUT)/demo/custom-graph
	$(STRATA) report $(OUT)/demo/mask-ratio
	$(STRATA) report $(OUT)/demo/custom-graph

test: setup-tests ## run all tests
	SWIFT="$(SWIFT)" scripts/test-plugin --build
	SWIFT="$(SWIFT)" $(TEST)

lint: ## check format, imports, file sizes and links, without building
	$(SWIFT) format lint --strict -r Sources Tests Package.swift bench/Sources bench/Package.swift
	scripts/lint-imports
	scripts/lint-files
	scripts/check-links
	python3 bench/quote.py --check
	scripts/verdicts --check
	scripts/test-lints
	scripts/test-setup

check: setup-tests lint ## the whole gate: lints, a build without warnings, which BLAS is bound, the reference, all tests
	SWIFT="$(SWIFT)" scripts/check-warnings
	scripts/check-blas
	SWIFT="$(SWIFT)" scripts/make-docs $(OUT)/docs
	scripts/test-install
	@# Only built here: while tests run, a compiler beside them would make those with deadlines miss them.
	SWIFT="$(SWIFT)" scripts/test-plugin --build
	SWIFT="$(SWIFT)" $(TEST)

bench: setup ## measure everything beside its peers (hours; results in out/bench, quoted by bench/quote.py)
	SWIFT="$(SWIFT)" OUT="$(OUT)" bench/all.sh

docs: build ## build the reference of the libraries into out/docs, and check that the guides' links and numbers hold
	scripts/check-links
	python3 bench/quote.py --check
	SWIFT="$(SWIFT)" scripts/make-docs $(OUT)/docs

clean: ## remove everything that was built or generated
	rm -rf .build $(OUT)
