# SPDX-License-Identifier: Apache-2.0
"""A node in the mind: the daemon's engine and policy, and a kubelet that asks for containers.

Each thing that happens is what a node sees of it: init containers run and end before the others
come, sidecars stay; a pod that is deleted gives everything back. Time passes between two things
that happen, so that whatever a policy asked to be reminded of has come by then.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from resmgr import cpuset
from resmgr.effects import plan
from resmgr.engine import engine as engines
from resmgr.engine import events
from resmgr.engine.outcome import Outcome
from resmgr.intents import Remind
from resmgr.model import LinuxResources, Pod
from resmgr.policy.interface import Policy
from resmgr.state.changes import Saved

from . import amounts
from .kubelet import Kubelet
from .podspecs import PodSpec
from .records import Arrival, Record, Running, State

_PATIENCE = 10
"""Rounds of reminders before time stands still for a policy that always asks for more."""


class Unknown(LookupError):
    """There is no such pod or container; the text names it."""


class Simulation:
    """See the module; `pods` are by namespace and name, in the order in which they came."""

    def __init__(
        self,
        kubelet: Kubelet,
        policy: Policy[Any],
        watch: Callable[[Record], bool] = lambda _: False,
    ) -> None:
        """Start the policy on an empty node; `watch` those that are to be explained later.

        Raises `PolicyError`.
        """
        self.kubelet = kubelet
        self._watch = watch
        self.pods: dict[str, Running] = {}
        self.updates = 0
        """Containers that were updated while they ran."""

        self.notes: list[str] = []
        """What the policy said that is about no container."""

        machine = kubelet.machine
        unpinned = LinuxResources(cpuset_cpus=machine.online, cpuset_mems=cpuset.of(machine.nodes))
        self.engine = engines.Engine(policy, Saved(), unpinned=unpinned)
        self._records: dict[str, Record] = {}
        self._reminders: dict[str, None] = {}
        self._sandboxes = 0
        self._follow(self.engine.start(events.Synchronised((), ())))
        self._pass_time()

    @property
    def policy(self) -> Policy[Any]:
        """The active policy."""
        return self.engine.policy

    @property
    def records(self) -> Iterator[Record]:
        """Every container of every pod that is here, whatever has become of it."""
        for pod in self.pods.values():
            yield from pod.records.values()

    def add(self, spec: PodSpec) -> None:
        """Let a pod come. Raises `Unknown` if it is here already."""
        if spec.full_name in self.pods:
            raise Unknown(f"pod {spec.full_name} is there already")
        self._sandboxes += 1
        pod = self.kubelet.sandbox(spec, self._sandboxes)
        running = Running(spec, pod)
        self.pods[spec.full_name] = running
        for one in spec.containers:
            running.records[one.name] = Record(spec, one, qos=pod.qos)
        self._follow(self.engine.handle(events.PodStarted(pod)))
        self._begin(running)
        self._pass_time()

    def try_again(self) -> None:
        """Create what was refused, as the kubelet does again and again."""
        for running in self.pods.values():
            if any(one.state is State.REFUSED for one in running.records.values()):
                self._begin(running)
        self._pass_time()

    def remove(self, full_name: str) -> None:
        """Let a pod go. Raises `Unknown`."""
        running = self._pod(full_name)
        for record in running.records.values():
            if record.state is State.RUNNING:
                self._follow(self.engine.handle(events.ContainerStopped(record.runtime_id)))
        self._follow(self.engine.handle(events.PodStopped(running.pod.id)))
        self._follow(self.engine.handle(events.PodRemoved(running.pod.id)))
        for record in running.records.values():
            self._records.pop(record.cache_id, None)
        del self.pods[full_name]
        self._pass_time()

    def resize(self, full_name: str, name: str, resources: amounts.Resources) -> str:
        """Give a running container other resources; give the refusal, or nothing.

        Raises `Unknown`.
        """
        record = self._pod(full_name).records.get(name)
        if record is None or record.state is not State.RUNNING:
            raise Unknown(f"no container {name} runs in pod {full_name}")
        asked = self.kubelet.resized(resources)
        outcome = self.engine.handle(events.ContainerResized(record.runtime_id, asked))
        if outcome.refusal is not None:
            return outcome.refusal.message
        record.why = ()
        self._follow(outcome)
        self._pass_time()
        return ""

    def switch(self, policy: Policy[Any]) -> None:
        """Make another policy, or another configuration, active. Raises `PolicyError`."""
        outcome = self.engine.switch(policy)
        for record in self._records.values():
            record.why = ()
        self._reminders.clear()
        self._follow(outcome)
        self._pass_time()

    def rebalance(self) -> None:
        """Let the policy improve what it can."""
        self._follow(self.engine.handle(events.Rebalance()))
        self._pass_time()

    def measure(self, load: Mapping[int, int]) -> None:
        """Tell the policy how busy CPUs are: id -> thousandths."""
        self._follow(self.engine.handle(events.LoadMeasured(load)))
        self._pass_time()

    def _pod(self, full_name: str) -> Running:
        running = self.pods.get(full_name)
        if running is None:
            raise Unknown(f"there is no pod {full_name}")
        return running

    def _begin(self, running: Running) -> None:
        """Create the containers of a pod that are not there yet, as far as it gets."""
        for record in running.records.values():
            if record.state in {State.REFUSED, State.WAITING}:
                self._create(record, running.pod)
                if record.spec.init and record.state is State.REFUSED:
                    break
                if record.spec.ends:
                    self._end(record)

    def _create(self, record: Record, pod: Pod) -> None:
        container = self.kubelet.container(record.spec, record.pod, pod)
        policy, state = self.engine.policy, self.engine.policy_state
        outcome = self.engine.handle(events.ContainerCreating(container, pod))
        made = outcome.container
        if made is None:
            return
        record.learn(made)
        if self._watch(record):
            record.arrival = Arrival(policy, state, self.engine.ledger.subject(made))
        if outcome.refusal is not None:
            record.state, record.refusal = State.REFUSED, outcome.refusal.message
            self._follow(outcome)
            return
        record.state, record.refusal, record.failure = State.RUNNING, "", outcome.failure
        record.runtime_id = f"{pod.id}-{record.spec.name}"
        self._records[record.cache_id] = record
        change = self._follow(outcome, own=record.cache_id).request
        record.environment = change.environment
        if change.command is not None:
            record.command = (*change.command, *(change.args or ()))
        created = events.ContainerCreated(record.cache_id, record.runtime_id)
        self._follow(self.engine.handle(created))
        self._follow(self.engine.handle(events.ContainerStarted(record.runtime_id)))

    def _end(self, record: Record) -> None:
        self.refresh(record)
        self._records.pop(record.cache_id, None)
        self._follow(self.engine.handle(events.ContainerStopped(record.runtime_id)))
        self._follow(self.engine.handle(events.ContainerRemoved(record.runtime_id)))
        record.state = State.FINISHED

    def refresh(self, record: Record) -> None:
        """Learn what a running container has by now."""
        container = self.engine.ledger.containers.get(record.cache_id)
        if container is not None and record.state is State.RUNNING:
            record.learn(container)

    def _follow(self, outcome: Outcome, own: str = "") -> plan.Plan:
        """Take notice of what was decided, as the daemon would carry it out."""
        for reason in outcome.reasons:
            record = self._records.get(reason.container)
            if record is not None:
                record.why = (*record.why, reason.text)
            elif ":" not in reason.container:
                self.notes.append(f"{reason.container}: {reason.text}")
        for intent in outcome.intents:
            if isinstance(intent, Remind):
                self._reminders[intent.container] = None
        what = plan.make(outcome, self.engine.ledger.containers.get, own)
        self.updates += len(what.updates)
        return what

    def _pass_time(self) -> None:
        for _ in range(_PATIENCE):
            due, self._reminders = self._reminders, {}
            if not due:
                break
            for cache_id in due:
                self._follow(self.engine.handle(events.Reminded(cache_id)))
