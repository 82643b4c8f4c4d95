# SPDX-License-Identifier: Apache-2.0
"""Take everything of ours away from this node: the kubelet goes back to containerd first.

Containers keep running. Where a pod of the DaemonSet is at work, it installs again: deselect the
node, or switch it off with `touch /etc/cri-resmgr/disabled`.

Example:
  cri-resmgr-installer remove
"""

import argparse

from . import install, program


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `remove`."""
    install.add_common(command)


def run(arguments: argparse.Namespace, around: program.Surroundings) -> int:
    """Remove it, once."""
    from . import living  # noqa: PLC0415 - help and completion need nothing of it

    order = living.Order(
        root=arguments.root,
        bundle=arguments.bundle,
        remove=True,
        level=arguments.log_level,
    )
    return living.once(order, around)
