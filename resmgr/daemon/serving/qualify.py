# SPDX-License-Identifier: Apache-2.0
"""Which pod or container a request is about, in the words of the log (section 13)."""

from collections.abc import Callable

from ...cri import api_pb2 as api
from ...model import Container, Pod

FindPod = Callable[[str], Pod | None]
"""Gives the pod of a runtime's id."""

FindContainer = Callable[[str], Container | None]
"""Gives the container of a runtime's id."""

_PODS = frozenset(("StopPodSandbox", "RemovePodSandbox"))
_CONTAINERS = frozenset(
    ("StartContainer", "StopContainer", "RemoveContainer", "UpdateContainerResources")
)


def about(method: str, request: bytes, pod: FindPod, container: FindContainer) -> str:
    """Give `pod`, `pod:container`, or empty text for a method that is about none.

    Raises what protobuf raises for bytes that are no such request.
    """
    if method == "RunPodSandbox":
        return api.RunPodSandboxRequest.FromString(request).config.metadata.name
    if method in _PODS:
        pod_id = api.StopPodSandboxRequest.FromString(request).pod_sandbox_id
        known = pod(pod_id)
        return known.name if known else f"unknown pod {pod_id}"
    if method == "CreateContainer":
        return _creating(api.CreateContainerRequest.FromString(request))
    if method in _CONTAINERS:
        container_id = api.StopContainerRequest.FromString(request).container_id
        found = container(container_id)
        return pretty(found, pod) if found else f"unknown container {container_id}"
    return ""


def _creating(request: api.CreateContainerRequest) -> str:
    pod = request.sandbox_config.metadata.name
    name = request.config.metadata.name
    if not pod:
        return "missing pod metadata in request"
    return f"{pod}:{name}" if name else "missing metadata in request"


def pretty(container: Container, pod: FindPod) -> str:
    """Give `pod:container`; the pod's id for a pod that is not known."""
    known = pod(container.pod_id)
    return f"{known.name if known else container.pod_id}:{container.name}"
