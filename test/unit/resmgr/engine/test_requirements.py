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
