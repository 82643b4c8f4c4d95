# SPDX-License-Identifier: Apache-2.0
"""The program `cri-resmgr-agent-probe`: asks the agent how it is (node agent contract, section 5).

A kubelet starts it again and again, so it does without an event loop, and starts in a fraction of
the time.
"""

import os
import socket
import sys
from collections.abc import Sequence
from typing import Final, TextIO

from resmgr.agentapi import agent_pb2, services
from resmgr.protobuf import reading
from resmgr.wire import connection, events, fields
from resmgr.wire.grpc import codes, messages, statuses

PROGRAM: Final = "cri-resmgr-agent-probe"
AGENT_SOCKET: Final = "/var/run/cri-resmgr/cri-resmgr-agent.sock"
DEADLINE: Final = 1.0
"""Seconds that the agent has for its answer."""

_USAGE: Final = f"""\
usage: {PROGRAM} [FLAG...]

Asks the node agent how it is. Without a query: whether it is alive.

  -agent-socket file
          Socket of the agent (default {AGENT_SOCKET})
  -query string
          What to ask for: config-status, whether the node took its configuration
"""


class Unanswered(Exception):
    """There is no answer; the text says why."""


def main() -> None:
    """Run the program."""
    sys.exit(run(sys.argv[1:], sys.stdout, sys.stderr))


def run(words: Sequence[str], out: TextIO, err: TextIO) -> int:
    """Ask; give the exit code: 0 well, 1 not well or no answer, 2 the command line is wrong."""
    values = {"agent-socket": AGENT_SOCKET, "query": ""}
    rest = list(words)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        name = name.removeprefix("-").removeprefix("-")
        if name in {"h", "help"}:
            out.write(_USAGE)
            return 0
        if name not in values or not (equals or rest):
            err.write(f"{PROGRAM}: cannot use {words}: wrong or unfinished flag {name!r}\n")
            err.write(f"hint: {PROGRAM} -help\n")
            return 2
        values[name] = value if equals else rest.pop(0)
    try:
        error = ask(values["agent-socket"].removeprefix("unix://"), values["query"])
    except Unanswered as unanswered:
        err.write(f"{PROGRAM}: cannot ask the agent: {unanswered}\n")
        return 1
    if error:
        out.write(f"health check negative: {error}\n")
        return 1
    out.write("Health check OK\n")
    return 0


def ask(path: str, query: str) -> str:
    """Give what is wrong, nothing if all is well. Raises `Unanswered`."""
    message = agent_pb2.HealthCheckRequest(query=query).SerializeToString()
    link = connection.Connection(client=True)
    number = link.request(
        fields.Block(
            (
                (b":method", b"POST"),
                (b":scheme", b"http"),
                (b":path", f"/{services.AGENT}/HealthCheck".encode()),
                (b":authority", b"localhost"),
                (b"content-type", statuses.CONTENT_TYPE),
                (b"te", b"trailers"),
            )
        )
    )
    link.data(number, memoryview(messages.frame(message)), end_stream=True)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as there:
            there.settimeout(DEADLINE)
            there.connect(os.fsencode(path))
            content = _exchange(there, link)
            return reading.read(agent_pb2.HealthCheckReply, messages.only(content)[1]).error
    except (OSError, ValueError, reading.Unreadable) as error:
        raise Unanswered(f"{path}: {error}") from error


def _exchange(there: socket.socket, link: connection.Connection) -> bytes:
    """Speak until the answer is whole. Raises `OSError`, `Unanswered`."""
    content = b""
    while True:
        there.sendall(b"".join(link.fetch()))
        data = there.recv(65536)
        if not data:
            raise Unanswered("it closed the connection")
        for event in link.receive(data):
            match event:
                case events.DataReceived(_, part, _):
                    content += bytes(part)
                case events.HeadersReceived(_, block, True) | events.TrailersReceived(_, block):
                    status = statuses.of_block(block)
                    if status.code is not codes.Code.OK:
                        raise Unanswered(f"{status.code.name}: {status.message}")
                    return content
                case events.StreamReset() | events.ConnectionFailed():
                    raise Unanswered(event.message or "it cut the call off")
                case _:
                    pass
        link.pump()
