#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: debian.sh PACKAGE PATH OUT: takes one program out of a Debian package, without installing it.
set -euo pipefail
package=$1 path=$2 out=$3
name=$(basename "$path")

if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
    if found=$(command -v "$name"); then
        ln -s "$found" "$out/$name"
        exit 0
    fi
    echo "programs: cannot fetch $name: this is no Debian and $name is not on PATH" >&2
    echo "programs: hint: install $name with your system's package manager" >&2
    exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt fetches as a user of its own
cd "$work"
fetch() { apt-get -qq -o APT::Sandbox::User=root download "$package" >&2; }
if ! fetch 2>/dev/null; then
    if [ "$(id -u)" = 0 ]; then
        echo "programs: $name: reading Debian's package lists" >&2
        apt-get -qq update >&2 || true # one broken foreign list does not matter, the download tells
    fi
    if ! fetch; then
        echo "programs: cannot fetch Debian's package $package" >&2
        echo "programs: hint: sudo apt-get update, and see that 'apt-get download $package' works" >&2
        exit 1
    fi
fi
dpkg -x ./*.deb tree
cp "tree$path" "$out/$name"
