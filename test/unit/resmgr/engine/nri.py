# SPDX-License-Identifier: Apache-2.0
"""A front end shaped like NRI, so that the engine stays without a word of CRI.

Messages are plain data with the fields of the interface that matter (NRI, parts C and D): a
container has its id before it is created, what is decided for it goes back as an adjustment, what
others have to change as updates in the same reply. Empty texts and 0 leave what is there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resmgr import cpuset, model, quantity
from resmgr.effects import plan
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.engine.outcome import Outcome
from resmgr.policy.interface import Policy
from resmgr.state import replay
from resmgr.state.changes import Saved


@dataclass(frozen=True)
class Resources:
    """LinuxResources, as far as CPU and memory go."""

    shares: int = 0
    quota: int = 0
    period: int = 0
    limit: int = 0
    cpus: str = ""
    mems: str = ""

    def over(self, other: "Resources") -> "Resources":
        """Give these, and those of another one where these leave what is there."""
        return Resources(
            shares=self.shares or other.shares,
            quota=self.quota or other.quota,
            period=self.period or other.period,
            limit=self.limit or other.limit,
            cpus=self.cpus or other.cpus,
            mems=self.mems or other.mems,
        )


@dataclass(frozen=True)
class PodSandbox:
    """A pod."""

    id: str
    name: str
    uid: str
    namespace: str = "default"
    annotations: Mapping[str, str] = field(default_factory=dict)
    cgroup_parent: str = ""


@dataclass(frozen=True)
class Container:
    """A container; `env` has texts like `KEY=VALUE`."""

    id: str
    pod_sandbox_id: str
    name: str
    args: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    resources: Resources = Resources()
    running: bool = False


@dataclass(frozen=True)
class Adjustment:
    """What a container that is being created gets beside what was asked for."""

    resources: Resources = Resources()
    env: tuple[tuple[str, str], ...] = ()
    args: tuple[str, ...] = ()


@dataclass(frozen=True)
class Update:
    """What another container has to get."""

    container_id: str
    resources: Resources


class Refused(Exception):
    """The runtime fails the request; the text reaches the pod's event."""


class FrontEnd:
    """Turns one message after the other into events, and what follows into replies.

    `saved` is what a store would remember.
    """

    def __init__(self, engine: Engine, saved: Saved | None = None) -> None:
        """Take an engine that has not started; `synchronize` comes first."""
        self.engine = engine
        self.saved = saved or Saved()
        self._started = False
        self._sent: dict[str, model.LinuxResources] = {}
        """What containers were created with that the runtime does not yet know for updates."""

    def synchronize(
        self, pods: Iterable[PodSandbox], containers: Iterable[Container]
    ) -> Sequence[Update]:
        """Learn all that the runtime has; what differs from what is meant is updated."""
        known = {pod.id: _pod(pod) for pod in pods}
        seen = events.Synchronised(
            tuple(known.values()),
            tuple(_container(one, known[one.pod_sandbox_id]) for one in containers),
        )
        self._sent.clear()
        if not self._started:
            self._started = True
            return self._updates(self.engine.start(seen))
        self._take(events.Synchronising())
        return self._updates(self._take(seen))

    def run_pod_sandbox(self, pod: PodSandbox) -> Sequence[Update]:
        """A pod runs; the updates are unsolicited, as the reply has none."""
        return self._updates(self._take(events.PodStarted(_pod(pod))))

    def stop_pod_sandbox(self, pod_id: str) -> Sequence[Update]:
        """A pod has stopped; the updates are unsolicited."""
        return self._updates(self._take(events.PodStopped(pod_id)))

    def remove_pod_sandbox(self, pod_id: str) -> Sequence[Update]:
        """A pod goes; the updates are unsolicited."""
        return self._updates(self._take(events.PodRemoved(pod_id)))

    def create_container(
        self, pod: PodSandbox, container: Container
    ) -> tuple[Adjustment, Sequence[Update]]:
        """A container is about to be created. Raises `Refused`."""
        known = _pod(pod)
        outcome = self._take(events.ContainerCreating(_container(container, known), known))
        if outcome.refusal is not None:
            raise Refused(outcome.refusal.message)
        assert outcome.container is not None
        key = outcome.container.cache_id
        what = plan.make(outcome, self._find, key)
        self._take(events.ContainerCreated(key, container.id))
        meant = self._find(key)
        assert meant is not None
        self._sent[container.id] = meant.linux
        request = what.request
        adjustment = Adjustment(
            resources=resources(request.linux),
            env=request.environment,
            args=(*(request.command or ()), *(request.args or ())),
        )
        return adjustment, _told(what.updates)

    def post_create_container(self, container_id: str) -> Sequence[Update]:
        """It is in the runtime's store; what was decided for it meanwhile is sent unsolicited."""
        known = self.engine.ledger.find(container_id)
        sent = self._sent.pop(container_id, None)
        return _told([known]) if known is not None and known.linux != sent else ()

    def post_start_container(self, container_id: str) -> None:
        """It runs."""
        self._take(events.ContainerStarted(container_id))

    def update_container(self, container_id: str, asked: Resources) -> Sequence[Update]:
        """Its resources are to change; CPUs are answered always. Raises `Refused`."""
        outcome = self._take(events.ContainerResized(container_id, _linux(asked)))
        if outcome.refusal is not None:
            raise Refused(outcome.refusal.message)
        if outcome.container is None:
            return ()
        others = plan.make(outcome, self._find, outcome.container.cache_id).updates
        return (*_told(others), *_told([outcome.container]))

    def stop_container(self, container_id: str) -> Sequence[Update]:
        """It was stopped, or has ended by itself, or was not created after all."""
        return self._updates(self._take(events.ContainerStopped(container_id)))

    def remove_container(self, container_id: str) -> None:
        """It goes; it has stopped before, so that nobody has to be told."""
        outcome = self._take(events.ContainerRemoved(container_id))
        assert not outcome.intents

    def switch(self, policy: Policy[Any]) -> Sequence[Update]:
        """Another policy takes over; the updates are unsolicited."""
        return self._updates(self.engine.switch(policy))

    def rebalance(self) -> Sequence[Update]:
        """It is time to improve; the updates are unsolicited."""
        return self._updates(self._take(events.Rebalance()))

    def _take(self, event: events.Event) -> Outcome:
        outcome = self.engine.handle(event)
        assert not outcome.failure, outcome.failure
        self.saved = replay.apply(self.saved, outcome.changes)
        return outcome

    def _updates(self, outcome: Outcome) -> Sequence[Update]:
        self.saved = replay.apply(self.saved, outcome.changes)
        return _told(plan.make(outcome, self._find).updates)

    def _find(self, cache_id: str) -> model.Container | None:
        return self.engine.ledger.containers.get(cache_id)


def _told(containers: Iterable[model.Container]) -> tuple[Update, ...]:
    return tuple(Update(one.id, resources(one.linux)) for one in containers)


def resources(linux: model.LinuxResources) -> Resources:
    """Write resources as messages have them."""
    return Resources(
        shares=linux.shares,
        quota=linux.quota,
        period=linux.period,
        limit=linux.memory_limit,
        cpus=cpuset.show(linux.cpuset_cpus),
        mems=cpuset.show_ids(linux.cpuset_mems),
    )


def _linux(resources: Resources) -> model.LinuxResources:
    return model.LinuxResources(
        shares=resources.shares,
        quota=resources.quota,
        period=resources.period,
        memory_limit=resources.limit,
        cpuset_cpus=cpuset.parse(resources.cpus),
        cpuset_mems=cpuset.parse(resources.mems),
    )


def _pod(pod: PodSandbox) -> model.Pod:
    return model.Pod(
        id=pod.id,
        uid=pod.uid,
        name=pod.name,
        namespace=pod.namespace,
        annotations=pod.annotations,
        cgroup_parent=pod.cgroup_parent,
        qos=quantity.qos(pod.cgroup_parent),
    )


def _container(container: Container, pod: model.Pod) -> model.Container:
    """Give the container of the model; the engine names it."""
    state = model.ContainerState.RUNNING if container.running else model.ContainerState.CREATED
    pairs = (text.partition("=") for text in container.env)
    return model.Container(
        cache_id="",
        pod_id=pod.id,
        name=container.name,
        id=container.id,
        state=state,
        namespace=pod.namespace,
        command=container.args,
        env=tuple((key, value) for key, _, value in pairs),
        linux=_linux(container.resources),
    )
