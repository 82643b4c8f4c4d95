# SPDX-License-Identifier: Apache-2.0
"""Leases on an API server."""

from datetime import datetime, timedelta, timezone

import pytest
from unit.controller import api_server

from controller import kube, leases

PATH = "/apis/coordination.k8s.io/v1/namespaces/ns/leases/one"
LEASE = leases.Lease("me", 15, "2026-08-01T12:00:00.000001Z", "2026-08-01T12:00:05.000001Z", 2)


@pytest.fixture
def lease(client: kube.Client) -> leases.ApiLease:
    """The Lease that does not exist yet."""
    return leases.ApiLease(client, "ns", "one")


async def test_missing(lease: leases.ApiLease) -> None:
    """A Lease that does not exist is no error."""
    assert await lease.read() is None


async def test_create_and_read(lease: leases.ApiLease) -> None:
    """What is written is read back, with a version."""
    written = await lease.create(LEASE)

    assert written == LEASE
    assert written.version
    assert await lease.read() == written


async def test_create_twice(lease: leases.ApiLease) -> None:
    """Of two that create it, one fails."""
    await lease.create(LEASE)

    with pytest.raises(kube.AlreadyExists):
        await lease.create(LEASE)


async def test_replace_needs_the_newest(
    lease: leases.ApiLease, server: api_server.ApiServer
) -> None:
    """Who has not seen the newest state cannot write."""
    written = await lease.create(LEASE)
    server.change(PATH, {"spec": {"holderIdentity": "other"}})

    with pytest.raises(kube.Conflict):
        await lease.replace(written)


async def test_renew_creates(lease: leases.ApiLease) -> None:
    """A renewal of a Lease that is missing creates it."""
    await lease.renew("me", 30, "2026-08-01T12:00:00.000000Z")

    found = await lease.read()
    assert found is not None
    assert (found.holder, found.duration) == ("me", 30)
    assert found.renew_time == "2026-08-01T12:00:00.000000Z"


async def test_renew_is_one_request(lease: leases.ApiLease, server: api_server.ApiServer) -> None:
    """A renewal of a Lease that exists is one request and leaves the rest alone."""
    await lease.create(LEASE)
    before = len(server.requests)

    await lease.renew("other", 30, "2026-08-01T13:00:00.000000Z")

    found = await lease.read()
    assert len(server.requests) == before + 2
    assert found is not None
    assert (found.holder, found.transitions) == ("other", 2)


def test_empty_spec() -> None:
    """A Lease without any content is a free one."""
    found = leases.parse({"metadata": {"resourceVersion": "7"}})

    assert found == leases.Lease("", 0, "", "", 0)
    assert found.version == "7"


def test_micro_time() -> None:
    """Times are written in UTC with microseconds."""
    zone = timezone(timedelta(hours=2))

    assert leases.micro_time(datetime(2026, 8, 1, 14, 0, 0, 42, zone)) == (
        "2026-08-01T12:00:00.000042Z"
    )
