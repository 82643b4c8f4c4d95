# SPDX-License-Identifier: Apache-2.0
"""A small kubelet: pods and containers through a socket that speaks CRI, and what cgroups say.

Fields that no message of ours has (logs, namespaces, ExecSync) are written and read by their
official numbers here. Pods use the network of the machine, so that no CNI is needed.
"""

import asyncio
import contextlib
import dataclasses
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

from google.protobuf import message

from resmgr.cri import api_pb2 as api
from resmgr.relay import turn, unary, upstream
from resmgr.wire.grpc import statuses

from . import images

SERVICE = "/runtime.v1.RuntimeService/"
CGROUPS = Path("/sys/fs/cgroup")
GUARANTEED = ""
BURSTABLE = "/burstable"

_NODE_NETWORK = 2
_OWN_PROCESSES = 1
_PATIENCE = 60.0
_FOREVER = ("sleep", "2000000000")


def field(number: int, value: int | str | bytes) -> bytes:
    """A field of a message: a number of at least 0, or a text or message with its length."""
    if isinstance(value, int):
        return _number(number << 3) + _number(value)
    data = value.encode() if isinstance(value, str) else value
    return _number(number << 3 | 2) + _number(len(data)) + data


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes((*out, value))


def _read_number(data: bytes, at: int) -> tuple[int, int]:
    """A number, and where what follows it begins."""
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message that has numbers, texts and messages only.

    Raises `ValueError` for a field of another kind.
    """
    at = 0
    while at < len(data):
        tag, at = _read_number(data, at)
        value, at = _read_number(data, at)
        match tag & 7:
            case 0:
                yield tag >> 3, value
            case 2:
                yield tag >> 3, data[at : at + value]
                at += value
            case other:
                raise ValueError(f"field {tag >> 3} has wire type {other}")


@dataclasses.dataclass(frozen=True)
class Pod:
    """A pod that runs, as later requests name it."""

    id: str
    config: api.PodSandboxConfig
    logs: Path

    @property
    def cgroup(self) -> str:
        """Its cgroup in every hierarchy."""
        return self.config.linux.cgroup_parent


@dataclasses.dataclass(frozen=True)
class Ran:
    """What a command in a container did."""

    output: str
    errors: str
    code: int


class Kubelet:
    """A client of one socket; see `connected`."""

    patience = _PATIENCE
    """Seconds that a start may take."""

    def __init__(self, socket: Path, folder: Path, tasks: asyncio.TaskGroup) -> None:
        """Connect to a socket, as soon as it is there; logs of containers go to the folder."""
        self.folder = folder
        self._socket = socket
        self._tasks = tasks
        self._connect()
        self.pods: list[Pod] = []
        self._unique = secrets.token_hex(4)

    def _connect(self) -> None:
        self.there = upstream.Upstream(str(self._socket), turn.Turn(asyncio.get_running_loop()))
        self._running = self._tasks.create_task(self.there.run(), name="kubelet")

    async def afresh(self) -> None:
        """Wait until somebody listens, and connect without the patience of a retry."""
        async with asyncio.timeout(self.patience):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_unix_connection(self._socket)
                    writer.close()
                    break
                await asyncio.sleep(0.01)
        self.close()
        self._connect()
        await self.ready()

    def close(self) -> None:
        """Hang up."""
        self._running.cancel()

    async def raw(self, method: str, data: bytes = b"", *, timeout: float = 30) -> bytes:
        """Make a call. Raises `statuses.CallError`."""
        return await unary.call(self.there, f"{SERVICE}{method}", data, timeout=timeout)

    async def call(self, method: str, request: message.Message, *, timeout: float = 30) -> bytes:
        """Make a call with a message. Raises `statuses.CallError`."""
        return await self.raw(method, request.SerializeToString(), timeout=timeout)

    async def ready(self) -> None:
        """Wait until somebody answers who has a runtime."""
        async with asyncio.timeout(self.patience):
            while True:
                with contextlib.suppress(statuses.CallError):
                    await self.raw("Version", timeout=1)
                    return
                await asyncio.sleep(0.01)

    # -- Pods ---------------------------------------------------------------------------------

    def pod_config(
        self, name: str, level: str = BURSTABLE, annotations: Mapping[str, str] | None = None
    ) -> api.PodSandboxConfig:
        """What the kubelet says about a pod; `level` is that of its QoS class."""
        uid = f"{self._unique}-{name}"
        config = api.PodSandboxConfig()
        config.metadata.name, config.metadata.uid, config.metadata.namespace = name, uid, "default"
        config.annotations.update(annotations or {})
        config.linux.cgroup_parent = f"/kubepods{level}/pod{uid}"
        config.linux.MergeFromString(field(2, field(1, field(1, _NODE_NETWORK))))
        logs = self.folder / uid
        logs.mkdir(parents=True, exist_ok=True)
        config.MergeFromString(field(3, str(logs)))
        return config

    async def run_pod(
        self, name: str, level: str = BURSTABLE, annotations: Mapping[str, str] | None = None
    ) -> Pod:
        """Run a pod."""
        config = self.pod_config(name, level, annotations)
        pod = Pod("", config, self.folder / config.metadata.uid)
        self.pods.append(pod)  # Its cgroup has to go even if the call fails.
        answer = await self.call("RunPodSandbox", api.RunPodSandboxRequest(config=config))
        made = api.RunPodSandboxResponse.FromString(answer)
        self.pods[self.pods.index(pod)] = pod = dataclasses.replace(pod, id=made.pod_sandbox_id)
        return pod

    async def stop_pod(self, pod: Pod) -> None:
        """Stop a pod."""
        await self.call("StopPodSandbox", api.StopPodSandboxRequest(pod_sandbox_id=pod.id))

    async def remove_pod(self, pod: Pod) -> None:
        """Stop and remove a pod."""
        await self.stop_pod(pod)
        await self.call("RemovePodSandbox", api.RemovePodSandboxRequest(pod_sandbox_id=pod.id))

    # -- Containers ---------------------------------------------------------------------------

    def container_config(
        self, name: str, *, shares: int = 2, command: tuple[str, ...] = _FOREVER, attempt: int = 0
    ) -> api.ContainerConfig:
        """What the kubelet says about a container; 1024 shares are a CPU."""
        config = api.ContainerConfig(command=command)
        config.metadata.name, config.metadata.attempt = name, attempt
        config.image.image = images.BUSYBOX
        config.linux.resources.cpu_shares = shares
        spaces = field(1, _NODE_NETWORK) + field(2, _OWN_PROCESSES)
        config.linux.MergeFromString(field(2, field(3, spaces)))
        config.MergeFromString(field(11, f"{name}.log"))
        return config

    async def create(self, pod: Pod, config: api.ContainerConfig, *, timeout: float = 30) -> str:
        """Create a container; give its id."""
        request = api.CreateContainerRequest(
            pod_sandbox_id=pod.id, config=config, sandbox_config=pod.config
        )
        answer = await self.call("CreateContainer", request, timeout=timeout)
        return api.CreateContainerResponse.FromString(answer).container_id

    async def start(self, container: str) -> None:
        """Start a container."""
        await self.call("StartContainer", api.StartContainerRequest(container_id=container))

    async def run(self, pod: Pod, name: str = "main", *, shares: int = 2) -> str:
        """Create and start a container that sleeps; give its id."""
        container = await self.create(pod, self.container_config(name, shares=shares))
        await self.start(container)
        return container

    async def stop(self, container: str) -> None:
        """Stop a container at once."""
        await self.call("StopContainer", api.StopContainerRequest(container_id=container))

    async def remove(self, container: str) -> None:
        """Remove a container."""
        await self.call("RemoveContainer", api.RemoveContainerRequest(container_id=container))

    async def update(self, container: str, **resources: int | str) -> None:
        """Change resources; fields that are not named are not set."""
        linux = api.LinuxContainerResources(**resources)  # type: ignore[arg-type]
        request = api.UpdateContainerResourcesRequest(container_id=container, linux=linux)
        await self.call("UpdateContainerResources", request)

    async def execute(self, container: str, *command: str) -> Ran:
        """Run a command in a container and wait for its end."""
        request = field(1, container) + b"".join(field(2, word) for word in command) + field(3, 10)
        found = dict(fields(await self.raw("ExecSync", request)))
        output, errors, code = found.get(1, b""), found.get(2, b""), found.get(3, 0)
        assert isinstance(output, bytes)
        assert isinstance(errors, bytes)
        assert isinstance(code, int)
        return Ran(output.decode(), errors.decode(), code)

    async def containers(self) -> list[api.Container]:
        """All containers that the runtime tells."""
        answer = await self.raw("ListContainers")
        return list(api.ListContainersResponse.FromString(answer).containers)

    async def sandboxes(self) -> list[api.PodSandbox]:
        """All pods that the runtime tells."""
        return list(api.ListPodSandboxResponse.FromString(await self.raw("ListPodSandbox")).items)


def read(pod: Pod, container: str, name: str) -> str:
    """A file of a container's cgroup, such as cpuset.cpus."""
    hierarchy = name.partition(".")[0]
    path = CGROUPS / hierarchy / pod.cgroup.removeprefix("/") / container / name
    return path.read_text(encoding="ascii").strip()


def cpus(pod: Pod, container: str) -> str:
    """The CPUs that the kernel lets a container run on."""
    return read(pod, container, "cpuset.cpus")


@contextlib.asynccontextmanager
async def connected(socket: Path, folder: Path) -> AsyncIterator[Kubelet]:
    """A kubelet that connects to a socket, again and again if need be."""
    async with asyncio.TaskGroup() as tasks:
        made = Kubelet(socket, folder, tasks)
        try:
            yield made
        finally:
            made.close()


async def clear(kubelet: Kubelet) -> None:
    """Remove every pod of a runtime, and the cgroups of those that this kubelet has run."""
    free = asyncio.Semaphore(8)

    async def remove(sandbox: str) -> None:
        pod = api.StopPodSandboxRequest(pod_sandbox_id=sandbox)
        async with free, asyncio.timeout(_PATIENCE):
            # A container that ends just now cannot be removed; a kubelet tries again too.
            while True:
                with contextlib.suppress(statuses.CallError):
                    await kubelet.call("StopPodSandbox", pod)
                    await kubelet.call("RemovePodSandbox", pod)
                    return
                await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as tasks:
        for sandbox in await kubelet.sandboxes():
            tasks.create_task(remove(sandbox.id), name=sandbox.id)


def remove_cgroups(pods: list[Pod]) -> None:
    """Remove the cgroups of pods that are gone: whoever made them (the kubelet) has to."""
    for pod in pods:
        for hierarchy in CGROUPS.iterdir():
            top = hierarchy / pod.cgroup.removeprefix("/")
            for folder in (*top.glob("*/"), top):
                with contextlib.suppress(OSError):
                    folder.rmdir()
