# SPDX-License-Identifier: Apache-2.0
"""Pods are annotated, and only what is none is refused."""

from unit.webhook import requests

from webhook import pods, review


def judge(given: object) -> review.Verdict:
    """Judge a pod."""
    return pods.judge(review.Request("u", "", "v1", "pods", "", "CREATE", "default", "", given))


def test_a_pod_is_annotated() -> None:
    """That is what the webhook is for."""
    verdict = judge(requests.pod(requests.container("c")))

    assert (verdict.allowed, len(verdict.patch)) == (True, 2)


def test_what_is_no_pod_is_refused() -> None:
    """With the place that is wrong."""
    assert judge({"spec": 1}).message == "cannot read the pod: object.spec: expected a mapping"


def test_an_annotation_that_nobody_knows_is_told() -> None:
    """With the one that was probably meant; the pod runs."""
    odd = {"rdtclas.cri-resource-manager.intel.com/pod": "gold", "other.example/x": "y"}
    verdict = judge(requests.pod(requests.container("c"), annotations=odd))

    assert verdict.allowed
    assert len(verdict.warnings) == 1
    assert "rdtclass.cri-resource-manager.intel.com" in verdict.warnings[0]


def test_an_annotation_for_a_container_that_there_is_not_is_told() -> None:
    """Whatever stands in the pod's annotation about resources."""
    key = "rdtclass.cri-resource-manager.intel.com/container."
    odd = {f"{key}web": "gold", f"{key}wbe": "gold"}
    (warning,) = judge(requests.pod(requests.container("web"), annotations=odd)).warnings

    assert "the pod has no container 'wbe', did you mean web" in warning


def test_what_is_replaced_is_not_told() -> None:
    """The annotation of resources is the webhook's own."""
    odd = {"intel.com/resources": "no JSON"}

    assert not judge(requests.pod(annotations=odd)).warnings


def test_annotations_that_are_no_text_are_let_be() -> None:
    """An API server lets none through."""
    odd = {"rdtclas.cri-resource-manager.intel.com/pod": 3}

    assert judge(requests.pod(annotations=odd)).allowed
