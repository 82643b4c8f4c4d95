# SPDX-License-Identifier: Apache-2.0
"""The installer's metrics."""

import socket
import threading

import prometheus_client.parser
import pytest

from installer import metrics, names, status

STANDING = status.Status(state="active", restarts=2)


def test_prometheus_reads_the_page() -> None:
    """Each state has a value, and one of them is 1."""
    families = {
        family.name: family
        for family in prometheus_client.parser.text_string_to_metric_families(
            metrics.text(STANDING, "1.2")
        )
    }
    states = {
        sample.labels["state"]: sample.value
        for sample in families["cri_resmgr_installation_state"].samples
    }

    assert states == {state: float(state == "active") for state in names.STATES}
    restarts = families["cri_resmgr_installation_kubelet_restarts"].samples
    assert [sample.value for sample in restarts] == [2]
    info = families["cri_resmgr_installation_build_info"].samples
    assert [sample.labels for sample in info] == [{"version": "1.2"}]


def ask(request: bytes) -> bytes:
    """Send a request to a server that answers once, and give what it says."""
    with metrics.listen(0, "127.0.0.1") as listening:
        page = threading.Thread(target=metrics.answer, args=(listening, lambda: "the page\n"))
        page.start()
        with socket.create_connection(listening.getsockname()[:2], 5) as connection:
            connection.sendall(request)
            said = connection.makefile("rb").read()
        page.join(5)
    return said


@pytest.mark.parametrize("path", [b"/metrics", b"/metrics?name=x"])
def test_the_page_is_served(path: bytes) -> None:
    """With its length and type."""
    said = ask(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")

    assert said.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4")
    assert said.endswith(b"Content-Length: 9\r\nConnection: close\r\n\r\nthe page\n")


@pytest.mark.parametrize("request_", [b"GET / HTTP/1.1\r\n\r\n", b"\x00\xff\r\n", b"GET\r\n\r\n"])
def test_everything_else_is_not_found(request_: bytes) -> None:
    """Also what is no HTTP."""
    assert ask(request_).startswith(b"HTTP/1.1 404 ")


def test_all_addresses_are_served() -> None:
    """The pod is read at the node's address, of either family."""
    with metrics.listen(0) as listening:
        port = listening.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), 5):
            pass

    assert port
