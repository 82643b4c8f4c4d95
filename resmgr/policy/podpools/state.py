# SPDX-License-Identifier: Apache-2.0
"""Who is in which pool, and how that is remembered.

Values never change; what a step makes differs from what was before in one container, its pod and
its pool.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .. import remembered

LAYOUT, POD, CONTAINER = "layout", "pod/", "container/"
"""Key of the pools of the time, and beginnings of the keys of pods and containers."""


@dataclass(frozen=True, slots=True)
class Member:
    """A container; its request is in milli-CPU, 0 without one."""

    pod: str
    request: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pod is: the position of its pool; requests in milli-CPU."""

    name: str
    pool: int
    containers: int = 0
    requested: int = 0
    peak: int = 0
    """The most that its containers have requested together."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is in a pool."""

    pods: int = 0
    requested: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """Containers by cache id, pods by id, and what pools hold by their position."""

    members: Mapping[str, Member] = field(default_factory=dict)
    pods: Mapping[str, Place] = field(default_factory=dict)
    loads: Mapping[int, Load] = field(default_factory=dict)
    """Pools without a pod are not in it."""

    def load(self, pool: int) -> Load:
        """Give what is in a pool."""
        return self.loads.get(pool, Load())

    def settled(self, pod: str, place: Place) -> "State":
        """Let a pod without containers be somewhere."""
        load = self.load(place.pool)
        return replace(
            self,
            pods={**self.pods, pod: place},
            loads={**self.loads, place.pool: replace(load, pods=load.pods + 1)},
        )

    def having(self, cache_id: str, member: Member) -> "State":
        """Let a container of a pod that is somewhere have a request, in place of what it had."""
        old, place = self.members.get(cache_id), self.pods[member.pod]
        more = member.request - (old.request if old else 0)
        place = replace(
            place,
            containers=place.containers + (old is None),
            requested=place.requested + more,
            peak=max(place.peak, place.requested + more),
        )
        load = self.load(place.pool)
        return State(
            {**self.members, cache_id: member},
            {**self.pods, member.pod: place},
            {**self.loads, place.pool: replace(load, requested=load.requested + more)},
        )

    def without(self, cache_id: str) -> "State":
        """Let a container be gone, and its pod with the last one."""
        members = dict(self.members)
        gone = members.pop(cache_id)
        place, pods, loads = self.pods[gone.pod], dict(self.pods), dict(self.loads)
        load = loads[place.pool]
        load = replace(load, requested=load.requested - gone.request)
        if place.containers > 1:
            pods[gone.pod] = replace(
                place,
                containers=place.containers - 1,
                requested=place.requested - gone.request,
            )
        else:
            del pods[gone.pod]
            load = replace(load, pods=load.pods - 1)
        loads[place.pool] = load
        if not load.pods:
            del loads[place.pool]
        return State(members, pods, loads)


def dump(state: State, names: Mapping[int, str], layout: str) -> dict[str, str]:
    """Give JSON texts by key; `names` are those of the pools, `layout` is written as it is."""
    texts = {LAYOUT: layout}
    for pod, place in state.pods.items():
        texts[POD + pod] = _pod(place, names)
    for cache_id, member in state.members.items():
        texts[CONTAINER + cache_id] = _container(member)
    return texts


def entries(
    before: State, after: State, cache_id: str, names: Mapping[int, str]
) -> dict[str, str | None]:
    """Give what of `dump` differs after a step about one container; `None` for what is gone."""
    found: dict[str, str | None] = {}
    old, new = before.members.get(cache_id), after.members.get(cache_id)
    if old != new:
        found[CONTAINER + cache_id] = _container(new) if new else None
    for pod in {member.pod for member in (old, new) if member}:
        place = after.pods.get(pod)
        if place != before.pods.get(pod):
            found[POD + pod] = _pod(place, names) if place else None
    return found


def _pod(place: Place, names: Mapping[int, str]) -> str:
    data = {"name": place.name, "pool": names[place.pool], "peak": place.peak}
    return json.dumps(data, sort_keys=True)


def _container(member: Member) -> str:
    return json.dumps({"pod": member.pod, "request": member.request}, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was remembered: pods with the name of their pool and their peak, and containers."""

    layout: str
    pods: Mapping[str, tuple[str, str, int]]
    """Name of the pod, name of the pool, peak, by the id of the pod."""

    members: Mapping[str, Member]


def load(saved: Mapping[str, str]) -> Kept:
    """Read what `dump` gave. Raises `BadState`."""
    pods: dict[str, tuple[str, str, int]] = {}
    members: dict[str, Member] = {}
    with remembered.reading("the saved state of policy podpools"):
        layout = saved[LAYOUT]
        for key, text in saved.items():
            if key.startswith(POD):
                data = json.loads(text)
                place = (
                    remembered.text(data["name"]),
                    remembered.text(data["pool"]),
                    remembered.number(data["peak"]),
                )
                pods[key.removeprefix(POD)] = place
            elif key.startswith(CONTAINER):
                data = json.loads(text)
                member = Member(remembered.text(data["pod"]), remembered.number(data["request"]))
                members[key.removeprefix(CONTAINER)] = member
    return Kept(layout, pods, members)
