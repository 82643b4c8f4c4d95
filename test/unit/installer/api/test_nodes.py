# SPDX-License-Identifier: Apache-2.0
"""Nodes and Events."""

import pytest
from node import api_server

from installer.api import messages, nodes


@pytest.fixture
def server() -> api_server.ApiServer:
    """An API server with one Node."""
    return api_server.ApiServer("n")


@pytest.fixture
def ours(server: api_server.ApiServer) -> nodes.Nodes:
    """What a pod on that Node asks."""
    return nodes.Nodes("n", server.send, pod="pod-1")


def test_the_own_node(ours: nodes.Nodes) -> None:
    """With its condition."""
    assert ours.own() == nodes.NodeView("n", {}, {}, ready=True)


@pytest.mark.parametrize(
    "body",
    ["", "<html>", '{"metadata": {"name": "n", "lab', "[]", "null", "{}", '{"kind": "Node"}'],
)
def test_what_is_not_the_own_node_is_no_answer(body: str) -> None:
    """A Node without labels would be one that nobody selects, from which everything is taken away;
    so whatever broke off, or comes from another than an API server, is a problem instead.
    """
    broken = nodes.Nodes("n", lambda _request: messages.Answer(200, body))

    with pytest.raises(messages.ApiProblem):
        broken.own()


def test_another_node_is_not_the_own_one(server: api_server.ApiServer) -> None:
    """Neither are its labels."""
    server.nodes["n"]["metadata"]["name"] = "m"

    with pytest.raises(messages.ApiProblem, match="not this Node, but 'm'"):
        nodes.Nodes("n", server.send).own()


@pytest.mark.parametrize("body", ["{}", '{"items": {}}', '{"kind": "Status"}', "<html>"])
def test_what_is_no_list_does_not_say_that_there_is_nobody(body: str) -> None:
    """Else a node would go ahead of those that have to come first."""
    broken = nodes.Nodes("n", lambda _request: messages.Answer(200, body))

    with pytest.raises(messages.ApiProblem):
        broken.labelled("x")
    with pytest.raises(messages.ApiProblem):
        broken.count()


_NETWORK = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady"


@pytest.mark.parametrize(
    ("said", "ready"),
    [
        (_NETWORK, None),
        (f"[{_NETWORK}, PLEG is not healthy: pleg was last seen active 3m ago]", False),
        (f"[container runtime is down, {_NETWORK}]", False),
        ("container runtime not ready: RuntimeReady=false", False),
        ("Kubelet stopped posting node status.", False),
        ("", False),
    ],
)
def test_a_network_that_is_not_there_yet_says_nothing(
    server: api_server.ApiServer,
    said: str,
    ready: bool | None,  # noqa: FBT001 - a table
) -> None:
    """A new machine waits for its network plugin, on the relay as on containerd."""
    server.nodes["n"]["status"]["conditions"] = [
        {"type": "Ready", "status": "False", "message": said}
    ]

    assert nodes.Nodes("n", server.send).own().ready is ready


def test_lists_come_in_pages(ours: nodes.Nodes, server: api_server.ApiServer) -> None:
    """All are read, as metadata only."""
    server.page = 2
    for number in range(5):
        server.add(f"m{number}", pool="a b")
    found = ours.labelled("pool=a b")

    assert [node.name for node in found] == [f"m{number}" for number in range(5)]
    assert len(server.requests) == 3
    assert all("PartialObjectMetadataList" in asked.accept for asked in server.requests)


@pytest.mark.parametrize("more", [0, 1, 7])
def test_nodes_are_counted_by_one(
    ours: nodes.Nodes, server: api_server.ApiServer, more: int
) -> None:
    """One request, however many there are."""
    for number in range(more):
        server.add(f"m{number}")

    assert ours.count() == 1 + more
    assert len(server.requests) == 1


def test_labels_come_and_go(ours: nodes.Nodes, server: api_server.ApiServer) -> None:
    """None takes one away, and others are not touched."""
    server.nodes["n"]["metadata"]["labels"]["theirs"] = "x"
    ours.patch({"a": "1", "b": "2"}, {"c": "3"})
    ours.patch({"a": None}, {})

    assert server.labels("n") == {"theirs": "x", "b": "2"}
    assert server.annotations("n") == {"c": "3"}


def test_an_event(ours: nodes.Nodes, server: api_server.ApiServer) -> None:
    """It lies where `kubectl describe node` finds it, and says who tells it."""
    ours.event(nodes.Event("Reason", "It is so.", warning=True), 86400.0)
    event = server.events[0]

    assert event["involvedObject"] == {"kind": "Node", "name": "n", "uid": "n"}
    assert (event["type"], event["reason"], event["message"]) == ("Warning", "Reason", "It is so.")
    assert event["firstTimestamp"] == "1970-01-02T00:00:00Z"
    assert event["reportingInstance"] == "pod-1"
    assert event["metadata"]["namespace"] == "default"


def test_the_same_event_is_dated_anew(ours: nodes.Nodes, server: api_server.ApiServer) -> None:
    """Another message is another Event."""
    ours.event(nodes.Event("Reason", "one"), 0.0)
    ours.event(nodes.Event("Reason", "one"), 60.0)
    ours.event(nodes.Event("Reason", "two"), 60.0)

    assert [event["lastTimestamp"][11:16] for event in server.events] == ["00:01", "00:01"]


def test_long_messages_are_cut(ours: nodes.Nodes, server: api_server.ApiServer) -> None:
    """The API refuses more than 1024 characters."""
    ours.event(nodes.Event("Reason", "x" * 5000), 0.0)

    assert len(server.events[0]["message"]) == 1000


def test_a_refusal_says_what_and_why(server: api_server.ApiServer) -> None:
    """With its status."""
    with pytest.raises(messages.ApiProblem) as caught:
        nodes.Nodes("gone", server.send).own()
    assert str(caught.value) == (
        'cannot read /api/v1/nodes/gone: the API server says 404: nodes "gone" not found'
    )
    assert caught.value.status == 404


def test_what_stands_in_between_is_quoted() -> None:
    """A proxy's page is told, with its status."""
    ours = nodes.Nodes("n", lambda _: messages.Answer(502, "<html>bad</html>"))

    with pytest.raises(messages.ApiProblem, match="502: <html>bad"):
        ours.own()
