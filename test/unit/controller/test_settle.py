# SPDX-License-Identifier: Apache-2.0
"""Looks without an event: what is due, how fast, and what is left alone."""

import asyncio
import contextlib
from typing import Any

import pytest
from unit.controller import objects, virtual_time

from controller import extension, observed, operator_configs, settle, store

Key = tuple[str, str]


def make_settled(index: int = 0, *, ended: str = "2026-08-01T12:00:00Z", **more: Any) -> Any:
    """Build a settled Extension in a namespace of its own, that ended at the virtual start."""
    raw = objects.extension(last=("Reconcile", "Succeeded"), **more)
    raw["metadata"] |= {"namespace": f"shoot--test--{index}", "uid": f"uid-{index}"}
    raw["status"]["lastOperation"]["lastUpdateTime"] = ended
    return extension.parse(raw)


def make_node(index: int, checksum: str) -> observed.ManagedResource:
    """Build a node ManagedResource that was built from operator configs with this checksum."""
    return observed.parse(
        {
            "metadata": {
                "namespace": f"shoot--test--{index}",
                "name": objects.NODE,
                "resourceVersion": "1",
                "annotations": {observed.CONFIGS_ANNOTATION: checksum},
            }
        }
    )


class Bench:
    """A settler with what it looks at; `handed` has what it handed on and when."""

    def __init__(self, *, resync: float = 0.0, per_second: float = 10.0) -> None:
        self.known = store.Store()
        self.configs = operator_configs.OperatorConfigs()
        self.handed: list[tuple[float, Key]] = []
        self.ready = True
        clocks = virtual_time.clocks()
        self.settler = settle.Settler(
            self.known,
            self.configs,
            resync_period=resync,
            per_second=per_second,
            clocks=clocks,
            ready=lambda: self.ready,
            hand_on=lambda key: self.handed.append((clocks.seconds(), key)),
        )

    async def run(self, seconds: float) -> None:
        """Let it run for some virtual seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.settler.run()


def test_changed_configs_reach_settled_shoots() -> None:
    """A shoot whose ManagedResource was built from other operator configs is handed on."""

    async def scene() -> Bench:
        bench = Bench()
        bench.known.put_extension(make_settled())
        bench.known.put_managed(make_node(0, "of before"))
        bench.settler.configs_changed()
        await bench.run(1.0)
        return bench

    bench = virtual_time.run(scene())

    assert [key for _, key in bench.handed] == [("shoot--test--0", objects.NAME)]


def test_rate_is_limited() -> None:
    """No more objects are handed on in a second than allowed."""

    async def scene() -> Bench:
        bench = Bench(per_second=10.0)
        for index in range(40):
            bench.known.put_extension(make_settled(index))
            bench.known.put_managed(make_node(index, "of before"))
        bench.settler.configs_changed()
        await bench.run(2.05)
        return bench

    bench = virtual_time.run(scene())

    assert len(bench.handed) == 21


def test_start_touches_nothing_that_is_current() -> None:
    """A shoot that was built from the configs in force is left alone."""

    async def scene() -> Bench:
        bench = Bench(resync=3600.0)
        bench.known.put_extension(make_settled())
        bench.known.put_managed(make_node(0, bench.configs.checksum))
        await bench.run(3000.0)
        return bench

    bench = virtual_time.run(scene())

    assert bench.handed == []


def test_resync_comes_after_its_period() -> None:
    """A settled shoot is looked at again after the period, within the spread and a look."""

    async def scene() -> Bench:
        bench = Bench(resync=3600.0)
        bench.known.put_extension(make_settled())
        await bench.run(3600.0 * (1 + settle.SPREAD) + settle.LOOK + 1)
        return bench

    bench = virtual_time.run(scene())

    assert len(bench.handed) >= 1
    assert bench.handed[0][0] >= 3600.0


def test_nothing_before_the_lists_are_complete() -> None:
    """As long as not everything has been listed, nothing is due."""

    async def scene() -> Bench:
        bench = Bench()
        bench.ready = False
        bench.known.put_extension(make_settled())
        bench.known.put_managed(make_node(0, "of before"))
        await bench.run(600.0)
        return bench

    bench = virtual_time.run(scene())

    assert bench.handed == []


@pytest.mark.parametrize(
    "more",
    [
        {"operation": "reconcile"},
        {"operation": "wait-for-state"},
        {"deleting": "2026-08-01T11:00:00Z"},
    ],
)
def test_unsettled_objects_are_left_alone(more: dict[str, Any]) -> None:
    """What gardenlet is working on gets the configs by its own reconcile."""

    async def scene() -> Bench:
        bench = Bench()
        bench.known.put_extension(make_settled(**more))
        bench.known.put_managed(make_node(0, "of before"))
        bench.settler.configs_changed()
        await bench.run(120.0)
        return bench

    bench = virtual_time.run(scene())

    assert bench.handed == []


def test_news_from_before_the_lists_are_complete_are_not_lost() -> None:
    """Other configs at a start reach the shoots as soon as they are known, not a minute later."""

    async def scene() -> Bench:
        bench = Bench()
        bench.ready = False
        bench.known.put_extension(make_settled())
        bench.known.put_managed(make_node(0, "of before"))
        bench.settler.configs_changed()
        await bench.run(3.5)
        bench.ready = True
        await bench.run(2 * settle.NOT_READY)
        return bench

    bench = virtual_time.run(scene())

    assert [key for _, key in bench.handed] == [("shoot--test--0", objects.NAME)]


def test_resyncs_are_spread() -> None:
    """Shoots that succeeded together do not come back together, and each always at its time."""

    async def scene() -> list[float]:
        bench = Bench(resync=3600.0, per_second=1000.0)
        for index in range(50):
            bench.known.put_extension(make_settled(index))
        await bench.run(3600.0 * (1 + settle.SPREAD) + settle.LOOK)
        first: dict[Key, float] = {}
        for at, key in bench.handed:
            first.setdefault(key, at)
        return list(first.values())

    times = virtual_time.run(scene())

    assert len(times) == 50
    assert max(times) - min(times) > 3600.0 * settle.SPREAD / 2
    assert times == virtual_time.run(scene())
