#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: node-tree.sh OUT: makes the Debian tree of a node, without a kubelet, as OUT/node-tree.
set -euo pipefail
out=$1
packages=(
    systemd systemd-sysv dbus kmod procps util-linux mount ca-certificates # the system
    containerd runc containernetworking-plugins                            # containers
    iproute2 iptables ebtables conntrack socat                             # what a kubelet calls
)

hint() {
    echo "programs: cannot make the tree of a node: $1" >&2
    echo "programs: hint: $2" >&2
    exit 1
}
[ "$(id -u)" = 0 ] || hint "that needs root" "sudo -E hacks/programs node-tree"
if ! make=$(command -v mmdebstrap); then
    "$ROOT/hacks/programs.d/debian-tree.sh" "$out" mmdebstrap -- mmdebstrap ||
        hint "mmdebstrap is missing" "apt-get install mmdebstrap"
    make=$out/mmdebstrap
fi
excluded=()
for folder in doc info locale man; do
    excluded+=("--dpkgopt=path-exclude=/usr/share/$folder/*")
done
nice "$make" --quiet --mode=root --variant=minbase "--include=$(IFS=, && echo "${packages[*]}")" \
    "${excluded[@]}" bookworm "$out/node-tree" >&2 ||
    hint "mmdebstrap failed" "see that apt-get update works; mmdebstrap needs Perl as a whole"
