# SPDX-License-Identifier: Apache-2.0
"""A playbook: what happens on a node, and what a policy answers, read from left to right.

    assert (
        Node("static", trees.FLAT, reserved="0")
        >> Create("a", cpu="2") << SetCpuset("a", "1-2")
        >> Create("b", cpu="9") << Refused("9 exclusive CPUs")
        >> Remove("a")
    )

`>>` is something that happens, `<<` one thing that the policy says to it. Nothing may be left out,
apart from reasons; the order of answers to one thing does not matter, since effects order them.
After each step the invariants given to the node are checked.
"""

import dataclasses
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from unit.resmgr.policy import mixed
from unit.resmgr.sysfs.trees import Tree

from resmgr import cpuset, intents, model, quantity
from resmgr.policy import interface, registry
from resmgr.policy.load import FollowsLoad


@dataclass(frozen=True)
class Create:
    """A container is created, in a pod of its own or in `pod`; `cpu`, `limit` are quantities.

    Without `qos` a pod is guaranteed if it has a CPU request, else best-effort.
    """

    name: str
    cpu: str = ""
    limit: str = ""
    qos: model.Qos | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace: str = "default"
    pod: str = ""
    memory: str = ""
    """Request and limit, a quantity."""

    command: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Resize:
    """A container that runs asks for another amount of CPU; nothing: for the same again."""

    name: str
    cpu: str


@dataclass(frozen=True)
class Remove:
    """A container is gone."""

    name: str


@dataclass(frozen=True)
class Rebalance:
    """The time to improve has come."""


@dataclass(frozen=True)
class Loaded:
    """Somebody has measured how busy CPUs are: id -> thousandths."""

    load: Mapping[int, int]


@dataclass(frozen=True)
class Restart:
    """The daemon starts again; `without` are containers that went away meanwhile.

    With `saved` the policy starts with that instead of with what it said before.
    """

    without: tuple[str, ...] = ()
    saved: Mapping[str, str] | None = None


T = TypeVar("T")
Event = Create | Resize | Remove | Rebalance | Loaded | Restart


@dataclass(frozen=True)
class SetCpuset:
    """A container is told its CPUs, a list."""

    name: str
    cpus: str


@dataclass(frozen=True)
class Intent:
    """Anything else that is to be done; containers are named by their names."""

    intent: intents.Intent


@dataclass(frozen=True)
class Refused:
    """The step is refused with a message that has this in it, a regular expression."""

    pattern: str


@dataclass(frozen=True)
class Because:
    """Some reason for a container has this in it, a regular expression."""

    name: str
    pattern: str


def shares(name: str, value: int) -> Intent:
    """The weight that a container is told."""
    return Intent(intents.SetShares(name, value))


def mems(name: str, nodes: str) -> Intent:
    """The memory nodes that a container is told, a list."""
    return Intent(intents.SetMems(name, cpuset.parse(nodes)))


Answer = SetCpuset | Intent | Refused | Because
Invariant = Callable[["Node"], None]


class Node:
    """A policy on a machine, and what it is to do; see the module."""

    def __init__(
        self,
        policy: str | interface.Factory,
        tree: Tree,
        *,
        reserved: str = "",
        available: str = "",
        config: Mapping[str, Any] | None = None,
        invariants: Sequence[Invariant] = (),
        order: random.Random | None = None,
    ) -> None:
        """Start the policy; `reserved` and `available` are lists of CPUs.

        With `order` all that has no order of its own comes in another one, now and later.
        """
        constraints = interface.Constraints(
            available=cpuset.parse(available) if available else None,
            reserved=cpuset.parse(reserved) if reserved else None,
        )
        self._order = order
        self.machine = self._mixed(tree.machine())
        make = registry.load(policy) if isinstance(policy, str) else policy
        self.policy = make(self.machine, constraints, self._mixed(config or {}))
        self.usable = constraints.available or self.machine.online
        """CPUs that anybody may be told."""

        self.subjects: dict[str, interface.Subject] = {}
        """What runs, by name, oldest first."""

        self.state = self.policy.start(None, []).state
        self.kept = self.policy.dump(self.state)
        """What is remembered of the state: the whole at a start, then what each step says."""

        self.cpus: dict[str, int] = {}
        """The CPUs that each container was told last."""

        self.refusal: interface.PolicyError | None = None
        """Why the last step was refused."""

        self._invariants = invariants
        self._event: Event | None = None
        self._said: list[Answer] = []
        self._reasons: tuple[interface.Reason, ...] = ()
        self._expected: list[Answer] = []
        for invariant in invariants:
            invariant(self)

    def __rshift__(self, event: Event) -> Self:
        """Let something happen, after comparing what was said to the last thing."""
        self._compare()
        return self.happens(event)

    def happens(self, event: Event) -> Self:
        """Let something happen whatever was said before, as in a long row of random events."""
        self._event, self._expected, self._said, self._reasons = event, [], [], ()
        self.refusal = None
        try:
            step = self._step(event)
        except interface.PolicyError as error:
            self.refusal = error
            self._said = [Refused(str(error))]
        else:
            self._take(step)
        for invariant in self._invariants:
            invariant(self)
        return self

    def __lshift__(self, answer: Answer) -> Self:
        """Expect one answer to the last thing that happened."""
        self._expected.append(answer)
        return self

    def __bool__(self) -> bool:
        """Compare what was said last; a difference is an assertion that names it."""
        self._compare()
        return True

    @property
    def reasons(self) -> Sequence[interface.Reason]:
        """Why the policy did so, the last time."""
        return self._reasons

    @property
    def said(self) -> Sequence[Answer]:
        """What the policy said to the last thing, in its order."""
        return self._said

    def offers(self, name: str) -> Mapping[str, str]:
        """Give what the container may know about itself."""
        return self.policy.export(self.state, name)

    def _mixed(self, value: T) -> T:
        return value if self._order is None else mixed.of(value, self._order)

    def _step(self, event: Event) -> interface.Step[Any]:
        match event:
            case Create():
                subject = subject_of(event)
                step = self.policy.allocate(self.state, subject)
                self.subjects[event.name] = subject
                return step
            case Resize():
                subject = _resized(self.subjects[event.name], event.cpu)
                step = self.policy.update(self.state, subject)
                self.subjects[event.name] = subject
                return step
            case Remove():
                self.subjects.pop(event.name, None)
                self.cpus.pop(event.name, None)
                return self.policy.release(self.state, event.name)
            case Rebalance():
                return self.policy.rebalance(self.state)
            case Loaded():
                assert isinstance(self.policy, FollowsLoad)
                return self.policy.loaded(self.state, event.load)
            case Restart():
                for name in event.without:
                    del self.subjects[name], self.cpus[name]
                saved = self.kept if event.saved is None else event.saved
                running = list(self.subjects.values())
                if self._order is not None:
                    self._order.shuffle(running)
                return self.policy.start(self._mixed(saved), running)

    def _take(self, step: interface.Step[Any]) -> None:
        self.state, self._reasons = step.state, step.reasons
        self._keep(step)
        for intent in step.intents:
            if isinstance(intent, intents.SetCpuset):
                self._said.append(SetCpuset(intent.container, cpuset.show(intent.cpus)))
                self.cpus[intent.container] = intent.cpus
            else:
                self._said.append(Intent(intent))

    def _keep(self, step: interface.Step[Any]) -> None:
        """Remember as the engine does."""
        whole = self.policy.dump(step.state)
        if step.entries is not None:
            changed = {**self.kept, **step.entries}
            self.kept = {key: text for key, text in changed.items() if text is not None}
            assert self.kept == whole, f"to {self._event}: entries {step.entries} do not give that"
        self.kept = whole

    def _compare(self) -> None:
        said = list(self._said)
        for expected in self._expected:
            match expected:
                case Because():
                    texts = [item.text for item in self._reasons if item.container == expected.name]
                    found = any(re.search(expected.pattern, text) for text in texts)
                    assert found, f"to {self._event}: expected {expected}, got {self._reasons}"
                case Refused():
                    refusals = [item for item in said if isinstance(item, Refused)]
                    fit = [item for item in refusals if re.search(expected.pattern, item.pattern)]
                    assert fit, f"to {self._event}: expected {expected}, got {said}"
                    said.remove(fit[0])
                case _:
                    assert expected in said, f"to {self._event}: expected {expected}, got {said}"
                    said.remove(expected)
        assert said == [], f"to {self._event}: not expected: {said}"


def subject_of(event: Create) -> interface.Subject:
    """Make the container of an event, with its pod."""
    qos = event.qos
    if qos is None:
        qos = model.Qos.GUARANTEED if event.cpu else model.Qos.BEST_EFFORT
    name = event.pod or event.name
    pod = model.Pod(
        id=f"pod-{name}",
        uid=name,
        name=name,
        namespace=event.namespace,
        labels=event.labels,
        annotations=event.annotations,
        qos=qos,
    )
    requirements = model.Requirements(
        cpu_request=quantity.milli(event.cpu) if event.cpu else None,
        cpu_limit=quantity.milli(event.limit) if event.limit else None,
        memory_request=quantity.milli(event.memory) // 1000 if event.memory else None,
        memory_limit=quantity.milli(event.memory) // 1000 if event.memory else None,
    )
    container = model.Container(
        cache_id=event.name,
        pod_id=pod.id,
        name=event.name,
        namespace=event.namespace,
        command=event.command,
        env=tuple(event.env.items()),
        requirements=requirements,
    )
    return interface.Subject(container, pod)


def _resized(subject: interface.Subject, cpu: str) -> interface.Subject:
    if not cpu:
        return subject
    old = subject.container
    wants = dataclasses.replace(old.requirements, cpu_request=quantity.milli(cpu))
    return interface.Subject(dataclasses.replace(old, requirements=wants), subject.pod)
