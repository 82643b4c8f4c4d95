# SPDX-License-Identifier: Apache-2.0
"""What the cluster is told, and when."""

import io
import json

import pytest
from node import api_server

from installer import log, names, publish, status
from installer.api import nodes

ACTIVE = status.Status(state="active", reason="fine", version="1.0", policy="none")
BACK = status.Status(state="rolled-back", reason="it hangs", hint="look")


@pytest.fixture
def server() -> api_server.ApiServer:
    """An API server with one Node."""
    return api_server.ApiServer("n")


@pytest.fixture
def publisher(server: api_server.ApiServer) -> publish.Publisher:
    """A publisher of a pod that begins."""
    return publish.Publisher(nodes.Nodes("n", server.send), log.Log(io.StringIO(), now=lambda: 0))


def test_a_state_is_told(publisher: publish.Publisher, server: api_server.ApiServer) -> None:
    """By a label, annotations and an Event."""
    publisher.tell(ACTIVE, 0)

    assert server.labels("n") == {names.STATE_LABEL: "active"}
    assert server.annotations("n") == {
        names.REASON_ANNOTATION: "fine",
        names.VERSION_ANNOTATION: "1.0",
        names.POLICY_ANNOTATION: "none",
    }
    assert [event["reason"] for event in server.events] == ["ResourceManagerActive"]


def test_nothing_is_told_twice(publisher: publish.Publisher, server: api_server.ApiServer) -> None:
    """Only what is new costs a request, and a new sentence is no Event."""
    publisher.tell(ACTIVE, 0)
    count = len(server.requests)
    publisher.tell(ACTIVE, 1)

    assert len(server.requests) == count
    publisher.tell(status.Status(state="active", reason="other", version="1.0"), 2)
    assert server.annotations("n")[names.REASON_ANNOTATION] == "other"
    assert len(server.events) == 1


def test_a_next_pod_does_not_repeat_the_event(
    publisher: publish.Publisher, server: api_server.ApiServer
) -> None:
    """What the last pod told is known."""
    publisher.begin(ACTIVE)
    publisher.tell(ACTIVE, 0)

    assert server.events == []
    assert server.labels("n") == {names.STATE_LABEL: "active"}


def test_failures_are_warnings_with_their_remedy(
    publisher: publish.Publisher, server: api_server.ApiServer
) -> None:
    """An operator reads them in `kubectl describe node`."""
    publisher.tell(BACK, 0)

    assert server.events[0]["type"] == "Warning"
    assert server.events[0]["message"] == "it hangs; look"


def test_an_absent_state_leaves_nothing(
    publisher: publish.Publisher, server: api_server.ApiServer
) -> None:
    """Label and annotations go, and an Event tells that."""
    publisher.tell(ACTIVE, 0)
    publisher.tell(status.Status(), 1)

    assert server.labels("n") == {}
    assert server.annotations("n") == {}
    assert server.events[-1]["reason"] == "ResourceManagerRemoved"


def test_a_node_that_never_had_anything_has_no_news(
    publisher: publish.Publisher, server: api_server.ApiServer
) -> None:
    """A node that is not selected gets no Event."""
    publisher.begin(status.Status())
    publisher.tell(status.Status(), 0)

    assert server.events == []


def test_what_could_not_be_told_is_told_later(
    publisher: publish.Publisher, server: api_server.ApiServer
) -> None:
    """An API server that is away costs a line in the log, and a try now and then."""
    server.away = True
    publisher.tell(ACTIVE, 0)
    server.away = False
    publisher.tell(ACTIVE, 1)

    assert server.requests == []
    publisher.tell(ACTIVE, publish.PAUSE)

    assert server.labels("n") == {names.STATE_LABEL: "active"}
    assert len(server.events) == 1


def test_what_is_new_is_told_at_once(
    publisher: publish.Publisher, server: api_server.ApiServer
) -> None:
    """Whatever failed before."""
    server.away = True
    publisher.tell(ACTIVE, 0)
    server.away = False
    publisher.tell(BACK, 1)

    assert server.labels("n") == {names.STATE_LABEL: "rolled-back"}


def test_what_others_changed_is_put_right(
    publisher: publish.Publisher, server: api_server.ApiServer
) -> None:
    """When the Node is seen without our label, it is told again."""
    publisher.tell(ACTIVE, 0)
    server.nodes["n"]["metadata"]["labels"].clear()
    publisher.see(nodes.Nodes("n", server.send).own())
    publisher.tell(ACTIVE, 1)

    assert server.labels("n") == {names.STATE_LABEL: "active"}


def test_without_a_cluster_nothing_is_told() -> None:
    """Run by a person, there is nobody to tell."""
    out = io.StringIO()
    publish.Publisher(None, log.Log(out, now=lambda: 0)).tell(ACTIVE, 0)

    assert out.getvalue() == ""


def test_long_reasons_are_cut(publisher: publish.Publisher, server: api_server.ApiServer) -> None:
    """The seed keeps so much and no more."""
    publisher.tell(status.Status(state="active", reason="x" * 1000), 0)

    assert len(json.dumps(server.annotations("n")[names.REASON_ANNOTATION])) == 202
