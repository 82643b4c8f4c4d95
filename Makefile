# SPDX-License-Identifier: Apache-2.0
# The chores of the project; `make help` lists them. Every target makes .venv first (hacks/setup).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

REGISTRY ?=
TAG ?= v$(shell sed -n 's/^version = "\([^"]*\)".*/\1/p' pyproject.toml)
BASE ?= debian:bookworm-slim
JOBS ?= 0
PYTEST_ARGS ?=
BENCH ?= controller
BENCH_ARGS ?=

BIN := .venv/bin
PROGRAMS := kube-apiserver etcd helm kubectl promtool containerd ctr runc busybox h2load h2spec
NODE_PROGRAMS := kubelet kube-controller-manager kube-scheduler systemd-nspawn node-tree
# A registry is given with or without the slash at its end.
IMAGE_PREFIX := $(if $(REGISTRY),$(patsubst %/,%,$(REGISTRY))/)
PYTEST = PATH="$$(hacks/programs $(PROGRAMS)):$$PATH" $(BIN)/pytest -n $(JOBS) $(PYTEST_ARGS)

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
		while IFS='|' read -r target text; do printf '  %-16s %s\n' "$$target" "$$text"; done
	@printf '\nVariables: REGISTRY=host/ TAG=%s (images), BASE=%s (image to build on),\n' '$(TAG)' '$(BASE)'
	@printf 'JOBS=n (tests in n processes), PYTEST_ARGS="-k word" (what to test), BENCH=relay or node, BENCH_ARGS="--help".\n'

.PHONY: setup
setup: ## make .venv with the project and every tool; quick when nothing has changed
	@hacks/setup

.PHONY: generate
generate: setup ## write the generated files anew
	@hacks/generate

.PHONY: check
check: setup ## lint, types, import contracts, charts, scripts, spelling, structure, generated files
	@hacks/check

.PHONY: format
format: setup ## format the Python sources, and mend what ruff can mend
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

.PHONY: test
test: setup ## unit, structure and integration tests, on a real kube-apiserver
	$(PYTEST)

.PHONY: test-cov
test-cov: setup ## the same, with coverage: summary and coverage/index.html
	$(PYTEST) --cov --cov-report=term --cov-report=html:coverage

# A virtual machine whose instructions are carried out by a program: no part of `test`.
.PHONY: test-numa
test-numa: setup ## tests on cgroup v2 and four NUMA nodes, in a virtual machine; some three minutes
	$(BIN)/pytest $(PYTEST_ARGS) test/numa

.PHONY: verify
verify: check test ## check and test

.PHONY: demo
demo: setup ## from an Extension to a pinned container on a node of this machine, step by step
	@PATH="$$(hacks/programs $(PROGRAMS)):$$PATH" PYTHONPATH=test $(BIN)/python -m chain.demo

.PHONY: bench
bench: setup ## measure the controller with 10, 100 and 500 shoots; BENCH=relay, node, policy, agent: others
	@PATH="$$(hacks/programs $(PROGRAMS)):$$PATH" PYTHONPATH=test $(BIN)/python -m bench.$(BENCH) $(BENCH_ARGS)

.PHONY: bundle
bundle: setup ## build/bundle: the programs of a node in one folder that needs no Python there
	@hacks/build-bundle

.PHONY: docker-images
docker-images: bundle ## build the images of the controller and of the installer
	@hacks/images build --base '$(BASE)' '$(IMAGE_PREFIX)' '$(TAG)'
	@hacks/images sbom '$(IMAGE_PREFIX)' '$(TAG)'

.PHONY: build-images
build-images: docker-images ## the old name of docker-images

.PHONY: push-images
push-images: setup ## push what docker-images built: REGISTRY=host/ TAG=t
	@hacks/images push '$(IMAGE_PREFIX)' '$(TAG)'

# They wait more than they work; each process has a shoot of its own.
.PHONY: e2e-test
e2e-test: JOBS := $(if $(filter-out 0,$(JOBS)),$(JOBS),3)
e2e-test: setup ## tests on two real nodes with systemd, containerd and kubelet; needs root
	@hacks/programs $(NODE_PROGRAMS) >/dev/null
	$(PYTEST) --dist loadfile test/e2e

.PHONY: clean
clean: ## remove what was made in the checkout; the cache of programs stays
	rm -rf .venv build dist coverage .coverage .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
