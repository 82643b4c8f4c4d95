# SPDX-License-Identifier: Apache-2.0
"""One request to an API server, its answer as plain dictionaries, its errors as `ApiError`.

Nothing is retried here: whoever asked knows whether and when to ask again (`controller.queue`
does for reconciles). Measured against full clients, this costs half of their CPU time
(docs/decisions). `watch` follows lists and is in a module of its own.
"""

import http
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp

from . import errors
from .connection import Connection

Object = dict[str, Any]
"""A Kubernetes object as it stands in JSON."""

TOKEN_LIFETIME = 60.0
"""Seconds until a token file is read again; the kubelet renews tokens long before they end."""

STREAMS = 4
"""Connections besides those for requests: each watch holds one, and must leave the others free."""

_MERGE = "application/merge-patch+json"
_APPLY = "application/apply-patch+yaml"


class Client:
    """A session with one API server; close it, or use it in an `async with`.

    `clock` gives monotonic seconds and is asked only for the age of the token. `on_request` is
    told method, HTTP status (0: no answer) of each request, for metrics.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Callable[[], float],
        timeout: float = 30.0,
        max_connections: int = 32,
        user_agent: str = "gardener-extension-cri-resmgr",
        on_request: Callable[[str, int], None] = lambda _method, _status: None,
    ) -> None:
        """Open no connection yet; needs a running event loop."""
        self._connection = connection
        self._clock = clock
        self._on_request = on_request
        self._token = ""
        self._token_read_at = float("-inf")
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=connection.ssl(), limit=max_connections + STREAMS),
            headers={"User-Agent": user_agent},
            json_serialize=_dumps,
            cookie_jar=aiohttp.DummyCookieJar(),  # API servers set none; looking costs each request
            auto_decompress=True,
        )

    async def __aenter__(self) -> Self:
        """Give the client itself."""
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Close the session."""
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def get(
        self,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        decode: Callable[[bytes], Object] | None = None,
    ) -> Object:
        """Read one object or one page of a list; `decode` may leave out what nobody needs.

        Raises `ApiError`.
        """
        return await self._request("GET", path, params=params, decode=decode)

    async def get_metadata(self, path: str, *, params: Mapping[str, str] | None = None) -> Object:
        """Read a list with the metadata of its objects only. Raises `ApiError`."""
        accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
        return await self._request("GET", path, params=params, headers={"Accept": accept})

    async def create(self, path: str, obj: Object) -> Object:
        """Create an object in the collection `path`. Raises `AlreadyExists`, `ApiError`."""
        return await self._request("POST", path, body=obj)

    async def patch(
        self, path: str, patch: Object, *, params: Mapping[str, str] | None = None
    ) -> Object:
        """Apply a JSON merge patch (RFC 7386).

        A `metadata.resourceVersion` in it makes the server answer `Conflict` when the object
        has changed. Raises `ApiError`.
        """
        return await self._request(
            "PATCH", path, body=patch, params=params, headers={"Content-Type": _MERGE}
        )

    async def apply(self, path: str, obj: Object, *, field_manager: str) -> Object:
        """Create or change the object `path` by server-side apply. Raises `ApiError`."""
        return await self._request(
            "PATCH",
            path,
            body=obj,
            params={"fieldManager": field_manager, "force": "true"},
            headers={"Content-Type": _APPLY},
        )

    async def replace(self, path: str, obj: Object) -> Object:
        """Replace an object as a whole. Raises `Conflict`, `ApiError`."""
        return await self._request("PUT", path, body=obj)

    async def delete(self, path: str, *, propagation: str = "Background") -> Object:
        """Delete an object; the answer is the object while finalizers hold it, or a Status.

        Raises `NotFound`, `ApiError`.
        """
        return await self._request("DELETE", path, params={"propagationPolicy": propagation})

    async def ready(self) -> bool:
        """Tell whether the server says that it is ready."""
        try:
            async with self._open("GET", "/readyz") as response:
                return response.status == http.HTTPStatus.OK
        except errors.ApiError:
            return False

    async def _request(
        self,
        method: str,
        path: str,
        *,
        body: Object | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        decode: Callable[[bytes], Object] | None = None,
    ) -> Object:
        async with self._open(method, path, body=body, params=params, headers=headers) as response:
            text = await response.read()
            if response.ok:
                return (decode or _loads)(text)
            raise errors.from_status(
                response.status,
                _status_object(text),
                f"{method.lower()} {path}",
                retry_after=_seconds(response.headers.get("Retry-After")),
            )

    @asynccontextmanager
    async def _open(
        self,
        method: str,
        path: str,
        *,
        body: Object | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: aiohttp.ClientTimeout | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send one request and give the open response; connection errors become `Unavailable`."""
        sent = {"Content-Type": "application/json", **self._authorization(), **(headers or {})}
        status = 0
        try:
            async with self._session.request(
                method,
                self._connection.server + path,
                params=params,
                data=None if body is None else _dumps(body).encode(),
                headers=sent,
                timeout=timeout or self._timeout,
            ) as response:
                status = response.status
                yield response
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            message = f"cannot {method.lower()} {path}: {str(error) or type(error).__name__}"
            raise errors.Unavailable(0, "NoConnection", message) from error
        finally:
            self._on_request(method, status)

    @asynccontextmanager
    async def stream(
        self, path: str, params: Mapping[str, str], *, accept: str, idle: float
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Open a watch: no limit in time as a whole, `idle` seconds between two chunks.

        At the end the connection is cut: an encrypted one that is closed in the middle of an
        answer would say goodbye first, and a loop that ends meanwhile would leave a socket open.
        """
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10.0, sock_read=idle)
        headers = {"Accept": accept}
        async with self._open(
            "GET", path, params=params, headers=headers, timeout=timeout
        ) as response:
            try:
                yield response
            finally:
                connection = response.connection
                if connection is not None and connection.transport is not None:
                    connection.transport.abort()

    def _authorization(self) -> dict[str, str]:
        now = self._clock()
        if now - self._token_read_at >= TOKEN_LIFETIME:
            try:
                self._token = self._connection.bearer()
            except OSError as error:
                message = f"cannot read the token: {error}"
                raise errors.Unavailable(0, "NoToken", message) from error
            self._token_read_at = now
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}


def _dumps(obj: object) -> str:
    return json.dumps(obj, separators=(",", ":"), ensure_ascii=False)


def _loads(text: bytes) -> Object:
    result = json.loads(text) if text else {}
    return result if isinstance(result, dict) else {}


def _status_object(text: bytes) -> Object:
    try:
        return _loads(text)
    except ValueError:
        return {"message": text[: errors.MESSAGE_LIMIT].decode("utf-8", "replace")}


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdigit() else None
