# SPDX-License-Identifier: Apache-2.0
"""What the runtime has, for the engine: at start, and after the runtime was away (section 5).

Lists do not tell the parent of a pod's cgroup nor the resources of a container, so each one that is
not known yet is asked for, a few at a time. A status that cannot be had is no reason to fail: the
pod or container is known without it then.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from ..cri import api_pb2, containers, pods, resources
from ..engine import events
from ..model import Container, ContainerState, Pod
from ..protobuf import reading
from ..wire.grpc.statuses import CallError
from . import verbose
from .caller import Runtime, RuntimeProblem, cause

_LIST_TIMEOUT: Final = 30.0
_STATUS_TIMEOUT: Final = 10.0
_AT_A_TIME: Final = 8

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the runtime has, as the engine's event, and what could not be found out."""

    event: events.Synchronised
    problems: tuple[str, ...]
    untold: Mapping[str, str] = field(default_factory=dict)
    """Id of a container whose status could not be had -> why."""


async def fetch(
    runtime: Runtime,
    *,
    known_pods: Collection[str] = (),
    known_containers: Collection[str] = (),
) -> Fetched:
    """List pods and containers; `known_...` are ids of those whose status is not needed.

    Raises `RuntimeProblem` when a list cannot be had.
    """
    problems: list[str] = []
    untold: dict[str, str] = {}
    sandboxes = await _pods(runtime)
    found_pods = await _each(
        sandboxes, lambda one: _pod(runtime, one, known=one.id in known_pods, problems=problems)
    )
    spaces = {pod.id: pod.namespace for pod in found_pods}
    listed = [
        replace(containers.listed(one), namespace=spaces.get(one.pod_sandbox_id, ""))
        for one in await _containers(runtime)
    ]
    held = {ContainerState.CREATED, ContainerState.RUNNING}

    async def complete(one: Container) -> Container:
        if one.id in known_containers or one.state not in held:
            return one
        return await _container(runtime, one, untold)

    found = await _each(listed, complete)
    problems += (f"container {number}: no status: {why}" for number, why in untold.items())
    event = events.Synchronised(tuple(found_pods), tuple(found))
    return Fetched(event, tuple(problems), untold)


async def _answer(
    runtime: Runtime, kind: type[reading.M], method: str, request: bytes, timeout: float
) -> reading.M:
    """Give an answer. Raises `RuntimeProblem` that says why there is none, and nothing else."""
    try:
        return reading.read(kind, await runtime.call(method, request, timeout))
    except CallError as error:
        raise RuntimeProblem(cause(error)) from error
    except reading.Unreadable as error:
        raise RuntimeProblem(str(error)) from error


async def _pods(runtime: Runtime) -> Iterable[api_pb2.PodSandbox]:
    kind = api_pb2.ListPodSandboxResponse
    try:
        return (await _answer(runtime, kind, "ListPodSandbox", b"", _LIST_TIMEOUT)).items
    except RuntimeProblem as problem:
        raise RuntimeProblem(f"cannot list the runtime's pods: {problem}") from problem


async def _containers(runtime: Runtime) -> Iterable[api_pb2.Container]:
    kind = api_pb2.ListContainersResponse
    try:
        return (await _answer(runtime, kind, "ListContainers", b"", _LIST_TIMEOUT)).containers
    except RuntimeProblem as problem:
        raise RuntimeProblem(f"cannot list the runtime's containers: {problem}") from problem


async def _pod(
    runtime: Runtime, listed: api_pb2.PodSandbox, *, known: bool, problems: list[str]
) -> Pod:
    if known:
        return pods.listed(listed, "")
    asked = api_pb2.PodSandboxStatusRequest(pod_sandbox_id=listed.id, verbose=True)
    request, kind = asked.SerializeToString(), api_pb2.PodSandboxStatusResponse
    parent = ""
    try:
        told = await _answer(runtime, kind, "PodSandboxStatus", request, _STATUS_TIMEOUT)
        parent = verbose.cgroup_parent(told.info)
        if not parent:
            problems.append(f"pod {listed.id}: the runtime does not tell the parent of its cgroup")
    except RuntimeProblem as problem:
        problems.append(f"pod {listed.id}: no status: {problem}")
    return pods.listed(listed, parent)


async def _container(runtime: Runtime, listed: Container, untold: dict[str, str]) -> Container:
    asked = api_pb2.ContainerStatusRequest(container_id=listed.id, verbose=True)
    request, kind = asked.SerializeToString(), api_pb2.ContainerStatusResponse
    try:
        told = await _answer(runtime, kind, "ContainerStatus", request, _STATUS_TIMEOUT)
    except RuntimeProblem as problem:
        untold[listed.id] = str(problem)
        return listed
    linux = verbose.resources(told.info)
    if told.status.resources.HasField("linux"):
        linux = resources.read(told.status.resources.linux)
    return replace(
        listed,
        linux=linux if linux is not None else listed.linux,
        mounts=containers.mounts(told.status.mounts),
    )


async def _each(given: Iterable[A], ask: Callable[[A], Awaitable[B]]) -> list[B]:
    """Ask for each of them, a few at a time; the answers keep the order."""
    free = asyncio.Semaphore(_AT_A_TIME)

    async def one(item: A) -> B:
        async with free:
            return await ask(item)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(item), name="status") for item in given]
    return [task.result() for task in tasks]
