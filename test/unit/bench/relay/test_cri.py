# SPDX-License-Identifier: Apache-2.0
"""Messages of the benchmark's kubelet, held against the relay's generated code."""

import pytest

from bench.relay import cri
from resmgr.cri import api_pb2


def test_a_pod() -> None:
    """Name, uid and namespace are where the relay reads them."""
    request = api_pb2.RunPodSandboxRequest.FromString(cri.run_pod("a"))

    metadata = request.config.metadata
    assert (metadata.name, metadata.uid, metadata.namespace) == ("a", "uid-a", "bench")


def test_a_container() -> None:
    """Name, image, resources and pod are where the relay reads them."""
    message = cri.create_container("pod-id", cri.pod_config("a"), "only")
    request = api_pb2.CreateContainerRequest.FromString(message)

    resources = request.config.linux.resources
    assert request.pod_sandbox_id == "pod-id"
    assert request.config.metadata.name == "only"
    assert (resources.cpu_quota, resources.cpu_shares) == (50_000, 256)
    assert request.sandbox_config.metadata.name == "a"


def test_an_id() -> None:
    """It is field 1 of a request and of an answer."""
    message = cri.named("0123")

    assert api_pb2.StartContainerRequest.FromString(message).container_id == "0123"
    assert cri.first(message) == "0123"


def test_output() -> None:
    """Standard output is field 1, of any length; other fields are passed over."""
    message = cri.content(1, "a" * 300) + cri.content(2, "error") + cri.number(3, 300)

    assert cri.output(message) == b"a" * 300


@pytest.mark.parametrize("message", [b"", cri.number(1, 7), b"\x0d\0\0\0\0"])
def test_an_answer_without_an_id(message: bytes) -> None:
    """It is not taken for one."""
    with pytest.raises(ValueError, match="field"):
        cri.first(message)
