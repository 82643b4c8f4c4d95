# SPDX-License-Identifier: Apache-2.0
"""The service `v1.Agent`: the Node object, changes of it, and how we are (section 3.1)."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from resmgr.agentapi import agent_pb2, requests, services
from resmgr.wire.grpc import codes
from resmgr.wire.grpc.statuses import CallError

from ..core import jsonpatch, permitted
from ..grpc import server
from ..kube import client, errors, paths

_LOG = logging.getLogger("agent")

TRIES: Final = 5
"""Times that a change is made anew because somebody else has changed the Node meanwhile."""

CONFIG_STATUS: Final = "config-status"


class Api(Protocol):
    """Requests to the API server."""

    async def request(
        self, method: str, path: str, *, body: object = None, kind: str = "application/json"
    ) -> dict[str, Any]:
        """Send one. Raises `errors.ApiError`."""


class NodeService:
    """Works on one Node; `label` names its group, `health` says what is wrong."""

    def __init__(self, api: Api, node: str, *, label: str, health: Callable[[], str]) -> None:
        """Take what it works with."""
        self._api = api
        self._path = paths.node(node)
        self._label = label
        self._health = health

    def handlers(self) -> Mapping[str, server.Handler]:
        """Give the handlers by path."""
        return {
            f"/{services.AGENT}/GetNode": self._get,
            f"/{services.AGENT}/PatchNode": self._patch,
            f"/{services.AGENT}/UpdateNodeCapacity": self._capacity,
            f"/{services.AGENT}/HealthCheck": self._check,
        }

    async def _get(self, message: bytes) -> bytes:
        del message
        return agent_pb2.GetNodeReply(node=json.dumps(await self._node())).SerializeToString()

    async def _node(self) -> dict[str, Any]:
        try:
            return await self._api.request("GET", self._path)
        except errors.ApiError as error:
            raise _failed(f"failed to get node object: {error}", error) from error

    async def _patch(self, message: bytes) -> bytes:
        request = requests.read(agent_pb2.PatchNodeRequest, message)
        changes = [jsonpatch.Change(one.op, one.path, one.value) for one in request.patches]
        if changes:
            for left in reversed(range(TRIES)):
                if await self._try(changes, last=not left):
                    break
        return b""

    async def _try(self, changes: Sequence[jsonpatch.Change], *, last: bool) -> bool:
        """Make a change of the Node as it is now; false when it was another one meanwhile."""
        node = await self._node()
        try:
            after = jsonpatch.applied(node, changes)
            patch = jsonpatch.written(changes)
        except jsonpatch.BadPatch as error:
            raise CallError(codes.Code.INVALID_ARGUMENT, f"cannot patch node: {error}") from error
        if why := permitted.refusal(node, after, label=self._label):
            _LOG.warning("refused a change of the node: %s", why)
            raise CallError(codes.Code.PERMISSION_DENIED, f"cannot patch node: {why}")
        # What was judged is what is changed, or nothing is.
        version = node["metadata"]["resourceVersion"]
        guard = {"op": "test", "path": "/metadata/resourceVersion", "value": version}
        try:
            await self._api.request(
                "PATCH", self._path, body=[guard, *patch], kind=client.JSON_PATCH
            )
        except (errors.Conflict, errors.Refused) as error:
            if not last and (await self._node())["metadata"]["resourceVersion"] != version:
                return False
            raise _failed(f"failed to patch node: {error}", error) from error
        except errors.ApiError as error:
            raise _failed(f"failed to patch node: {error}", error) from error
        return True

    async def _capacity(self, message: bytes) -> bytes:
        capacities = dict(requests.read(agent_pb2.UpdateNodeCapacityRequest, message).capacities)
        for name in sorted(capacities):
            if why := permitted.capacity_refusal(name):
                raise CallError(codes.Code.INVALID_ARGUMENT, why)
        if capacities:
            try:
                await self._api.request(
                    "PATCH",
                    f"{self._path}/status",
                    body={"status": {"capacity": capacities}},
                    kind=client.STRATEGIC,
                )
            except errors.ApiError as error:
                raise _failed(f"failed to update node capacity: {error}", error) from error
        return b""

    async def _check(self, message: bytes) -> bytes:
        query = requests.read(agent_pb2.HealthCheckRequest, message).query
        error = self._health() if query == CONFIG_STATUS else ""
        return agent_pb2.HealthCheckReply(error=error).SerializeToString()


def _failed(message: str, error: errors.ApiError) -> CallError:
    away = isinstance(error, errors.Away)
    return CallError(codes.Code.UNAVAILABLE if away else codes.Code.UNKNOWN, message)
