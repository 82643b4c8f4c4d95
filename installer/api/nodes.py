# SPDX-License-Identifier: Apache-2.0
"""Nodes and Events by name: what the installer asks of the API server, and nothing more.

Other nodes are asked for by label and as metadata only, so that a large shoot costs little: the
nodes of the canary pools, those that rolled back, those that are changing.
"""

import binascii
import json
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import child, messages

PAGE = 100
"""Nodes a page of a list: some kilobytes each, and a pod has little memory."""

_METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
_MERGE = "application/merge-patch+json"
_NAMESPACE = "default"
"""Where Events of Nodes lie, which have no namespace."""

_LONGEST = 1000
"""Characters of an Event's message; the API takes 1024."""

_SHOWN = 300


@dataclass(frozen=True, slots=True)
class NodeView:
    """One Node: its name, labels, annotations; `ready` as its condition says.

    `ready` is None where that was not asked, and where nothing but the network is not ready yet: a
    machine that has just joined waits for its network plugin, whatever its runtime.
    """

    name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    ready: bool | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to the Node: one word, one sentence, and whether somebody should look."""

    reason: str
    message: str
    warning: bool = False


class Nodes:
    """The own Node and the others. Each method raises `messages.ApiProblem`."""

    def __init__(self, name: str, send: child.Send, *, pod: str = "") -> None:
        """Take the own Node's name, what sends requests, and the pod's name for Events."""
        self.name = name
        self._send = send
        self._pod = pod
        self._path = f"/api/v1/nodes/{urllib.parse.quote(name, safe='')}"

    def own(self) -> NodeView:
        """Read the own Node. What is not this Node is a problem: by its labels the node is kept."""
        found = _view(self._ask(messages.Request("GET", self._path)))
        if found.name != self.name:
            raise messages.ApiProblem(
                f"cannot read {self._path}: what came is not this Node, but {found.name!r:.80}"
            )
        return found

    def labelled(self, selector: str) -> tuple[NodeView, ...]:
        """Read names, labels and annotations of the Nodes with these labels."""
        query = {"labelSelector": selector, "limit": str(PAGE)}
        found: list[NodeView] = []
        while True:
            path = f"/api/v1/nodes?{urllib.parse.urlencode(query)}"
            page = self._ask(messages.Request("GET", path, accept=_METADATA))
            found += map(_view, _items(page))
            token = (page.get("metadata") or {}).get("continue")
            if not token:
                return tuple(found)
            query["continue"] = token

    def count(self) -> int:
        """Tell how many Nodes there are, by a list of one and what the server says is left."""
        request = messages.Request("GET", "/api/v1/nodes?limit=1", accept=_METADATA)
        page = self._ask(request)
        left = (page.get("metadata") or {}).get("remainingItemCount") or 0
        return len(_items(page)) + int(left)

    def patch(
        self, labels: Mapping[str, str | None], annotations: Mapping[str, str | None]
    ) -> NodeView:
        """Set labels and annotations of the own Node; `None` takes one away."""
        body = {"metadata": {"labels": dict(labels), "annotations": dict(annotations)}}
        request = messages.Request("PATCH", self._path, json.dumps(body), content_type=_MERGE)
        return _view(self._ask(request))

    def event(self, event: Event, now: float) -> None:
        """Write an Event of the own Node; one that is there already is dated anew.

        Args:
            event: what happened.
            now: seconds since 1970.
        """
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        message = event.message[:_LONGEST]
        name = f"{self.name[:200]}.{binascii.crc32(f'{event.reason} {message}'.encode()):08x}"
        body = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": _NAMESPACE},
            # kubelet and kubectl know Nodes by their name in Events, not by their UID.
            "involvedObject": {"kind": "Node", "name": self.name, "uid": self.name},
            "reason": event.reason,
            "message": message,
            "type": "Warning" if event.warning else "Normal",
            "source": {"component": "cri-resmgr-installation", "host": self.name},
            "reportingComponent": "cri-resmgr-installation",
            "reportingInstance": self._pod or self.name,
            "firstTimestamp": stamp,
            "lastTimestamp": stamp,
            "count": 1,
        }
        path = f"/api/v1/namespaces/{_NAMESPACE}/events"
        try:
            self._ask(messages.Request("POST", path, json.dumps(body)))
        except messages.ApiProblem as problem:
            if problem.status != 409:
                raise
            again = json.dumps({"lastTimestamp": stamp})
            self._ask(messages.Request("PATCH", f"{path}/{name}", again, content_type=_MERGE))

    def _ask(self, request: messages.Request) -> dict[str, Any]:
        answer = self._send(request)
        try:
            body = json.loads(answer.body)
        except ValueError:
            body = None
        good = 200 <= answer.status < 300
        if good and isinstance(body, dict):
            return body
        told = body.get("message") if isinstance(body, dict) else None
        said = str(told or answer.body)[:_SHOWN]
        # An answer that broke off, or that somebody in between has given, tells nothing.
        cause = f"says {answer.status}: {said}" if not good else f"gives no JSON object: {said}"
        path = request.path.partition("?")[0]
        message = f"cannot {_VERBS[request.method]} {path}: the API server {cause}"
        raise messages.ApiProblem(message, 0 if good else answer.status)


_VERBS = {"GET": "read", "PATCH": "patch", "POST": "create at"}

_NETWORK = "network not ready"
_RUNTIME = ("runtime is down", "runtime not ready", "runtime status check", "PLEG")
"""What the kubelet says of an unready Node: of the network alone, or of what we change."""


def _items(page: Mapping[str, Any]) -> list[Any]:
    """Entries of a list. Raises `ApiProblem` for what is none: "no other node" must not be read."""
    items = page.get("items", "")
    if items is None:
        return []
    if not isinstance(items, list):
        raise messages.ApiProblem("cannot read a list of Nodes: what came is no list")
    return items


def _view(body: Mapping[str, Any]) -> NodeView:
    metadata = body.get("metadata") or {}
    conditions = (body.get("status") or {}).get("conditions") or []
    ready = [_ready(each) for each in conditions if each.get("type") == "Ready"]
    return NodeView(
        name=str(metadata.get("name", "")),
        labels=metadata.get("labels") or {},
        annotations=metadata.get("annotations") or {},
        ready=ready[0] if ready else None,
    )


def _ready(condition: Mapping[str, Any]) -> bool | None:
    if condition.get("status") == "True":
        return True
    said = str(condition.get("message") or "")
    network = _NETWORK in said and not any(words in said for words in _RUNTIME)
    return None if network else False
