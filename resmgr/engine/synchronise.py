# SPDX-License-Identifier: Apache-2.0
"""Bring what is remembered in line with what the runtime has (section 5).

Containers that the runtime created while we were being killed are adopted: they have the pod, name
and attempt of one that was remembered as being created. Unlike the original, containers that are
created but not yet running are known too, so that each can be started through us.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ..model import Container, ContainerState, LinuxResources
from . import requirements
from .events import Synchronised
from .ledger import Ledger

_HELD = {ContainerState.CREATED, ContainerState.RUNNING}


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was found: containers that have gone, and resources that differ from what is meant.

    `actual` has what the runtime gave containers that were remembered otherwise, by cache id.
    """

    gone: tuple[Container, ...]
    actual: Mapping[str, LinuxResources]


def correct(ledger: Ledger, seen: Synchronised, *, under_way: bool) -> Corrected:
    """Correct the ledger by what the runtime has.

    With `under_way` creations may still be answered, so those that are not listed are kept.
    """
    listed = {pod.id for pod in seen.pods}
    for pod in seen.pods:
        known = ledger.pods.get(pod.id)
        # What RunPodSandbox said is richer than what a list says.
        ledger.put_pod(pod if known is None else replace(known, ready=pod.ready))
    adopted: set[str] = set()
    actual: dict[str, LinuxResources] = {}
    for one in seen.containers:
        if one.state not in _HELD:
            continue
        container = _adopt(ledger, one)
        adopted.add(container.cache_id)
        there = replace(
            container.linux,
            cpuset_cpus=one.linux.cpuset_cpus or container.linux.cpuset_cpus,
            cpuset_mems=one.linux.cpuset_mems or container.linux.cpuset_mems,
        )
        if there != container.linux:
            actual[container.cache_id] = there
    gone = tuple(
        one
        for one in ledger.containers.values()
        if one.cache_id not in adopted and not (under_way and one.state is ContainerState.CREATING)
    )
    for container in gone:
        ledger.drop(container.cache_id)
    for pod_id in tuple(ledger.pods):
        if pod_id not in listed:
            ledger.drop_pod(pod_id)
    return Corrected(gone, actual)


def _adopt(ledger: Ledger, seen: Container) -> Container:
    """Learn one container that the runtime has."""
    known = ledger.find(seen.id) or _interrupted(ledger.containers.values(), seen)
    if known is not None:
        return ledger.change(known, state=seen.state, runtime_id=seen.id)
    pod = ledger.pods.get(seen.pod_id)
    cache_id = ledger.cache_id(seen)
    wants = seen.requirements
    if pod is not None:
        wants = requirements.of(pod, seen.name, seen.linux)
    return ledger.put(replace(seen, cache_id=cache_id, requirements=wants))


def _interrupted(remembered: Iterable[Container], seen: Container) -> Container | None:
    """Find the container whose creation was cut off before its id was known."""
    for one in remembered:
        if one.state is ContainerState.CREATING and (one.pod_id, one.name, one.attempt) == (
            seen.pod_id,
            seen.name,
            seen.attempt,
        ):
            return one
    return None
