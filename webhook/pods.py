# SPDX-License-Identifier: Apache-2.0
"""Judges pods: what they ask for becomes an annotation, and odd annotations are told.

A pod is never refused for its annotations: who writes one wrong gets a warning, and the pod runs.
"""

from resmgr.config import annotation_keys

from . import resources, review


def judge(request: review.Request) -> review.Verdict:
    """Annotate a pod; only an object that is none is refused."""
    try:
        patch = resources.patch(request.object)
    except resources.BadPod as error:
        return review.refuse(f"cannot read the pod: {error}")
    given = (request.object.get("metadata") or {}).get("annotations") or {}
    # What stands there of ours is replaced, so there is nothing to say about it.
    told = {
        name: value
        for name, value in given.items()
        if name != resources.ANNOTATION and isinstance(value, str)
    }
    warnings = annotation_keys.doubts(told, resources.containers(request.object))
    return review.Verdict(patch=patch, warnings=warnings)
