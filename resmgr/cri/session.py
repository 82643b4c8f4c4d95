# SPDX-License-Identifier: Apache-2.0
"""What intercepted calls have in common: the engine, and what follows from its outcomes, in order.

An event is handled at once and what has to be remembered is written at once, so that nothing is
answered that a kill could lose. What it means for other containers is carried out one plan after
the other, in the order of the events, by `run`: a task of its own, so that a call which is cut off
leaves no plan half done. A call waits for its own plan and for those before it.
"""

import asyncio
import collections
import contextlib
import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ..effects import plan
from ..engine import events
from ..engine.engine import Engine
from ..engine.outcome import Outcome
from ..intents import Remind
from ..model import Container, LinuxResources, Mount
from ..policy.interface import Reason
from ..protobuf import reading
from ..state.changes import Change


class Keep(Protocol):
    """Where the state is kept."""

    def write(self, changes: Sequence[Change], /) -> None:
        """Write them together."""


class Effects(Protocol):
    """Who carries plans out."""

    async def carry_out(self, what: plan.Plan, /) -> Sequence[events.IntentFailed]:
        """Do it in the plan's order; give what failed. Takes no longer than its own deadlines."""

    def mounts(self, cache_id: str, /) -> tuple[Mount, ...]:
        """Give what a container has to have mounted to see what was written for it."""


class Requests(Protocol):
    """Whether what is decided goes into requests."""

    @property
    def changes_requests(self) -> bool:
        """Whether it does now; while it does not, nobody is updated either."""

    def withhold(self, cache_id: str, has: LinuxResources, /) -> None:
        """Remember that a container has this, and not what is decided for it."""


class Trouble(enum.Enum):
    """What went wrong without stopping a call; the values are fit for a metric's label."""

    UNREADABLE = "unreadable-message"
    """A message is none of its kind; it was passed on as it came."""

    POLICY = "policy-failed"
    """The policy broke down; the request was passed on as it came."""

    INTERNAL = "internal"
    """A mistake of ours; the message was passed on as it came."""

    EFFECT = "effect-failed"
    """Something that was decided for other containers could not be carried out."""

    UNKNOWN = "unknown-container"
    """The runtime knows a container that we do not; its call was passed on."""


class Listener(Protocol):
    """Who writes logs and counts: told of what happens, cannot change it."""

    def trouble(
        self, kind: Trouble, method: str, text: str, error: BaseException | None = None, /
    ) -> None:
        """Hear of something that went wrong; `error` for its traceback."""

    def decided(self, reasons: Sequence[Reason], /) -> None:
        """Hear of decisions in words."""

    def refused(self, container: Container, text: str, /) -> None:
        """Hear of a request that could not be met; who made it is told anyway."""


@dataclass(slots=True, eq=False)
class Creation:
    """A container whose creation is under way, or was cut off without a word from the runtime."""

    cache_id: str
    pod_id: str
    name: str
    attempt: int
    sent: LinuxResources | None = None
    """What the request carried, once it has gone on."""

    cut_off: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """An event that was handled: its outcome, and the wait for what follows from it."""

    outcome: Outcome
    done: asyncio.Future[None] | None = None

    async def carried_out(self) -> None:
        """Wait until what follows is carried out, as far as that is possible."""
        if self.done is not None:
            await asyncio.shield(self.done)


Locate = Callable[[events.ContainerCreating], events.ContainerCreating]
"""Adds what is known of the places of a container's devices; quick, and raises nothing."""


def _as_it_is(event: events.ContainerCreating) -> events.ContainerCreating:
    return event


class Session:
    """See the module. `creations` are by cache id, one each: the latest."""

    def __init__(
        self,
        engine: Engine,
        keep: Keep,
        effects: Effects,
        listener: Listener,
        locate: Locate = _as_it_is,
        requests: Requests | None = None,
    ) -> None:
        """Nothing is carried out before `run` runs; without `requests` all of them are changed."""
        self.engine = engine
        self.locate = locate
        self.creations: dict[str, Creation] = {}
        self._ended = False
        self._updating: collections.Counter[str] = collections.Counter()
        self._keep = keep
        self._effects = effects
        self._listener = listener
        self._requests = requests
        self._reminders: dict[str, asyncio.TimerHandle] = {}
        self._waiting: asyncio.Queue[tuple[plan.Plan, asyncio.Future[None]]] = asyncio.Queue()

    def take(self, event: events.Event, method: str = "", *, own: bool = False) -> Taken:
        """Handle an event of the call `method`, write changes, have the rest carried out.

        With `own` the container of the event has a request on its way: what is decided for it
        belongs into that request (`request_change`), and a plan that is empty waits for others.
        """
        return self.follow(self.engine.handle(event), method, own=own)

    def follow(self, outcome: Outcome, method: str = "", *, own: bool = False) -> Taken:
        """Have done what an outcome says, from wherever it came (a start, a switched policy)."""
        if outcome.changes:
            self._keep.write(outcome.changes)
        if outcome.reasons:
            self._listener.decided(outcome.reasons)
        if outcome.refusal and outcome.container:
            self._listener.refused(outcome.container, outcome.refusal.message)
        if outcome.failure:
            self._listener.trouble(Trouble.POLICY, method, outcome.failure)
        self._remind(outcome)
        subject = outcome.container.cache_id if own and outcome.container else ""
        what = self._plan(outcome, subject)
        if replace(what, request=plan.RequestChange()) == plan.Plan():
            # Nothing for others; but CPUs for this request may be on their way from others still.
            wait = own and not what.request.empty
            if not wait:
                return Taken(outcome)
        return Taken(outcome, self._enqueue(what))

    def request_change(self, outcome: Outcome) -> plan.RequestChange:
        """Give what the request of the outcome's container must carry, as it is decided by now.

        It has to be carried out by then: only what was written can be mounted.
        """
        subject = outcome.container.cache_id if outcome.container else ""
        what = self._plan(outcome, subject)
        if self._requests is not None and not self._requests.changes_requests:
            if what.request.linux != LinuxResources():
                self._requests.withhold(subject, outcome.before[subject])
            return plan.RequestChange()
        if subject not in what.exports:
            return what.request
        return replace(what.request, mounts=self._effects.mounts(subject))

    @property
    def changes_requests(self) -> bool:
        """Whether what is decided goes into requests."""
        return self._requests is None or self._requests.changes_requests

    def look_again(self) -> None:
        """Have controllers look at everything with the next plan, which is an empty one."""
        self._enqueue(plan.Plan())

    def resources(self, cache_id: str) -> LinuxResources | None:
        """Give the resources that a container is meant to have; `None` when it is not known."""
        container = self.engine.ledger.containers.get(cache_id)
        return container.linux if container else None

    def updating(self, cache_id: str) -> bool:
        """Tell whether an update of a container is on its way, or about to be."""
        return self._updating[cache_id] > 0

    def catch_up(
        self, cache_id: str, sent: LinuxResources | None, *, anyway: bool = False
    ) -> Taken:
        """Update a container if other resources were decided on while its request was on its way.

        `sent` is what the request carried; `anyway` updates also what has not changed since.
        """
        container = self._find(cache_id)
        if container is None or sent is None or (container.linux == sent and not anyway):
            return Taken(Outcome())
        return Taken(Outcome(), self._enqueue(plan.Plan((container,), {cache_id: sent})))

    @contextlib.contextmanager
    def guard(self, method: str) -> Iterator[None]:
        """Let no mistake with a message stop its call: it is told, and the call goes on."""
        try:
            yield
        except reading.Unreadable as error:
            self._listener.trouble(Trouble.UNREADABLE, method, str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, the request must not be lost
            text = f"{type(error).__name__}: {error}"
            self._listener.trouble(Trouble.INTERNAL, method, text, error)

    def unknown(self, method: str, runtime_id: str) -> None:
        """Tell of a container that is not known."""
        self._listener.trouble(Trouble.UNKNOWN, method, runtime_id)

    async def settled(self) -> None:
        """Wait until every plan so far is carried out."""
        await Taken(Outcome(), self._enqueue(plan.Plan())).carried_out()

    async def run(self) -> None:
        """Carry plans out, one after the other, until cancelled; then nobody waits any more."""
        try:
            while True:
                what, done = await self._waiting.get()
                try:
                    await self._carry_out(what)
                finally:
                    self._updating -= _updates(what)
                    _finish(done)
        finally:
            self._ended = True
            for timer in self._reminders.values():
                timer.cancel()
            while not self._waiting.empty():
                _finish(self._waiting.get_nowait()[1])

    async def _carry_out(self, what: plan.Plan) -> None:
        try:
            failures = await self._effects.carry_out(what)
        except Exception as error:  # noqa: BLE001 - later plans must be carried out all the same
            text = f"{type(error).__name__}: {error}"
            self._listener.trouble(Trouble.EFFECT, "", text, error)
            return
        for failure in failures:
            self._listener.trouble(Trouble.EFFECT, "", failure.error)
            outcome = self.engine.handle(failure)
            # Its failure is what has just been told.
            self.follow(replace(outcome, failure=""))

    def _remind(self, outcome: Outcome) -> None:
        """Let the policy be reminded of the containers that it asks to be reminded of.

        Time counts from the decision on: a container that is created is started at once.
        """
        for intent in outcome.intents:
            if isinstance(intent, Remind):
                if former := self._reminders.pop(intent.container, None):
                    former.cancel()
                loop = asyncio.get_running_loop()
                timer = loop.call_later(intent.seconds, self._ring, intent.container)
                self._reminders[intent.container] = timer

    def _ring(self, cache_id: str) -> None:
        del self._reminders[cache_id]
        self.take(events.Reminded(cache_id))

    def _plan(self, outcome: Outcome, subject: str) -> plan.Plan:
        return plan.make(outcome, self._find, subject)

    def _find(self, cache_id: str) -> Container | None:
        return self.engine.ledger.containers.get(cache_id)

    def _enqueue(self, what: plan.Plan) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._ended:
            _finish(done)
        else:
            self._updating += _updates(what)
            self._waiting.put_nowait((what, done))
        return done


def _updates(what: plan.Plan) -> collections.Counter[str]:
    return collections.Counter(container.cache_id for container in what.updates)


def _finish(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)
