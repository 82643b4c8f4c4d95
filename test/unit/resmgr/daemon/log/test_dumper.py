# SPDX-License-Identifier: Apache-2.0
"""The dump of messages."""

import logging
import re
from pathlib import Path

import pytest

from resmgr.cri import api_pb2 as api
from resmgr.daemon.configuring import settings
from resmgr.daemon.log.dumper import INTERCEPTED, PASSED, Dumper, Exchange
from resmgr.daemon.log.dumprules import Level

STOP = api.StopContainerRequest(container_id="c1").SerializeToString()
VERSION = api.VersionResponse(runtime_name="x", runtime_version="1").SerializeToString()


def exchange(method: str = "StopContainer", *, error: str = "") -> Exchange:
    """Make a call that took a quarter of a second."""
    return Exchange(method, INTERCEPTED, STOP, b"", error, 0.25)


def dumper(rules: str, **more: object) -> Dumper:
    """Make a dumper with rules, at a fixed time, that knows one container."""
    made = Dumper(lambda: 1_675_256_709.375, lambda _method, _request: "web:main")
    made.configure(settings.Dump(rules, **more))  # type: ignore[arg-type]
    return made


@pytest.fixture(autouse=True)
def _every_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def test_a_short_dump_is_a_line_for_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """With the container and how the call was treated."""
    dumper("short:.*").dump(exchange())

    assert caplog.record_tuples == [
        ("message", logging.INFO, "<web:main> StopContainer <= (intercepted) REQUEST")
    ]


def test_a_failed_call_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    """With the error."""
    dumper("short:.*").dump(exchange(error="NotFound: no c1"))

    assert caplog.record_tuples == [
        (
            "message",
            logging.WARNING,
            "<web:main> StopContainer <= (intercepted) FAILED: NotFound: no c1",
        )
    ]


def test_a_full_dump_has_both_messages(caplog: pytest.LogCaptureFixture) -> None:
    """One line where the YAML is one, else a head and a line for each."""
    made = Dumper(lambda: 0.0)
    made.configure(settings.Dump("full:.*"))
    made.dump(Exchange("Version", PASSED, b"", VERSION, "", 0.1))

    assert caplog.messages == [
        "Version => (passthrough) REQUEST {}",
        "Version <= (passthrough) REPLY",
        "Version <=     runtime_name: x",
        "Version <=     runtime_version: '1'",
    ]


def test_a_full_dump_of_a_failure_has_the_error_on_a_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Behind the request."""
    dumper("full:.*").dump(exchange(error="no"))

    assert caplog.messages == [
        "<web:main> StopContainer => (intercepted) REQUEST container_id: c1",
        "<web:main> StopContainer <= (intercepted) FAILED",
        "<web:main> StopContainer <=     no",
    ]


def test_what_no_rule_asks_for_is_not_dumped(caplog: pytest.LogCaptureFixture) -> None:
    """The level of a method can be asked for before anything is copied."""
    made = dumper("short:Start.*")
    made.dump(exchange())

    assert made.wanted("StopContainer") is Level.OFF
    assert not caplog.messages


def test_dumps_can_be_debug_messages(caplog: pytest.LogCaptureFixture) -> None:
    """Then they are logged for those who debug the source."""
    dumper("short:.*", debug=True).dump(exchange())

    assert caplog.records[0].levelno == logging.DEBUG


@pytest.mark.parametrize(
    ("rules", "more", "idle"),
    [
        ("short:.*", {}, False),
        ("off:.*", {}, True),
        ("", {}, True),
        ("full:.*", {"disabled": True}, True),
    ],
)
def test_it_tells_whether_anything_is_dumped(
    rules: str, more: dict[str, bool], *, idle: bool
) -> None:
    """So that the relay need not copy a single message when nothing is."""
    assert dumper(rules, **more).idle is idle


def test_a_file_has_stamps(tmp_path: Path) -> None:
    """Requests the time, replies how long it took, both of one width; others cannot read it."""
    path = tmp_path / "dump"
    path.write_text("older")
    made = dumper("full:.*", file=str(path))
    made.dump(exchange())
    made.close()
    first, second = path.read_text().splitlines()

    assert re.match(r"\[2023-Feb-01 \d\d:\d\d:\d\d\.125\] <web:main> StopContainer => ", first)
    assert second.startswith("[               +0.250000] <web:main> StopContainer <= ")
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_is_begun_anew_only_when_it_changes(tmp_path: Path) -> None:
    """The next configuration with the same file goes on with it."""
    path = tmp_path / "dump"
    made = dumper("short:.*", file=str(path))
    made.dump(exchange())
    made.configure(settings.Dump("short:.*", file=str(path)))
    made.dump(exchange())
    made.close()

    assert len(path.read_text().splitlines()) == 2


def test_a_file_that_cannot_be_opened_is_only_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log still has everything."""
    made = dumper("short:.*", file=str(tmp_path / "nope" / "dump"))
    made.dump(exchange())

    assert [record.name for record in caplog.records] == ["dump", "message"]


def test_a_request_that_cannot_be_read_is_only_told(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever asks which container it is about may stumble."""

    def stumble(_method: str, _request: bytes) -> str:
        raise ValueError("odd bytes")

    made = Dumper(lambda: 0.0, stumble)
    made.configure(settings.Dump("short:.*"))
    made.dump(exchange())

    assert caplog.messages == ["cannot dump StopContainer: ValueError: odd bytes"]
