# SPDX-License-Identifier: Apache-2.0
"""Undoes what the former extension did to a node: the kubelet's unit, its relay, its state.

The one step that writes a file of gardener-node-agent, and only the text that this one has last
applied itself. The kubelet is on containerd before the old relay goes.
"""

from .. import names, problem, takeover
from . import common, interface


class Takeover:
    """Nothing of this comes back: `revert` leaves the node on containerd, as it was meant to be."""

    name = "takeover"

    def check(self, node: interface.Node) -> bool:
        """No trace that we know how to undo."""
        found = _look(node)
        return (
            found.verdict is not takeover.Verdict.EDITED
            and not _old_unit(node)
            and not _old_state(node)
        )

    def before(self, node: interface.Node) -> interface.Before:
        """Nothing that is wanted back."""
        del node
        return {}

    def apply(self, node: interface.Node) -> None:
        """Unit, kubelet, old relay, old state, in this order."""
        found = _look(node)
        if found.verdict is takeover.Verdict.UNCLEAR:
            raise problem.Problem(f"cannot put kubelet.service right: {found.cause}")
        if found.verdict is takeover.Verdict.EDITED:
            node.files.write(node.layout.kubelet_unit, found.original, mode=0o600)
        # An installer that was ended may have written it without having it read.
        node.systemd.reload()
        if common.on_relay(node) and not common.has_key(node):
            common.restart_kubelet(node, relay=False)
        if _old_unit(node):
            node.systemd.stop(names.RELAY_UNIT)
            node.systemd.disable(names.RELAY_UNIT)
            node.files.remove(node.layout.units / names.RELAY_UNIT)
            node.systemd.reload()
        if _old_state(node):
            common.drop_state(node)

    def revert(self, node: interface.Node, before: interface.Before) -> None:
        """Leave the kubelet where gardener-node-agent wants it."""


def _look(node: interface.Node) -> takeover.Finding:
    return takeover.look(
        node.files.read(node.layout.kubelet_unit, follow=True),
        node.files.read(node.layout.last_osc, limit=16 << 20, follow=True),
    )


def _old_unit(node: interface.Node) -> bool:
    path = node.layout.units / names.RELAY_UNIT
    return takeover.foreign_unit(node.files.read(path, follow=True))


def _old_state(node: interface.Node) -> bool:
    return node.files.mode(node.layout.state / takeover.OLD_STATE) is not None
