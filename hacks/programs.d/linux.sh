#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: linux.sh OUT: puts Debian's small kernel for virtual machines into OUT/linux, and its modules
# that a virtual machine needs for its network into OUT/modules, in the order of loading.
set -euo pipefail
out=$1
modules=(
    drivers/virtio/virtio_ring drivers/virtio/virtio drivers/virtio/virtio_pci_legacy_dev
    drivers/virtio/virtio_pci_modern_dev drivers/virtio/virtio_pci
    net/core/failover drivers/net/net_failover drivers/net/virtio_net
)

# The package without a version only names the one of today.
kernel() {
    apt-cache depends linux-image-cloud-amd64 2>/dev/null |
        sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -1
}
package=$(kernel)
if [ -z "$package" ] && [ "$(id -u)" = 0 ]; then
    echo "programs: linux: reading Debian's package lists" >&2
    apt-get -qq update >&2 || true # one broken foreign list does not matter, the next look tells
    package=$(kernel)
fi
if [ -z "$package" ]; then
    echo "programs: cannot find Debian's package linux-image-cloud-amd64" >&2
    echo "programs: hint: on Debian: sudo apt-get update; elsewhere there is none" >&2
    exit 1
fi
"$ROOT/hacks/programs.d/debian-tree.sh" "$out" -- "$package"
install -m 755 "$out"/tree/boot/vmlinuz-* "$out/linux"
mkdir "$out/modules"
for index in "${!modules[@]}"; do
    file=$(echo "$out"/tree/lib/modules/*/kernel/"${modules[index]}.ko")
    cp "$file" "$out/modules/$index-$(basename "$file")"
done
rm -rf "$out/tree" # 170 MB of other modules
