# SPDX-License-Identifier: Apache-2.0
"""The daemon's pages."""

import asyncio
import logging
import socket

import pytest

from resmgr.daemon.configuring.settings import Instrumentation
from resmgr.daemon.pages import http
from resmgr.daemon.pages.pages import Pages

HERE = "127.0.0.1:0"


class Count:
    """Metrics that differ whenever they are read."""

    number = 0

    async def __call__(self) -> bytes:
        """Give the page, later."""
        await asyncio.sleep(0)
        self.number += 1
        return b"reads %d\n" % self.number


def made(*, ui: bool = True) -> Pages:
    """Make pages."""
    return Pages(Count(), lambda: http.Page(b"{}"), ui=ui)


async def follow(pages: Pages, wanted: Instrumentation) -> None:
    """Have pages served as a configuration says."""
    pages.follow(wanted)
    await pages.settled()


async def get(pages: Pages, path: str) -> str:
    """Give the answer for a path."""
    reader, writer = await asyncio.open_connection("127.0.0.1", pages.ports[0])
    writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    return answer


async def test_metrics_have_to_be_asked_for() -> None:
    """Introspection is there whenever anything is served."""
    pages = made(ui=False)
    await follow(pages, Instrumentation(HERE))
    without = await get(pages, "/metrics")
    introspection = await get(pages, "/introspect")
    await follow(pages, Instrumentation(HERE, prometheus_export=True))
    metrics = await get(pages, "/metrics")
    await pages.stop()

    assert " 404 " in without
    assert introspection.endswith("{}")
    assert metrics.endswith("reads 1\n")


async def test_people_are_led_to_the_pages() -> None:
    """Unless --disable-ui is given."""
    pages = made()
    await follow(pages, Instrumentation(HERE))
    redirect = await get(pages, "/anything")
    index = await get(pages, "/ui/index.html")
    await pages.stop()

    assert "Location: /ui/index.html" in redirect
    assert "No builtin or external visualization UIs found." in index


async def test_with_an_interval_a_snapshot_is_shown() -> None:
    """It changes when the next one is taken."""
    pages = made()
    await follow(pages, Instrumentation(HERE, prometheus_export=True))
    pages.take_snapshot()
    await asyncio.sleep(0.01)
    shown = [await get(pages, "/metrics"), await get(pages, "/metrics")]
    pages.take_snapshot()
    pages.take_snapshot()
    await asyncio.sleep(0.01)
    shown.append(await get(pages, "/metrics"))
    await pages.stop()

    assert [answer[-2] for answer in shown] == ["1", "1", "2"]


async def test_before_the_first_snapshot_metrics_are_read() -> None:
    """Nobody has to wait for an interval."""
    pages = made()
    await follow(pages, Instrumentation(HERE, prometheus_export=True))
    shown = await get(pages, "/metrics")
    await pages.stop()

    assert shown.endswith("reads 1\n")


async def test_without_anybody_to_show_it_to_no_snapshot_is_taken() -> None:
    """Reading costs something."""
    count = Count()
    pages = Pages(count, lambda: http.Page(b"{}"), ui=True)
    pages.take_snapshot()
    await follow(pages, Instrumentation(HERE))
    pages.take_snapshot()
    await asyncio.sleep(0.01)
    await pages.stop()

    assert count.number == 0


async def test_of_configurations_that_follow_each_other_fast_the_last_counts() -> None:
    """None of the others' addresses stays open."""
    pages = made()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    pages.follow(Instrumentation(f"127.0.0.1:{port}"))
    await asyncio.sleep(0)
    pages.follow(Instrumentation(HERE))
    await pages.settled()
    ports = pages.ports
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    await pages.stop()

    assert len(ports) == 1


@pytest.mark.parametrize("address", ["192.0.2.1:80", "a..b:80"])
async def test_an_address_that_cannot_be_had_is_only_told(
    caplog: pytest.LogCaptureFixture, address: str
) -> None:
    """Pages are no reason to stop, or to reject a configuration."""
    pages = made()
    await follow(pages, Instrumentation(address))

    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert pages.ports == []
