# SPDX-License-Identifier: Apache-2.0
"""Containers: from messages to the model, and what was decided into a request."""

from collections.abc import Iterable
from typing import Final

from ..effects.plan import RequestChange
from ..engine import events
from ..model import Container, ContainerState, Device, Mount
from . import api_pb2, pods, resources

_STATES: Final = {
    one.value: one for one in ContainerState if one.value < ContainerState.CREATING.value
}
"""CRI's numbers; a table, since lists of hundreds of containers are read again and again."""


def creating(request: api_pb2.CreateContainerRequest) -> events.ContainerCreating:
    """Tell what a request is about to create (section 8.4)."""
    config = request.config
    pod = pods.configured(request.pod_sandbox_id, request.sandbox_config)
    container = Container(
        cache_id="",
        pod_id=request.pod_sandbox_id,
        name=config.metadata.name,
        namespace=pod.namespace,
        image=config.image.image,
        attempt=config.metadata.attempt,
        command=tuple(config.command),
        args=tuple(config.args),
        env=tuple((one.key, one.value) for one in config.envs),
        labels=dict(config.labels),
        annotations=dict(config.annotations),
        mounts=mounts(config.mounts),
        devices=tuple(
            Device(one.container_path, one.host_path, one.permissions) for one in config.devices
        ),
        linux=resources.read(config.linux.resources),
    )
    return events.ContainerCreating(container, pod)


def changed(request: api_pb2.CreateContainerRequest, change: RequestChange, given: bytes) -> bytes:
    """Give the request with a change in it: the bytes `given` themselves when there is none."""
    if change.empty:
        return given
    config = request.config
    resources.write(config.linux.resources, change.linux)
    if change.command is not None:
        config.command[:] = change.command
    if change.args is not None:
        config.args[:] = change.args
    for key, value in change.environment:
        # Which of two variables with one name counts is the runtime's choice, so there is one.
        for one in [one for one in config.envs if one.key == key]:
            config.envs.remove(one)
        config.envs.add(key=key, value=value)
    for mount in change.mounts:
        for there in [one for one in config.mounts if one.container_path == mount.container_path]:
            config.mounts.remove(there)
        # Unlike the original's its propagation is private, since nothing is ever mounted below it:
        # another one is refused where the host's file system is not shared.
        config.mounts.add(
            container_path=mount.container_path,
            host_path=mount.host_path,
            readonly=mount.readonly,
        )
    return request.SerializeToString()


def state(number: int) -> ContainerState:
    """Give the state for CRI's number; one that we do not know is unknown."""
    return _STATES.get(number, ContainerState.UNKNOWN)


def listed(container: api_pb2.Container) -> Container:
    """Give a container as the runtime lists it: without resources, command and mounts."""
    return Container(
        cache_id="",
        pod_id=container.pod_sandbox_id,
        name=container.metadata.name,
        id=container.id,
        state=state(container.state),
        image=container.image.image,
        attempt=container.metadata.attempt,
        labels=dict(container.labels),
        annotations=dict(container.annotations),
    )


def mounts(given: Iterable[api_pb2.Mount]) -> tuple[Mount, ...]:
    """Give mounts of the model."""
    return tuple(Mount(one.container_path, one.host_path, one.readonly) for one in given)
