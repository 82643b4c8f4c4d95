# SPDX-License-Identifier: Apache-2.0
"""The states of a shoot's nodes, read with a token of our own."""

import base64
import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from unit.controller import api_server

from controller import kube, names, node_report, waiting
from controller.kube import paths

NAMESPACE = "shoot--test--a"
NOW = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
KUBECONFIG = "generic-token-kubeconfig-1234"


class Shoot:
    """What the test may change: the seed's server, the shoot's server, the clock."""

    def __init__(self, seed: api_server.ApiServer, shoot: api_server.ApiServer) -> None:
        self.seed = seed
        self.server = shoot
        self.now = 0.0

    def give_token(self, token: str) -> None:
        """Do what the resource manager does with the access Secret."""
        self.seed.change(
            paths.secret(NAMESPACE, names.ACCESS_SECRET), {"data": {"token": encoded(token)}}
        )

    def give_kubeconfig(self, text: str | None = None) -> None:
        """Write the generic kubeconfig."""
        config = text if text is not None else kubeconfig(self.server.url)
        self.seed.put(
            paths.secret(NAMESPACE, KUBECONFIG), {"data": {"kubeconfig": encoded(config)}}
        )


def encoded(text: str) -> str:
    """Encode a value of a Secret."""
    return base64.b64encode(text.encode()).decode()


def kubeconfig(server: str) -> str:
    """Write a kubeconfig as Gardener has it: the user names a file that only pods have."""
    return json.dumps(
        {
            "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
            "clusters": [{"name": "k", "cluster": {"server": server}}],
            "users": [{"name": "u", "user": {"tokenFile": "/var/run/secrets/token"}}],
            "current-context": "c",
        }
    )


def node(name: str, state: str | None, reason: str = "") -> dict[str, Any]:
    """Make a node."""
    labels = {names.NODE_STATE_LABEL: state} if state else {}
    annotations = {names.NODE_REASON_ANNOTATION: reason} if reason else {}
    return {"metadata": {"name": name, "labels": labels, "annotations": annotations}}


@pytest.fixture
async def shoot(server: api_server.ApiServer) -> Any:
    """A shoot whose access Secret exists and whose kubeconfig and token are there."""
    async with api_server.serve(api_server.ApiServer()) as other:
        result = Shoot(server, other)
        server.put(
            paths.secret(NAMESPACE, names.ACCESS_SECRET), node_report.secret_manifest(NAMESPACE)
        )
        result.give_token("t0")
        result.give_kubeconfig()
        yield result


@pytest.fixture
def reader(shoot: Shoot, client: kube.Client) -> node_report.Reader:
    """A reader of that shoot."""
    return node_report.Reader(
        client,
        make_client=lambda there: kube.Client(there, clock=lambda: shoot.now, timeout=5.0),
        clocks=waiting.Clocks(lambda: shoot.now, lambda: NOW, random.Random(1)),  # noqa: S311 - no secret
    )


def test_report() -> None:
    """Nodes with a state are taken over, by name; others are none of our business."""
    report = node_report.parse(
        [node("b", "rolled-back", "the gate failed"), node("c", None), node("a", "active")]
    )

    assert report == node_report.NodeReport(
        (
            node_report.NodeState("a", "active", ""),
            node_report.NodeState("b", "rolled-back", "the gate failed"),
        )
    )
    assert report.rolled_back == 1


@pytest.mark.parametrize(
    ("state", "failing"),
    [
        ("active", False),
        ("rolled-back", True),
        ("unsupported", True),
        ("disabled", False),
        ("paused", False),
        ("something-new", False),
    ],
)
def test_failing_states(state: str, failing: bool) -> None:  # noqa: FBT001 - a table
    """Failing is what nobody has asked for."""
    report = node_report.parse([node("a", state)])

    assert bool(report.failing) is failing


def test_hostile_reason() -> None:
    """What a node says is one line, cut, and does nothing to a terminal."""
    report = node_report.parse([node("a", "rolled-back", "\x1b[2Jred\n\r\u202e" + "x" * 9999)])

    (only,) = report.nodes
    assert only.reason.startswith("[2Jred xxx")
    assert len(only.reason) == node_report.REASON_LIMIT


async def test_read(reader: node_report.Reader, shoot: Shoot) -> None:
    """The nodes are read with the token, only those with our label, only their metadata."""
    shoot.server.put("/api/v1/nodes/n1", node("n1", "rolled-back", "because"))

    report = await reader.read(NAMESPACE, KUBECONFIG)

    (request,) = shoot.server.requests
    assert report.nodes == (node_report.NodeState("n1", "rolled-back", "because"),)
    assert request.headers["Authorization"] == "Bearer t0"
    assert request.query["labelSelector"] == names.NODE_STATE_LABEL
    assert "PartialObjectMetadataList" in request.headers["Accept"]


async def test_no_nodes(reader: node_report.Reader) -> None:
    """A shoot without such nodes gives an empty report."""
    assert (await reader.read(NAMESPACE, KUBECONFIG)).nodes == ()


async def test_many_nodes(reader: node_report.Reader, shoot: Shoot) -> None:
    """A long list is read page by page."""
    for number in range(501):
        shoot.server.put(f"/api/v1/nodes/n{number}", node(f"n{number}", "active"))

    report = await reader.read(NAMESPACE, KUBECONFIG)

    assert len(report.nodes) == 501
    assert len(shoot.server.requests) == 2


async def test_access_secret_is_created(reader: node_report.Reader, shoot: Shoot) -> None:
    """A missing access Secret is created for the token requestor; there is no report yet."""
    shoot.seed.remove(paths.secret(NAMESPACE, names.ACCESS_SECRET))

    with pytest.raises(node_report.NoAccess, match="has no key token yet"):
        await reader.read(NAMESPACE, KUBECONFIG)

    secret = shoot.seed.get(paths.secret(NAMESPACE, names.ACCESS_SECRET))
    assert secret is not None
    assert secret["metadata"]["labels"] == {
        "resources.gardener.cloud/purpose": "token-requestor",
        "resources.gardener.cloud/class": "shoot",
    }
    assert secret["metadata"]["annotations"] == {
        "serviceaccount.resources.gardener.cloud/name": "cri-resmgr-extension-seed",
        "serviceaccount.resources.gardener.cloud/namespace": "kube-system",
    }


async def test_connection_is_remembered(reader: node_report.Reader, shoot: Shoot) -> None:
    """The seed is asked for token and address once in a while only."""
    await reader.read(NAMESPACE, KUBECONFIG)
    before = len(shoot.seed.requests)
    await reader.read(NAMESPACE, KUBECONFIG)
    assert len(shoot.seed.requests) == before

    shoot.now += node_report.CONNECTION_LIFETIME + 1
    await reader.read(NAMESPACE, KUBECONFIG)

    assert len(shoot.seed.requests) == before + 2


async def test_refused_token_is_read_anew(reader: node_report.Reader, shoot: Shoot) -> None:
    """After a refusal the next read takes the newest token."""
    await reader.read(NAMESPACE, KUBECONFIG)
    shoot.server.refuse("GET", "nodes", 401)
    with pytest.raises(node_report.NoAccess):
        await reader.read(NAMESPACE, KUBECONFIG)
    shoot.give_token("t1")

    await reader.read(NAMESPACE, KUBECONFIG)

    assert shoot.server.requests[-1].headers["Authorization"] == "Bearer t1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "a: [",
        json.dumps({"clusters": "x"}),
        kubeconfig("http://127.0.0.1:1"),
        kubeconfig("no url"),
    ],
)
async def test_unusable_kubeconfig(reader: node_report.Reader, shoot: Shoot, text: str) -> None:
    """A kubeconfig that is empty, broken or leads nowhere is no report, not another error."""
    shoot.give_kubeconfig(text)

    with pytest.raises(node_report.NoAccess):
        await reader.read(NAMESPACE, KUBECONFIG)


async def test_unusable_certificate(reader: node_report.Reader, shoot: Shoot) -> None:
    """An authority that is no certificate is no report."""
    config = json.loads(kubeconfig("https://127.0.0.1:1"))
    config["clusters"][0]["cluster"]["certificate-authority-data"] = encoded("no PEM")
    shoot.give_kubeconfig(json.dumps(config))

    with pytest.raises(node_report.NoAccess):
        await reader.read(NAMESPACE, KUBECONFIG)


async def test_missing_kubeconfig(reader: node_report.Reader) -> None:
    """A kubeconfig that is not there yet is no report."""
    with pytest.raises(node_report.NoAccess, match="not found"):
        await reader.read(NAMESPACE, "another")


async def test_half_written_secret(reader: node_report.Reader, shoot: Shoot) -> None:
    """A value that is not base64 is no report."""
    shoot.seed.change(
        paths.secret(NAMESPACE, names.ACCESS_SECRET), {"data": {"token": "not base64!"}}
    )

    with pytest.raises(node_report.NoAccess, match="holds no text"):
        await reader.read(NAMESPACE, KUBECONFIG)
