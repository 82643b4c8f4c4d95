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
