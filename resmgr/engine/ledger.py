# SPDX-License-Identifier: Apache-2.0
"""The pods and containers that are known now, and every change of them as data to remember.

While the runtime is asked for all that it has, `touched` collects the ids (of pods, of containers
both kinds) that came, went or changed their state since: what the runtime says of them is older.

A container keeps its cache id when it is restarted, while its runtime id changes; the id of the
former incarnation is forgotten then, so that stopping or removing what is dead never touches what
lives (the original released the live container's resources: section 8.3).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from ..adjustments import effective, read
from ..adjustments.adjustment import Adjustment
from ..model import Container, ContainerState, LinuxResources, Pod
from ..policy.interface import Subject
from ..state.changes import Change, DropContainer, DropPod, PutContainer, PutPod, Saved
from . import asked
from .asked import Asked

_QOS_ORDER = {"Guaranteed": 0, "Burstable": 1, "BestEffort": 2, "": 3}


class Ledger:
    """What is known; `changes` collects what has to be remembered until it is taken."""

    def __init__(self, saved: Saved) -> None:
        """Begin with what was remembered."""
        self.pods: dict[str, Pod] = dict(saved.pods)
        self.containers: dict[str, Container] = dict(saved.containers)
        self.running_since: dict[str, int] = {}
        self.touched: set[str] | None = None
        self._by_id = {one.id: one.cache_id for one in self.containers.values() if one.id}
        self._of_pod: dict[str, dict[str, None]] = {}
        """Cache ids by the id of the pod; with it a pod costs the same however many there are."""
        self._of_uid: dict[str, dict[str, None]] = {}
        """Ids of sandboxes by the UID of the pod."""
        for container in self.containers.values():
            _join(self._of_pod, container.pod_id, container.cache_id)
        for pod in self.pods.values():
            _join(self._of_uid, pod.uid, pod.id)
        self.asked: dict[str, Asked] = {}
        """What pods ask for their containers, by cache id; mostly empty."""
        self.wanted: tuple[Adjustment, ...] = remembered(saved.adjustments)
        """Adjustments of what containers ask for; mostly none."""
        self.adjustments: dict[str, Adjustment] = {}
        """Those that count, by cache id."""
        self.conflicts: dict[str, str] = {}
        """Why there is none that counts though some are meant for a container, by cache id."""
        for container in self.containers.values():
            self._ask(container)
            self._adjust(container)
        self._changes: dict[tuple[str, str], Change] = {}
        """The last change of each pod and container, which tells all of it."""
        self._nameless = 0

    def mark(self) -> Callable[[], None]:
        """Give what takes back all that is given and adjusted from now on.

        None may come or go meanwhile.
        """
        containers, changes = dict(self.containers), dict(self._changes)
        adjusted = self.wanted, self.adjustments, self.conflicts

        def go_back() -> None:
            self.containers, self._changes = containers, changes
            self.wanted, self.adjustments, self.conflicts = adjusted

        return go_back

    def placed(self) -> list[Subject]:
        """Give the containers that policies place, as `alive` does."""
        return [
            self.subject(one)
            for one in self.alive()
            if not self.asked.get(one.cache_id, asked.NOTHING).cpu_preserved
        ]

    def take_changes(self) -> tuple[Change, ...]:
        """Give the changes since the last time."""
        changes = tuple(self._changes.values())
        self._changes = {}
        return changes

    def find(self, runtime_id: str) -> Container | None:
        """Give the container that has this runtime id now; ids of former incarnations are gone."""
        cache_id = self._by_id.get(runtime_id)
        return self.containers.get(cache_id) if cache_id is not None else None

    def subject(self, container: Container) -> Subject:
        """Give a container, as it is adjusted, together with its pod."""
        adjustment = self.adjustments.get(container.cache_id)
        return self.own(container if adjustment is None else adjustment.of(container))

    def own(self, container: Container) -> Subject:
        """Give a container as it is with its pod; a pod that is not known is an empty one."""
        pod = self.pods.get(container.pod_id)
        return Subject(container, pod or Pod(container.pod_id, "", "", container.namespace))

    def adjust(self, wanted: tuple[Adjustment, ...], found: Mapping[str, Adjustment]) -> None:
        """Make other adjustments count; `found` has the one of each container that has one."""
        self.wanted, self.adjustments, self.conflicts = wanted, dict(found), {}

    def of_pod(self, pod_id: str) -> tuple[Container, ...]:
        """Give the containers of a pod sandbox."""
        return tuple(map(self.containers.__getitem__, self._of_pod.get(pod_id, ())))

    def alive(self) -> tuple[Container, ...]:
        """Give the containers that hold resources, in the documented order (section 5, step 7)."""
        states = {ContainerState.CREATING, ContainerState.CREATED, ContainerState.RUNNING}
        found = [one for one in self.containers.values() if one.state in states]
        return tuple(sorted(found, key=self._order))

    def put_pod(self, pod: Pod) -> None:
        """Learn a pod."""
        old = self.pods.get(pod.id)
        if old != pod:
            if old is not None:
                _leave(self._of_uid, old.uid, old.id)
            _join(self._of_uid, pod.uid, pod.id)
            self.pods[pod.id] = pod
            self._changes["pod", pod.id] = PutPod(pod)
            self._touch(pod.id)

    def drop_pod(self, pod_id: str) -> None:
        """Forget a pod; its containers are forgotten by themselves."""
        old = self.pods.pop(pod_id, None)
        if old is not None:
            _leave(self._of_uid, old.uid, pod_id)
            self._changes["pod", pod_id] = DropPod(pod_id)
            self._touch(pod_id)

    def put(self, container: Container) -> Container:
        """Learn a container; the runtime id of its former incarnation is forgotten."""
        old = self.containers.get(container.cache_id)
        if old is not None and old.id and old.id != container.id:
            self._by_id.pop(old.id, None)
        if container.id:
            self._by_id[container.id] = container.cache_id
        if old is None or old.pod_id != container.pod_id:
            if old is not None:
                _leave(self._of_pod, old.pod_id, old.cache_id)
            _join(self._of_pod, container.pod_id, container.cache_id)
            self._ask(container)
            self._adjust(container)
        self.containers[container.cache_id] = container
        if old != container:
            self._changes["container", container.cache_id] = PutContainer(container)
        if old is None or (old.id, old.state) != (container.id, container.state):
            self._touch(container.cache_id, container.id, old.id if old else "")
        return container

    def change(
        self,
        container: Container,
        *,
        state: ContainerState | None = None,
        runtime_id: str | None = None,
    ) -> Container:
        """Learn some changes of a container."""
        return self.put(
            replace(
                container,
                state=container.state if state is None else state,
                id=container.id if runtime_id is None else runtime_id,
            )
        )

    def give(self, cache_id: str, linux: LinuxResources) -> None:
        """Learn the resources that a known container is to have."""
        container = self.containers[cache_id]
        if container.linux is not linux and container.linux != linux:
            changed = self.containers[cache_id] = container.having(linux)
            self._changes["container", cache_id] = PutContainer(changed)

    def drop(self, cache_id: str) -> None:
        """Forget a container."""
        old = self.containers.pop(cache_id, None)
        self.running_since.pop(cache_id, None)
        self.asked.pop(cache_id, None)
        self.adjustments.pop(cache_id, None)
        self.conflicts.pop(cache_id, None)
        if old is not None:
            self._by_id.pop(old.id, None)
            _leave(self._of_pod, old.pod_id, cache_id)
            self._changes["container", cache_id] = DropContainer(cache_id)
            self._touch(cache_id, old.id)

    def cache_id(self, container: Container) -> str:
        """Make the cache id: pod UID and name, or a number for a pod without a UID (8.3)."""
        pod = self.pods.get(container.pod_id)
        if pod is not None and pod.uid:
            return f"{pod.uid}:{container.name}"
        while True:
            self._nameless += 1
            made = f"cache:{self._nameless:x}"
            if made not in self.containers:
                return made

    def same_uid(self, pod: Pod) -> Iterator[Pod]:
        """Give the other sandboxes of the same pod: it is being made anew."""
        for other in tuple(self._of_uid.get(pod.uid, ())) if pod.uid else ():
            if other != pod.id:
                yield self.pods[other]

    def _ask(self, container: Container) -> None:
        """Learn what its pod asks for a container that is new."""
        self.asked.pop(container.cache_id, None)
        found = asked.of(self.subject(container).pod, container.name)
        if found is not asked.NOTHING:
            self.asked[container.cache_id] = found

    def _adjust(self, container: Container) -> None:
        """Find the adjustment of a container that is new."""
        if not self.wanted:
            return
        self.adjustments.pop(container.cache_id, None)
        self.conflicts.pop(container.cache_id, None)
        found = effective.of(self.wanted, [self.own(container)])
        self.adjustments |= found.adjustments
        for text in found.errors.values():
            self.conflicts[container.cache_id] = text

    def _touch(self, *ids: str) -> None:
        if self.touched is not None:
            self.touched.update(ids)

    def _order(self, container: Container) -> tuple[int | str, ...]:
        pod = self.pods.get(container.pod_id)
        wants = container.requirements
        return (
            _QOS_ORDER[pod.qos.value if pod else ""],
            -(wants.memory_request or 0),
            -(wants.memory_limit or 0),
            -(wants.cpu_request or 0),
            -(wants.cpu_limit or 0),
            pod.name if pod else "",
            container.name,
            # Pods of one name may be in several namespaces: no two containers are equal.
            container.cache_id,
        )


def remembered(text: str) -> tuple[Adjustment, ...]:
    """Give adjustments of before; none where this version does not take them any more."""
    try:
        return tuple(read.read(text).values())
    except ValueError:
        return ()


def _join(groups: dict[str, dict[str, None]], group: str, member: str) -> None:
    groups.setdefault(group, {})[member] = None


def _leave(groups: dict[str, dict[str, None]], group: str, member: str) -> None:
    members = groups[group]
    del members[member]
    if not members:
        del groups[group]
