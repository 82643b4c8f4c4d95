# SPDX-License-Identifier: Apache-2.0
"""Compare what the daemon remembers with what the runtime has and the kernel does; mend it.

A container that lingers in the daemon's memory keeps CPUs that nobody uses: the daemon is shown the
runtime's list once more. One with other CPUs or memory nodes than were decided for it gets those by
an update at the runtime. One that runs without being known is told, with what helps. With --dry-run
nothing is changed. It takes root. What was found is looked at again after a moment, so that nothing
is taken for a difference that is only on its way. Nothing is mended without a daemon at work, nor
by a state to which it could not write all that it has decided.

The exit status is 0 when there is no difference, or none any more; 1 when there is, or is still.

Examples:
  cri-resmgrctl reconcile --dry-run
  cri-resmgrctl reconcile -o json | jq '.differences[] | select(.mended | not)'
"""

import argparse
import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from resmgr.collect import containers as collected
from resmgr.daemon.serving import meet
from resmgr.relay import turn
from resmgr.runtime import caller, synchronise, update, version
from resmgr.state import errors, store
from resmgr.state.changes import Saved
from resmgr.wire.grpc import statuses

from . import exits, gate, live, output, problem, reconciling
from .configs import sources
from .node import cgroups
from .reconciling import Difference, Kind

_ROUNDS: Final = 5
_PAUSE: Final = 0.2
"""Seconds between two looks, while the daemon takes in what it was shown."""

_APART: Final = 1.5
"""Seconds between the first two: kubelets ask for the list each second, which tells the daemon of
ends, and updates that were decided together are over."""

_LIST: Final = 10.0
_SHOWN: Final = 3
"""Containers that could not be compared, in messages."""

_UNTOLD: Final = "neither kernel nor runtime tells its CPUs"
_SIDES: Final = f"systemctl status {live.UNIT} containerd.service"
_RESTART: Final = f"systemctl restart {live.UNIT}"


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `reconcile`."""
    command.add_argument("--dry-run", action="store_true", help="only tell, and change nothing")
    for name, default, words in (
        ("--relay", "/var/run/cri-resmgr/cri-resmgr.sock", "socket of the relay"),
        ("--runtime", "/run/containerd/containerd.sock", "socket of the runtime itself"),
    ):
        shown = f"{words} (default: %(default)s)"
        command.add_argument(name, default=default, metavar="SOCKET", help=shown)
    live.add_socket(command)
    sources.add_places(command)
    command.add_argument(
        "--timeout",
        type=gate.seconds,
        default=60.0,
        metavar="SECONDS",
        help="time for all of it (default: %(default)g)",
    )
    output.add_output(command)


@dataclass(frozen=True, slots=True)
class Done:
    """What was found, what of it is left, and why it could not be mended, by id."""

    found: tuple[Difference, ...]
    left: frozenset[str]
    failed: Mapping[str, str]
    compared: int
    untold: tuple[str, ...]
    """What could not be compared, since neither kernel nor runtime told of it, and why."""


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Compare, mend, tell. Raises `Problem` where a side cannot be asked."""
    with gate.silence():
        done = asyncio.run(_within(arguments))
    if isinstance(done, problem.Problem):
        raise done
    more = len(done.untold) - _SHOWN
    lines = [*done.untold[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]
    err.writelines(f"note: not compared: {output.plain(line)}\n" for line in lines)
    if arguments.output == output.TABLE:
        _write(output.screen(out), done, dry=arguments.dry_run)
    else:
        document = {
            "compared": done.compared,
            "notCompared": list(done.untold),
            "differences": [
                {
                    "container": one.name,
                    "id": one.id,
                    "kind": one.kind.value,
                    "detail": one.detail,
                    "mended": one.id not in done.left,
                    "remedy": _remedy(one, done, dry=arguments.dry_run),
                }
                for one in done.found
            ],
        }
        output.write_document(out, document, arguments.output)
    return exits.PROBLEM if done.left else exits.FINE


async def _within(arguments: argparse.Namespace) -> Done | problem.Problem:
    """Do it in time; give what came of it, or why a side cannot be asked."""
    turns = turn.Turn(asyncio.get_running_loop())
    relay = gate.Side(arguments.relay, "the relay", turns)
    runtime = gate.Side(arguments.runtime, "the runtime", turns)
    # What is raised between connections would come out of them as a group.
    async with gate.connected(relay, runtime):
        try:
            async with asyncio.timeout(arguments.timeout):
                found = await version.check(meet.Caller(runtime.there), allow_untested=True)
                look = _Look(arguments, found.runtime)
                return await _reconcile(look, relay, mend=not arguments.dry_run)
        except TimeoutError:
            return _cannot(f"it was not done in {arguments.timeout:g} s", _SIDES)
        except caller.RuntimeProblem as error:
            return _cannot(f"the runtime does not answer: {error}", _SIDES)
        except errors.CannotUse as error:
            return _cannot(str(error), "run it as root, or name the folder with --relay-dir")
        except collected.CannotList as error:
            return _cannot(str(error), "run it as root")
        except problem.Problem as error:
            return error


def _cannot(cause: str, hint: str) -> problem.Problem:
    return problem.Problem(f"cannot reconcile: {cause}", hint, exits.UNREACHABLE)


class _Look:
    """Looks at all sides. Raises `RuntimeProblem`, `CannotUse`, `CannotList`, `Problem`."""

    def __init__(self, arguments: argparse.Namespace, runtime: caller.Runtime) -> None:
        self.runtime = runtime
        self.compared = 0
        self.untold: tuple[str, ...] = ()
        self._state = sources.state_folder(arguments)
        self._root: Path = arguments.sysfs_root
        self._socket: str = arguments.socket

    async def twice(self) -> tuple[Difference, ...]:
        """Give the differences that are there in two looks."""
        first = await self.once()
        if not first:
            return ()
        await asyncio.sleep(_APART)
        return reconciling.lasting(first, await self.once())

    async def once(self) -> tuple[Difference, ...]:
        """Give the differences that are there now."""
        _refuse_old(self._socket)
        saved: Saved = store.read(self._state)
        fetched = await synchronise.fetch(self.runtime, known_pods=saved.pods.keys())
        held = self._kernel()
        self.untold = tuple(
            f"container {one.id}: {fetched.untold.get(one.id, _UNTOLD)}"
            for one in fetched.event.containers
            if reconciling.is_untold(one) and held(one.id) is None
        )
        self.compared = len(fetched.event.containers) - len(self.untold)
        return reconciling.compare(saved, fetched.event, held)

    def _kernel(self) -> Callable[[str], cgroups.Held | None]:
        folders = cgroups.look(self._root).folders("cpuset")
        return lambda number: cgroups.held(folders[number]) if number in folders else None


def _refuse_old(socket: str) -> None:
    """Raise `Problem` where the state is not what the daemon goes by.

    A daemon that serves no such socket is believed: its state is old only while a disk fails.
    """
    try:
        page = live.get("/status", socket)
    except live.CannotAsk:
        return
    if page.get("state") != "running":
        raise _cannot("the daemon has not started yet", _SIDES)
    if pending := (page.get("store") or {}).get("pending"):
        cause = f"the daemon could not write {pending} of its decisions, so its state is old"
        raise _cannot(cause, f"df -h /var/lib; journalctl -u {live.UNIT}")


async def _reconcile(look: _Look, relay: gate.Side, *, mend: bool) -> Done:
    found = left = await look.twice()
    ids = {one.id for one in found}
    failed: dict[str, str] = {}
    for number in range(_ROUNDS if found and mend else 0):
        if number:
            await asyncio.sleep(_PAUSE)
        # By the last look: the daemon may have decided something else since the first one.
        failed = await _mend(left, look.runtime, relay)
        left = tuple(one for one in await look.once() if one.id in ids)
        if {one.id for one in left} <= failed.keys():
            break
    return Done(found, frozenset(one.id for one in left), failed, look.compared, look.untold)


async def _mend(
    found: Sequence[Difference], runtime: caller.Runtime, relay: gate.Side
) -> dict[str, str]:
    """Do what can be done; give what cannot be, by id."""
    failed = {one.id: "only a start makes it known" for one in found if one.kind is Kind.UNKNOWN}
    others = [one for one in found if one.kind is not Kind.UNKNOWN]
    if others and (away := await _show_list(relay, runtime.service)):
        # Nobody keeps what is decided then, or it may have been let go of.
        return failed | {one.id: away for one in others}
    for one in sorted(others, key=lambda one: one.turn):
        if one.wanted is not None:
            try:
                await update.update(runtime, one.wanted)
            except statuses.CallError as error:
                failed[one.id] = caller.cause(error)
    return failed


async def _show_list(relay: gate.Side, service: str) -> str:
    """Have the relay pass the runtime's whole list on, which its daemon learns from."""
    side = caller.Runtime(meet.Caller(relay.there), service)
    try:
        await side.call("ListContainers", b"", _LIST)
    except statuses.CallError as error:
        return f"the relay does not answer: {caller.cause(error)}"
    return ""


def _remedy(one: Difference, done: Done, *, dry: bool) -> str:
    """Say what helps; empty where nothing is to be done any more."""
    if one.id not in done.left:
        return ""
    if dry and one.kind is not Kind.UNKNOWN:
        return "cri-resmgrctl reconcile"
    return _RESTART


def _write(where: output.Screen, done: Done, *, dry: bool) -> None:
    if not done.found:
        where.out.write(f"no difference: {done.compared} containers compared\n")
        return
    rows = []
    for one in done.found:
        mended = "-" if dry else ("no" if one.id in done.left else "yes")
        why = done.failed.get(one.id)
        detail = f"{one.detail}; {why}" if why and one.id in done.left else one.detail
        rows.append((one.name, one.kind.value, mended, detail))
    output.write_table(where, ("CONTAINER", "IT", "MENDED", "WHAT"), rows)
    remedies = dict.fromkeys(filter(None, (_remedy(one, done, dry=dry) for one in done.found)))
    where.out.writelines(f"hint: {remedy}\n" for remedy in remedies)
