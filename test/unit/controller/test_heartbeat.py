# SPDX-License-Identifier: Apache-2.0
"""The heartbeat Lease is renewed in time."""

import asyncio

from unit.controller import virtual_time

from controller import heartbeat, kube


class Lease:
    """Notes renewals; `fail` of them fail first, `hang` of them hang."""

    def __init__(self, *, fail: int = 0, hang: int = 0) -> None:
        self.renewals: list[tuple[float, str, int, str]] = []
        self._fail = fail
        self._hang = hang

    async def renew(self, holder: str, duration: int, renew_time: str) -> None:
        """Note a renewal."""
        if self._hang:
            self._hang -= 1
            await asyncio.sleep(3600)
        if self._fail:
            self._fail -= 1
            raise kube.Unavailable(503, "", "away")
        now = asyncio.get_running_loop().time()
        self.renewals.append((now, holder, duration, renew_time))


def renewals(lease: Lease, seconds: float) -> list[tuple[float, str, int, str]]:
    """Let a heartbeat run for some time."""

    async def main() -> None:
        beat = heartbeat.Heartbeat(lease, "cri", now=virtual_time.clocks().now)
        await virtual_time.run_for(seconds, beat.run())

    virtual_time.run(main())
    return lease.renewals


def test_renewals() -> None:
    """It is renewed at once and then every 30 s, with a micro time and the interval."""
    assert renewals(Lease(), 61) == [
        (0, "cri", 30, "2026-08-01T12:00:00.000000Z"),
        (30, "cri", 30, "2026-08-01T12:00:30.000000Z"),
        (60, "cri", 30, "2026-08-01T12:01:00.000000Z"),
    ]


def test_failures_are_retried_soon() -> None:
    """A failed renewal is tried again after some seconds, not after a whole interval."""
    assert [at for at, *_ in renewals(Lease(fail=2), 41)] == [10, 40]


def test_hanging_server() -> None:
    """A renewal that hangs is cut off after one interval and tried again."""
    assert [at for at, *_ in renewals(Lease(hang=1), 40)] == [35]
