#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: kubernetes.sh OUT PROGRAM...: builds programs of Kubernetes from its published Go modules,
# checked by go.sum.
set -euo pipefail
out=$1
shift
modules=$ROOT/test/garden/programs

go=$("$ROOT/hacks/programs.d/find-go.sh" "$1")
version=$(sed -n 's/^.*k8s.io\/kubernetes \(v[0-9.]*\).*/\1/p' "$modules/go.mod")
minor=$(cut -d. -f2 <<<"$version")
# Without gitVersion and its parts, clients see version 0.0.
stamps="-X k8s.io/component-base/version.gitVersion=$version"
stamps+=" -X k8s.io/component-base/version.gitMajor=1"
stamps+=" -X k8s.io/component-base/version.gitMinor=$minor"

echo "programs: $1: building $version with $("$go" version); 4 minutes on two cores when cold" >&2
cd "$modules"
GOTOOLCHAIN=local GOFLAGS=-mod=readonly CGO_ENABLED=0 \
    nice "$go" build -v -trimpath -ldflags "-s -w $stamps" -o "$out/" "${@/#/k8s.io/kubernetes/cmd/}" 2>&1 |
    awk -v name="$1" '
        /^go: downloading / { if (++got % 50 == 0) tell(got " modules fetched"); next }
        / / { print; fflush(); next }
        { if (++built % 150 == 0) tell(built " packages compiled") }
        function tell(what) { print "programs: " name ": " what; fflush() }' >&2
