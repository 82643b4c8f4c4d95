# SPDX-License-Identifier: Apache-2.0
"""A small API server on loopback for unit tests of code that talks to one.

It speaks real HTTP and keeps what a client relies on: resourceVersions and generations, conflicts,
merge patches, a status of its own, finalizers, selectors, pages, watches with bookmarks and an
end of their history. It knows no schema, no defaults and no rights; what depends on these is
tested on a real kube-apiserver in `test/integration`.
"""

import asyncio
import copy
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiohttp import test_utils, web

Object = dict[str, Any]

DELETED_AT = "2026-08-01T12:00:00Z"
"""The deletionTimestamp that every deletion here gets."""

DEADLINE = 20.0
"""Seconds after which a test that waits has failed."""

_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
_FIXED = ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "generation")


class Request(NamedTuple):
    """One request as it came in; `body` is its JSON, empty if it had none."""

    method: str
    path: str
    body: Object
    headers: Mapping[str, str]
    query: Mapping[str, str]


class Place(NamedTuple):
    """What a path names: a collection, an object in it, or one of the object's subresources."""

    kind: str
    namespace: str
    name: str
    subresource: str


@dataclass(slots=True)
class Fault:
    """An answer given in place of the real one, to so many requests that fit."""

    method: str
    part: str
    status: int
    reason: str = ""
    message: str = "as the test wants it"
    times: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)


class _Refused(Exception):
    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message


class ApiServer:
    """The server's state and its switches; `serve` runs it.

    `chunk` cuts what a watch sends into pieces of so many bytes; 0 leaves it whole.
    """

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.chunk = 0
        self.ready = True
        self._version = 100
        self._compacted = 0
        self._objects: dict[tuple[str, str, str], Object] = {}
        self._history: list[tuple[int, str, str, Object]] = []
        self._watches: set[asyncio.Queue[Object | None]] = set()
        self._uids = itertools.count(1)
        self._happened = asyncio.Event()

    # What tests look at and what they change from the outside.

    def get(self, path: str) -> Object | None:
        """Give a copy of the object at `path`, `None` if there is none."""
        where = _place(path)
        return copy.deepcopy(self._objects.get((where.kind, where.namespace, where.name)))

    def names(self, path: str) -> list[str]:
        """Give the sorted names in the collection `path`."""
        where = _place(path)
        return sorted(
            name
            for kind, namespace, name in self._objects
            if kind == where.kind and where.namespace in {"", namespace}
        )

    def put(self, path: str, obj: Object) -> Object:
        """Put an object with all its parts, the status too, as another client would."""
        where = _place(path)
        old = self._objects.get((where.kind, where.namespace, where.name))
        new = copy.deepcopy(obj)
        metadata = new.setdefault("metadata", {})
        metadata |= {"name": where.name} | (
            {"namespace": where.namespace} if where.namespace else {}
        )
        metadata.setdefault("uid", old["metadata"]["uid"] if old else f"uid-{next(self._uids)}")
        metadata.setdefault("generation", 1)
        self._store(where, "MODIFIED" if old else "ADDED", new)
        return copy.deepcopy(new)

    def change(self, path: str, patch: Object) -> Object:
        """Merge a patch into all parts of an object, as another client would."""
        where = _place(path)
        old = self._objects[where.kind, where.namespace, where.name]
        return copy.deepcopy(self._replace(where, old, merge(copy.deepcopy(old), patch)))

    def remove(self, path: str) -> None:
        """Take an object away at once, whatever its finalizers."""
        where = _place(path)
        self._drop(where, self._objects[where.kind, where.namespace, where.name])

    def writes(self, part: str = "") -> list[Request]:
        """Give the writing requests so far whose path contains `part`."""
        return [r for r in self.requests if r.method in _WRITES and part in r.path]

    def refuse(self, method: str, part: str, status: int, **more: Any) -> None:
        """Answer the next request (`times`: so many) that fits with an error."""
        self.faults.append(Fault(method, part, status, **more))

    def compact(self) -> None:
        """Forget the history: who watches from before now gets 410."""
        self._compacted = self._version

    def bookmark(self) -> None:
        """Send every watch a bookmark of now."""
        self._version += 1
        mark = {"metadata": {"resourceVersion": str(self._version)}}
        self._tell({"type": "BOOKMARK", "object": mark})

    def end_watches(self) -> None:
        """End every watch, as the server does after its timeout."""
        self._tell(None)

    @property
    def watching(self) -> int:
        """How many watches are open."""
        return len(self._watches)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds; it is looked at after all that happens here."""
        async with asyncio.timeout(DEADLINE):
            while not condition():
                self._happened.clear()
                await self._happened.wait()

    # Storage.

    def _store(self, where: Place, kind: str, obj: Object) -> None:
        self._version += 1
        obj["metadata"]["resourceVersion"] = str(self._version)
        if kind == "DELETED":
            self._objects.pop((where.kind, where.namespace, where.name), None)
        else:
            self._objects[where.kind, where.namespace, where.name] = obj
        self._history.append((self._version, where.kind, kind, copy.deepcopy(obj)))
        self._tell({"type": kind, "object": copy.deepcopy(obj), "kind": where.kind})
        self._happened.set()

    def _drop(self, where: Place, obj: Object) -> None:
        self._store(where, "DELETED", copy.deepcopy(obj))

    def _replace(self, where: Place, old: Object, new: Object) -> Object:
        for key in _FIXED:
            if key in old["metadata"]:
                new["metadata"][key] = old["metadata"][key]
        new["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"]
        if new == old:
            return old
        if new.get("spec") != old.get("spec"):
            new["metadata"]["generation"] = old["metadata"].get("generation", 1) + 1
        if "deletionTimestamp" in new["metadata"] and not new["metadata"].get("finalizers"):
            self._drop(where, new)
        else:
            self._store(where, "MODIFIED", new)
        return new

    def _tell(self, event: Object | None) -> None:
        for watch in self._watches:
            watch.put_nowait(event)

    # HTTP.

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        body = json.loads(await request.text() or "{}")
        self.requests.append(
            Request(request.method, request.path, body, request.headers.copy(), dict(request.query))
        )
        self._happened.set()
        for fault in self.faults:
            if fault.method == request.method and fault.part in request.path:
                fault.times -= 1
                if not fault.times:
                    self.faults.remove(fault)
                return _refusal(fault.status, fault.reason, fault.message, fault.headers)
        if request.path == "/readyz":
            return web.Response(status=200 if self.ready else 500, text="ok")
        where = _place(request.path)
        if request.method == "GET" and request.query.get("watch"):
            return await self._serve_watch(request, where)
        try:
            answer = self._answer(request, where, body)
        except _Refused as refused:
            return _refusal(refused.status, refused.reason, refused.message)
        return web.json_response(answer, status=201 if request.method == "POST" else 200)

    def _answer(self, request: web.Request, where: Place, body: Object) -> Object:
        if request.method == "GET" and not where.name:
            return self._list(request, where)
        if request.method == "POST":
            return self._create(where, body)
        found = self._objects.get((where.kind, where.namespace, where.name))
        if found is None:
            raise _Refused(404, "NotFound", f"{where.kind} {where.name!r} not found")
        if request.method == "GET":
            return found
        if request.method == "DELETE":
            return self._delete(where, found)
        wanted = body.get("metadata", {}).get("resourceVersion")
        if wanted and wanted != found["metadata"]["resourceVersion"]:
            raise _Refused(409, "Conflict", f"{where.name}: the object has been modified")
        whole = body if request.method == "PUT" else merge(copy.deepcopy(found), body)
        parts = (
            {"status"}
            if where.subresource == "status"
            else (whole.keys() | found.keys()) - {"status"}
        )
        new = copy.deepcopy(found)
        for part in parts:
            new.pop(part, None)
            if part in whole:
                new[part] = whole[part]
        return self._replace(where, found, new)

    def _create(self, where: Place, body: Object) -> Object:
        metadata = body.setdefault("metadata", {})
        uid = next(self._uids)
        name = metadata.get("name") or f"{metadata['generateName']}{uid:05}"
        if (where.kind, where.namespace, name) in self._objects:
            raise _Refused(409, "AlreadyExists", f"{where.kind} {name!r} already exists")
        metadata |= {"name": name, "uid": f"uid-{uid}", "generation": 1}
        if where.namespace:
            metadata["namespace"] = where.namespace
        self._store(where._replace(name=name), "ADDED", body)
        return body

    def _delete(self, where: Place, found: Object) -> Object:
        if not found["metadata"].get("finalizers"):
            self._drop(where, found)
            return {"kind": "Status", "apiVersion": "v1", "status": "Success"}
        if "deletionTimestamp" not in found["metadata"]:
            new = copy.deepcopy(found)
            new["metadata"]["deletionTimestamp"] = DELETED_AT
            self._store(where, "MODIFIED", new)
            return new
        return found

    def _list(self, request: web.Request, where: Place) -> Object:
        query = request.query
        if query.get("continue") and int(query["continue"].split("@")[1]) < self._compacted:
            raise _Refused(410, "Expired", "the continue token is too old")
        found = [
            obj
            for (kind, namespace, _), obj in sorted(self._objects.items())
            if kind == where.kind and where.namespace in {"", namespace} and _selected(query, obj)
        ]
        start = int(query["continue"].split("@")[0]) if query.get("continue") else 0
        end = start + int(query.get("limit", len(found) or 1))
        metadata = {"resourceVersion": str(self._version)}
        if end < len(found):
            metadata["continue"] = f"{end}@{self._version}"
        thin = "PartialObjectMetadata" in request.headers.get("Accept", "")
        items = [_thin(obj) if thin else obj for obj in found[start:end]]
        # A real server sends null, not an empty list, for a kind without objects.
        return {"kind": "List", "metadata": metadata, "items": items or None}

    async def _serve_watch(self, request: web.Request, where: Place) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        since = int(request.query["resourceVersion"])
        if since < self._compacted:
            gone = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"}
            await self._send(response, {"type": "ERROR", "object": gone})
            return response
        events: asyncio.Queue[Object | None] = asyncio.Queue()
        for version, kind, word, obj in self._history:
            if version > since and kind == where.kind:
                events.put_nowait({"type": word, "object": obj, "kind": kind})
        self._watches.add(events)
        self._happened.set()
        thin = "PartialObjectMetadata" in request.headers.get("Accept", "")
        try:
            while (event := await events.get()) is not None:
                if event["type"] != "BOOKMARK":
                    obj = event["object"]
                    namespace = obj["metadata"].get("namespace", "")
                    fits = event["kind"] == where.kind and where.namespace in {"", namespace}
                    if not fits or not _selected(request.query, obj):
                        continue
                    event = {"type": event["type"], "object": _thin(obj) if thin else obj}
                await self._send(response, event)
        except ConnectionResetError:
            pass
        finally:
            self._watches.discard(events)
            self._happened.set()
        return response

    async def _send(self, response: web.StreamResponse, event: Object) -> None:
        line = json.dumps(event).encode() + b"\n"
        step = self.chunk or len(line)
        for start in range(0, len(line), step):
            await response.write(line[start : start + step])
            await asyncio.sleep(0)


def merge(target: Object, patch: Mapping[str, Any]) -> Object:
    """Apply a JSON merge patch (RFC 7386)."""
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            inner = target.get(key)
            target[key] = merge(inner if isinstance(inner, dict) else {}, value)
        else:
            target[key] = value
    return target


def _place(path: str) -> Place:
    """Read a path such as `/api/v1/namespaces/N/secrets/S` or `/apis/G/V/clusters/C`."""
    parts = path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    namespace = ""
    if parts[:1] == ["namespaces"] and len(parts) > 2:
        namespace, parts = parts[1], parts[2:]
    kind, name, subresource = (*parts, "", "", "")[:3]
    return Place(kind, namespace, name, subresource)


def _selected(query: Mapping[str, str], obj: Object) -> bool:
    metadata = obj["metadata"]
    terms = [term for term in query.get("labelSelector", "").split(",") if term]
    labels = metadata.get("labels") or {}
    if not all(term in labels for term in terms if "=" not in term):
        return False
    wanted = dict(term.split("=", 1) for term in terms if "=" in term)
    name = query.get("fieldSelector", "").removeprefix("metadata.name=")
    return all(labels.get(key) == value for key, value in wanted.items()) and name in {
        "",
        metadata["name"],
    }


def _thin(obj: Object) -> Object:
    return {"kind": "PartialObjectMetadata", "metadata": obj["metadata"]}


def _refusal(
    status: int, reason: str, message: str, headers: Mapping[str, str] | None = None
) -> web.Response:
    body = {"kind": "Status", "status": "Failure", "reason": reason, "message": message}
    return web.json_response(body | {"code": status}, status=status, headers=headers)


@asynccontextmanager
async def serve(server: ApiServer, port: int | None = None) -> AsyncIterator[ApiServer]:
    """Run the server on loopback; without `port` on a free one."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    running = test_utils.TestServer(app, port=port)
    await running.start_server(shutdown_timeout=1.0)
    server.url = str(running.make_url("")).rstrip("/")
    try:
        yield server
    finally:
        server.end_watches()
        await running.close()
