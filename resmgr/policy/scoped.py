# SPDX-License-Identifier: Apache-2.0
"""Annotations of pods that are for one container, for all of them, or plain.

The first key that is there wins, even if its value is wrong (annotations, section 1).
"""

from ..model import Pod


def of_container(pod: Pod, key: str, container: str) -> str | None:
    """Give the value that counts for a container of the pod; None without one."""
    return _first(pod, f"{key}/container.{container}", f"{key}/pod", key)


def of_pod(pod: Pod, key: str) -> str | None:
    """Give the value that counts for the whole pod; None without one."""
    return _first(pod, f"{key}/pod", key)


def _first(pod: Pod, *keys: str) -> str | None:
    for key in keys:
        value = pod.annotations.get(key)
        if value is not None:
            return value
    return None
