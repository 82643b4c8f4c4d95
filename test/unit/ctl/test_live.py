# SPDX-License-Identifier: Apache-2.0
"""Asking the daemon: over a real socket, whatever answers there."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctl import exits, live


@contextlib.contextmanager
def answering(path: Path, answer: bytes | None) -> Iterator[list[bytes]]:
    """Answer one request so, None: never; give what was asked."""
    asked: list[bytes] = []
    over = threading.Event()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            one, _ = listener.accept()
            with one:
                asked.append(one.recv(65536))
                if answer is None:
                    over.wait()
                else:
                    one.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield asked
        finally:
            over.set()
            thread.join()


def page(body: bytes, status: str = "200 OK") -> bytes:
    """Give an answer of the daemon."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_a_page_is_read(tmp_path: Path) -> None:
    """It is a JSON object."""
    with answering(tmp_path / "s", page(b'{"policy": "none"}\r\n')):
        found = live.get("/status", str(tmp_path / "s"))

    assert found == {"policy": "none"}


def test_queries_are_quoted(tmp_path: Path) -> None:
    """What a person writes cannot end the line of the request."""
    with answering(tmp_path / "s", page(b"{}")) as asked:
        live.get("/explain", str(tmp_path / "s"), {"container": "a b\r\nc&d"})

    assert asked[0].startswith(b"GET /explain?container=a+b%0D%0Ac%26d HTTP/1.1\r\n")


def test_text_is_given_as_it_is(tmp_path: Path) -> None:
    """The metrics are no JSON."""
    with answering(tmp_path / "s", page(b"metric 1\n")):
        found = live.read("/metrics", str(tmp_path / "s"))

    assert found == b"metric 1\n"


def test_a_socket_that_is_missing(tmp_path: Path) -> None:
    """The hint is how to look at the unit, the status that nothing was reached."""
    with pytest.raises(live.CannotAsk, match=r"^cannot ask the daemon: .* is not there") as raised:
        live.get("/status", str(tmp_path / "s"))

    assert raised.value.hint == "systemctl status cri-resource-manager.service"
    assert raised.value.status == exits.UNREACHABLE


def test_a_socket_that_was_left(tmp_path: Path) -> None:
    """A daemon that was killed leaves its socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
        one.bind(str(tmp_path / "s"))

    with pytest.raises(live.CannotAsk, match="nobody listens"):
        live.get("/status", str(tmp_path / "s"))


def test_a_path_that_is_too_long(tmp_path: Path) -> None:
    """What no socket can have is told like any other cause."""
    with pytest.raises(live.CannotAsk, match="cannot ask the daemon"):
        live.get("/status", str(tmp_path / ("s" * 200)))


def test_a_daemon_that_hangs(tmp_path: Path) -> None:
    """Nobody waits for ever."""
    with (
        answering(tmp_path / "s", None),
        pytest.raises(live.CannotAsk, match=r"no answer in 0\.05 s"),
    ):
        live.get("/status", str(tmp_path / "s"), timeout=0.05)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "not the daemon"),
        (b"SSH-2.0\r\n\r\n", "not the daemon"),
        (page(b"{}")[:-1], "hung up"),
        (page(b"<html>"), "no JSON"),
        (page(b"[]"), "no JSON object"),
    ],
)
def test_answers_that_make_no_sense(tmp_path: Path, answer: bytes, words: str) -> None:
    """Whatever answers, there is one sentence."""
    with answering(tmp_path / "s", answer), pytest.raises(live.CannotAsk, match=words):
        live.get("/status", str(tmp_path / "s"))


@pytest.mark.parametrize("body", [b"no such container", b'{"error": "no such container"}'])
def test_a_refusal_has_the_daemons_words(tmp_path: Path, body: bytes) -> None:
    """What the daemon says is what is told, in text or in JSON."""
    with (
        answering(tmp_path / "s", page(body, "404 Not Found")),
        pytest.raises(live.Refused) as raised,
    ):
        live.get("/explain", str(tmp_path / "s"))

    assert raised.value.message == "cannot ask the daemon: no such container"
    assert (raised.value.code, raised.value.status) == (404, exits.PROBLEM)


def test_a_refusal_offers_what_there_is(tmp_path: Path) -> None:
    """Who names no container, or several, hears of some."""
    names = ", ".join(f'{{"title": "default/web-{number}:main"}}' for number in range(9))
    body = f'{{"error": "no container \'x\' is known", "candidates": [{names}]}}'.encode()
    with (
        answering(tmp_path / "s", page(body, "404 Not Found")),
        pytest.raises(live.Refused) as raised,
    ):
        live.get("/explain", str(tmp_path / "s"))

    assert raised.value.hint.startswith("there is default/web-0:main, default/web-1:main")
    assert raised.value.hint.endswith(" and 1 more")


@pytest.mark.parametrize("status", ["403 Forbidden", "503 Service Unavailable"])
def test_a_daemon_that_says_nothing_was_not_reached(tmp_path: Path, status: str) -> None:
    """Who may not ask, or asks too early, is told what helps."""
    with (
        answering(tmp_path / "s", page(b"not now", status)),
        pytest.raises(live.Refused) as raised,
    ):
        live.get("/introspect", str(tmp_path / "s"))

    assert raised.value.status == exits.UNREACHABLE
    assert raised.value.hint
