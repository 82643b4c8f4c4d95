# SPDX-License-Identifier: Apache-2.0
"""Which container a person means by a word: an id, the beginning of one, or names with slashes."""

from collections.abc import Iterable, Mapping

from ... import model
from ...model import Container, ContainerState, Pod

_GONE = frozenset((ContainerState.EXITED, ContainerState.UNKNOWN))

SHORTEST = 4
"""Characters of an id that are enough for its beginning."""


def containers(
    word: str, known: Iterable[Container], pods: Mapping[str, Pod]
) -> tuple[Container, ...]:
    """Give the containers that are meant; more than one where the word does not tell them apart.

    Words are tried as the runtime's id or `<pod UID>:<name>`, as `pod/container` with or without
    `namespace/` before it (a colon will do for the last slash), as a pod, as a container's name,
    and as the beginning of an id; the first kind that fits counts. Of those that it fits, the ones
    that run count before those that have ended.
    """
    every = tuple(known)
    for fits in (_is_id, _is_path, _is_pod, _is_name, _begins):
        found = [one for one in every if fits(word, one, pods.get(one.pod_id))]
        alive = [one for one in found if one.state not in _GONE]
        if found:
            return tuple(alive or found)
    return ()


def title(container: Container, pod: Pod | None) -> str:
    """Give the name that tells a container from all others for people."""
    if pod is None:
        return f"{container.namespace}/{container.pod_id}:{container.name}"
    return model.title(pod, container)


def _is_id(word: str, one: Container, pod: Pod | None) -> bool:
    del pod
    return word in {one.id, one.cache_id}


def _is_path(word: str, one: Container, pod: Pod | None) -> bool:
    if pod is None:
        return False
    short = f"{pod.name}/{one.name}"
    named = f"{pod.name}:{one.name}"
    return word in {short, named, f"{pod.namespace}/{short}", f"{pod.namespace}/{named}"}


def _is_pod(word: str, one: Container, pod: Pod | None) -> bool:
    del one
    return pod is not None and word in {pod.name, pod.uid, f"{pod.namespace}/{pod.name}"}


def _is_name(word: str, one: Container, pod: Pod | None) -> bool:
    del pod
    return word == one.name


def _begins(word: str, one: Container, pod: Pod | None) -> bool:
    del pod
    return len(word) >= SHORTEST and (one.id.startswith(word) or one.cache_id.startswith(word))
