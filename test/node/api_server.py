# SPDX-License-Identifier: Apache-2.0
"""A stand-in for an API server as installers of nodes see it: Nodes and Events, in memory."""

import copy
import json
import urllib.parse
from typing import Any

from installer.api import messages


class ApiServer:
    """Answers requests; `away` makes it unreachable, `garbage` comes in place of answers."""

    def __init__(self, *names: str) -> None:
        self.nodes: dict[str, dict[str, Any]] = {name: _node(name) for name in names}
        self.events: list[dict[str, Any]] = []
        self.requests: list[messages.Request] = []
        self.away = False
        self.garbage: str | None = None
        self.page = 500

    def add(self, name: str, **labels: str) -> None:
        """Have another Node with these labels; `__` in a key stands for nothing else."""
        self.nodes[name] = _node(name)
        self.nodes[name]["metadata"]["labels"].update(labels)

    def labels(self, name: str) -> dict[str, str]:
        """Labels of a Node."""
        return dict(self.nodes[name]["metadata"]["labels"])

    def annotations(self, name: str) -> dict[str, str]:
        """Annotations of a Node."""
        return dict(self.nodes[name]["metadata"]["annotations"])

    def send(self, request: messages.Request) -> messages.Answer:
        """Answer a request as the API server would."""
        if self.away:
            raise messages.ApiProblem("cannot reach the API server")
        self.requests.append(request)
        if self.garbage is not None:
            return messages.Answer(200, self.garbage)
        path, _, query = request.path.partition("?")
        if path == "/api/v1/nodes":
            return self._list(dict(urllib.parse.parse_qsl(query)))
        if path.startswith("/api/v1/nodes/"):
            return self._node(path.rpartition("/")[2], request)
        if path.startswith("/api/v1/namespaces/default/events"):
            return self._event(path.rpartition("/")[2], request)
        return _answer(404, {"message": "not found"})

    def _node(self, name: str, request: messages.Request) -> messages.Answer:
        if name not in self.nodes:
            return _answer(404, {"message": f'nodes "{name}" not found'})
        if request.method == "PATCH":
            for kind, values in json.loads(request.body)["metadata"].items():
                kept = self.nodes[name]["metadata"][kind]
                kept.update(values)
                for key in [key for key, value in kept.items() if value is None]:
                    del kept[key]
        return _answer(200, self.nodes[name])

    def _list(self, query: dict[str, str]) -> messages.Answer:
        wanted = query.get("labelSelector", "")
        found = [
            node for node in self.nodes.values() if _matches(wanted, node["metadata"]["labels"])
        ]
        begin = int(query.get("continue", "0"))
        end = begin + min(int(query.get("limit", "500")), self.page)
        metadata: dict[str, Any] = {}
        if end < len(found):
            metadata["continue"] = str(end)
            if not wanted:
                metadata["remainingItemCount"] = len(found) - end
        return _answer(200, {"metadata": metadata, "items": found[begin:end]})

    def _event(self, name: str, request: messages.Request) -> messages.Answer:
        body = json.loads(request.body)
        if request.method == "POST":
            known = [event["metadata"]["name"] for event in self.events]
            if body["metadata"]["name"] in known:
                return _answer(409, {"message": "already exists"})
            self.events.append(body)
            return _answer(201, body)
        for event in self.events:
            if event["metadata"]["name"] == name:
                event.update(body)
                return _answer(200, event)
        return _answer(404, {"message": "not found"})


def _node(name: str) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "labels": {}, "annotations": {}},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


def _matches(selector: str, labels: dict[str, str]) -> bool:
    """Tell whether labels match `key`, `key=value` or `key in (a,b)`; nothing matches all."""
    if not selector:
        return True
    key, sets, values = selector.partition(" in ")
    if sets:
        return labels.get(key) in values.strip("()").split(",")
    key, equals, value = selector.partition("=")
    return labels.get(key) == value if equals else key in labels


def _answer(status: int, body: dict[str, Any]) -> messages.Answer:
    return messages.Answer(status, json.dumps(copy.deepcopy(body)))
