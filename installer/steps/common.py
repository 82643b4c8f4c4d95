# SPDX-License-Identifier: Apache-2.0
"""What several steps ask of the kubelet and the relay's state."""

from .. import extra_args, names, problem, unit_file
from . import interface

HEALTHY_WITHIN = 60.0
"""Seconds that a restarted kubelet gets to become healthy."""

PERIOD = 1.0
"""Seconds between two looks."""


def endpoint(node: interface.Node) -> str | None:
    """The endpoint of the running kubelet, None when no kubelet runs."""
    processes = node.systemd.processes(names.KUBELET_UNIT)
    if not processes:
        return None
    given = unit_file.endpoints(processes[0].argv, names.ENDPOINT_FLAG)
    return given[-1] if given else ""


def on_relay(node: interface.Node) -> bool | None:
    """Whether the running kubelet speaks to the relay, None when no kubelet runs."""
    found = endpoint(node)
    return None if found is None else found.endswith(names.RELAY_SOCKET)


def key(node: interface.Node) -> bytes | None:
    """Content of `extra_args`."""
    return node.files.read(node.layout.extra_args)


def has_key(node: interface.Node) -> bool:
    """Whether our argument is in `extra_args`."""
    data = key(node)
    return data is not None and extra_args.has(data)


def may_have_key(node: interface.Node) -> bool:
    """As `has_key`; False for a file that cannot be read, which preflight and steps refuse."""
    try:
        return has_key(node)
    except problem.Problem:
        return False


def restart_kubelet(node: interface.Node, *, relay: bool) -> None:
    """Restart the kubelet and wait until it is healthy on the relay, or on containerd.

    Raises `Problem` when it is not in time, `Stopped` when the program is to end.
    """
    restart = node.systemd.restart if relay else node.systemd.restart_alone
    restart(names.KUBELET_UNIT)
    where = "the relay" if relay else "containerd"
    deadline = node.clock.monotonic() + HEALTHY_WITHIN
    while on_relay(node) is not relay or not node.kubelet.healthy():
        if node.clock.monotonic() >= deadline:
            raise problem.Problem(
                f"cannot move the kubelet to {where}: not healthy after {HEALTHY_WITHIN:g} s",
                f"journalctl -u {names.KUBELET_UNIT}",
            )
        if not node.clock.wait(PERIOD):
            raise problem.Stopped


def drop_state(node: interface.Node) -> None:
    """Remove what a relay keeps; the installer's own state and the rescue's word stay."""
    layout = node.layout
    for name in node.files.names(layout.state):
        path = layout.state / name
        if path not in (layout.installer, layout.rescued):
            node.files.remove_any(path)
