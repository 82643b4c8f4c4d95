# SPDX-License-Identifier: Apache-2.0
"""Show containers with what they use beside what they were given: CPUs, pool, shares, memory.

CPU use is measured between two looks; CPUs and shares are those that the kernel holds a container
to, pools are the policy's, memory is told by NUMA node. On a terminal it goes on until q is
pressed; c, m, n and p sort by CPU, memory, name and pool. Elsewhere, with --once or with -o, it
looks for one interval and ends.

Examples:
  cri-resmgrctl top
  cri-resmgrctl top --once --sort memory
  cri-resmgrctl top -o json | jq '.containers[] | select(.cpu_milli > 500)'
"""

import argparse
import io
import os
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, TextIO

from resmgr import cpuset
from resmgr.collect import containers
from resmgr.config import suggest

from . import amounts, consumption, exits, live, output, placed, problem, terminal
from .consumption import Row
from .node import cgroups, usage

_KEYS: Final = {one[0]: one for one in consumption.SORTS}
_ONCE: Final = 1.0
_AGAIN: Final = 2.0
_FEW: Final = 8
"""Pools that are named where there are many."""

_MOST_NODES: Final = 8
"""NUMA nodes that get a column each; more of them share one."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `top`."""
    command.add_argument("--once", action="store_true", help="look for one interval, then end")
    command.add_argument(
        "--interval",
        type=seconds,
        metavar="SECONDS",
        help=f"between two looks (default: {_AGAIN:g}, for one {_ONCE:g})",
    )
    command.add_argument(
        "--sort", choices=consumption.SORTS, default="cpu", help="by what (default: %(default)s)"
    )
    command.add_argument("--pool", metavar="POOL", help="containers of this pool alone")
    command.add_argument(
        "--sysfs-root",
        type=Path,
        default=Path("/"),
        metavar="DIR",
        help="folder below which cgroups are mounted (default: %(default)s)",
    )
    live.add_socket(command)
    output.add_output(command)


def seconds(text: str) -> float:
    """Read an interval. Raises `ValueError`."""
    number = float(text)
    if not 0.1 <= number <= 3600:
        raise ValueError
    return number


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Look and show, again and again on a terminal. Raises `Problem` where nothing is seen."""
    look = Look(arguments.socket, arguments.sysfs_root, arguments.pool)
    screen = terminal.Terminal(sys.stdin, out)
    if screen.there and not arguments.once and arguments.output == output.TABLE:
        with screen:
            follow(look, screen, output.screen(out), arguments.sort, arguments.interval or _AGAIN)
        return exits.FINE
    look()
    screen.key(arguments.interval or _ONCE)
    rows = consumption.ordered(look(), arguments.sort)
    if look.unseen:
        root = arguments.sysfs_root
        err.write(f"note: {look.unseen} containers have no cgroup below {root}, and are left out\n")
    if arguments.output == output.TABLE:
        write(output.screen(out), rows)
    else:
        found = {"containers": [one.document() for one in rows]}
        output.write_document(out, found, arguments.output)
    return exits.FINE


class Look:
    """Looks again each time that it is called; CPU use is that since the time before."""

    def __init__(
        self,
        socket: str,
        root: Path,
        pool: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take where the daemon and cgroups are; `pool` for its containers alone."""
        self._socket = socket
        self._layout = cgroups.look(root)
        self._pool = pool
        self._clock = clock
        self._before: usage.Reading | None = None
        self.unseen = 0
        """Containers that the last look found with the daemon alone."""

    def __call__(self) -> list[Row]:
        """Look. Raises `Problem`."""
        told = live.get("/introspect", self._socket)
        listed = placed.read(told)
        _refuse_unknown(self._pool, {*(told.get("Pools") or ()), *(one.pool for one in listed)})
        page = os.sysconf("SC_PAGE_SIZE")
        now = usage.read(self._layout.mounts, page=page, at=self._clock())
        try:
            rows = consumption.rows(listed, self._layout, self._before, now)
        except containers.CannotList as error:
            raise problem.Problem(str(error), "run it as root") from error
        self._before = now
        self.unseen = len(listed) - len(rows)
        return [one for one in rows if self._pool in {None, one.placed.pool}]


def _refuse_unknown(pool: str | None, pools: Collection[str]) -> None:
    """Refuse a pool that the policy does not have; one with nobody in it is fine."""
    if pool is not None and pool not in pools:
        known = sorted(filter(None, pools))
        some = f"there is {', '.join(known[:_FEW])} and others" if known else ""
        hint = suggest.hint(pool, known) or some
        raise problem.Problem(f"cannot show pool {pool}: the policy has no such pool", hint)


def follow(
    look: Callable[[], Sequence[Row]],
    screen: terminal.Terminal,
    where: output.Screen,
    by: str,
    interval: float,
) -> None:
    """Show a page an interval until q is pressed; what fails is shown, and tried again."""
    rows: Sequence[Row] = ()
    key = ""
    while key != "q":
        by = _KEYS.get(key, by)
        page = io.StringIO()
        inside = replace(where, out=page)
        try:
            # A key that sorts anew is no reason to measure for a shorter time.
            rows = rows if key in _KEYS else look()
            page.write(f"{len(rows)} containers, by {by}; q ends, c m n p sort\n\n")
            write(inside, consumption.ordered(rows, by))
        except problem.Problem as error:
            page.write(f"{error.message}\n{error.hint}\n")
        screen.show(page.getvalue())
        key = screen.key(interval)


def write(where: output.Screen, rows: Sequence[Row]) -> None:
    """Write the table."""
    nodes = sorted({node for row in rows for node in row.used.nodes})
    apart = nodes if len(nodes) <= _MOST_NODES else []
    columns: list[str | output.Column] = ["CONTAINER"]
    columns += [output.Column(one, right=True) for one in ("CPU", "SHARES", "MEMORY")]
    columns += [output.Column(f"NODE{one}", right=True) for one in apart]
    columns += ["POOL", "EXCLUSIVE", "CPUS"]
    if nodes and not apart:
        columns.insert(-3, "BY NODE")
    output.write_table(where, columns, [_cells(row, nodes, apart) for row in rows])


def _cells(row: Row, nodes: Sequence[int], apart: Sequence[int]) -> list[str | int | None]:
    used = row.used.nodes
    by_node: list[str | None] = [amounts.bytes_(used.get(one, 0)) for one in apart]
    if nodes and not apart:
        shown = (f"{one}:{amounts.bytes_(used[one])}" for one in sorted(used) if used[one])
        by_node = [" ".join(shown) or None]
    return [
        row.placed.title,
        amounts.cpus(row.cpu),
        row.shares,
        amounts.bytes_(row.used.memory),
        *by_node,
        row.placed.pool or None,
        cpuset.show(row.placed.exclusive) or None,
        cpuset.show(row.cpus) or None,
    ]
