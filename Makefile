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

.DEFAULT_GOAL := build
.PHONY: help setup setup-tests build demo test check lint bench docs clean
# The steps of `check` and `demo` are meant to run in order; SwiftPM parallelises inside each.
.NOTPARALLEL:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the system libraries (Debian: apt-get, as root or with sudo) and check the Swift version
	@SWIFT="$(SWIFT)" scripts/setup

# Not in the help: `make test` and `make check` do it.
setup-tests:
	@SWIFT="$(SWIFT)" scripts/setup --tests

build: setup ## build the command line tool and the libraries
	$(BUILD) --product strata

demo: build ## run both demonstration sweeps (minutes) and print their tables
	$(STRATA) sweep run experiments/mask-ratio/demo.yaml --out $(OUT)/demo/mask-ratio
	$(STRATA) sweep run experiments/custom-graph/demo.yaml --out $(OUT)/demo/custom-graph

test: setup-tests ## run all tests
	$(TEST)

lint: ## check format, imports, file sizes and links, without building
	$(SWIFT) format lint --strict -r Sources Tests Package.swift bench/Sources bench/Package.swift
	scripts/lint-imports
	scripts/lint-files
	scripts/check-links
	python3 bench/quote.py --check
	scripts/verdicts --check
	scripts/test-lints
	scripts/test-setup

check: setup-tests lint ## the whole gate: lints, a build without warnings, which BLAS is bound, all tests
	SWIFT="$(SWIFT)" scripts/check-warnings
	scripts/check-blas
	SWIFT="$(SWIFT)" scripts/test-plugin
	$(TEST)

bench: setup ## measure everything beside its peers (hours; results in out/bench, quoted by bench/quote.py)
	SWIFT="$(SWIFT)" OUT="$(OUT)" bench/all.sh

docs: ## check that every public symbol is documented and that the links in the guides resolve
	$(SWIFT) format lint --strict -r Sources
	scripts/check-links
	python3 bench/quote.py --check

clean: ## remove everything that was built or generated
	rm -rf .build $(OUT)
