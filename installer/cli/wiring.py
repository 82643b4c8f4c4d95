# SPDX-License-Identifier: Apache-2.0
"""Puts the edges together: the bus, the kubelet, the gate, the API server, the clock.

A pod knows its Node by `NODE_NAME` and has an account; without both there is no cluster to ask, and
a person is at work.
"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .. import bundle, bus, gate, kubelet, log, loop, paths, programs, systemd
from .. import files as disk
from ..api import access, child, nodes
from ..steps import interface
from . import program

NODE_NAME = "NODE_NAME"
POD_NAME = "POD_NAME"


@dataclass(frozen=True, slots=True)
class Edges:
    """A node with everything that it is reached by."""

    node: interface.Node
    loop: loop.Loop
    api: nodes.Nodes | None
    systemd: systemd.Systemd
    bus: bus.Bus
    pod: str

    def __enter__(self) -> Self:
        """Open nothing; what is used opens itself."""
        return self

    def __exit__(self, *_exc: object) -> None:
        """Close the connection to the bus, and what the clock waits with."""
        self.bus.close()
        self.loop.close()


def add_root(command: argparse.ArgumentParser) -> None:
    """Add `--root`, for a node that is mounted somewhere."""
    command.add_argument(
        "--root",
        type=Path,
        default=Path("/"),
        metavar="DIRECTORY",
        help="where the node's files are (default: %(default)s)",
    )


def add_bundle(command: argparse.ArgumentParser) -> None:
    """Add `--bundle`."""
    command.add_argument(
        "--bundle",
        type=Path,
        default=None,
        metavar="DIRECTORY",
        help="the bundle to install (default: the one that this program is in)",
    )


def edges(
    root: Path,
    around: program.Surroundings,
    *,
    given: Path | None = None,
    beat: Callable[[], None] = lambda: None,
    restarting: Callable[[str], None] = lambda _unit: None,
) -> Edges:
    """Put everything together; nothing is opened yet.

    Args:
        root: where the node's files are.
        around: environment and outputs.
        given: folder of the bundle, None for our own.
        beat: called as a sign of life.
        restarting: told of units before they are restarted.
    """
    clock = loop.Loop(beat=beat)
    layout = paths.Layout(root)
    connection = bus.Bus(layout.bus, monotonic=clock.monotonic)
    manager = systemd.Systemd(connection, monotonic=clock.monotonic, restarting=restarting)
    api = cluster(around)
    tools = given or own_bundle() or layout.current
    node = interface.Node(
        layout=layout,
        files=disk.Files(),
        systemd=manager,
        kubelet=kubelet.Kubelet(api.own if api else None, monotonic=clock.monotonic),
        gate=gate.Gate(
            lambda: tools / bundle.TOOL,
            relay=layout.relay_socket,
            runtime=layout.containerd_socket,
        ),
        clock=clock,
    )
    return Edges(node, clock, api, manager, connection, around.environ.get(POD_NAME, ""))


def cluster(around: program.Surroundings) -> nodes.Nodes | None:
    """Give what asks the API server, None where there is none."""
    name = around.environ.get(NODE_NAME, "")
    if not name or access.in_cluster(around.environ) is None:
        return None
    send = child.sender([*own_program(), program.HIDDEN], programs.run)
    return nodes.Nodes(name, send, pod=around.environ.get(POD_NAME, ""))


def own_bundle() -> Path | None:
    """Give the bundle that this program is in, None when it runs from a checkout."""
    folder = _executable().parent
    return folder if (folder / bundle.MANIFEST).is_file() else None


def own_program() -> list[str]:
    """Give the words that start this program once more."""
    beside = _executable().with_name(program.PROGRAM)
    if beside.is_file():
        return [str(beside)]
    return [sys.executable, "-m", "installer"]


def lines(around: program.Surroundings, level: str, clock: interface.Clock) -> log.Log:
    """Give a log on standard error."""
    return log.Log(around.err, level, now=clock.now)


def boot_id(layout: paths.Layout) -> str:
    """Give what changes with each boot; empty where the kernel does not tell."""
    try:
        return layout.boot_id.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _executable() -> Path:
    return Path(os.readlink("/proc/self/exe"))  # noqa: PTH115 - no other link is followed
