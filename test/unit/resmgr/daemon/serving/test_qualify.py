# SPDX-License-Identifier: Apache-2.0
"""Which pod or container a request is about."""

import pytest

from resmgr.cri import api_pb2 as api
from resmgr.daemon.serving import qualify
from resmgr.model import Container, Pod

PODS = {"p1": Pod("p1", "u1", "web", "default")}
CONTAINERS = {
    "c1": Container("u1:main", "p1", "main", id="c1"),
    "c2": Container("u2:side", "p2", "side", id="c2"),
}

RUN = api.RunPodSandboxRequest(
    config=api.PodSandboxConfig(metadata=api.PodSandboxMetadata(name="web"))
)


def create(pod: str, name: str) -> bytes:
    """Make a request for a container of a pod."""
    return api.CreateContainerRequest(
        sandbox_config=api.PodSandboxConfig(metadata=api.PodSandboxMetadata(name=pod)),
        config=api.ContainerConfig(metadata=api.ContainerMetadata(name=name)),
    ).SerializeToString()


def by_id(id_: str) -> bytes:
    """Make a request whose first field is an id."""
    return api.StopContainerRequest(container_id=id_).SerializeToString()


@pytest.mark.parametrize(
    ("method", "request_", "words"),
    [
        ("RunPodSandbox", RUN.SerializeToString(), "web"),
        ("StopPodSandbox", by_id("p1"), "web"),
        ("RemovePodSandbox", by_id("p9"), "unknown pod p9"),
        ("CreateContainer", create("web", "main"), "web:main"),
        ("CreateContainer", create("", "main"), "missing pod metadata in request"),
        ("CreateContainer", create("web", ""), "missing metadata in request"),
        ("StartContainer", by_id("c1"), "web:main"),
        ("StopContainer", by_id("c2"), "p2:side"),
        ("RemoveContainer", by_id("c9"), "unknown container c9"),
        ("UpdateContainerResources", by_id("c1"), "web:main"),
        ("Version", b"", ""),
        ("PullImage", b"\x0a\x01x", ""),
    ],
)
def test_requests_are_named_by_what_they_are_about(
    method: str, request_: bytes, words: str
) -> None:
    """Names where they are known, ids where they are not, nothing for other methods."""
    assert qualify.about(method, request_, PODS.get, CONTAINERS.get) == words
