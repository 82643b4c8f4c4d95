# SPDX-License-Identifier: Apache-2.0
"""The gate before the kubelet: the relay answers, and lists what containerd lists."""

from .. import names, problem
from . import interface

PATIENCE = 30.0
"""Seconds in which the relay has to pass; a list may differ for a moment."""

PERIOD = 1.0


class GateStep:
    """Nothing is kept of it: it is asked anew whenever it counts."""

    name = "gate"

    def check(self, node: interface.Node) -> bool:
        """One try."""
        return node.gate.check().ok

    def before(self, node: interface.Node) -> interface.Before:
        """Nothing."""
        del node
        return {}

    def apply(self, node: interface.Node) -> None:
        """Try until it passes, for a while."""
        deadline = node.clock.monotonic() + PATIENCE
        while not (result := node.gate.check()).ok:
            if node.clock.monotonic() >= deadline:
                raise problem.Problem(
                    f"the relay does not pass the gate: {result.detail}",
                    f"journalctl -u {names.RELAY_UNIT}",
                )
            if not node.clock.wait(PERIOD):
                raise problem.Stopped

    def revert(self, node: interface.Node, before: interface.Before) -> None:
        """Nothing."""
