# SPDX-License-Identifier: Apache-2.0
"""Show where this node stands, as the installer last knew it, and where the kubelet is now.

Examples:
  cri-resmgr-installer status
  cri-resmgr-installer status -o json | jq -r .state
"""

import argparse
import dataclasses
import time

from .. import problem, status
from ..steps import common
from . import program, screen, wiring


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `status`."""
    screen.add_output(command)
    wiring.add_root(command)


def run(arguments: argparse.Namespace, around: program.Surroundings) -> int:
    """Show it."""
    with wiring.edges(arguments.root, around) as edges:
        known = status.read(edges.node.layout.status)
        try:
            on_relay = common.on_relay(edges.node)
            kubelet = {True: "relay", False: "containerd", None: "does not run"}[on_relay]
        except problem.Problem as error:
            kubelet = f"unknown: {error.message}"
    if arguments.output == "json":
        screen.write_json(around, {**dataclasses.asdict(known), "kubelet": kubelet})
    else:
        screen.write_pairs(around, _pairs(known, kubelet))
    return 0 if known.state == status.ACTIVE else 3


def _pairs(known: status.Status, kubelet: str) -> dict[str, str]:
    since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(known.since)) if known.since else ""
    shown = {
        "state": known.state or "none",
        "reason": known.reason,
        "hint": known.hint,
        "kubelet": kubelet,
        "version": known.version,
        "policy": known.policy,
        "since": since,
        "kubelet restarts": str(known.restarts),
        "failed attempts": str(known.failures) if known.failures else "",
        "last error": known.last_error,
    }
    return {name: value for name, value in shown.items() if value}
