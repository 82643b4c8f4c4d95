#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: h2spec.sh OUT: builds h2spec from its published Go modules, checked by go.sum.
set -euo pipefail
go=$("$ROOT/hacks/programs.d/find-go.sh" h2spec)
cd "$ROOT/hacks/programs.d/h2spec"
GOTOOLCHAIN=local GOFLAGS=-mod=readonly CGO_ENABLED=0 "$go" build -trimpath -ldflags '-s -w' \
    -o "$1/" github.com/summerwind/h2spec/cmd/h2spec >&2
