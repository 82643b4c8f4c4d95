# SPDX-License-Identifier: Apache-2.0
"""A node for tests of the daemon: a runtime that keeps pods and containers, and a kubelet.

Both speak real gRPC on real sockets in a folder; containers are entries in a dictionary.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from google.protobuf import message
from unit.resmgr.sysfs import trees

from resmgr.cri import api_pb2 as api
from resmgr.daemon.command import flags
from resmgr.daemon.command.flags import Options
from resmgr.relay import downstream, intercept, router, server, turn, unary, upstream
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError

SERVICE = "runtime.v1.RuntimeService"
MACHINE = trees.Tree(cores=8)


@dataclass
class Runtime:
    """Stands in for containerd."""

    name: str = "containerd"
    pods: dict[str, api.PodSandboxConfig] = field(default_factory=dict)
    containers: dict[str, api.ContainerConfig] = field(default_factory=dict)
    pods_of: dict[str, str] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    updates: list[tuple[str, str]] = field(default_factory=list)
    """Container ids and CPU lists, in the order in which updates came."""

    hold: asyncio.Event | None = None
    """While it is there and not set, CreateContainer does not answer."""

    held: bool = False
    """Whether such a call has come."""

    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def version(self, call: intercept.Call) -> unary.Reply:
        """Tell the name."""
        del call
        return _reply(api.VersionResponse(runtime_name=self.name, runtime_version="1.7.0"))

    async def run_pod(self, call: intercept.Call) -> unary.Reply:
        """Make a pod."""
        pod_id = f"pod{next(self.numbers)}"
        self.pods[pod_id] = api.RunPodSandboxRequest.FromString(call.message).config
        return _reply(api.RunPodSandboxResponse(pod_sandbox_id=pod_id))

    async def create(self, call: intercept.Call) -> unary.Reply:
        """Make a container."""
        request = api.CreateContainerRequest.FromString(call.message)
        if self.hold is not None:
            self.held = True
            await self.hold.wait()
        container_id = f"container{next(self.numbers)}"
        self.containers[container_id] = request.config
        self.pods_of[container_id] = request.pod_sandbox_id
        self.states[container_id] = api.CONTAINER_CREATED
        return _reply(api.CreateContainerResponse(container_id=container_id))

    async def start(self, call: intercept.Call) -> unary.Reply:
        """Start a container."""
        self._state(call.message, api.CONTAINER_RUNNING)
        return unary.Reply()

    async def stop(self, call: intercept.Call) -> unary.Reply:
        """Stop a container."""
        self._state(call.message, api.CONTAINER_EXITED)
        return unary.Reply()

    def _state(self, message: bytes, state: int) -> None:
        container_id = api.StartContainerRequest.FromString(message).container_id
        if container_id not in self.containers:
            raise CallError(Code.NOT_FOUND, f"no container {container_id}")
        self.states[container_id] = state

    async def update(self, call: intercept.Call) -> unary.Reply:
        """Change a container's resources."""
        request = api.UpdateContainerResourcesRequest.FromString(call.message)
        self.updates.append((request.container_id, request.linux.cpuset_cpus))
        self.containers[request.container_id].linux.resources.MergeFrom(request.linux)
        return unary.Reply()

    async def list_pods(self, call: intercept.Call) -> unary.Reply:
        """List pods."""
        del call
        items = [api.PodSandbox(id=one, metadata=pod.metadata) for one, pod in self.pods.items()]
        return _reply(api.ListPodSandboxResponse(items=items))

    async def list_containers(self, call: intercept.Call) -> unary.Reply:
        """List containers."""
        del call
        listed = [
            api.Container(
                id=one,
                pod_sandbox_id=self.pods_of[one],
                metadata=container.metadata,
                state=self.states[one],  # type: ignore[arg-type]
            )
            for one, container in self.containers.items()
        ]
        return _reply(api.ListContainersResponse(containers=listed))

    async def container_status(self, call: intercept.Call) -> unary.Reply:
        """Tell a container's resources."""
        request = api.ContainerStatusRequest.FromString(call.message)
        linux = self.containers[request.container_id].linux.resources
        status = api.ContainerStatus(resources=api.ContainerResources(linux=linux))
        return _reply(api.ContainerStatusResponse(status=status))

    def cpus(self, container_id: str) -> str:
        """Give the CPUs of a container."""
        return self.containers[container_id].linux.resources.cpuset_cpus

    def handlers(self) -> dict[str, intercept.Handler]:
        """Give what answers which method."""
        return {
            "Version": self.version,
            "RunPodSandbox": self.run_pod,
            "CreateContainer": self.create,
            "StartContainer": self.start,
            "StopContainer": self.stop,
            "UpdateContainerResources": self.update,
            "ListPodSandbox": self.list_pods,
            "ListContainers": self.list_containers,
            "ContainerStatus": self.container_status,
        }


def _reply(answer: message.Message) -> unary.Reply:
    return unary.Reply(message=answer.SerializeToString())


class Client:
    """Makes calls on a socket, of the runtime, the relay or the daemon's own service."""

    def __init__(self, path: Path, group: asyncio.TaskGroup) -> None:
        """Connect when the first call is made."""
        loop = asyncio.get_running_loop()
        self._upstream = upstream.Upstream(str(path), turn.Turn(loop))
        self._task = group.create_task(self._upstream.run())

    async def call(
        self, method: str, request: message.Message | None = None, service: str = SERVICE
    ) -> bytes:
        """Give the answer; a call waits for the other side to be there."""
        data = request.SerializeToString() if request is not None else b""
        async with asyncio.timeout(60):
            while True:
                try:
                    path = f"/{service}/{method}"
                    return await unary.call(self._upstream, path, data, timeout=10)
                except CallError as error:
                    if "cannot reach" not in error.status.message:
                        raise
                await asyncio.sleep(0.02)

    async def pod(self, name: str) -> str:
        """Run a pod."""
        metadata = api.PodSandboxMetadata(name=name, uid=f"uid-{name}", namespace="default")
        linux = api.LinuxPodSandboxConfig(cgroup_parent=f"/kubepods/pod{name}")
        config = api.PodSandboxConfig(metadata=metadata, linux=linux)
        answer = await self.call("RunPodSandbox", api.RunPodSandboxRequest(config=config))
        return api.RunPodSandboxResponse.FromString(answer).pod_sandbox_id

    async def create(self, pod_id: str, name: str, *, cpus: int) -> str:
        """Create a container of a guaranteed pod that asks for whole CPUs."""
        resources = api.LinuxContainerResources(
            cpu_shares=cpus * 1024,
            cpu_quota=cpus * 100_000,
            cpu_period=100_000,
            memory_limit_in_bytes=1 << 20,
        )
        config = api.ContainerConfig(
            metadata=api.ContainerMetadata(name=name),
            envs=[api.KeyValue(key="PASSWORD", value="s3cret")],
            linux=api.LinuxContainerConfig(resources=resources),
        )
        pod = api.PodSandboxConfig(metadata=api.PodSandboxMetadata(name=f"of-{name}"))
        request = api.CreateContainerRequest(
            pod_sandbox_id=pod_id, config=config, sandbox_config=pod
        )
        answer = await self.call("CreateContainer", request)
        return api.CreateContainerResponse.FromString(answer).container_id

    async def start(self, container_id: str) -> None:
        """Start a container."""
        await self.call("StartContainer", api.StartContainerRequest(container_id=container_id))

    def close(self) -> None:
        """Hang up."""
        self._task.cancel()


@dataclass
class Node:
    """A folder with sockets, a machine, and the runtime."""

    folder: Path
    runtime: Runtime
    group: asyncio.TaskGroup
    served: server.Server | None = None
    clients: list[Client] = field(default_factory=list)

    def flags(self, *more: str) -> list[str]:
        """Give the command line of a daemon on this node."""
        return [
            f"--sysfs-root={self.folder / 'root'}",
            f"--runtime-socket={self.folder / 'runtime.sock'}",
            f"--relay-socket={self.folder / 'relay.sock'}",
            f"--config-socket={self.folder / 'config.sock'}",
            f"--introspection-socket={self.folder / 'introspect.sock'}",
            "--agent-socket=disabled",
            f"--relay-dir={self.folder / 'state'}",
            f"--pid-file={self.folder / 'pid'}",
            *more,
        ]

    def options(self, *more: str) -> Options:
        """Give the same as options."""
        return flags.read(self.flags(*more), {}, uid=0)

    async def start_runtime(self) -> None:
        """Have the runtime listen."""
        loop = asyncio.get_running_loop()
        shared = downstream.Shared(
            routes=router.for_service(SERVICE, self.runtime.handlers()),
            turns=turn.Turn(loop),
            tasks=self.group,
            loop=loop,
        )
        self.served = server.Server(str(self.folder / "runtime.sock"), shared)
        await self.served.start()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so; on no machine, however busy, does it take so long as this."""
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110  # conditions of any kind
                await asyncio.sleep(0.005)

    async def stop_runtime(self) -> None:
        """Have it gone."""
        if self.served is not None:
            await self.served.stop(0)
            self.served = None

    def client(self, socket: str = "relay.sock") -> Client:
        """Make a client of the relay, or of another socket."""
        made = Client(self.folder / socket, self.group)
        self.clients.append(made)
        return made


@contextlib.asynccontextmanager
async def node(folder: Path) -> AsyncIterator[Node]:
    """Make a node of eight CPUs whose runtime listens."""
    MACHINE.write(folder / "root")
    async with asyncio.TaskGroup() as group:
        made = Node(folder, Runtime(), group)
        await made.start_runtime()
        try:
            yield made
        finally:
            for client in made.clients:
                client.close()
            await made.stop_runtime()
