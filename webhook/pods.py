# SPDX-License-Identifier: Apache-2.0
"""Judges pods: what they ask for becomes an annotation, and odd annotations are told.

A pod is never refused for its annotations: who writes one wrong gets a warning, and the pod runs.
"""

from . import resources, review


def judge(request: review.Request) -> review.Verdict:
    """Annotate a pod; only an object that is none is refused."""
    try:
        return review.Verdict(patch=resources.patch(request.object))
    except resources.BadPod as error:
        return review.refuse(f"cannot read the pod: {error}")
