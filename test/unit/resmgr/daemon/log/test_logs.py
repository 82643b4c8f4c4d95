# SPDX-License-Identifier: Apache-2.0
"""The daemon's log."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from resmgr.daemon.command import flagtable
from resmgr.daemon.configuring import settings
from resmgr.daemon.log.logs import Logs

FLAGS = {name: flag.default for name, flag in flagtable.KLOG.items()} | {"skip_headers": "true"}


class Clock:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that begins at 0."""
    return Clock()


@pytest.fixture
def stream() -> io.StringIO:
    """What would be standard error."""
    return io.StringIO()


@pytest.fixture
def logs(stream: io.StringIO, clock: Clock) -> Iterator[Logs]:
    """A log that has taken over, without headers and, so, with sources."""
    root = logging.getLogger()
    before = root.handlers[:]
    made = Logs(stream, FLAGS, clock=clock, sources=("static",))
    made.install()
    yield made
    made.uninstall()
    root.handlers[:] = before


def lines(stream: io.StringIO) -> list[str]:
    """Give what was written, without the blanks around sources."""
    return [" ".join(line.split()) for line in stream.getvalue().splitlines()]


def test_lines_have_their_source(logs: Logs, stream: io.StringIO) -> None:
    """Where there are no headers, there are severities and sources."""
    del logs
    logging.getLogger("cri/relay").info("a %s", "word")

    assert lines(stream) == ["I: [ cri/relay ] a word"]


def test_debug_messages_have_to_be_asked_for(logs: Logs, stream: io.StringIO) -> None:
    """By source; a source by name counts above all of them."""
    logging.getLogger("policy").debug("first")
    logs.configure(settings.Logger(debug="policy"))
    logging.getLogger("policy").debug("second")
    logging.getLogger("cache").debug("third")
    logs.configure(settings.Logger(debug="*,off:policy"))
    logging.getLogger("policy").debug("fourth")
    logging.getLogger("cache").debug("fifth")

    assert lines(stream) == ["D: [ policy ] second", "D: [ cache ] fifth"]


def test_debugging_policies_debugs_the_active_one(logs: Logs, stream: io.StringIO) -> None:
    """Unless it is turned off by name."""
    logs.configure(settings.Logger(debug="policy"), policy="static")
    logging.getLogger("static").debug("first")
    logs.configure(settings.Logger(debug="policy,off:static"), policy="static")
    logging.getLogger("static").debug("second")

    assert lines(stream) == ["D: [ static ] first"]


def test_a_signal_forces_debug_messages_of_all_sources(logs: Logs, stream: io.StringIO) -> None:
    """And takes them back; a configuration in between does not."""
    answers = [logs.toggle()]
    logs.configure(settings.Logger(debug="off:policy"))
    logging.getLogger("policy").debug("first")
    answers.append(logs.toggle())
    logging.getLogger("policy").debug("second")

    assert answers == [True, False]
    assert lines(stream) == ["D: [ policy ] first"]


def test_headers_can_be_turned_on_at_run_time(logs: Logs, stream: io.StringIO) -> None:
    """Flags of klog in a configuration count above those of the command line."""
    logs.configure(settings.Logger(klog={"skip_headers": "false"}))
    logging.getLogger("policy").info("text")

    assert "test_logs.py:" in lines(stream)[0]


def test_repeated_warnings_are_left_out(logs: Logs, stream: io.StringIO, clock: Clock) -> None:
    """One a minute, with their number; information is not concerned."""
    del logs
    for clock.now in (0.0, 1.0, 2.0, 61.0):
        logging.getLogger("policy").warning("full: %d", 3)
        logging.getLogger("policy").info("hello")

    assert [line for line in lines(stream) if line.startswith("W")] == [
        "W: [ policy ] full: 3",
        "W: [ policy ] <rate-limited> full: 3 (2 more like this were left out)",
    ]
    assert len(lines(stream)) == 6


def test_with_files_only_errors_go_to_standard_error(
    logs: Logs, stream: io.StringIO, tmp_path: Path
) -> None:
    """The threshold can be changed."""
    flags = {"logtostderr": "false", "log_file": str(tmp_path / "log")}
    logs.configure(settings.Logger(klog=flags))
    logging.getLogger("policy").warning("first")
    logging.getLogger("policy").error("second")
    logs.configure(settings.Logger(klog={**flags, "stderrthreshold": "warning"}))
    logging.getLogger("policy").warning("third")
    logs.configure(settings.Logger(klog={**flags, "alsologtostderr": "true"}))
    logging.getLogger("policy").info("fourth")

    assert lines(stream) == ["second", "third", "fourth"]
    assert (tmp_path / "log").read_text().splitlines()[1:] == ["first", "second", "third", "fourth"]


def test_a_file_that_cannot_be_written_is_told(
    logs: Logs, stream: io.StringIO, tmp_path: Path
) -> None:
    """Then standard error is used after all."""
    flags = {"logtostderr": "false", "log_file": str(tmp_path / "nope" / "log")}
    logs.configure(settings.Logger(klog=flags))
    logging.getLogger("policy").info("text")

    assert lines(stream)[0].startswith("cannot write log file")
    assert lines(stream)[1] == "text"


def test_a_log_that_nobody_reads_stops_nobody(logs: Logs, stream: io.StringIO) -> None:
    """Standard error may be closed."""
    del logs
    stream.close()
    logging.getLogger("policy").error("text")

    assert stream.closed


def test_a_line_that_cannot_be_formatted_stops_nobody(logs: Logs, stream: io.StringIO) -> None:
    """A mistake in a log line is no reason to fail."""
    del logs
    logging.getLogger("policy").info("%d", "word")
    logging.getLogger("policy").info("next")

    assert lines(stream) == ["I: [ policy ] next"]
