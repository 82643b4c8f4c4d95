# SPDX-License-Identifier: Apache-2.0
"""Lists of pods and containers, as far as the gate compares them: ids and states."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from resmgr.cri import api_pb2
from resmgr.protobuf import reading
from resmgr.protobuf.reading import Unreadable as Unreadable  # noqa: PLC0414 - for who fetches

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Lists:
    """What one side has: states by id."""

    pods: Mapping[str, int]
    containers: Mapping[str, int]


async def fetch(call: Callable[[str], Awaitable[bytes]]) -> Lists:
    """Ask for both lists. Raises `CallError` and `Unreadable`."""
    pods = reading.read(api_pb2.ListPodSandboxResponse, await call("ListPodSandbox"))
    containers = reading.read(api_pb2.ListContainersResponse, await call("ListContainers"))
    return Lists(
        {one.id: one.state for one in pods.items},
        {one.id: one.state for one in containers.containers},
    )


def difference(through: Lists, direct: Lists) -> str:
    """Tell in one sentence what the relay shows otherwise than the runtime; empty for nothing."""
    for kind, seen, there in (
        ("pods", through.pods, direct.pods),
        ("containers", through.containers, direct.containers),
    ):
        missing = there.keys() - seen.keys()
        unknown = seen.keys() - there.keys()
        other = {one for one in seen.keys() & there.keys() if seen[one] != there[one]}
        for ids, what in (
            (missing, "does not show"),
            (unknown, "shows what the runtime does not have:"),
            (other, "shows in another state:"),
        ):
            if ids:
                names = ", ".join(sorted(ids)[:_SHOWN])
                more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
                return f"the relay {what} {len(ids)} {kind}: {names}{more}"
    return ""
