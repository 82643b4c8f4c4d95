# SPDX-License-Identifier: Apache-2.0
"""The kubelet's endpoint: one word in `extra_args`, and a restart.

Giving the kubelet back is never held up; moving it to the relay is, when it was moved there less
than five minutes ago (NODE-3).
"""

from .. import extra_args, problem
from . import common, interface

APART = 300.0
"""Seconds between two switches to the relay."""

_FILE = b"file\n"
_LINE = b"line\n"


class Endpoint:
    """Where the kubelet finds its runtime."""

    name = "endpoint"

    def check(self, node: interface.Node) -> bool:
        """The word is in force, and the running kubelet has it."""
        try:
            ours = extra_args.read(common.key(node) or b"").ours
        except problem.Problem:
            ours = False
        return ours and common.on_relay(node) is True

    def before(self, node: interface.Node) -> interface.Before:
        """Whether the kubelet was on the relay."""
        return {"ours": common.has_key(node)}

    def apply(self, node: interface.Node) -> None:
        """Merge the word, restart the kubelet, wait until it is healthy."""
        _refuse(node)
        data = common.key(node)
        merged = extra_args.merge(data or b"")
        if common.on_relay(node) is True:
            # Only the file is not as it should be, and another restart would bring nothing.
            _write(node, data, merged)
            return
        _wait_for_turn(node)
        if not node.gate.check().ok:
            raise problem.Problem("cannot move the kubelet: the relay does not pass the gate")
        _write(node, data, merged)
        _remember(node)
        common.restart_kubelet(node, relay=True)

    def revert(self, node: interface.Node, before: interface.Before) -> None:
        """Take the word out and restart the kubelet, unless it was on the relay before."""
        if before.get("ours") is True:
            return
        _take_out(node)
        if common.on_relay(node) is not False:
            common.restart_kubelet(node, relay=False)


def _refuse(node: interface.Node) -> None:
    if node.files.mode(node.layout.disabled) is not None:
        raise problem.Problem(
            "cannot move the kubelet: a person has switched it off", f"rm {node.layout.disabled}"
        )


def _write(node: interface.Node, data: bytes | None, merged: bytes) -> None:
    if merged == data:
        return
    # What was there is known by a mark of our own: the rescue leaves an empty assignment.
    mark = _FILE if data is None else _LINE if merged.endswith(data) else None
    if mark is not None:
        node.files.make_folder(node.layout.installer, 0o700)
        node.files.write(node.layout.created, mark, mode=0o600)
    else:
        node.files.remove(node.layout.created)
    node.files.write(node.layout.extra_args, merged)


def _take_out(node: interface.Node) -> None:
    data = common.key(node)
    mark = node.files.read(node.layout.created)
    if data is not None:
        left = extra_args.remove(data)
        if mark is not None:
            left = extra_args.tidy(left)
        if not left and mark == _FILE:
            node.files.remove(node.layout.extra_args)
        elif left != data:
            node.files.write(node.layout.extra_args, left)
    node.files.remove(node.layout.created)


def _wait_for_turn(node: interface.Node) -> None:
    """Raise `NotNow` if the kubelet was moved a moment ago; clocks that jump do not matter."""
    told = (node.files.read(node.layout.switched) or b"").decode(errors="replace").split()
    boot = _boot(node)
    if len(told) != 2 or told[0] != boot:
        return
    try:
        since = node.clock.monotonic() - float(told[1])
    except ValueError:
        return
    if 0 <= since < APART:
        raise problem.NotNow(
            f"the kubelet was moved {since:.0f} s ago; not more than once in {APART:.0f} s",
            APART - since,
        )


def _remember(node: interface.Node) -> None:
    line = f"{_boot(node)} {node.clock.monotonic():.0f}\n"
    node.files.make_folder(node.layout.installer, 0o700)
    node.files.write(node.layout.switched, line.encode(), mode=0o600)


def _boot(node: interface.Node) -> str:
    # A kernel file tells no size, and is never a link.
    data = node.files.read(node.layout.boot_id, limit=4096) or b"unknown"
    return data.decode(errors="replace").strip() or "unknown"
