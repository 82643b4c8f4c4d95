# SPDX-License-Identifier: Apache-2.0
"""The minute after a change: the kubelet stays healthy, its Node Ready, and the relay alive.

A relay that has to be started again within its first minute is none to keep: one that freezes soon
after each start would else pass, since systemd ends and starts it before the Node is NotReady.
"""

from .. import names, problem
from . import common, interface

SECONDS = 60.0
"""How long it is watched."""

PERIOD = 2.0

BAD = 3
"""Bad looks in a row that are too many; one may fall into a restart."""

GRACE = 40.0
"""Seconds that the Node gets to be Ready again, as long as its controller waits."""


class Watch:
    """Nothing is kept of it."""

    name = "watch"

    def check(self, node: interface.Node) -> bool:
        """One look."""
        return _trouble(node, node.systemd.state(names.RELAY_UNIT)) == ""

    def before(self, node: interface.Node) -> interface.Before:
        """Nothing."""
        del node
        return {}

    def apply(self, node: interface.Node) -> None:
        """Look for a minute. Raises `Problem` for what is not well, `Stopped`."""
        begun = node.clock.monotonic()
        restarts = node.systemd.state(names.RELAY_UNIT).restarts
        bad = 0
        while (passed := node.clock.monotonic() - begun) < SECONDS:
            relay = node.systemd.state(names.RELAY_UNIT)
            if relay.restarts > restarts:
                raise problem.Problem(
                    "the relay had to be started again within its first minute",
                    f"journalctl -u {names.RELAY_UNIT}",
                )
            trouble = _trouble(node, relay)
            bad = bad + 1 if trouble else 0
            if bad >= BAD:
                raise problem.Problem(
                    f"the kubelet is not well on the relay: {trouble}",
                    f"journalctl -u {names.KUBELET_UNIT} -u {names.RELAY_UNIT}",
                )
            if passed >= GRACE and node.kubelet.ready() is False:
                raise problem.Problem(
                    "the Node is not Ready on the relay", f"journalctl -u {names.KUBELET_UNIT}"
                )
            if not node.clock.wait(PERIOD):
                raise problem.Stopped

    def revert(self, node: interface.Node, before: interface.Before) -> None:
        """Nothing."""


def _trouble(node: interface.Node, relay: interface.UnitState) -> str:
    if common.on_relay(node) is not True:
        return "it does not run with our argument"
    if not relay.running:
        return "the relay does not run"
    return "" if node.kubelet.healthy() else "its /healthz is not ok"
