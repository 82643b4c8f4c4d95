# SPDX-License-Identifier: Apache-2.0
"""Calls handled, counted and dumped; with the relay around it in test_wiring."""

import asyncio
import logging

import pytest

from resmgr.cri import api_pb2 as api
from resmgr.cri import calls, interceptions
from resmgr.cri.session import Session, Trouble
from resmgr.daemon.configuring import settings
from resmgr.daemon.log.dumper import Dumper
from resmgr.daemon.records import metrics
from resmgr.daemon.serving import front
from resmgr.daemon.serving.front import Front
from resmgr.daemon.serving.listener import Listener
from resmgr.effects.plan import Plan
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.model import Mount
from resmgr.policy.none import make
from resmgr.relay import intercept, observe, unary
from resmgr.state.changes import Saved
from resmgr.sysfs.machine import Machine
from resmgr.wire.grpc import messages
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import OK, CallError, Status

LIST = b"/runtime.v1.RuntimeService/ListContainers"
VERSION = b"/runtime.v1.RuntimeService/Version"
EVENTS = b"/runtime.v1.RuntimeService/GetContainerEvents"


class Nothing:
    """Keeps nothing and carries nothing out."""

    def write(self, _changes: object) -> None:
        """Forget."""

    async def carry_out(self, _what: Plan) -> list[events.IntentFailed]:
        """Do nothing."""
        return []

    def mounts(self, _cache_id: str) -> tuple[Mount, ...]:
        """Give none."""
        return ()


class Answered(intercept.Call):
    """A call whose runtime answers at once."""

    def __init__(self, answer: unary.Reply, message: bytes = b"") -> None:
        """Take the runtime's answer."""
        head = unary.request_head("/runtime.v1.RuntimeService/StopContainer")
        super().__init__(head, message, deadline=None, caller=None, runtime=None)
        self.answer = answer

    async def forward(self, message: bytes | None = None) -> unary.Reply:
        """Answer."""
        del message
        self.reply = self.answer
        return self.answer


@pytest.fixture
def troubles() -> metrics.Counter:
    """The counter of troubles."""
    return metrics.Counter("troubles", "Troubles.", ("kind", "method"))


@pytest.fixture
def session(troubles: metrics.Counter) -> Session:
    """A session with the policy `none` that knows nothing."""
    engine = Engine(make(Machine({}, {}, {}), None, {}), Saved())  # type: ignore[arg-type]
    engine.start(events.Synchronised((), ()))
    return Session(engine, Nothing(), Nothing(), Listener(troubles))


@pytest.fixture
def completed() -> metrics.Counter:
    """The counter of calls."""
    return metrics.Counter("completed", "Calls.", ("method", "status"))


@pytest.fixture
def dumper() -> Dumper:
    """A dumper that dumps nothing yet."""
    return Dumper(lambda: 0.0)


@pytest.fixture
async def gate(session: Session, dumper: Dumper, completed: metrics.Counter) -> Front:
    """What the relay's table points to."""
    latency = metrics.Histogram("latency", "Times.", (1.0,), ("method",))
    return Front(session, dumper, completed, latency, asyncio.get_running_loop())


async def pass_by(
    taker: observe.Taker | None,
    path: bytes,
    request: bytes = b"",
    response: bytes | None = b"",
    status: Status = OK,
) -> None:
    """Let a call pass whose record somebody takes, and what follows from it happen."""
    assert taker is not None
    loop = asyncio.get_running_loop()
    head = unary.request_head(path.decode())
    record = observe.Recorder(head, taker, observe.Budget(), loop)
    record.request(memoryview(messages.frame(request)))
    if response is not None:
        record.response(memoryview(messages.frame(response)))
    record.ended(status)
    for _ in range(3):
        await asyncio.sleep(0)


async def test_all_intercepted_calls_have_handlers(gate: Front) -> None:
    """No more and no fewer."""
    assert gate.handlers().keys() == interceptions.HANDLED.keys()


async def test_a_call_is_answered_and_counted(gate: Front, completed: metrics.Counter) -> None:
    """The runtime's answer goes back with all that came with it."""
    answer = unary.Reply(message=b"")
    request = api.StopContainerRequest(container_id="c1").SerializeToString()
    reply = await gate.handlers()["StopContainer"](Answered(answer, request))

    assert reply is answer
    assert completed.values == {("StopContainer", "OK"): 1}


async def test_the_runtimes_error_goes_back_as_it_came(
    gate: Front, completed: metrics.Counter
) -> None:
    """With its code, message and details."""
    answer = unary.failure(Code.NOT_FOUND, "no c1")
    reply = await gate.handlers()["StopContainer"](Answered(answer))

    assert reply is answer
    assert completed.values == {("StopContainer", "NOT_FOUND"): 1}


async def test_a_refusal_of_ours_is_a_reply(session: Session) -> None:
    """The runtime has not heard of the call."""

    async def refuse(_session: Session, _message: bytes, _forward: calls.Forward) -> bytes:
        raise CallError(Code.RESOURCE_EXHAUSTED, "no CPUs")

    reply = await front.handled(session, refuse, Answered(unary.Reply()))

    assert reply.status.code is Code.RESOURCE_EXHAUSTED
    assert front.error(reply.status) == "RESOURCE_EXHAUSTED: no CPUs"


async def test_an_answer_of_ours_is_a_reply(session: Session) -> None:
    """Where somebody does not give the runtime's."""

    async def own(_session: Session, _message: bytes, _forward: calls.Forward) -> bytes:
        return b"own"

    assert (await front.handled(session, own, Answered(unary.Reply()))).message == b"own"


async def test_nobody_reads_along_what_nobody_wants(gate: Front) -> None:
    """So no message is copied."""
    assert gate.watch(VERSION) is None


async def test_the_dumps_rules_count_when_a_call_begins(gate: Front, dumper: Dumper) -> None:
    """They may change while connections stay; streams are never read along."""
    before = gate.watch(VERSION)
    dumper.configure(settings.Dump("full:.*"))
    after = gate.watch(VERSION)
    stream = gate.watch(EVENTS)
    dumper.configure(settings.Dump("off:.*"))

    assert before is None
    assert after is not None
    assert stream is None
    assert gate.watch(VERSION) is None


async def test_a_list_is_judged_by_what_was_known_when_it_was_asked_for(
    gate: Front, session: Session
) -> None:
    """The interception hears of its beginning and of its end."""
    taker = gate.watch(LIST)
    before = session.engine.sequence
    await pass_by(taker, LIST)

    assert session.engine.sequence == before + 1


async def test_of_lists_one_after_the_other_not_all_are_read(gate: Front, session: Session) -> None:
    """The first at once; those that follow it wait, and the newest of them counts."""
    before = session.engine.sequence
    for _ in range(5):
        await pass_by(gate.watch(LIST), LIST)

    assert session.engine.sequence == before + 1


async def test_what_was_listed_is_known_before_a_later_call(gate: Front, session: Session) -> None:
    """A call that is handled meets what the lists before it told."""
    before = session.engine.sequence
    for _ in range(2):
        await pass_by(gate.watch(LIST), LIST)
    await gate.handlers()["StopContainer"](Answered(unary.failure(Code.NOT_FOUND, "no c1")))

    assert session.engine.sequence == before + 2


@pytest.mark.parametrize(
    ("request_bytes", "response", "status"),
    [
        (b"", None, OK),
        (b"", None, Status(Code.UNAVAILABLE, "")),
        (b"", b"", Status(Code.INTERNAL, "")),
        (b"\x0a\x04\x0a\x02c1", b"", OK),  # filtered
    ],
)
async def test_a_list_that_tells_nothing_takes_no_place(
    gate: Front, session: Session, request_bytes: bytes, response: bytes | None, status: Status
) -> None:
    """It is not read, and neither is it taken for newer than one that is complete."""
    first, taker = gate.watch(LIST), gate.watch(LIST)
    before = session.engine.sequence
    await pass_by(taker, LIST, request_bytes, response, status)
    after = session.engine.sequence
    await pass_by(first, LIST)

    assert after == before
    assert session.engine.sequence == before + 1


async def test_a_list_that_is_dumped_is_read_at_once(
    gate: Front, session: Session, dumper: Dumper
) -> None:
    """As the dump shows each of them, and after those that came before it."""
    before = session.engine.sequence
    for _ in range(2):
        await pass_by(gate.watch(LIST), LIST)
    dumper.configure(settings.Dump("short:ListContainers"))
    await pass_by(gate.watch(LIST), LIST)

    assert session.engine.sequence == before + 3


async def test_a_forwarded_call_is_dumped(
    gate: Front, dumper: Dumper, caplog: pytest.LogCaptureFixture
) -> None:
    """By its plain name."""
    caplog.set_level(logging.INFO)
    dumper.configure(settings.Dump("short:Version,short:ListContainers"))
    for path in (VERSION, LIST):
        await pass_by(gate.watch(path), path)

    assert caplog.messages == [
        "Version <= (passthrough) REQUEST",
        "ListContainers <= (passthrough) REQUEST",
    ]


def test_the_meaning_of_every_trouble_is_known(troubles: metrics.Counter) -> None:
    """Kinds are labels of a metric."""
    for kind in Trouble:
        Listener(troubles).trouble(kind, "x", "y")

    assert len(troubles.values) == len(Trouble)
