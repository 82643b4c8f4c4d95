# SPDX-License-Identifier: Apache-2.0
"""Where methods go."""

import asyncio
from pathlib import Path

import pytest

from resmgr.relay import intercept, observe, router, turn, unary, upstream
from resmgr.wire.grpc import codes


async def handle(_call: intercept.Call) -> unary.Reply:
    """Do nothing."""
    return unary.Reply()


def note(_observed: observe.Observed) -> None:
    """Do nothing."""


def note_all(_observed: observe.Observed) -> None:
    """Do nothing either."""


@pytest.fixture
async def runtimes(tmp_path: Path) -> tuple[upstream.Upstream, upstream.Upstream]:
    """Give a runtime and an image service that nobody connects to."""
    turns = turn.Turn(asyncio.get_running_loop())
    runtime, image = (upstream.Upstream(str(tmp_path / name), turns) for name in ("one", "two"))
    return runtime, image


@pytest.fixture
async def table(runtimes: tuple[upstream.Upstream, upstream.Upstream]) -> router.Router:
    """Give the table of the CRI with one handler and two observers."""
    return router.for_cri(
        *runtimes,
        handlers={"CreateContainer": handle},
        observers={"ListContainers": note},
        observer=note_all,
    )


@pytest.mark.parametrize("version", [b"v1", b"v1alpha2"])
async def test_intercepted_methods(table: router.Router, version: bytes) -> None:
    """Both versions of the CRI share a handler."""
    route = table.find(b"/runtime.%s.RuntimeService/CreateContainer" % version)

    assert route.handler is handle
    assert route.observer is note_all


@pytest.mark.parametrize("version", [b"v1", b"v1alpha2"])
async def test_observed_methods(table: router.Router, version: bytes) -> None:
    """A method's own observer takes the place of the one for all."""
    route = table.find(b"/runtime.%s.RuntimeService/ListContainers" % version)

    assert route.handler is None
    assert route.observer is note


async def test_images_have_their_own_runtime(
    table: router.Router, runtimes: tuple[upstream.Upstream, upstream.Upstream]
) -> None:
    """ImageService goes to its socket, everything else to the runtime's."""
    runtime, image = runtimes

    assert table.find(b"/runtime.v1.ImageService/PullImage").runtime is image
    assert table.find(b"/runtime.v1.RuntimeService/Version").runtime is runtime


@pytest.mark.parametrize(
    "path", [b"/runtime.v2.RuntimeService/New", b"/other.Service/Method", b"/", b"no-slash", b""]
)
async def test_what_nobody_knows_passes(
    table: router.Router, runtimes: tuple[upstream.Upstream, upstream.Upstream], path: bytes
) -> None:
    """Unknown methods, versions and services go to the runtime."""
    assert table.find(path).runtime is runtimes[0]


async def test_a_handled_name_of_another_service(table: router.Router) -> None:
    """A handler is for RuntimeService alone."""
    assert table.find(b"/runtime.v1.ImageService/CreateContainer").handler is None


async def test_a_service_without_a_socket() -> None:
    """Its calls are answered as the original did."""
    table = router.for_cri(None, None, handlers={}, observers={})
    missing = table.find(b"/runtime.v1.ImageService/PullImage").missing

    assert missing.code is codes.Code.UNKNOWN
    assert missing.message == "cri/client: no CRI ImageService client"


def test_a_service_of_our_own() -> None:
    """Known methods are handled, others unimplemented."""
    table = router.for_service("v1.Config", {"SetConfig": handle})

    assert table.find(b"/v1.Config/SetConfig").handler is handle
    assert table.find(b"/v1.Config/Other").missing.message == "unknown method"
    assert table.find(b"/v2.Config/SetConfig").missing.message == "unknown service"
    assert table.find(b"/v1.Config/Other").missing.code is codes.Code.UNIMPLEMENTED
