# SPDX-License-Identifier: Apache-2.0
"""What is there: gathered from the node without changing anything, as plain data."""

import platform
from dataclasses import dataclass
from pathlib import Path

from . import bundle, files, names, preflight, problem, takeover
from . import journal as journals
from .steps import common, configuration, interface, registry, units


@dataclass(frozen=True, slots=True)
class Facts:
    """A node as it was found."""

    done: frozenset[str] = frozenset()
    """Steps that are as wanted and were not interrupted."""
    present: frozenset[str] = frozenset()
    """Steps of which something of ours is on the node."""
    interrupted: frozenset[str] = frozenset()
    """Steps that the journal knows as due in a run that did not end."""
    disabled: bool = False
    """A person's switch is set."""
    rescued: str = ""
    """What the rescue wrote, or empty."""
    marked: bool = False
    """`extra_args` may still show that our argument was in it, though it is no longer there."""
    leftover: bool = False
    """The installer's own state is on the node, or the rescue's word."""
    key: bool = False
    """Our argument is in `extra_args`."""
    on_relay: bool | None = None
    """The running kubelet has our argument; None when no kubelet runs."""


def gather(node: interface.Node, journal: journals.Journal) -> Facts:
    """Look at the node. Raises `Problem` for what cannot be read, `extra_args` excepted."""
    layout, disk = node.layout, node.files
    interrupted = frozenset(
        step for step, entry in journal.state.items() if entry.phase is not journals.Phase.APPLIED
    )
    done: set[str] = set()
    if node.wanted is not None:
        lasting = (step for step in registry.ALL if step.name not in ("gate", "watch"))
        done = {step.name for step in lasting if step.check(node)}
    return Facts(
        done=frozenset(done - interrupted),
        present=_present(node),
        interrupted=interrupted,
        disabled=disk.mode(layout.disabled) is not None,
        rescued=rescued(node),
        marked=disk.mode(layout.created) is not None,
        leftover=_leftover(node),
        key=common.may_have_key(node),
        on_relay=common.on_relay(node),
    )


def inspect(node: interface.Node) -> preflight.Evidence:
    """Read what preflight judges. Never raises for what is on the node: that is evidence, too."""
    layout, disk = node.layout, node.files
    unit, unit_problem = _read(node, layout.kubelet_unit, follow=True)
    config, config_problem = _read(node, layout.kubelet_config, follow=True)
    extra, extra_problem = _read(node, layout.extra_args, follow=False)
    osc, _ = _read(node, layout.last_osc, follow=True)
    drop_ins = (
        _read(node, layout.kubelet_drop_ins / name, follow=True)[0]
        for name in disk.names(layout.kubelet_drop_ins)
        if name.endswith(".conf")
    )
    running, systemd_problem = None, ""
    try:
        processes = node.systemd.processes(names.KUBELET_UNIT)
        running = processes[0].argv if processes else None
    except problem.Problem as error:
        systemd_problem = error.message
    folders = (layout.opt, layout.etc, layout.state, layout.units, layout.kubelet)
    return preflight.Evidence(
        machine=platform.machine(),
        systemd_problem=systemd_problem,
        containerd_socket=disk.mode(layout.containerd_socket) is not None,
        crio_socket=disk.mode(layout.crio_socket) is not None,
        unit=unit,
        unit_problem=unit_problem,
        drop_ins=tuple(text for text in drop_ins if text is not None),
        osc=osc,
        extra_args=extra,
        extra_args_problem=extra_problem,
        config=config,
        config_problem=config_problem,
        running=running,
        needed=_needed(node),
        free=disk.free(layout.opt),
        read_only=tuple(layout.on_node(at) for at in folders if disk.read_only(at)),
    )


def _present(node: interface.Node) -> frozenset[str]:
    layout, disk = node.layout, node.files
    relay = disk.link(layout.current) is not None or disk.link(layout.previous) is not None
    found = {
        "tree": disk.mode(layout.versions) is not None,
        "rescue": disk.mode(layout.rescue) is not None,
        "configuration": any(
            disk.mode(layout.etc / name) is not None for name in configuration.NAMES
        ),
        "units": any(disk.mode(layout.units / unit) is not None for unit in units.KNOWN),
        "relay": relay,
        "endpoint": common.may_have_key(node) or (relay and common.on_relay(node) is True),
    }
    former = takeover.foreign_unit(disk.read(layout.units / names.RELAY_UNIT, follow=True))
    if former and not relay:
        # What the former extension left is not ours to remove.
        return frozenset()
    return frozenset(step for step, there in found.items() if there)


def _leftover(node: interface.Node) -> bool:
    layout = node.layout
    # Lock and status are there while somebody looks, and alone are no reason to remove anything.
    passing = {layout.lock.name, layout.status.name}
    return (
        not passing.issuperset(node.files.names(layout.installer))
        or any(name.endswith((files.NEW, files.OLD)) for name in node.files.names(layout.state))
        or rescued(node) != ""
    )


def rescued(node: interface.Node) -> str:
    """What the rescue wrote, or empty. Raises `Problem` for what cannot be read."""
    for path in (node.layout.rescued, node.layout.run / "rescued"):
        data = node.files.read(path)
        if data is not None:
            return data.decode(errors="replace").strip() or "0 no reason given"
    return ""


def _read(node: interface.Node, path: Path, *, follow: bool) -> tuple[bytes | None, str]:
    try:
        return node.files.read(path, follow=follow, limit=16 << 20), ""
    except problem.FileProblem as error:
        return None, error.message


def _needed(node: interface.Node) -> int:
    wanted = node.wanted
    if wanted is None or bundle.whole(node.files, node.layout, wanted.tree):
        return 0
    return bundle.read(node.files, wanted.bundle).size
