# SPDX-License-Identifier: Apache-2.0
"""The form of the agent's lines."""

import logging
import re
import sys

import pytest

from agent import log


def line(level: int = logging.INFO, text: str = "text", **flags: str) -> str:
    """Write a line."""
    given = {"skip_headers": "false", "add_dir_header": "false", **flags}
    record = logging.LogRecord("agent", level, "/x/agent/push.py", 7, text, None, None)
    return log.Lines(given).format(record)


def test_a_line() -> None:
    """As klog writes it, with the source of the message."""
    assert re.fullmatch(
        r"W\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ push\.py:7\] \[agent\] text", line(logging.WARNING)
    )


def test_its_forms() -> None:
    """With the folder of the file, or without all that."""
    assert " agent/push.py:7] " in line(add_dir_header="true")
    assert line(logging.ERROR, skip_headers="true") == "E: [agent] text"


def test_each_line_of_a_text_has_a_header() -> None:
    """What comes from the cluster can neither hide a line nor move a terminal's cursor."""
    text = line(text="a\nb\x1b[2J", skip_headers="true")

    assert text == "I: [agent] a\nI: [agent] b\\x1b[2J"


def test_a_stack_of_an_error() -> None:
    """It follows its message."""
    try:
        int("odd")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "x.py", 1, "m", None, sys.exc_info())
    text = log.Lines({"skip_headers": "true", "add_dir_header": "false"}).format(record)

    assert text.splitlines()[0] == "E: [a] m"
    assert text.splitlines()[-1].startswith("E: [a] ValueError: invalid literal")


def test_it_takes_over_all_logging(capsys: pytest.CaptureFixture[str]) -> None:
    """Debug messages where they are wanted, but for those of others."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    flags = {"skip_headers": "true", "add_dir_header": "false"}
    try:
        handler = log.install(sys.stderr, flags, debug=True)
        logging.getLogger("agent").debug("seen")
        logging.getLogger("asyncio").debug("not seen")
        root.removeHandler(handler)
    finally:
        root.handlers[:], root.level = before
        logging.captureWarnings(capture=False)
        logging.getLogger("asyncio").setLevel(logging.NOTSET)

    assert capsys.readouterr().err == "I: [agent] seen\n"
