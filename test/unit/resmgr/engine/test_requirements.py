# SPDX-License-Identifier: Apache-2.0
"""What a container asks for: annotation first, else an estimate (section 8.4)."""

import json

import pytest

from resmgr.engine import requirements
from resmgr.model import Container, LinuxResources, Pod, Qos, Requirements


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


KNOWN = Requirements(2500, 3000, 64, 128)


@pytest.mark.parametrize(
    ("asked", "qos", "wants"),
    [
        (LinuxResources(memory_limit=256), Qos.BURSTABLE, Requirements(2500, 3000, 64, 256)),
        (LinuxResources(memory_limit=256), Qos.GUARANTEED, Requirements(2500, 3000, 256, 256)),
        (LinuxResources(shares=1024), Qos.BURSTABLE, Requirements(1000, 3000, 64, 128)),
        (LinuxResources(shares=1024), Qos.GUARANTEED, Requirements(1000, 1000, 64, 128)),
        (
            LinuxResources(quota=50_000, period=100_000),
            Qos.BURSTABLE,
            Requirements(2500, 500, 64, 128),
        ),
    ],
)
def test_a_resize_changes_what_is_in_it(
    asked: LinuxResources, qos: Qos, wants: Requirements
) -> None:
    """Shares that a policy gave are not taken for a request."""
    has = LinuxResources(shares=512, quota=300_000, period=100_000, memory_limit=128, cpuset_cpus=6)
    container = Container("c", "p", "c", requirements=KNOWN, linux=has)
    found = requirements.resized(container, asked, qos)

    assert found.requirements == wants
    assert found.linux.cpuset_cpus == 6
    assert found.linux.shares == (asked.shares or 512)


LARGE = Requirements(300_000, 400_000)


@pytest.mark.parametrize(
    ("asked", "qos", "wants"),
    [
        (LinuxResources(shares=262144, quota=50_000_000), Qos.BURSTABLE, (300_000, 500_000)),
        (LinuxResources(shares=262144, quota=50_000_000), Qos.GUARANTEED, (500_000, 500_000)),
        (LinuxResources(shares=204_800), Qos.BURSTABLE, (200_000, 400_000)),
    ],
)
def test_a_resize_beyond_what_shares_tell(
    asked: LinuxResources, qos: Qos, wants: tuple[int, int]
) -> None:
    """Above 256 CPUs the quota of a guaranteed pod counts, and what was known of others stays."""
    has = LinuxResources(shares=262144, quota=40_000_000, period=100_000)
    container = Container("c", "p", "c", requirements=LARGE, linux=has)
    found = requirements.resized(container, asked, qos).requirements

    assert (found.cpu_request, found.cpu_limit) == wants
