# SPDX-License-Identifier: Apache-2.0
"""Calls handled, counted and dumped; with the relay around it in test_wiring."""

import logging

import pytest

from resmgr.cri import api_pb2 as api
from resmgr.cri import calls, interceptions
from resmgr.cri.session import Session, Trouble
from resmgr.daemon import front, metrics, settings
from resmgr.daemon.dumper import Dumper
from resmgr.daemon.front import Front
from resmgr.daemon.listener import Listener
from resmgr.effects.plan import Plan
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.policy.none import make
from resmgr.relay import intercept, observe, unary
from resmgr.state.changes import Saved
from resmgr.sysfs.machine import Machine
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import OK, CallError

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
def gate(session: Session, dumper: Dumper, completed: metrics.Counter) -> Front:
    """What the relay's table points to."""
    latency = metrics.Histogram("latency", "Times.", (1.0,), ("method",))
    return Front(session, dumper, completed, latency)


def test_all_intercepted_calls_have_handlers(gate: Front) -> None:
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


def test_nobody_reads_along_what_nobody_wants(gate: Front) -> None:
    """So no message is copied."""
    assert gate.watch(VERSION) is None


def test_the_dumps_rules_count_when_a_call_begins(gate: Front, dumper: Dumper) -> None:
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


def test_a_list_is_judged_by_what_was_known_when_it_was_asked_for(
    gate: Front, session: Session
) -> None:
    """The interception hears of its beginning and of its end."""
    observer = gate.watch(LIST)
    assert observer is not None
    before = session.engine.sequence
    observer(observe.Observed(LIST.decode(), b"", b"", OK, 0.1))

    assert session.engine.sequence == before + 1


def test_a_list_that_failed_is_not_read(gate: Front, session: Session) -> None:
    """There is nothing in it."""
    observer = gate.watch(LIST)
    assert observer is not None
    before = session.engine.sequence
    observer(observe.Observed(LIST.decode(), b"", None, OK, 0.1))

    assert session.engine.sequence == before


def test_a_forwarded_call_is_dumped(
    gate: Front, dumper: Dumper, caplog: pytest.LogCaptureFixture
) -> None:
    """By its plain name."""
    caplog.set_level(logging.INFO)
    dumper.configure(settings.Dump("short:Version,short:ListContainers"))
    for path in (VERSION, LIST):
        observer = gate.watch(path)
        assert observer is not None
        observer(observe.Observed(path.decode(), b"", b"", OK, 0.1))

    assert caplog.messages == [
        "Version <= (passthrough) REQUEST",
        "ListContainers <= (passthrough) REQUEST",
    ]


def test_the_meaning_of_every_trouble_is_known(troubles: metrics.Counter) -> None:
    """Kinds are labels of a metric."""
    for kind in Trouble:
        Listener(troubles).trouble(kind, "x", "y")

    assert len(troubles.values) == len(Trouble)
