# SPDX-License-Identifier: Apache-2.0
"""Bring the resource manager to this node.

In a pod of the DaemonSet it stays: it watches the node, follows the selection and the roll-out, and
publishes where the node stands; ended by SIGTERM it leaves the node as it is. Run by a person it
ends when the node is done.

Examples:
  cri-resmgr-installer install --static-configs /tmp/configs
  cri-resmgr-installer install --remove
"""

import argparse
from pathlib import Path

from .. import selection
from . import program, wiring


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `install`."""
    command.add_argument(
        "--selection",
        default="",
        metavar="JSON",
        help='which nodes: {"nodeSelector": {LABEL: VALUE}, "workerPools": [NAME]}; both must hold',
    )
    command.add_argument(
        "--static-configs",
        type=Path,
        metavar="DIRECTORY",
        help="folder that may have fallback.cfg, force.cfg and EXTRA_OPTIONS.cfg",
    )
    command.add_argument(
        "--rollout",
        type=Path,
        metavar="FILE",
        help="JSON file with canaryPools, maxRolledBack, maxUnavailable and paused",
    )
    command.add_argument("--remove", action="store_true", help="take everything away, and stay")
    command.add_argument(
        "--metrics-port",
        type=_port,
        default=0,
        metavar="N",
        help="serve /metrics on this port (default: not at all)",
    )
    add_common(command)


def add_common(command: argparse.ArgumentParser) -> None:
    """Add what `install` and `remove` share."""
    command.add_argument(
        "--log-level",
        choices=["debug", "info", "error"],
        default="info",
        help="what is told on standard error (default: %(default)s)",
    )
    wiring.add_bundle(command)
    wiring.add_root(command)


def run(arguments: argparse.Namespace, around: program.Surroundings) -> int:
    """Live in a pod, or do it once for a person."""
    from . import living  # noqa: PLC0415 - help and completion need nothing of it

    chosen = selection.read(arguments.selection)
    order = living.Order(
        root=arguments.root,
        bundle=arguments.bundle,
        static=arguments.static_configs,
        rollout=arguments.rollout,
        chosen=chosen,
        remove=arguments.remove,
        metrics_port=arguments.metrics_port,
        level=arguments.log_level,
    )
    if wiring.NODE_NAME in around.environ:
        return living.stay(order, around)
    return living.once(order, around)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 65536:
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return port
