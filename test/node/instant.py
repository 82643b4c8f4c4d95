# SPDX-License-Identifier: Apache-2.0
"""A runtime that does nothing, at once: whatever takes time is whoever stands before it.

It speaks real gRPC on a real socket; pods and containers are entries in dictionaries. It keeps an
eye on updates: how many there were, and how many of them changed nothing.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

from google.protobuf import message

from resmgr.cri import api_pb2 as api
from resmgr.relay import downstream, intercept, router, server, turn, unary
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError

SERVICE = "runtime.v1.RuntimeService"


class Runtime:
    """Pods and containers by id, numbered as they come."""

    def __init__(self) -> None:
        """There is nothing yet."""
        self.pods: dict[str, api.PodSandboxConfig] = {}
        self.containers: dict[str, api.Container] = {}
        self.resources: dict[str, api.LinuxContainerResources] = {}
        self.updates = 0
        """Updates of containers that have come."""

        self.idle: list[str] = []
        """Ids of the containers of those updates that changed nothing."""

        self._numbers = itertools.count(1)

    def handlers(self) -> dict[str, intercept.Handler]:
        """Give what answers which method."""
        return {
            "Version": self._version,
            "RunPodSandbox": self._run_pod,
            "StopPodSandbox": self._nothing,
            "RemovePodSandbox": self._remove_pod,
            "PodSandboxStatus": self._pod_status,
            "ListPodSandbox": self._list_pods,
            "CreateContainer": self._create,
            "StartContainer": self._start,
            "StopContainer": self._stop,
            "RemoveContainer": self._remove,
            "UpdateContainerResources": self._update,
            "ContainerStatus": self._status,
            "ListContainers": self._list,
        }

    async def _nothing(self, call: intercept.Call) -> unary.Reply:
        del call
        return unary.Reply()

    async def _version(self, call: intercept.Call) -> unary.Reply:
        del call
        return _reply(api.VersionResponse(runtime_name="containerd", runtime_version="1.7.0"))

    async def _run_pod(self, call: intercept.Call) -> unary.Reply:
        pod_id = self._new()
        self.pods[pod_id] = api.RunPodSandboxRequest.FromString(call.message).config
        return _reply(api.RunPodSandboxResponse(pod_sandbox_id=pod_id))

    async def _remove_pod(self, call: intercept.Call) -> unary.Reply:
        gone = api.RemovePodSandboxRequest.FromString(call.message).pod_sandbox_id
        self.pods.pop(gone, None)
        return unary.Reply()

    async def _pod_status(self, call: intercept.Call) -> unary.Reply:
        del call
        return _reply(api.PodSandboxStatusResponse())

    async def _list_pods(self, call: intercept.Call) -> unary.Reply:
        del call
        items = [api.PodSandbox(id=one, metadata=pod.metadata) for one, pod in self.pods.items()]
        return _reply(api.ListPodSandboxResponse(items=items))

    async def _create(self, call: intercept.Call) -> unary.Reply:
        request = api.CreateContainerRequest.FromString(call.message)
        made = api.Container(
            id=self._new(),
            pod_sandbox_id=request.pod_sandbox_id,
            metadata=request.config.metadata,
            image=request.config.image,
            state=api.CONTAINER_CREATED,
            labels=request.config.labels,
            annotations=request.config.annotations,
        )
        self.containers[made.id] = made
        self.resources[made.id] = request.config.linux.resources
        return _reply(api.CreateContainerResponse(container_id=made.id))

    async def _start(self, call: intercept.Call) -> unary.Reply:
        started = api.StartContainerRequest.FromString(call.message).container_id
        self._known(started).state = api.CONTAINER_RUNNING
        return unary.Reply()

    async def _stop(self, call: intercept.Call) -> unary.Reply:
        stopped = api.StopContainerRequest.FromString(call.message).container_id
        self._known(stopped).state = api.CONTAINER_EXITED
        return unary.Reply()

    async def _remove(self, call: intercept.Call) -> unary.Reply:
        gone = api.RemoveContainerRequest.FromString(call.message).container_id
        self.containers.pop(gone, None)
        self.resources.pop(gone, None)
        return unary.Reply()

    async def _update(self, call: intercept.Call) -> unary.Reply:
        request = api.UpdateContainerResourcesRequest.FromString(call.message)
        self._known(request.container_id)
        linux = self.resources[request.container_id]
        before = linux.SerializeToString(deterministic=True)
        linux.MergeFrom(request.linux)
        self.updates += 1
        if linux.SerializeToString(deterministic=True) == before:
            self.idle.append(request.container_id)
        return unary.Reply()

    async def _status(self, call: intercept.Call) -> unary.Reply:
        asked = api.ContainerStatusRequest.FromString(call.message).container_id
        self._known(asked)
        linux = api.ContainerResources(linux=self.resources[asked])
        return _reply(api.ContainerStatusResponse(status=api.ContainerStatus(resources=linux)))

    async def _list(self, call: intercept.Call) -> unary.Reply:
        del call
        return _reply(api.ListContainersResponse(containers=list(self.containers.values())))

    def _known(self, container_id: str) -> api.Container:
        found = self.containers.get(container_id)
        if found is None:
            raise CallError(Code.NOT_FOUND, f"no container {container_id}")
        return found

    def _new(self) -> str:
        """Give an id as long as those of containerd are."""
        return f"{next(self._numbers):064x}"


def _reply(answer: message.Message) -> unary.Reply:
    return unary.Reply(message=answer.SerializeToString())


@contextlib.asynccontextmanager
async def serving(socket: Path) -> AsyncIterator[Runtime]:
    """Have such a runtime listen at a path."""
    runtime = Runtime()
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        shared = downstream.Shared(
            routes=router.for_service(SERVICE, runtime.handlers()),
            turns=turn.Turn(loop),
            tasks=tasks,
            loop=loop,
        )
        listening = server.Server(str(socket), shared)
        await listening.start()
        try:
            yield runtime
        finally:
            await listening.stop(0)
