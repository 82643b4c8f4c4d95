# SPDX-License-Identifier: Apache-2.0
"""Asks the daemon of this node: pages by HTTP on a unix socket, read and never changed.

The socket belongs to root, since the pages tell what other people's containers have.
"""

import argparse
import json
import os
import socket as sockets
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib import parse

from . import exits, problem

SOCKET: Final = "/var/run/cri-resmgr/cri-resmgr-introspect.sock"
UNIT: Final = "cri-resource-manager.service"
TIMEOUT: Final = 10.0
"""Seconds that an answer may take."""

LARGEST: Final = 256 * 1024 * 1024
"""Bytes of an answer that are read."""

_PIECE: Final = 256 * 1024
_STATUS = f"systemctl status {UNIT}"
_HINTS: Final = {
    403: "only root and the daemon's user may ask: sudo cri-resmgrctl ...",
    503: f"it has not started yet; journalctl -u {UNIT}",
}
"""Codes of HTTP by which a daemon says nothing at all -> what helps."""

_SHOWN: Final = 8
"""Names of containers in a hint."""

VERSIONS: Final = "the daemon is of another version; compare `cri-resmgrctl --version` with its log"


class CannotAsk(problem.Problem):
    """The daemon did not answer; the message begins with `cannot ask the daemon`."""

    def __init__(self, cause: str, hint: str = "", status: int = exits.UNREACHABLE) -> None:
        super().__init__(f"cannot ask the daemon: {cause}", hint, status)


class Refused(CannotAsk):
    """The daemon answered that it cannot give the page; `code` is that of HTTP, `text` its words.

    A container that is not there is refused with 404, a word for several of them with 409; both
    come with the `names` that there are, anything else with None.
    """

    def __init__(self, path: str, code: int, text: str, names: Sequence[str] | None = None) -> None:
        self.code = code
        self.text = text
        self.names = names
        hint = "" if text else VERSIONS
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            hint = f"there is {', '.join(names[:_SHOWN])}{more}"
        elif code in _HINTS:
            hint = _HINTS[code]
        status = exits.UNREACHABLE if code in _HINTS else exits.PROBLEM
        super().__init__(text or f"it answers {path} with {code}", hint, status)


def add_socket(command: argparse.ArgumentParser) -> None:
    """Add `--socket`, whose value `get` and `text` take."""
    command.add_argument(
        "--socket",
        default=SOCKET,
        metavar="SOCKET",
        help="where the daemon tells what it knows (default: %(default)s)",
    )


def get(
    path: str,
    socket: str = SOCKET,
    query: Mapping[str, str] | None = None,
    *,
    timeout: float = TIMEOUT,
) -> dict[str, Any]:
    """Give the JSON object of a page, such as `/introspect`. Raises `CannotAsk`, `Refused`."""
    body = read(path, socket, query, timeout=timeout)
    try:
        found = json.loads(body)
    except ValueError as error:
        raise CannotAsk(f"{path} is no JSON: {error}", _STATUS) from error
    if not isinstance(found, dict):
        raise CannotAsk(f"{path} is no JSON object", _STATUS)
    return found


def read(
    path: str,
    socket: str = SOCKET,
    query: Mapping[str, str] | None = None,
    *,
    timeout: float = TIMEOUT,
) -> bytes:
    """Give the bytes of a page; it may take `timeout` seconds. Raises `CannotAsk`, `Refused`."""
    target = f"{path}?{parse.urlencode(query)}" if query else path
    request = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    try:
        with sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM) as one:
            one.settimeout(timeout)
            one.connect(socket)
            one.sendall(request.encode("ascii"))
            answer = _all(one)
    except TimeoutError as error:
        raise CannotAsk(f"no answer in {timeout:g} s", f"journalctl -u {UNIT}") from error
    except OSError as error:
        raise _explained(error, socket) from error
    return _body(path, answer)


def _all(one: sockets.socket) -> bytes:
    pieces = []
    left = LARGEST
    while left > 0 and (piece := one.recv(_PIECE)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _body(path: str, answer: bytes) -> bytes:
    head, end, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ", 2)
    if not end or len(words) < 2 or not words[0].startswith("HTTP/"):
        raise CannotAsk("what answers there is not the daemon", _STATUS)
    fields = dict(line.casefold().split(":", 1) for line in lines[1:] if ":" in line)
    length = fields.get("content-length", "").strip()
    if length.isdecimal() and len(body) < int(length):
        raise CannotAsk("it hung up before its answer was whole", f"journalctl -u {UNIT}")
    if words[1] != "200":
        text, names = _told(body.decode("utf-8", "replace").strip())
        raise Refused(path, int(words[1]) if words[1].isdecimal() else 0, text, names)
    return body


def _told(text: str) -> tuple[str, list[str] | None]:
    """Give what is wrong out of an answer, which may be JSON, and the names that it offers."""
    try:
        found = json.loads(text)
    except ValueError:
        return text, None
    if not isinstance(found, dict):
        return text, None
    error, offered = str(found.get("error") or text), found.get("candidates")
    if not isinstance(offered, list):
        return error, None
    return error, [str(one.get("title")) for one in offered if isinstance(one, dict)]


def _explained(error: OSError, socket: str) -> CannotAsk:
    if isinstance(error, PermissionError):
        hint = "only root may ask: sudo cri-resmgrctl ..." if os.geteuid() else _STATUS
        return CannotAsk(f"{socket}: permission denied", hint)
    if isinstance(error, FileNotFoundError):
        return CannotAsk(f"{socket} is not there: it does not run, or serves another one", _STATUS)
    if isinstance(error, ConnectionRefusedError):
        return CannotAsk(f"nobody listens at {socket}: it does not run", _STATUS)
    return CannotAsk(f"{socket}: {error.strerror or error}", _STATUS)
