# SPDX-License-Identifier: Apache-2.0
"""Whether the kubelet can be given the relay: does it answer, and with what the runtime has.

Exit status: 0 it can; 1 the relay is bad while the runtime itself is good, or the kubelet is not
healthy; 2 wrong usage; 3 the runtime does not answer either, so nothing can be said of the relay.
"""

import argparse
import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Final, TextIO
from urllib import parse

from resmgr.relay import turn, unary, upstream
from resmgr.wire.grpc import codes, statuses

FINE: Final = 0
BAD: Final = 1
AWAY: Final = 3

_SERVICES: Final = ("runtime.v1.RuntimeService", "runtime.v1alpha2.RuntimeService")
_TRIES: Final = 3
"""Comparisons of lists: pods come and go between two of them."""

_PAUSE: Final = 0.3


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `gate`."""
    command.add_argument(
        "--relay",
        default="/var/run/cri-resmgr/cri-resmgr.sock",
        metavar="SOCKET",
        help="socket of the relay (default: %(default)s)",
    )
    command.add_argument(
        "--runtime",
        default="/run/containerd/containerd.sock",
        metavar="SOCKET",
        help="socket of the runtime itself (default: %(default)s)",
    )
    command.add_argument(
        "--kubelet", default="", metavar="URL", help="also ask the kubelet's health, over http"
    )
    command.add_argument(
        "--quick", action="store_true", help="do not compare lists of pods and containers"
    )
    command.add_argument(
        "--timeout",
        type=seconds,
        default=8.0,
        metavar="SECONDS",
        help="time for all of it (default: %(default)g)",
    )
    command.add_argument("-o", "--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Look, tell, give the exit status."""
    with silence():
        found = asyncio.run(_look(arguments))
    if arguments.output == "json":
        told = {
            "ok": found.status == FINE,
            "detail": found.detail,
            "relay": found.relay or "ok",
            "runtime": found.runtime or "ok",
            "kubelet": found.kubelet or ("ok" if arguments.kubelet else "not asked"),
        }
        out.write(json.dumps(told) + "\n")
    else:
        (out if found.status == FINE else err).write(f"{found.detail}\n")
    return found.status


@dataclass(frozen=True, slots=True)
class Found:
    """What was found; the texts tell what is wrong, empty ones that nothing is."""

    relay: str
    runtime: str
    kubelet: str = ""

    @property
    def status(self) -> int:
        """The exit status."""
        if self.relay and self.runtime:
            return AWAY
        return BAD if self.relay or self.kubelet else FINE

    @property
    def detail(self) -> str:
        """One sentence."""
        if self.status == AWAY:
            return f"the runtime itself does not answer: {self.runtime}"
        return self.relay or self.kubelet or "the relay answers"


class Side:
    """The relay, or the runtime itself."""

    def __init__(self, path: str, name: str, turns: turn.Turn) -> None:
        """Connect to nothing yet."""
        self.name = name
        self.there = upstream.Upstream(path, turns, name=name)
        self._service = _SERVICES[0]

    async def answers(self) -> None:
        """Ask who it is and how it is. Raises `CallError`."""
        try:
            await self.call("Version")
        except statuses.CallError as error:
            if error.status.code is not codes.Code.UNIMPLEMENTED:
                raise
            self._service = _SERVICES[1]
            await self.call("Version")
        await self.call("Status")

    async def call(self, method: str) -> bytes:
        """Give the answer to an empty request. Raises `CallError`."""
        return await unary.call(self.there, f"/{self._service}/{method}", b"", timeout=None)

    async def problem(self) -> str:
        """Tell why it does not answer; empty if it does. It may take for ever."""
        try:
            await self.answers()
        except statuses.CallError as error:
            return f"{self.name}: {error.status.message or error.status.code.name}"
        return ""


async def _look(arguments: argparse.Namespace) -> Found:
    limit: float = arguments.timeout
    turns = turn.Turn(asyncio.get_running_loop())
    relay = Side(arguments.relay, "the relay", turns)
    runtime = Side(arguments.runtime, "the runtime", turns)
    deadline = asyncio.get_running_loop().time() + limit
    async with connected(relay, runtime), asyncio.TaskGroup() as group:
        asked = [
            group.create_task(_within(one, deadline, limit), name=one.name)
            for one in (relay, runtime)
        ]
        health = group.create_task(_kubelet(arguments.kubelet, deadline), name="the kubelet")
        found = Found(await asked[0], await asked[1], await health)
        if arguments.quick or found.relay or found.runtime:
            return _strict(found, quick=arguments.quick)
        try:
            async with asyncio.timeout_at(deadline):
                return Found(await _difference(relay, runtime), "", found.kubelet)
        except TimeoutError:
            return Found(f"the relay: lists did not come in {limit:g} s", "", found.kubelet)


def _strict(found: Found, *, quick: bool) -> Found:
    """Without the runtime's lists there is nothing to compare the relay's with."""
    if found.runtime and not found.relay and not quick:
        return Found("the relay answers, its lists cannot be compared", found.runtime)
    return found


@contextlib.asynccontextmanager
async def connected(*sides: Side) -> AsyncIterator[None]:
    """Have them connected."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one.there.run(), name=one.name) for one in sides]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def _within(side: Side, deadline: float, limit: float) -> str:
    try:
        async with asyncio.timeout_at(deadline):
            return await side.problem()
    except TimeoutError:
        return f"{side.name}: no answer in {limit:g} s"


async def _difference(relay: Side, runtime: Side) -> str:
    """Tell how the relay's lists differ from the runtime's; empty if they are the same."""
    from . import lists  # noqa: PLC0415 - messages are read for this alone

    told = ""
    for attempt in range(_TRIES):
        if attempt:
            await asyncio.sleep(_PAUSE)
        try:
            direct = await lists.fetch(runtime.call)
            through = await lists.fetch(relay.call)
        except (statuses.CallError, lists.Unreadable) as error:
            told = f"the relay: cannot compare lists: {error}"
            continue
        told = lists.difference(through, direct)
        if not told:
            return ""
    return told


async def _kubelet(url: str, deadline: float) -> str:
    """Tell why the kubelet is not healthy; empty if it is or if nobody asks."""
    if not url:
        return ""
    where = parse.urlsplit(url)
    writer = None
    try:
        async with asyncio.timeout_at(deadline):
            reader, writer = await asyncio.open_connection(where.hostname, where.port or 80)
            head = f"GET {where.path or '/'} HTTP/1.1\r\nHost: {where.netloc}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n".encode())
            line = (await reader.readline()).decode("latin-1").split(maxsplit=2)
    except TimeoutError:
        return f"the kubelet does not answer at {url}"
    except (OSError, ValueError) as error:
        return f"the kubelet does not answer at {url}: {error}"
    finally:
        if writer is not None:
            writer.close()
    if line[1:2] == ["200"]:
        return ""
    return f"the kubelet is not healthy: {' '.join(line[1:]).strip() or 'it hung up'}"


def seconds(text: str) -> float:
    """Read a limit of an argument. Raises `ValueError`."""
    number = float(text)
    if not 0 < number < 3600:
        raise ValueError
    return number


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """What connections log is told in one sentence here."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)
