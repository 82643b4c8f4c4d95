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

PAGE = 500
"""Nodes a page of a list."""

_METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
_MERGE = "application/merge-patch+json"
_NAMESPACE = "default"
"""Where Events of Nodes lie, which have no namespace."""

_LONGEST = 1000
"""Characters of an Event's message; the API takes 1024."""

_SHOWN = 300


@dataclass(frozen=True, slots=True)
class NodeView:
    """One Node: its name, labels, annotations; `ready` as its condition says, `None`: not asked."""

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
        """Read the own Node."""
        return _view(self._ask(messages.Request("GET", self._path)))

    def labelled(self, selector: str) -> tuple[NodeView, ...]:
        """Read names, labels and annotations of the Nodes with these labels."""
        query = {"labelSelector": selector, "limit": str(PAGE)}
        found: list[NodeView] = []
        while True:
            path = f"/api/v1/nodes?{urllib.parse.urlencode(query)}"
            page = self._ask(messages.Request("GET", path, accept=_METADATA))
            found += map(_view, page.get("items") or [])
            token = (page.get("metadata") or {}).get("continue")
            if not token:
                return tuple(found)
            query["continue"] = token

    def count(self) -> int:
        """Tell how many Nodes there are, by a list of one and what the server says is left."""
        request = messages.Request("GET", "/api/v1/nodes?limit=1", accept=_METADATA)
        page = self._ask(request)
        left = (page.get("metadata") or {}).get("remainingItemCount") or 0
        return len(page.get("items") or []) + int(left)

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
            body = {}
        if not isinstance(body, dict):
            body = {}
        if not 200 <= answer.status < 300:
            said = str(body.get("message") or answer.body)[:_SHOWN]
            path = request.path.partition("?")[0]
            cause = f"the API server says {answer.status}: {said}"
            message = f"cannot {_VERBS[request.method]} {path}: {cause}"
            raise messages.ApiProblem(message, answer.status)
        return body


_VERBS = {"GET": "read", "PATCH": "patch", "POST": "create at"}


def _view(body: Mapping[str, Any]) -> NodeView:
    metadata = body.get("metadata") or {}
    conditions = (body.get("status") or {}).get("conditions") or []
    ready = [each.get("status") == "True" for each in conditions if each.get("type") == "Ready"]
    return NodeView(
        name=str(metadata.get("name", "")),
        labels=metadata.get("labels") or {},
        annotations=metadata.get("annotations") or {},
        ready=ready[0] if ready else None,
    )
