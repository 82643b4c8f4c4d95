# SPDX-License-Identifier: Apache-2.0
"""What is doubtful about the annotations of a pod; told once, when the pod comes."""

from ..config import annotation_keys
from ..model import Pod
from ..policy.interface import Reason


def of(pod: Pod) -> tuple[Reason, ...]:
    """Give it as warnings about the pod."""
    name = f"pod {pod.namespace}/{pod.name}"
    return tuple(
        Reason(name, text, warning=True) for text in annotation_keys.doubts(pod.annotations)
    )
