# SPDX-License-Identifier: Apache-2.0
"""What intercepted calls have in common."""

import asyncio
from collections.abc import Sequence

import pytest
from unit.resmgr.cri import tiny
from unit.resmgr.engine import toy

from resmgr.cri import session
from resmgr.effects.plan import Plan
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.engine.outcome import Outcome
from resmgr.intents import Remind
from resmgr.model import LinuxResources, Mount
from resmgr.policy.interface import Reason, Step
from resmgr.protobuf import reading
from resmgr.state.changes import DropPod, Saved


def make(effects: session.Effects) -> tuple[session.Session, tiny.Listener]:
    """Make a session whose plans go to `effects`."""
    engine = Engine(tiny.Even(), Saved())
    engine.start(events.Synchronised((), ()))
    listener = tiny.Listener()
    return session.Session(engine, tiny.Keep(tiny.Runtime()), effects, listener), listener


class Writing:
    """Has nothing to mount."""

    def mounts(self, cache_id: str) -> tuple[Mount, ...]:
        """Give none."""
        del cache_id
        return ()


class Breaking(Writing):
    """Breaks down."""

    async def carry_out(self, what: Plan) -> Sequence[events.IntentFailed]:
        """Do nothing."""
        raise OSError(len(what.updates), "no space left")


class Hanging(Writing):
    """Comes to no end."""

    def __init__(self) -> None:
        """Nobody has entered yet."""
        self.entered = asyncio.Event()

    async def carry_out(self, what: Plan) -> Sequence[events.IntentFailed]:
        """Wait for ever."""
        del what
        self.entered.set()
        await asyncio.Event().wait()
        return ()


async def test_outcomes_from_elsewhere_are_followed(node: tiny.Node) -> None:
    """Changes are written and decisions told for an outcome that no call brought."""
    node.session.follow(Outcome(changes=(DropPod("p"),), reasons=(Reason("c", "because"),)))

    assert node.keep.changes == [DropPod("p")]
    assert node.listener.reasons == [Reason("c", "because")]


async def test_effects_that_break_down_stop_nobody() -> None:
    """When effects break down, whoever waits goes on, and later plans are tried."""
    made, listener = make(Breaking())
    async with asyncio.TaskGroup() as group:
        running = group.create_task(made.run())
        for name in ("a", "b"):
            made.take(events.PodStarted(toy.POD))
            await made.take(toy.creating(name), own=True).carried_out()
        running.cancel()

    assert listener.kinds == [session.Trouble.EFFECT] * 2
    assert "no space left" in listener.troubles[0][2]


async def test_nobody_waits_for_a_session_that_has_ended() -> None:
    """Plans that are left when `run` is cancelled hold up no call, nor do later ones."""
    hanging = Hanging()
    made, _ = make(hanging)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(made.run())
        taken = [made.take(toy.creating(name), own=True) for name in ("a", "b")]
        await hanging.entered.wait()
        running.cancel()
    taken.append(made.take(toy.creating("c"), own=True))

    for one in taken:
        await one.carried_out()
    assert all(one.done is not None for one in taken)


async def test_a_plan_is_not_cut_off_with_its_call(even: tiny.Node) -> None:
    """A call that is cancelled while others are updated leaves the update to be finished."""
    pod_id = await even.run_pod()
    first, second = await even.run(pod_id, "first"), await even.run(pod_id, "second")
    gate = even.runtime.gates["UpdateContainerResources"] = asyncio.Event()
    even.runtime.arrived.clear()
    task = asyncio.get_running_loop().create_task(even.stop(first))
    while not even.runtime.requests("UpdateContainerResources")[1:]:
        even.runtime.arrived.clear()
        await even.runtime.arrived.wait()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.set()
    await even.session.settled()

    assert even.runtime.cpus(second) == "0-7"


async def test_guard_tells_what_it_lets_pass(node: tiny.Node) -> None:
    """A mistake is told with its kind, and what comes after it goes on."""
    with node.session.guard("Some"):
        raise reading.Unreadable("cannot read it")
    with node.session.guard("Other"):
        raise KeyError("k")

    assert node.listener.troubles == [
        (session.Trouble.UNREADABLE, "Some", "cannot read it"),
        (session.Trouble.INTERNAL, "Other", "KeyError: 'k'"),
    ]


async def test_guard_lets_cancellation_through(node: tiny.Node) -> None:
    """A cancelled call ends."""
    with pytest.raises(asyncio.CancelledError), node.session.guard("Some"):
        raise asyncio.CancelledError


class Reminding(tiny.Even):
    """Remembers of whom it was reminded."""

    def __init__(self) -> None:
        """Nobody yet."""
        super().__init__()
        self.heard: list[str] = []
        self.came = asyncio.Event()

    def remind(self, state: tuple[str, ...], cache_id: str) -> Step[tuple[str, ...]]:
        """Change nothing."""
        self.heard.append(cache_id)
        self.came.set()
        return Step(state)


async def test_policies_are_reminded_of_containers() -> None:
    """In the time that was asked for last; not any more when all ends."""
    policy = Reminding()
    engine = Engine(policy, Saved())
    engine.start(events.Synchronised((), ()))
    made = session.Session(engine, tiny.Keep(tiny.Runtime()), Breaking(), tiny.Listener())
    made.follow(Outcome(intents=(Remind("c", 0), Remind("c", 0), Remind("d", 3600))))
    async with asyncio.TaskGroup() as group:
        running = group.create_task(made.run())
        await policy.came.wait()
        running.cancel()

    assert policy.heard == ["c"]
    waiting = [timer for timer in made._reminders.values() if not timer.cancelled()]
    assert waiting == []


class Withholding:
    """Controller `cri` is disabled."""

    changes_requests = False

    def __init__(self) -> None:
        """Nothing has had to wait yet."""
        self.withheld: dict[str, LinuxResources] = {}

    def withhold(self, cache_id: str, has: LinuxResources) -> None:
        """Remember it."""
        self.withheld[cache_id] = has


async def test_no_request_is_changed_while_that_is_not_to_be() -> None:
    """What the container has instead is remembered."""
    async with tiny.node(toy.OneEach()) as node:
        requests = Withholding()
        node.session = session.Session(
            node.engine, node.keep, node.effects, node.listener, requests=requests
        )
        async with asyncio.TaskGroup() as group:
            carrying_out = group.create_task(node.session.run(), name="session")
            container = await node.run(await node.run_pod())
            created = node.runtime.resources[container].cpuset_cpus
            resized = await node.resize(container, cpuset_cpus="0-3")
            carrying_out.cancel()

        assert created == ""
        assert node.known().linux.cpuset_cpus == 1
        assert requests.withheld == {node.known().cache_id: LinuxResources(shares=1024)}
        assert node.runtime.seen[-1] == ("UpdateContainerResources", resized)
