# SPDX-License-Identifier: Apache-2.0
"""Bring what is remembered in line with what the runtime has (section 5).

Containers that the runtime created while we were being killed are adopted: they have the pod, name
and attempt of one that was remembered as being created. Unlike the original, containers that are
created but not yet running are known too, so that each can be started through us.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from ..model import Container, ContainerState, LinuxResources, Pod
from . import asked as asks
from . import requirements
from .events import Synchronised
from .ledger import Ledger

_HELD = {ContainerState.CREATED, ContainerState.RUNNING}


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was found: containers that came, ended and have gone, and resources that differ.

    `actual` has what the runtime gave containers that are meant to have other CPUs or nodes, by
    cache id: a daemon that is killed may have decided on something that the runtime has not heard
    of. What was never decided, or is not told by the runtime, is left alone.
    """

    came: tuple[Container, ...]
    ended: tuple[Container, ...]
    gone: tuple[Container, ...]
    actual: Mapping[str, LinuxResources]


def correct(ledger: Ledger, seen: Synchronised, *, under_way: bool) -> Corrected:
    """Correct the ledger by what the runtime has.

    With `under_way` calls went on while it was asked: creations may still be answered, so those
    that are not listed are kept, and so is what is newer than the lists (`Ledger.touched`).
    Containers that ended are left in it then, for whoever removes them.
    """
    newer = frozenset(ledger.touched or ())
    _put_pods(ledger, (pod for pod in seen.pods if pod.id not in newer))
    older = [one for one in seen.containers if one.id not in newer]
    present = _present(ledger, older) if under_way else {}
    came: list[Container] = []
    actual: dict[str, LinuxResources] = {}
    for one in older:
        if one.state not in _HELD:
            continue
        known = ledger.find(one.id) or _interrupted(ledger.containers.values(), one)
        container = _adopt(ledger, one, known)
        if container is None:
            continue
        present[container.cache_id] = one.state
        container = _left_alone(ledger, container, one)
        came += [container] if known is None else []
        there = _there(container.linux, one.linux)
        if there != container.linux:
            actual[container.cache_id] = there
    gone = _gone(ledger, present.keys() | newer, under_way=under_way)
    listed = newer.union(pod.id for pod in seen.pods)
    for pod_id in tuple(ledger.pods):
        if pod_id not in listed:
            ledger.drop_pod(pod_id)
    return Corrected(tuple(came), _ended(ledger, present), gone, actual)


def _put_pods(ledger: Ledger, listed: Iterable[Pod]) -> None:
    for pod in listed:
        known = ledger.pods.get(pod.id)
        # What RunPodSandbox said is richer than what a list says.
        ledger.put_pod(pod if known is None else replace(known, ready=pod.ready))


def _present(ledger: Ledger, listed: Iterable[Container]) -> dict[str, ContainerState]:
    """Give the states of known containers by cache id."""
    found = ((ledger.find(one.id), one.state) for one in listed)
    return {known.cache_id: state for known, state in found if known is not None}


def _gone(ledger: Ledger, kept: Collection[str], *, under_way: bool) -> tuple[Container, ...]:
    """Forget the containers that are not there any more; give them."""
    gone = tuple(
        one
        for one in ledger.containers.values()
        if one.cache_id not in kept and not (under_way and one.state is ContainerState.CREATING)
    )
    for container in gone:
        ledger.drop(container.cache_id)
    return gone


def _ended(ledger: Ledger, present: Mapping[str, ContainerState]) -> tuple[Container, ...]:
    """Give the containers that are listed as ended and are known as alive."""
    exited = (key for key, state in present.items() if state is ContainerState.EXITED)
    return tuple(one for one in map(ledger.containers.__getitem__, exited) if one.state in _HELD)


def _there(meant: LinuxResources, has: LinuxResources) -> LinuxResources:
    """Give what is meant with the CPUs and nodes that the runtime tells instead."""
    if has == LinuxResources():
        return meant
    return replace(
        meant,
        cpuset_cpus=has.cpuset_cpus if meant.cpuset_cpus else 0,
        cpuset_mems=has.cpuset_mems if meant.cpuset_mems else 0,
    )


def _left_alone(ledger: Ledger, known: Container, seen: Container) -> Container:
    """Learn the CPUs and nodes of a container that keeps them, whoever has changed them since."""
    wants = ledger.asked.get(known.cache_id, asks.NOTHING)
    has = asks.resized(known, wants, seen.linux)
    return ledger.put(has) if has.linux != known.linux else known


def _adopt(ledger: Ledger, seen: Container, known: Container | None) -> Container | None:
    """Learn one container that the runtime has, unless it has a successor."""
    if known is not None:
        return ledger.change(known, state=seen.state, runtime_id=seen.id)
    pod = ledger.pods.get(seen.pod_id)
    cache_id = ledger.cache_id(seen)
    successor = ledger.containers.get(cache_id)
    if successor is not None and successor.attempt > seen.attempt:
        return None
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
