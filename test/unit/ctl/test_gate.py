# SPDX-License-Identifier: Apache-2.0
"""`gate`: exit statuses, sentences, the kubelet's health. Real relays are in test/integration."""

import argparse
import io
import json
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctl import gate, main


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (gate.Found("", ""), 0),
        (gate.Found("", "away"), 0),
        (gate.Found("bad", ""), 1),
        (gate.Found("", "", "ill"), 1),
        (gate.Found("bad", "away"), 3),
        (gate.Found("bad", "away", "ill"), 3),
    ],
)
def test_only_a_runtime_that_answers_tells_that_the_relay_is_bad(
    found: gate.Found, status: int
) -> None:
    """Both away is no fault of the relay; a relay that answers needs no second witness."""
    assert found.status == status


def look(*words: str) -> tuple[int, str, str]:
    """Run the command; give status, standard output and standard error."""
    command = argparse.ArgumentParser()
    gate.add_arguments(command)
    out, err = io.StringIO(), io.StringIO()
    return gate.run(command.parse_args(words), out, err), out.getvalue(), err.getvalue()


def test_sockets_that_are_not_there_are_told_in_one_line(tmp_path: Path) -> None:
    """Nobody answers, so it is the runtime that is away."""
    status, out, err = look(f"--relay={tmp_path / 'relay'}", f"--runtime={tmp_path / 'runtime'}")

    assert (status, out) == (3, "")
    assert err.startswith("the runtime itself does not answer: the runtime: cannot reach")
    assert err.count("\n") == 1


def test_the_answer_as_json(tmp_path: Path) -> None:
    """One object on one line, whatever the status."""
    words = (f"--relay={tmp_path / 'relay'}", f"--runtime={tmp_path / 'runtime'}", "-o", "json")
    status, out, err = look(*words)

    told = json.loads(out)
    assert (status, err) == (3, "")
    assert told["ok"] is False
    assert told["kubelet"] == "not asked"
    assert "No such file" in told["relay"]


@pytest.mark.parametrize("limit", ["0", "-1", "nan", "soon", "1e9"])
def test_a_limit_that_is_none_is_wrong_usage(limit: str) -> None:
    """Status 2."""
    with pytest.raises(SystemExit) as ended:
        main.main(["gate", "--timeout", limit])

    assert ended.value.code == 2


def test_whoever_accepts_and_says_nothing_does_not_answer(tmp_path: Path) -> None:
    """A process that hangs has a socket that still takes connections."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "relay"))
        listener.listen()
        words = (f"--relay={tmp_path / 'relay'}", f"--runtime={tmp_path / 'runtime'}")
        status, out, _ = look(*words, "--timeout=0.2", "-o", "json")

    assert status == 3
    assert json.loads(out)["relay"] == "the relay: no answer in 0.2 s"


class _Health(socketserver.StreamRequestHandler):
    """Answers every request with the same line."""

    def handle(self) -> None:
        """Answer."""
        self.rfile.readline()
        self.wfile.write(self.server.answer)  # type: ignore[attr-defined]


@pytest.fixture
def health() -> Iterator[socketserver.TCPServer]:
    """Give a server in the place of the kubelet's health; `answer` is what it says."""
    with socketserver.TCPServer(("127.0.0.1", 0), _Health) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nok", "ok"),
        (b"HTTP/1.1 500 Internal Server Error\r\n\r\n", "not healthy: 500 Internal Server Error"),
        (b"", "not healthy: it hung up"),
    ],
)
def test_the_kubelet_is_asked(
    tmp_path: Path, health: socketserver.TCPServer, answer: bytes, told: str
) -> None:
    """Only 200 is healthy."""
    health.answer = answer  # type: ignore[attr-defined]
    url = f"http://127.0.0.1:{health.server_address[1]}/healthz"
    words = (f"--relay={tmp_path / 'relay'}", f"--runtime={tmp_path / 'runtime'}")
    _, out, _ = look(*words, f"--kubelet={url}", "-o", "json")

    assert told in json.loads(out)["kubelet"]


def test_a_kubelet_that_does_not_listen_is_told(tmp_path: Path) -> None:
    """With its address and the cause."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/healthz"
        words = (f"--relay={tmp_path / 'relay'}", f"--runtime={tmp_path / 'runtime'}")
        _, out, _ = look(*words, f"--kubelet={url}", "-o", "json")

    assert json.loads(out)["kubelet"].startswith(f"the kubelet does not answer at {url}: ")


def test_the_quick_form_imports_no_messages(checkout: Path, tmp_path: Path) -> None:
    """It runs every twenty seconds on every node: protobuf, YAML and OpenSSL stay away."""
    code = (
        "import sys; from ctl import main\n"
        f"sys.argv = ['x', 'gate', '--quick', '--relay={tmp_path}/r', '--runtime={tmp_path}/r']\n"
        "print(main.main(), *(n for n in ('google', 'yaml', '_ssl') if n in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=checkout, check=True, capture_output=True, text=True
    )

    assert done.stdout == "3\n"
