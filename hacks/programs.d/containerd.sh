#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: containerd.sh OUT: puts containerd, its shim and ctr of Debian into OUT, and the plugins for
# networks into OUT/cni. runc is a program of its own.
set -euo pipefail
out=$1
"$ROOT/hacks/programs.d/debian-tree.sh" "$out" containerd containerd-shim-runc-v2 ctr -- \
    containerd containernetworking-plugins
if [ -d "$out/tree/usr/lib/cni" ]; then
    ln -s tree/usr/lib/cni "$out/cni"
elif [ -d /opt/cni/bin ]; then
    ln -s /opt/cni/bin "$out/cni"
fi
