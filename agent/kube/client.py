# SPDX-License-Identifier: Apache-2.0
"""Requests to the API server, all over one connection of HTTP/2, watches included.

Nothing is tried again here: whoever asks knows whether and when to. The exception is a request that
the server has not begun with, as happens when it says good-bye to a connection: that one is sent
once more, on the next one. `calls` and `answers` count for metrics and tests.
"""

import asyncio
import contextlib
import json
import urllib.parse
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

from resmgr.wire import fields

from ..net import session
from . import access, errors

Object = dict[str, Any]
"""A Kubernetes object as it stands in JSON."""

TIMEOUT: Final = 20.0
"""Seconds for a request and its answer."""

TOKEN_LIFETIME: Final = 60.0
"""Seconds until a token's file is read again."""

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of an answer, and of an event of a watch."""

MERGE: Final = "application/merge-patch+json"
STRATEGIC: Final = "application/strategic-merge-patch+json"
JSON_PATCH: Final = "application/json-patch+json"
APPLY: Final = "application/apply-patch+yaml"


class Client:
    """One API server; `clock` gives seconds that never go back."""

    def __init__(self, way: access.Access, clock: Callable[[], float], *, agent: str) -> None:
        """Connect with the first request. Raises `access.NoAccess` for unusable certificates."""
        self.calls: Counter[str] = Counter()
        self.answers: Counter[tuple[str, ...]] = Counter()
        """By verb and HTTP status, 0 where there was none."""

        self._way = way
        self._tls = way.tls()
        self._clock = clock
        self._user_agent = agent.encode()
        self._session: session.Session | None = None
        self._connecting = asyncio.Lock()
        self._token = ""
        self._token_read = float("-inf")
        host = f"[{way.host}]" if ":" in way.host else way.host
        self._authority = f"{host}:{way.port}".encode()

    def close(self) -> None:
        """End the connection, and all that is under way on it."""
        if self._session is not None:
            self._session.abort("the agent ends")

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        kind: str = "application/json",
        timeout: float = TIMEOUT,
    ) -> Object:
        """Send a request with a JSON body of media type `kind`; give the object that is the answer.

        Raises `errors.ApiError`.
        """
        what = f"{method.lower()} {path}"
        data = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
        try:
            async with asyncio.timeout(timeout):
                try:
                    head, content = await self._exchange(method, path, params, data, kind)
                except session.Broken as error:
                    if not error.unseen:
                        raise
                    head, content = await self._exchange(method, path, params, data, kind)
        except (session.Broken, OSError, TimeoutError) as error:
            self.answers[method, "0"] += 1
            raise errors.Away(0, f"cannot {what}: {_told(error)}") from error
        self._answered(method, head)
        return _answer(head, content, what)

    async def watch(self, path: str, params: Mapping[str, str]) -> AsyncIterator[Object]:
        """Give the events of a watch until the server ends it. Raises `errors.ApiError`."""
        what, answered = f"watch {path}", False
        try:
            async with self._sent("GET", path, params, b"", "") as stream:
                async with asyncio.timeout(TIMEOUT):
                    head = await stream.head()
                    self._answered("WATCH", head)
                    answered = True
                    if head.get(b":status") != b"200":
                        content = await stream.content(LARGEST)
                        _answer(head, content, what)
                rest = bytearray()
                async for part in stream.parts():
                    rest += part
                    # A long event comes in many parts, and is not searched anew with each.
                    lines = []
                    if b"\n" in part:
                        *lines, rest = rest.split(b"\n")
                    if len(rest) > LARGEST:
                        raise errors.Away(0, f"cannot {what}: an event is too long")
                    for line in lines:
                        if line:
                            yield _loads(bytes(line), what)
        except (session.Broken, OSError, TimeoutError) as error:
            if not answered:
                self.answers["WATCH", "0"] += 1
            raise errors.Away(0, f"cannot {what}: {_told(error)}") from error

    async def _exchange(
        self, method: str, path: str, params: Mapping[str, str] | None, body: bytes, kind: str
    ) -> tuple[fields.Block, bytes]:
        async with self._sent(method, path, params, body, kind) as stream:
            return await stream.head(), await stream.content(LARGEST)

    @contextlib.asynccontextmanager
    async def _sent(
        self, method: str, path: str, params: Mapping[str, str] | None, body: bytes, kind: str
    ) -> AsyncIterator[session.Stream]:
        link = await self._connected()
        self.calls["WATCH" if params and "watch" in params else method] += 1
        query = f"?{urllib.parse.urlencode(params)}" if params else ""
        head = [
            (b":method", method.encode()),
            (b":scheme", b"https"),
            (b":path", f"{urllib.parse.quote(path)}{query}".encode()),
            (b":authority", self._authority),
            (b"accept", b"application/json"),
            (b"user-agent", self._user_agent),
        ]
        if token := self._bearer():
            head.append((b"authorization", f"Bearer {token}".encode()))
        if body:
            head.append((b"content-type", kind.encode()))
            head.append((b"content-length", b"%d" % len(body)))
        async with await link.request(fields.Block(tuple(head)), body) as stream:
            yield stream

    def _answered(self, verb: str, head: fields.Block) -> None:
        self.answers[verb, str(_status(head))] += 1

    async def _connected(self) -> session.Session:
        """Give a connection, made if need be. Raises `OSError`, `TimeoutError`."""
        async with self._connecting:
            link = self._session
            if link is not None and link.usable:
                return link
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(TIMEOUT):
                transport, link = await loop.create_connection(
                    session.Session,
                    self._way.host,
                    self._way.port,
                    ssl=self._tls,
                    server_hostname=self._way.name or None,
                )
            if transport.get_extra_info("ssl_object").selected_alpn_protocol() != "h2":
                link.abort("it does not speak HTTP/2")
                raise ConnectionError("the server does not speak HTTP/2")
            self._session = link
            return link

    def _bearer(self) -> str:
        now = self._clock()
        if now - self._token_read >= TOKEN_LIFETIME:
            self._token = self._way.bearer()
            self._token_read = now
        return self._token


def _status(head: fields.Block) -> int:
    given = head.get(b":status") or b""
    return int(given) if given.isdigit() and len(given) == len(b"200") else 0


def _answer(head: fields.Block, content: bytes, what: str) -> Object:
    status = _status(head)
    if 200 <= status < 300:
        return _loads(content, what) if content else {}
    try:
        body = json.loads(content)
    except ValueError:
        body = {"message": content[: errors.LONGEST].decode("utf-8", "replace")}
    wish = head.get(b"retry-after") or b""
    raise errors.of_status(
        status,
        body if isinstance(body, dict) else {},
        what,
        retry_after=float(wish) if wish.isdigit() else 0.0,
    )


def _loads(text: bytes, what: str) -> Object:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise errors.Away(0, f"cannot {what}: the answer is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise errors.Away(0, f"cannot {what}: the answer is no JSON object")
    return found


def _told(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return str(error) or type(error).__name__
