# SPDX-License-Identifier: Apache-2.0
"""Let go of what was pinned: every container may use all CPUs and memory of the node again.

Frequencies of CPUs are as the daemon found them, if it has changed them since the last boot.

It speaks to the runtime itself, so it needs no relay; run it when none is at work any more. With a
kubelet that pins nothing (CPU manager policy none), a container without a pin is what its pod asks
for. Containers keep running. With --dry-run it only tells what is pinned.

Exit status: 0 nothing is pinned any more; 1 some containers still are, or a frequency cannot be set
back, or both would be done; 2 wrong usage; 3 the runtime does not answer.
"""

import argparse
import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from resmgr import cpuset
from resmgr.cri import api_pb2
from resmgr.cri import resources as messages
from resmgr.daemon.serving import meet
from resmgr.effects import frequencies
from resmgr.model import Container, ContainerState, LinuxResources
from resmgr.relay import turn
from resmgr.runtime import caller, synchronise, version
from resmgr.wire.grpc import codes, statuses

from . import gate

FREE: Final = 0
LEFT: Final = 1
AWAY: Final = 3

_ROUNDS: Final = 3
"""Looks: containers come and go meanwhile, and an update may fail for a moment."""

_PAUSE: Final = 0.5
_UPDATE: Final = 10.0
_SHOWN: Final = 3
_HELD: Final = frozenset((ContainerState.CREATED, ContainerState.RUNNING))


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `release`."""
    command.add_argument(
        "--runtime",
        default="/run/containerd/containerd.sock",
        metavar="SOCKET",
        help="socket of the runtime itself (default: %(default)s)",
    )
    command.add_argument(
        "--sysfs",
        type=Path,
        default=Path("/sys"),
        metavar="DIR",
        help="where the kernel tells which CPUs there are (default: %(default)s)",
    )
    command.add_argument(
        "--data",
        type=Path,
        default=Path("/var/lib/cri-resmgr"),
        metavar="DIR",
        help="data folder of the daemon, its --relay-dir (default: %(default)s)",
    )
    command.add_argument(
        "--timeout",
        type=gate.seconds,
        default=60.0,
        metavar="SECONDS",
        help="time for all of it (default: %(default)g)",
    )
    command.add_argument("--dry-run", action="store_true", help="only tell, and change nothing")
    command.add_argument("-o", "--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Do it, tell, give the exit status."""
    with gate.silence():
        done = asyncio.run(_within(arguments))
    if arguments.output == "json":
        told = {"ok": done.status == FREE, "detail": done.detail, "released": done.released}
        out.write(json.dumps(told) + "\n")
    else:
        (out if done.status == FREE else err).write(f"{done.detail}\n")
    return done.status


@dataclass(frozen=True, slots=True)
class Done:
    """How it ended: exit status, one sentence, how many containers were let go."""

    status: int
    detail: str
    released: int = 0


def whole(sysfs: Path) -> LinuxResources:
    """What a container without a pin may use: online CPUs, nodes with memory.

    Raises `OSError` and `cpuset.BadList`.
    """
    devices = sysfs / "devices/system"
    cpus = cpuset.parse((devices / "cpu/online").read_text())
    try:
        mems = cpuset.parse((devices / "node/has_memory").read_text())
    except FileNotFoundError:
        mems = 1  # A kernel without NUMA has node 0.
    if not cpus:
        raise cpuset.BadList("no CPU is online")
    return LinuxResources(cpuset_cpus=cpus, cpuset_mems=mems)


def pinned(containers: Iterable[Container], free: LinuxResources) -> list[Container]:
    """Give the containers that may not use all of what there is. One without sets may."""
    return [
        one
        for one in containers
        if one.state in _HELD
        and (
            _narrow(one.linux.cpuset_cpus, free.cpuset_cpus)
            or _narrow(one.linux.cpuset_mems, free.cpuset_mems)
        )
    ]


def _narrow(has: int, there: int) -> bool:
    return has != 0 and there & ~has != 0


async def _within(arguments: argparse.Namespace) -> Done:
    try:
        free = whole(arguments.sysfs)
    except (OSError, cpuset.BadList) as error:
        return Done(LEFT, f"cannot read which CPUs there are: {error}")
    found = frequencies.Frequencies(arguments.sysfs.parent, arguments.data)
    failed: tuple[str, ...] = ()
    if not arguments.dry_run:
        failed = found.restore()
    elif found.changed:
        failed = ("frequencies of CPUs are not as they were found",)
    done = await _containers(arguments, free)
    if not failed:
        return done
    return Done(done.status or LEFT, "; ".join((*failed, done.detail)), done.released)


async def _containers(arguments: argparse.Namespace, free: LinuxResources) -> Done:
    side = gate.Side(arguments.runtime, "the runtime", turn.Turn(asyncio.get_running_loop()))
    async with gate.connected(side):
        try:
            async with asyncio.timeout(arguments.timeout):
                found = await version.check(meet.Caller(side.there), allow_untested=True)
                return await let_go(found.runtime, free, dry=arguments.dry_run)
        except TimeoutError:
            return Done(AWAY, f"the runtime: it was not done in {arguments.timeout:g} s")
        except caller.RuntimeProblem as problem:
            return Done(AWAY, f"the runtime does not answer: {problem}")


async def let_go(runtime: caller.Runtime, free: LinuxResources, *, dry: bool) -> Done:
    """Update what is pinned, and look again, until nothing is; `dry`: only look.

    Raises `RuntimeProblem`.
    """
    released: set[str] = set()
    failed: dict[str, str] = {}
    for number in range(_ROUNDS + 1):
        fetched = await synchronise.fetch(runtime)
        left = pinned(fetched.event.containers, free)
        # Nobody knows whether those without a status are pinned: it does no harm to let them go.
        left += [one for one in fetched.event.containers if one.id in fetched.untold]
        if not left:
            return Done(FREE, f"nothing is pinned; let go: {len(released)}", len(released))
        if dry or number == _ROUNDS:
            break
        if number:
            await asyncio.sleep(_PAUSE)
        failed = {}
        for one in left:
            if why := await _update(runtime, one.id, free):
                failed[one.id] = why
            else:
                released.add(one.id)
    told = {one.id: _pins(one) if dry else "it still is" for one in left}
    told.update(fetched.untold, **failed)
    shown = ", ".join(f"{one.name} ({one.id[:12]}): {told[one.id]}" for one in left[:_SHOWN])
    more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
    what = ("is" if len(left) == 1 else "are") if dry else ("stays" if len(left) == 1 else "stay")
    whom = "1 container" if len(left) == 1 else f"{len(left)} containers"
    return Done(LEFT, f"{whom} {what} pinned: {shown}{more}", len(released))


def _pins(one: Container) -> str:
    cpus, mems = one.linux.cpuset_cpus, one.linux.cpuset_mems
    return f"CPUs {cpuset.show(cpus) or 'any'}, memory nodes {cpuset.show_ids(mems) or 'any'}"


async def _update(runtime: caller.Runtime, container: str, free: LinuxResources) -> str:
    """Have a container use all there is; give why that failed. One that has gone is let go."""
    request = api_pb2.UpdateContainerResourcesRequest(container_id=container)
    messages.write(request.linux, free)  # What is not set stays as it is.
    try:
        await runtime.call("UpdateContainerResources", request.SerializeToString(), _UPDATE)
    except statuses.CallError as error:
        if error.status.code is not codes.Code.NOT_FOUND:
            return caller.cause(error)
    return ""
