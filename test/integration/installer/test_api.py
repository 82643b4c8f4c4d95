# SPDX-License-Identifier: Apache-2.0
"""What an installation pod asks of a real API server, with exactly the rights of its manifests."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from garden import nodes, servers
from garden.target import Target

from controller import charts, kube, names
from controller.component import node, rendering
from installer import admission, programs, rollout, selection
from installer import names as ours
from installer.api import access, child, exchange, messages
from installer.api.nodes import Event, Nodes

pytestmark = pytest.mark.integration

VALUES = node.NodeValues(
    phase=node.Phase.CLEANUP, images={names.IMAGE_INSTALLATION: "host/installation:1"}
)
CHILD = """\
import os, sys
from pathlib import Path
from installer.api import access, child
child.serve(access.in_cluster(os.environ, Path(sys.argv[1])), sys.stdin, sys.stdout)
"""


@pytest.fixture
async def shoot(shoot_server: servers.Server) -> AsyncIterator[kube.Client]:
    """A shoot with the node part's rights, and without nodes at the end."""
    async with shoot_server.client() as client:
        target = Target(client)
        manifests = node.build(VALUES, rendering.Renderer(charts.path("internal")))
        for obj in yaml.safe_load_all(manifests["rbac-installation.yaml"]):
            await target.apply(obj)
        yield client
        await nodes.remove(client)


@pytest.fixture
async def account(
    shoot: kube.Client, shoot_server: servers.Server, tmp_path: Path
) -> access.Access:
    """What the kubelet gives to a pod of the DaemonSet."""
    assert await shoot.ready()
    token = await shoot_server.service_account_token(
        names.SHOOT_NAMESPACE, names.INSTALLATION_DAEMONSET
    )
    (tmp_path / "token").write_text(token)
    (tmp_path / "ca.crt").write_text(shoot_server.connection().ca)
    port = urlsplit(shoot_server.url).port or 0
    environ = {
        "KUBERNETES_SERVICE_HOST": "127.0.0.1",
        "KUBERNETES_SERVICE_PORT": str(port),
    }
    found = access.in_cluster(environ, tmp_path)
    assert found
    return found


def pod(name: str, account: access.Access) -> Nodes:
    """What the pod on a node asks, without a child."""
    return Nodes(name, lambda request: exchange.send(account, request, 10.0), pod=f"pod-{name}")


async def test_a_node_tells_its_state(shoot: kube.Client, account: access.Access) -> None:
    """Label, annotation and Event, and the Node's condition read back."""
    await nodes.add(shoot, nodes.build("n1"))
    one = pod("n1", account)
    await asyncio.to_thread(one.patch, {ours.STATE_LABEL: "active"}, {ours.REASON_ANNOTATION: "x"})
    for _ in range(2):
        await asyncio.to_thread(one.event, Event("ResourceManagerActive", "It is."), time.time())
    seen = await asyncio.to_thread(one.own)
    events = (await shoot.get("/api/v1/namespaces/default/events"))["items"]
    found = [event for event in events if event["involvedObject"].get("name") == "n1"]

    assert seen.ready is True
    assert seen.labels[ours.STATE_LABEL] == "active"
    assert seen.annotations[ours.REASON_ANNOTATION] == "x"
    assert [(event["reason"], event["type"]) for event in found] == [
        ("ResourceManagerActive", "Normal")
    ]


async def test_other_nodes_by_label(shoot: kube.Client, account: access.Access) -> None:
    """Selectors as the roll-out needs them, as metadata; and their number by one request."""
    await nodes.add(
        shoot,
        *(nodes.build(f"n{number}", pool="a" if number % 2 else "b") for number in range(5)),
    )
    one = pod("n1", account)
    pools = await asyncio.to_thread(one.labelled, f"{ours.POOL_LABEL} in (a,c)")

    assert [node.name for node in pools] == ["n1", "n3"]
    assert pools[0].ready is None
    assert await asyncio.to_thread(one.count) == 5


async def test_nodes_take_turns(shoot: kube.Client, account: access.Access) -> None:
    """Three nodes that ask at the same moment go one after the other."""
    await nodes.add(shoot, *(nodes.build(name) for name in ("n1", "n2", "n3")))
    roll = rollout.Rollout(max_unavailable="10%")
    asking = {
        name: admission.Admission(
            pod(name, account), selection.Selection(), monotonic=time.monotonic
        )
        for name in ("n3", "n1", "n2")
    }
    gone = []
    while asking:
        said = {
            name: await asyncio.to_thread(one.ask, "worker", roll) for name, one in asking.items()
        }
        went = [name for name, reason in said.items() if not reason]

        assert len(went) == 1
        await asyncio.to_thread(asking.pop(went[0]).leave)
        gone += went
    assert sorted(gone) == ["n1", "n2", "n3"]


async def test_nothing_else_is_allowed(shoot: kube.Client, account: access.Access) -> None:
    """The account may not read Secrets, nor delete a Node."""
    await nodes.add(shoot, nodes.build("n1"))
    for method, path in (
        ("GET", "/api/v1/namespaces/kube-system/secrets"),
        ("DELETE", "/api/v1/nodes/n1"),
    ):
        answer = await asyncio.to_thread(exchange.send, account, messages.Request(method, path), 10)

        assert answer.status == 403


async def test_the_child_asks(
    shoot: kube.Client, account: access.Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process of its own gets the same answers, and reads the token anew each time."""
    await nodes.add(shoot, nodes.build("n1"))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", account.host)
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(account.port))
    folder = Path(account.token_file).parent
    send = child.sender([sys.executable, "-c", CHILD, str(folder)], programs.run)
    one = Nodes("n1", send)

    assert (await asyncio.to_thread(one.own)).name == "n1"
    (folder / "token").write_text("stale")
    with pytest.raises(messages.ApiProblem, match="401"):
        await asyncio.to_thread(one.own)


async def test_a_server_of_another_ca_is_refused(
    account: access.Access, seed_server: servers.Server
) -> None:
    """The token goes to no other server."""
    Path(account.ca_file).write_text(seed_server.connection().ca)

    with pytest.raises(messages.ApiProblem, match="certificate"):
        await asyncio.to_thread(pod("n1", account).own)


async def test_an_answer_that_is_too_large(account: access.Access) -> None:
    """It is none, and not a part of one."""
    request = messages.Request("GET", "/api/v1/nodes")

    with pytest.raises(messages.ApiProblem, match="answers with over 10 bytes"):
        await asyncio.to_thread(exchange.send, account, request, 10, largest=10)
    answer = await asyncio.to_thread(exchange.send, account, request, 10)
    assert answer.status == 200
