# SPDX-License-Identifier: Apache-2.0
"""The relay runs from the wanted tree: the link `current`, and the unit (re)started onto it.

systemd keeps the relay's socket over a restart, so another version takes over without the kubelet
noticing; `previous` names the version before.
"""

from pathlib import Path

from .. import bundle, names, problem
from . import common, interface

_PATIENCE = 30.0
"""Seconds in which containerd has to let go of containers."""

_PERIOD = 2.0


class Relay:
    """Which tree is in use, and that it runs."""

    name = "relay"

    def check(self, node: interface.Node) -> bool:
        """The link is right and the unit runs. Whether it runs *this* tree the journal knows."""
        linked = node.files.link(node.layout.current) == _target(interface.wanted(node).tree)
        return linked and node.systemd.state(names.RELAY_UNIT).running

    def before(self, node: interface.Node) -> interface.Before:
        """Both links."""
        layout = node.layout
        return {
            "current": node.files.link(layout.current),
            "previous": node.files.link(layout.previous),
        }

    def apply(self, node: interface.Node) -> None:
        """Switch the link and restart the unit."""
        layout, target = node.layout, _target(interface.wanted(node).tree)
        current = node.files.link(layout.current)
        if current is not None and current != target:
            node.files.replace_link(layout.previous, current)
        node.files.make_folder(layout.state, 0o700)
        if current != target:
            node.files.replace_link(layout.current, target)
        _restart(node)

    def revert(self, node: interface.Node, before: interface.Before) -> None:
        """Back to the tree before; without one, the relay ends, lets go of containers, and its
        state is removed.
        """
        layout = node.layout
        current = before.get("current")
        if isinstance(current, str):
            node.files.replace_link(layout.current, current)
            _link(node, layout.previous, before.get("previous"))
            _restart(node)
            return
        node.systemd.stop(names.RELAY_UNIT)
        node.systemd.reset_failed(names.RELAY_UNIT)
        _let_go(node)
        node.files.remove(layout.current)
        node.files.remove(layout.previous)
        for socket in layout.sockets:
            node.files.remove(socket)
        common.drop_state(node)


def _let_go(node: interface.Node) -> None:
    """Give containers the resources that their pods ask for: what the relay pinned stays else.

    It does not matter how the relay ended, or when. Raises `Problem` while containerd is away. A
    container that cannot be updated is no reason to keep all of ours on the node.
    """
    if _let_go_there(node):
        return
    deadline = node.clock.monotonic() + _PATIENCE
    while (result := node.gate.release()).detail or not result.ok:
        if node.clock.monotonic() >= deadline:
            if result.ok:
                node.warn(f"cannot let go of everything: {result.detail}; it stays as it is")
                return
            raise problem.Problem(
                f"cannot let go of containers: {result.detail}", "systemctl status containerd"
            )
        if not node.clock.wait(_PERIOD):
            raise problem.Stopped


def _let_go_there(node: interface.Node) -> bool:
    """Let go from outside of a pod, where the kernel's files cannot be written.

    Frequencies of CPUs are there, if the daemon has changed any. Tells whether all went well.
    """
    program = node.layout.on_node(node.layout.current / bundle.TOOL)
    try:
        return node.systemd.run_once((program, "release"), _PATIENCE) == 0
    except problem.Problem:
        return False


def _target(tree: str) -> str:
    return f"versions/{tree}"


def _restart(node: interface.Node) -> None:
    node.systemd.reset_failed(names.RELAY_UNIT)
    node.systemd.restart(names.RELAY_UNIT)


def _link(node: interface.Node, path: Path, target: object) -> None:
    if isinstance(target, str):
        node.files.replace_link(path, target)
    else:
        node.files.remove(path)
