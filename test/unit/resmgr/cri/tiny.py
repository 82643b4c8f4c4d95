# SPDX-License-Identifier: Apache-2.0
"""A runtime small enough to see through, and a node on which the intercepted calls are at work.

The runtime keeps pods and containers in memory and answers in the messages of CRI. It fails, or
waits, at whatever method a test says. The node plays the kubelet's side too: one method a call.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from unit.resmgr.engine import toy

from resmgr.cri import api_pb2, interceptions, session
from resmgr.effects.plan import Plan
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.intents import SetCpuset
from resmgr.model import Container, Mount
from resmgr.policy.interface import Reason, Step, Subject
from resmgr.policy.none.policy import NonePolicy
from resmgr.runtime import caller, update
from resmgr.state.changes import Change, Saved
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError

POD_UID = "uid-1"
"""UID of the pod that `Node.run_pod` runs."""

CGROUP_PARENT = "/kubepods/burstable/poduid-1"


class Runtime:
    """See the module; a `caller.Caller`."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.seen: list[tuple[str, bytes]] = []
        self.pods: dict[str, api_pb2.PodSandboxConfig] = {}
        self.containers: dict[str, api_pb2.Container] = {}
        self.resources: dict[str, api_pb2.LinuxContainerResources] = {}
        self.failures: dict[str, CallError] = {}
        self.gates: dict[str, asyncio.Event] = {}
        self.arrived = asyncio.Event()
        self._numbers = itertools.count(1)

    async def call(self, method: str, message: bytes, timeout: float = 1.0, /) -> bytes:
        """Answer a call by the last part of its path."""
        del timeout
        name = method.rpartition("/")[2]
        self.seen.append((name, message))
        self.arrived.set()
        if name in self.gates:
            await self.gates[name].wait()
        if name in self.failures:
            raise self.failures[name]
        answer: bytes = getattr(self, f"_{name}")(message)
        return answer

    def requests(self, method: str) -> list[bytes]:
        """Give the requests of a method that have come so far."""
        return [message for name, message in self.seen if name == method]

    def cpus(self, container_id: str) -> str:
        """Give the CPU set of a container."""
        return self.resources[container_id].cpuset_cpus

    def _RunPodSandbox(self, message: bytes) -> bytes:  # noqa: N802
        request = api_pb2.RunPodSandboxRequest.FromString(message)
        pod_id = f"pod-{next(self._numbers)}"
        self.pods[pod_id] = request.config
        return api_pb2.RunPodSandboxResponse(pod_sandbox_id=pod_id).SerializeToString()

    def _StopPodSandbox(self, message: bytes) -> bytes:  # noqa: N802
        request = api_pb2.StopPodSandboxRequest.FromString(message)
        for one in self.containers.values():
            if one.pod_sandbox_id == request.pod_sandbox_id:
                one.state = api_pb2.CONTAINER_EXITED
        return b""

    def _RemovePodSandbox(self, message: bytes) -> bytes:  # noqa: N802
        request = api_pb2.RemovePodSandboxRequest.FromString(message)
        self.pods.pop(request.pod_sandbox_id, None)
        return b""

    def _CreateContainer(self, message: bytes) -> bytes:  # noqa: N802
        request = api_pb2.CreateContainerRequest.FromString(message)
        container_id = f"c{next(self._numbers)}"
        self.containers[container_id] = api_pb2.Container(
            id=container_id,
            pod_sandbox_id=request.pod_sandbox_id,
            metadata=request.config.metadata,
        )
        self.resources[container_id] = request.config.linux.resources
        return api_pb2.CreateContainerResponse(container_id=container_id).SerializeToString()

    def _StartContainer(self, message: bytes) -> bytes:  # noqa: N802
        request = api_pb2.StartContainerRequest.FromString(message)
        container = self.containers[request.container_id]
        if container.state != api_pb2.CONTAINER_CREATED:
            raise failed(Code.FAILED_PRECONDITION, "a container is started once")
        container.state = api_pb2.CONTAINER_RUNNING
        return b""

    def _StopContainer(self, message: bytes) -> bytes:  # noqa: N802
        request = api_pb2.StopContainerRequest.FromString(message)
        self.containers[request.container_id].state = api_pb2.CONTAINER_EXITED
        return b""

    def _RemoveContainer(self, message: bytes) -> bytes:  # noqa: N802
        request = api_pb2.RemoveContainerRequest.FromString(message)
        self.containers.pop(request.container_id, None)
        return b""

    def _ListContainers(self, message: bytes) -> bytes:  # noqa: N802
        del message
        return api_pb2.ListContainersResponse(
            containers=self.containers.values()
        ).SerializeToString()

    def _UpdateContainerResources(self, message: bytes) -> bytes:  # noqa: N802
        request = api_pb2.UpdateContainerResourcesRequest.FromString(message)
        self.resources[request.container_id].MergeFrom(request.linux)
        return b""


@dataclass(frozen=True)
class Even:
    """A policy that spreads CPUs evenly: who comes makes the others smaller."""

    cpus: int = 8
    name: str = "even"

    def start(
        self, saved: Mapping[str, str] | None, running: Sequence[Subject]
    ) -> Step[tuple[str, ...]]:
        """Begin with those that run."""
        del saved
        return Step(tuple(one.container.cache_id for one in running))

    def allocate(self, state: tuple[str, ...], subject: Subject) -> Step[tuple[str, ...]]:
        """Take some from everybody."""
        return self._spread((*state, subject.container.cache_id))

    def release(self, state: tuple[str, ...], cache_id: str) -> Step[tuple[str, ...]]:
        """Give it to everybody."""
        return self._spread(tuple(one for one in state if one != cache_id))

    def update(self, state: tuple[str, ...], subject: Subject) -> Step[tuple[str, ...]]:
        """Change nothing."""
        del subject
        return Step(state)

    def rebalance(self, state: tuple[str, ...]) -> Step[tuple[str, ...]]:
        """Change nothing."""
        return Step(state)

    def export(self, state: tuple[str, ...], cache_id: str) -> Mapping[str, str]:
        """Tell nothing."""
        del state, cache_id
        return {}

    def dump(self, state: tuple[str, ...]) -> dict[str, str]:
        """Save nothing."""
        del state
        return {}

    def introspect(self, state: tuple[str, ...]) -> dict[str, Any]:
        """Show nothing."""
        del state
        return {}

    def _spread(self, state: tuple[str, ...]) -> Step[tuple[str, ...]]:
        share = self.cpus // max(len(state), 1)
        ones = (1 << share) - 1
        return Step(
            state, tuple(SetCpuset(key, ones << (share * at)) for at, key in enumerate(state))
        )


@dataclass
class Keep:
    """Keeps changes, and tells whether the runtime had been called before each."""

    runtime: Runtime
    changes: list[Change] = field(default_factory=list)
    calls_before: list[int] = field(default_factory=list)

    def write(self, changes: Sequence[Change]) -> None:
        """Keep them."""
        self.changes += changes
        self.calls_before.append(len(self.runtime.seen))


@dataclass
class Effects:
    """Updates containers at the runtime."""

    runtime: Runtime
    plans: list[Plan] = field(default_factory=list)

    def mounts(self, cache_id: str) -> tuple[Mount, ...]:
        """Give a folder of the container."""
        return (Mount("/.cri-resmgr", f"/data/{cache_id}", readonly=True),)

    async def carry_out(self, what: Plan) -> Sequence[events.IntentFailed]:
        """Do it; what fails is told."""
        self.plans.append(what)
        failed = []
        for container in what.updates:
            try:
                await update.update(caller.Runtime(self.runtime), container)
            except CallError as error:
                intent = SetCpuset(container.cache_id, container.linux.cpuset_cpus)
                failed.append(events.IntentFailed(intent, str(error)))
        return failed


@dataclass
class Listener:
    """Remembers what it hears."""

    troubles: list[tuple[session.Trouble, str, str]] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)

    def trouble(
        self,
        kind: session.Trouble,
        method: str,
        text: str,
        error: BaseException | None = None,
    ) -> None:
        """Remember it."""
        del error
        self.troubles.append((kind, method, text))

    def decided(self, reasons: Sequence[Reason]) -> None:
        """Remember them."""
        self.reasons += reasons

    def refused(self, container: Container, text: str) -> None:
        """Remember it."""
        self.refusals.append((container.cache_id, text))

    @property
    def kinds(self) -> list[session.Trouble]:
        """The kinds of trouble, in order."""
        return [kind for kind, _, _ in self.troubles]


class Node:
    """See the module."""

    def __init__(self, policy: Any, saved: Saved) -> None:
        """Put the parts together."""
        self.runtime = Runtime()
        self.keep = Keep(self.runtime)
        self.effects = Effects(self.runtime)
        self.listener = Listener()
        self.engine = Engine(policy, saved)
        self.engine.start(events.Synchronised((), ()))
        self.session = session.Session(self.engine, self.keep, self.effects, self.listener)

    async def call(self, method: str, message: bytes) -> bytes:
        """Make a call as the kubelet does."""

        async def forward(changed: bytes) -> bytes:
            return await self.runtime.call(method, changed)

        return await interceptions.HANDLED[method](self.session, message, forward)

    def find(self, name: str = "main") -> Container | None:
        """Give a container of the pod as the engine knows it."""
        return self.engine.ledger.containers.get(f"{POD_UID}:{name}")

    def known(self, name: str = "main") -> Container:
        """Give a container of the pod that is known."""
        found = self.find(name)
        assert found is not None
        return found

    async def run_pod(self) -> str:
        """Run a pod; give the id of its sandbox."""
        request = api_pb2.RunPodSandboxRequest(config=pod_config())
        answer = await self.call("RunPodSandbox", request.SerializeToString())
        return api_pb2.RunPodSandboxResponse.FromString(answer).pod_sandbox_id

    async def create(self, pod_id: str, name: str = "main", attempt: int = 0) -> str:
        """Create a container; give its id."""
        message = create_request(pod_id, name, attempt).SerializeToString()
        answer = await self.call("CreateContainer", message)
        return api_pb2.CreateContainerResponse.FromString(answer).container_id

    async def start(self, container_id: str) -> None:
        """Start a container."""
        request = api_pb2.StartContainerRequest(container_id=container_id)
        await self.call("StartContainer", request.SerializeToString())

    async def run(self, pod_id: str, name: str = "main") -> str:
        """Create and start a container; give its id."""
        container_id = await self.create(pod_id, name)
        await self.start(container_id)
        return container_id

    async def stop(self, container_id: str) -> None:
        """Stop a container."""
        request = api_pb2.StopContainerRequest(container_id=container_id)
        await self.call("StopContainer", request.SerializeToString())

    async def remove(self, container_id: str) -> None:
        """Remove a container."""
        request = api_pb2.RemoveContainerRequest(container_id=container_id)
        await self.call("RemoveContainer", request.SerializeToString())

    async def stop_pod(self, pod_id: str) -> None:
        """Stop a pod."""
        request = api_pb2.StopPodSandboxRequest(pod_sandbox_id=pod_id)
        await self.call("StopPodSandbox", request.SerializeToString())

    async def remove_pod(self, pod_id: str) -> None:
        """Remove a pod."""
        request = api_pb2.RemovePodSandboxRequest(pod_sandbox_id=pod_id)
        await self.call("RemovePodSandbox", request.SerializeToString())

    async def resize(self, container_id: str, **linux: Any) -> bytes:
        """Resize a container; give the request that was sent."""
        request = api_pb2.UpdateContainerResourcesRequest(
            container_id=container_id, linux=api_pb2.LinuxContainerResources(**linux)
        )
        message = request.SerializeToString()
        await self.call("UpdateContainerResources", message)
        return message

    async def list_all(self, request: bytes = b"") -> None:
        """List containers, and have the answer read."""
        call = interceptions.WATCHED["ListContainers"](self.session)
        answer = await self.runtime.call("ListContainers", request)
        if call.wanted(request):
            call.read(answer)


@contextlib.asynccontextmanager
async def node(policy: Any = None, saved: Saved | None = None) -> AsyncIterator[Node]:
    """Give a node whose plans are carried out."""
    made = Node(policy or toy.OneEach(), saved or Saved())
    async with asyncio.TaskGroup() as group:
        carrying_out = group.create_task(made.session.run(), name="session")
        yield made
        carrying_out.cancel()


def none() -> NonePolicy:
    """Make the policy that leaves everything as it is."""
    return NonePolicy()


def pod_config() -> api_pb2.PodSandboxConfig:
    """Describe the pod."""
    return api_pb2.PodSandboxConfig(
        metadata=api_pb2.PodSandboxMetadata(name="web", uid=POD_UID, namespace="default"),
        labels={"app": "web"},
        linux=api_pb2.LinuxPodSandboxConfig(cgroup_parent=CGROUP_PARENT),
    )


def create_request(
    pod_id: str, name: str = "main", attempt: int = 0
) -> api_pb2.CreateContainerRequest:
    """Describe a container of the pod."""
    return api_pb2.CreateContainerRequest(
        pod_sandbox_id=pod_id,
        config=api_pb2.ContainerConfig(
            metadata=api_pb2.ContainerMetadata(name=name, attempt=attempt),
            image=api_pb2.ImageSpec(image="registry.example/web:1"),
            command=["/bin/web"],
            linux=api_pb2.LinuxContainerConfig(
                resources=api_pb2.LinuxContainerResources(cpu_shares=1024)
            ),
        ),
        sandbox_config=pod_config(),
    )


def unavailable(text: str = "the runtime is away") -> CallError:
    """Make the error of a call that may have had its effect nevertheless."""
    return CallError(Code.UNAVAILABLE, text)


def failed(code: Code = Code.UNKNOWN, text: str = "no such image") -> CallError:
    """Make the error of a call that the runtime refused."""
    return CallError(code, text)
