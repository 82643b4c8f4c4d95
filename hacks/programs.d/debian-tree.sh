#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: debian-tree.sh OUT PROGRAM... -- PACKAGE...: unpacks Debian packages, without installing
# them, and makes each PROGRAM of them startable in OUT, with the libraries that came along.
# Elsewhere than on Debian the programs have to be on PATH.
set -euo pipefail
out=$1
shift
programs=()
while [ "$1" != -- ]; do
    programs+=("$1")
    shift
done
shift

if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
    for name in "${programs[@]}"; do
        if ! found=$(command -v "$name"); then
            echo "programs: cannot fetch $name: this is no Debian and $name is not on PATH" >&2
            echo "programs: hint: install $name with your system's package manager" >&2
            exit 1
        fi
        ln -s "$found" "$out/$name"
    done
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt fetches as a user of its own
fetch() { (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$@" >&2); }
if ! fetch "$@" 2>/dev/null; then
    if [ "$(id -u)" = 0 ]; then
        echo "programs: ${programs[0]:-$1}: reading Debian's package lists" >&2
        apt-get -qq update >&2 || true # one broken foreign list does not matter, the download tells
    fi
    if ! fetch "$@"; then
        echo "programs: cannot fetch Debian's packages $*" >&2
        echo "programs: hint: sudo apt-get update, and see that 'apt-get download $*' works" >&2
        exit 1
    fi
fi
mkdir -p "$out/tree"
for package in "$work"/*.deb; do dpkg -x "$package" "$out/tree"; done

libraries=$(find "$out/tree" \( -name '*.so' -o -name '*.so.*' \) -printf '%h\n' | sort -u | sed "s|^$out/||" | paste -sd' ')
for name in "${programs[@]}"; do
    file=$(find "$out/tree" -path "*bin/$name" -type f | head -1)
    if [ -z "$file" ]; then
        echo "programs: cannot find $name in the packages $*" >&2
        exit 1
    fi
    file=${file#"$out/"}
    if [ -z "$libraries" ]; then
        ln -s "$file" "$out/$name"
        continue
    fi
    # The folder is moved when it is complete, so the program finds its libraries from where it is.
    cat >"$out/$name" <<-EOF
		#!/bin/sh
		here=\$(dirname "\$(readlink -f "\$0")")
		for folder in $libraries; do
		    LD_LIBRARY_PATH=\$here/\$folder\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}
		done
		export LD_LIBRARY_PATH
		exec "\$here/$file" "\$@"
	EOF
    chmod 755 "$out/$name"
done
