# SPDX-License-Identifier: Apache-2.0
"""Log lines for machines and for people."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from controller import logs

LOGGER = logging.getLogger("controller.test")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    names = ("kopf", "kopf.objects", "aiohttp.access")
    quiet = {name: logging.getLogger(name).level for name in names}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in quiet.items():
        logging.getLogger(name).setLevel(before)


def line_of(stream: io.StringIO) -> dict[str, Any]:
    """Give the only line, which must be a JSON object."""
    (line,) = stream.getvalue().splitlines()
    result = json.loads(line)
    assert isinstance(result, dict)
    return result


def test_json_line() -> None:
    """A line has time, level, logger, message and the keys with their types."""
    stream = io.StringIO()
    logs.setup(stream)

    logs.canonical(LOGGER, "reconciled", namespace="shoot--a--b", took_ms=12.5, steps=3)

    line = line_of(stream)
    assert line.pop("ts").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "controller.test",
        "msg": "reconciled",
        "namespace": "shoot--a--b",
        "took_ms": 12.5,
        "steps": 3,
    }


def test_keys_of_records() -> None:
    """Keys that log records or lines have themselves can be used."""
    stream = io.StringIO()
    logs.setup(stream)

    logs.canonical(LOGGER, "x", name="n", args="a", ts="mine")

    line = line_of(stream)
    assert (line["name"], line["args"], line["ts_"]) == ("n", "a", "mine")


def test_text_on_a_terminal() -> None:
    """On a terminal a line is text with pairs; values with blanks are quoted."""
    stream = Terminal()
    logs.setup(stream)

    logs.canonical(LOGGER, "reconciled", namespace="a", why="spec has changed")

    assert stream.getvalue().endswith(
        'controller.test: reconciled namespace=a why="spec has changed"\n'
    )


def test_form_wins_over_terminal() -> None:
    """The form can be chosen."""
    stream = Terminal()
    logs.setup(stream, form="json")

    LOGGER.info("hello %s", "you")

    assert line_of(stream)["msg"] == "hello you"


def test_level() -> None:
    """Lines below the level do not appear."""
    stream = io.StringIO()
    logs.setup(stream, level="warning")

    LOGGER.info("no")
    LOGGER.warning("yes")

    assert line_of(stream)["msg"] == "yes"


@pytest.mark.parametrize("level", ["debug", "info"])
def test_kopf_is_quiet(level: str) -> None:
    """The line of kopf for each event and object is not wanted at any level."""
    stream = io.StringIO()
    logs.setup(stream, level=level)

    logging.getLogger("kopf.objects").info("handler succeeded")

    assert stream.getvalue() == ""


def test_exception_is_one_line() -> None:
    """A traceback is a value of its line."""
    stream = io.StringIO()
    logs.setup(stream)

    try:
        int("broken")
    except ValueError:
        LOGGER.exception("oh")

    assert "ValueError: invalid literal" in line_of(stream)["exception"]


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize(
    "secret",
    ["Bearer abcdefghijkl.mnop", "eyJhbGciOiJSUzI1NiIs.eyJpc3MiOiJrdWJlcm5l.c2lnbmF0dXJl"],
)
def test_no_secrets(secret: str, form: str) -> None:
    """What looks like a token is blotted out, in messages, keys and tracebacks."""
    stream = io.StringIO()
    logs.setup(stream, form=form)

    try:
        int(secret)
    except ValueError as error:
        logs.canonical(LOGGER, f"got {secret}", exc_info=error, header=secret)

    text = stream.getvalue()
    assert secret.removeprefix("Bearer ") not in text
    assert text.count("***") == 3


@pytest.mark.parametrize(("level", "form"), [("loud", "json"), ("info", "xml")])
def test_unknown_words(level: str, form: str) -> None:
    """An unknown level or form is refused with the known ones."""
    with pytest.raises(ValueError, match="known are"):
        logs.setup(sys.stderr, level=level, form=form)


def test_a_library_that_is_hushed() -> None:
    """None of its loggers writes a line any more, while ours do."""
    stream = io.StringIO()
    logs.setup(stream)

    logs.hush("kopf")
    logging.getLogger("kopf._core.reactor.observation").error("will retry")
    LOGGER.info("stopping")

    assert line_of(stream)["msg"] == "stopping"
