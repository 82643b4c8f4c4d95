# SPDX-License-Identifier: Apache-2.0
"""The text form of log lines."""

import logging
import re
import sys

import pytest

from resmgr.daemon.log import klog
from resmgr.daemon.log.klog import Form


def record(
    text: str = "text", *, level: int = logging.INFO, name: str = "policy"
) -> logging.LogRecord:
    """Make a record of line 17 of a file in the folder `engine`."""
    return logging.LogRecord(name, level, "/x/engine/take.py", 17, text, None, None)


def test_a_line_has_klogs_header() -> None:
    """Severity, date, time to the microsecond, process, file and line."""
    line = Form().lines(record())

    assert re.fullmatch(r"I\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ take\.py:17\] text\n", line)


@pytest.mark.parametrize(
    ("level", "letter", "header"),
    [
        (logging.DEBUG, "D", "I"),
        (logging.INFO, "I", "I"),
        (logging.WARNING, "W", "W"),
        (logging.ERROR, "E", "E"),
        (logging.CRITICAL, "F", "F"),
    ],
)
def test_severities_are_letters(level: int, letter: str, header: str) -> None:
    """The header knows no debug messages, the prefix does."""
    assert Form().lines(record(level=level))[0] == header
    assert Form(headers=False, prefix=True).lines(record(level=level))[:3] == f"{letter}: "


def test_the_source_is_padded_on_both_sides() -> None:
    """To the longest name; a blank that is left over stands on the left."""
    form = Form(headers=False, prefix=True, sources=("policy", "cri/relay"))

    assert form.lines(record()) == "I: [  policy ] text\n"


def test_other_loggers_have_one_source() -> None:
    """Libraries log under the same name."""
    form = Form(headers=False, prefix=True, sources=("policy", "stdlog"))

    assert form.lines(record(name="asyncio")) == "I: [stdlog] text\n"


def test_the_header_can_have_the_folder() -> None:
    """With `add_dir_header`."""
    assert " engine/take.py:17] " in Form(folder=True).lines(record())


def test_every_line_of_a_block_has_header_and_prefix() -> None:
    """A text of several lines cannot pass for lines of others."""
    form = Form(headers=False, prefix=True, sources=("policy",))

    assert form.lines(record("a\nb\n")) == "I: [policy] a\nI: [policy] b\n"


def test_an_empty_text_is_a_line() -> None:
    """Nothing is swallowed."""
    assert Form(headers=False).lines(record("")) == "\n"


def test_control_characters_are_shown_not_sent() -> None:
    """Text from pods cannot move the cursor of whoever reads."""
    assert Form(headers=False).lines(record("a\x1b[2Jb\rc\x9b")) == "a\\x1b[2Jb\\x0dc\\x9b\n"


def test_an_exception_is_written_behind_the_text() -> None:
    """With its stack."""
    try:
        int("odd")
    except ValueError:
        failed = record()
        failed.exc_info = sys.exc_info()
    lines = Form(headers=False).lines(failed).splitlines()

    assert lines[:2] == ["text", "Traceback (most recent call last):"]
    assert lines[-1] == "ValueError: invalid literal for int() with base 10: 'odd'"


def test_a_stack_can_be_asked_for_by_place() -> None:
    """With `log_backtrace_at`."""
    assert len(Form(backtrace_at="take.py:17").lines(record()).splitlines()) > 2
    assert len(Form(backtrace_at="take.py:18").lines(record()).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("a,b", {"a": True, "b": True}),
        ("off:a,b,on:c", {"a": False, "b": False, "c": True}),
        ("*, disable:policy", {"*": True, "policy": False}),
        ("Enabled:all", {"*": True}),
    ],
)
def test_debug_sources_are_read(text: str, found: dict[str, bool]) -> None:
    """A state carries over to what follows; `all` is every source."""
    assert klog.debug(text) == found
