# SPDX-License-Identifier: Apache-2.0
"""Pods are annotated with what their containers ask for."""

import json
from typing import Any

import pytest
from unit.webhook import requests

from resmgr.engine import requirements
from resmgr.model import LinuxResources, Pod, Requirements
from webhook import resources


def annotation(pod: requests.Object) -> Any:
    """Give what the annotation says, as data."""
    return json.loads(resources.text(pod))


def test_the_annotation_of_the_contract() -> None:
    """The example of the webhook contract, byte for byte."""
    one = requests.container("c1", limits={"cpu": "1"}, requests={"cpu": "500m", "memory": "100Mi"})

    assert resources.patch(requests.pod(one)) == [
        {"op": "add", "path": "/metadata/annotations", "value": {}},
        {
            "op": "add",
            "path": "/metadata/annotations/intel.com~1resources",
            "value": '{"initContainers":{},"containers":{"c1":{"limits":{"cpu":"1"},'
            '"requests":{"cpu":"500m","memory":"100Mi"}}}}',
        },
    ]


def test_annotations_that_are_there_stay() -> None:
    """Only the one is added, so an empty mapping is not made."""
    pod = requests.pod(requests.container("c"), annotations={"other": "x"})

    assert [one["path"] for one in resources.patch(pod)] == [
        "/metadata/annotations/intel.com~1resources"
    ]


def test_what_is_there_already_needs_no_patch() -> None:
    """Asked once more, the webhook has nothing to say."""
    pod = requests.pod(requests.container("c", requests={"cpu": "2"}))
    pod["metadata"]["annotations"] = {resources.ANNOTATION: resources.text(pod)}

    assert resources.patch(pod) == []


def test_what_a_user_wrote_is_replaced() -> None:
    """The annotation always says what the spec says."""
    pod = requests.pod(requests.container("c"), annotations={resources.ANNOTATION: "mine"})

    assert resources.patch(pod)[0]["value"] == resources.text(pod)


def test_a_container_without_resources_has_an_empty_entry() -> None:
    """And both lists are there, whatever they hold."""
    assert annotation(requests.pod({"name": "c"})) == {
        "initContainers": {},
        "containers": {"c": {}},
    }


def test_init_containers_have_their_own_member() -> None:
    """A name may be in both lists."""
    init = requests.container("c", requests={"cpu": "1"})
    pod = requests.pod(requests.container("c"), initContainers=[init])

    assert annotation(pod) == {
        "initContainers": {"c": {"requests": {"cpu": "1"}}},
        "containers": {"c": {}},
    }


def test_ephemeral_containers_are_left_out() -> None:
    """They ask for nothing."""
    pod = requests.pod({"name": "c"}, ephemeralContainers=[{"name": "debug"}])

    assert "debug" not in resources.text(pod)


def test_extended_resources_and_claims_survive() -> None:
    """The policy static-pools reads the first; nobody of ours the second."""
    one = requests.container("c", limits={"cmk.intel.com/exclusive-cores": "2"})
    one["resources"]["claims"] = [{"name": "gpu"}]

    assert annotation(requests.pod(one))["containers"]["c"] == {
        "claims": [{"name": "gpu"}],
        "limits": {"cmk.intel.com/exclusive-cores": "2"},
    }


def test_order_of_the_spec_does_not_matter() -> None:
    """Names are sorted, so the annotation is the same."""
    a, b = requests.container("a"), requests.container("b")

    assert resources.text(requests.pod(a, b)) == resources.text(requests.pod(b, a))


def test_numbers_are_quantities() -> None:
    """YAML that was not quoted."""
    pod = requests.pod(requests.container("c", requests={"cpu": 2, "memory": 1024}))

    assert annotation(pod)["containers"]["c"] == {"requests": {"cpu": "2", "memory": "1024"}}


def test_the_daemon_reads_what_was_asked_for() -> None:
    """From spec to annotation to requirements nothing is lost."""
    one = requests.container(
        "c",
        requests={"cpu": "333m", "memory": "100Mi"},
        limits={"cpu": "1500m", "memory": "0.5Gi"},
    )
    pod = Pod(
        id="1",
        uid="u",
        name="p",
        namespace="n",
        annotations={resources.ANNOTATION: resources.text(requests.pod(one))},
    )

    assert requirements.of(pod, "c", LinuxResources()) == Requirements(
        cpu_request=333, cpu_limit=1500, memory_request=100 << 20, memory_limit=1 << 29
    )


@pytest.mark.parametrize(
    ("pod", "path"),
    [
        ("text", "object"),
        ({"metadata": [], "spec": {"containers": 3}}, "object.spec.containers"),
        ({"metadata": "x"}, "object.metadata"),
        ({"metadata": {"annotations": "x"}}, "object.metadata.annotations"),
        ({"spec": {"containers": [{"resources": {}}]}}, "object.spec.containers[0].name"),
        (
            requests.pod(requests.container("c", limits={"cpu": "much"})),
            "object.spec.containers[0].resources.limits.cpu",
        ),
        (
            requests.pod(requests.container("c", limits={"cpu": True})),
            "object.spec.containers[0].resources.limits.cpu",
        ),
    ],
)
def test_what_is_no_pod_is_refused_with_its_path(pod: object, path: str) -> None:
    """An API server sends no such thing; whoever does hears where."""
    with pytest.raises(resources.BadPod) as caught:
        resources.patch(pod)

    assert str(caught.value).startswith(f"{path}: ")
