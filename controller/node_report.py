# SPDX-License-Identifier: Apache-2.0
"""The states that a shoot's nodes publish, read from the seed with a token of our own (HC-4).

gardener-resource-manager keeps a token in our access Secret (Gardener contract, section 4.6);
where the API server is stands in the generic kubeconfig that every shoot namespace has. Only the
metadata of nodes with our state label is asked for. What nodes say is hostile input:
whoever has root on one writes its annotation, so it is cut and cleaned before it goes anywhere.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import kube, names, oneline, waiting
from .kube import connection, paths

ROLLED_BACK = "rolled-back"
"""State of a node whose kubelet was given back to containerd after a failure."""

FAILING_STATES = frozenset({ROLLED_BACK, "unsupported"})
"""States in which a selected node is not served, and nobody has asked for that."""

CONNECTION_LIFETIME = 600.0
"""Seconds for which address and token of a shoot are kept; tokens are renewed hours before they
end, and a refusal drops them at once."""

STALE = 2 * CONNECTION_LIFETIME
"""Seconds after which what is kept for a shoot is dropped, if nobody said that it is gone."""

PAGE = "500"
"""Nodes a page of the list."""

_NAME_LIMIT = 253
_STATE_LIMIT = 63
REASON_LIMIT = 200
"""Characters of a node's reason that are kept."""

_TOKEN_REQUESTOR = "token-requestor"  # noqa: S105 (the purpose of a Secret, not a secret)


@dataclass(frozen=True, slots=True)
class NodeState:
    """One node: its name, its state (values: `names.NODE_STATE_LABEL`), why, in one sentence."""

    name: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class NodeReport:
    """All nodes of a shoot with a state, by name."""

    nodes: tuple[NodeState, ...]

    @property
    def failing(self) -> tuple[NodeState, ...]:
        """The nodes that should be served and are not."""
        return tuple(node for node in self.nodes if node.state in FAILING_STATES)

    @property
    def rolled_back(self) -> int:
        """How many nodes were given back to containerd."""
        return sum(node.state == ROLLED_BACK for node in self.nodes)


class NoAccess(Exception):
    """The shoot cannot be read just now; the text says why. No sign of bad health."""


def parse(items: list[Mapping[str, Any]]) -> NodeReport:
    """Make a report of the metadata of nodes; nodes without our label are left out."""
    nodes = []
    for item in items:
        metadata = item.get("metadata") or {}
        state = (metadata.get("labels") or {}).get(names.NODE_STATE_LABEL)
        if state:
            reason = (metadata.get("annotations") or {}).get(names.NODE_REASON_ANNOTATION, "")
            name = oneline.clean(metadata.get("name", ""), _NAME_LIMIT)
            nodes.append(
                NodeState(
                    name, oneline.clean(state, _STATE_LIMIT), oneline.clean(reason, REASON_LIMIT)
                )
            )
    return NodeReport(tuple(sorted(nodes, key=lambda node: node.name)))


def secret_manifest(namespace: str) -> dict[str, Any]:
    """Build the access Secret; the shoot's resource manager fills in the key `token`."""
    prefix = "serviceaccount.resources.gardener.cloud"
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": names.ACCESS_SECRET,
            "namespace": namespace,
            "labels": {
                "resources.gardener.cloud/purpose": _TOKEN_REQUESTOR,
                "resources.gardener.cloud/class": "shoot",
            },
            "annotations": {
                f"{prefix}/name": names.ACCESS_SERVICE_ACCOUNT,
                f"{prefix}/namespace": names.SHOOT_NAMESPACE,
            },
        },
        "type": "Opaque",
    }


async def ensure_access(client: kube.Client, namespace: str) -> dict[str, Any]:
    """Read the access Secret, create it if it is missing. Raises `kube.ApiError`."""
    try:
        return await client.get(paths.secret(namespace, names.ACCESS_SECRET))
    except kube.NotFound:
        return await client.create(paths.secrets(namespace), secret_manifest(namespace))


class Reader:
    """Reads the nodes of shoots; keeps address and token of each for a while, but no connection.

    `client` is for the seed; `make_client` opens a client for a shoot.
    """

    def __init__(
        self,
        client: kube.Client,
        *,
        make_client: Callable[[kube.Connection], kube.Client],
        clocks: waiting.Clocks,
    ) -> None:
        self._client = client
        self._make_client = make_client
        self._clocks = clocks
        self._connections: dict[str, tuple[float, kube.Connection]] = {}

    async def read(self, namespace: str, kubeconfig: str) -> NodeReport:
        """Read the nodes of the shoot with this namespace in the seed.

        `kubeconfig` names the Secret with the generic kubeconfig. Creates the access Secret if it
        is missing. Raises `NoAccess`.
        """
        at, shoot = self._connections.get(namespace, (float("-inf"), None))
        try:
            if shoot is None or self._clocks.seconds() - at > CONNECTION_LIFETIME:
                shoot = await self._connect(namespace, kubeconfig)
                self._remember(namespace, shoot)
            return await self._list(shoot)
        except (kube.ApiError, connection.ConnectionProblem, ValueError, OSError) as error:
            self.forget(namespace)
            raise NoAccess(str(error)) from error

    def forget(self, namespace: str) -> None:
        """Drop address and token of a shoot."""
        self._connections.pop(namespace, None)

    def _remember(self, namespace: str, shoot: kube.Connection) -> None:
        """Keep a connection, and drop those of shoots that nobody has asked for in a while."""
        now = self._clocks.seconds()
        old = [name for name, (at, _) in self._connections.items() if now - at > STALE]
        for name in old:
            del self._connections[name]
        self._connections[namespace] = (now, shoot)

    async def _connect(self, namespace: str, kubeconfig: str) -> kube.Connection:
        access = await ensure_access(self._client, namespace)
        token = _value(access, "token")
        generic = await self._client.get(paths.secret(namespace, kubeconfig))
        return connection.from_kubeconfig(_value(generic, "kubeconfig"), token=token)

    async def _list(self, shoot: kube.Connection) -> NodeReport:
        items: list[Mapping[str, Any]] = []
        params = {"labelSelector": names.NODE_STATE_LABEL, "limit": PAGE}
        async with self._make_client(shoot) as client:
            while True:
                page = await client.get_metadata(paths.NODES, params=params)
                items += page.get("items") or []
                token = (page.get("metadata") or {}).get("continue")
                if not token:
                    return parse(items)
                params["continue"] = token


def _value(secret: Mapping[str, Any], key: str) -> str:
    """Decode one value of a Secret. Raises `NoAccess` if it is missing or no text."""
    encoded = (secret.get("data") or {}).get(key)
    name = secret["metadata"]["name"]
    if not encoded:
        message = f"cannot read Secret {name}: it has no key {key} yet"
        raise NoAccess(message)
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8").strip()
    except (binascii.Error, UnicodeDecodeError) as error:
        message = f"cannot read Secret {name}: key {key} holds no text"
        raise NoAccess(message) from error
