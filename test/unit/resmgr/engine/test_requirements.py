# SPDX-License-Identifier: Apache-2.0
"""What a container asks for: annotation first, else an estimate (section 8.4)."""

import json

import pytest

from resmgr.engine import requirements
from resmgr.model import LinuxResources, Pod, Qos, Requirements


def make_pod(annotation: str = "", qos: Qos = Qos.BURSTABLE) -> Pod:
    """Build a pod, with the webhook's annotation if one is given."""
    annotations = {requirements.ANNOTATION: annotation} if annotation else {}
    return Pod("p", "u", "web", "default", annotations=annotations, qos=qos)


def test_annotation_counts() -> None:
    """The webhook's annotation tells exactly what the pod's owner wrote."""
    wants = {"requests": {"cpu": "750m", "memory": "1Gi"}, "limits": {"cpu": "2"}}
    pod = make_pod(json.dumps({"containers": {"main": wants}}))

    found = requirements.of(pod, "main", LinuxResources(shares=2048))

    assert found == Requirements(750, 2000, 2**30, None)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"containers": 1}', '{"containers": {"main": {}}}']
)
def test_useless_annotation_is_passed_over(text: str) -> None:
    """What cannot be read, or says nothing, leaves the estimate."""
    found = requirements.of(make_pod(text), "main", LinuxResources(shares=1024))

    assert found == Requirements(cpu_request=1000)


@pytest.mark.parametrize(("shares", "milli"), [(2, None), (0, None), (10, 10), (1024, 1000)])
def test_shares_tell_the_request(shares: int, milli: int | None) -> None:
    """Shares are the request times 1024 by 1000; 2 shares stand for none."""
    found = requirements.estimate(LinuxResources(shares=shares), Qos.BURSTABLE)

    assert found.cpu_request == milli


def test_quota_tells_the_limit() -> None:
    """The quota of a period is the limit."""
    linux = LinuxResources(shares=512, quota=150_000, period=100_000, memory_limit=2**20)

    found = requirements.estimate(linux, Qos.BURSTABLE)

    assert found == Requirements(500, 1500, None, 2**20)


def test_guaranteed_requests_equal_limits() -> None:
    """In a Guaranteed pod limits are requests and requests are limits."""
    linux = LinuxResources(shares=2048, memory_limit=2**20)

    found = requirements.estimate(linux, Qos.GUARANTEED)

    assert found == Requirements(2000, 2000, 2**20, 2**20)
