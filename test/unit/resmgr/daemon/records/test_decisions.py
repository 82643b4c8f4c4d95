# SPDX-License-Identifier: Apache-2.0
"""The last decisions."""

import asyncio

import pytest

from resmgr.daemon.records import decisions
from resmgr.daemon.records.decisions import Decisions


@pytest.fixture
def kept() -> Decisions:
    """Nothing was decided yet; it is one second after the epoch."""
    return Decisions(lambda: 1.0)


def test_a_decision_is_kept_with_its_time(kept: Decisions) -> None:
    """And found by its container."""
    kept.add("u:c", "pod:c", "has CPUs 1", level="info")
    kept.add("u:d", "pod:d", "has CPUs 2", level="warning")

    assert [one.document() for one in kept.about("u:d")] == [
        {
            "seq": 2,
            "time": "1970-01-01T00:00:01.000Z",
            "container": "pod:d",
            "cacheID": "u:d",
            "level": "warning",
            "text": "has CPUs 2",
        }
    ]


def test_who_asks_again_gets_what_is_new(kept: Decisions) -> None:
    """With the number to ask for next."""
    for number in range(3):
        kept.add("u:c", "pod:c", f"{number}", level="info")
    first, then = kept.document(0), kept.document(2)

    assert [one["text"] for one in first["decisions"]] == ["0", "1", "2"]
    assert (first["next"], first["lost"]) == (3, 0)
    assert [one["text"] for one in then["decisions"]] == ["2"]


def test_the_oldest_are_forgotten(kept: Decisions) -> None:
    """Who has not seen them hears how many there were."""
    for _ in range(decisions.MOST + 5):
        kept.add("u:c", "pod:c", "text", level="info")
    shown = kept.document(2)

    assert len(shown["decisions"]) == decisions.MOST
    assert shown["decisions"][0]["seq"] == 6
    assert shown["lost"] == 3


def test_long_texts_do_not_fill_the_memory(kept: Decisions) -> None:
    """They are cut, and fewer are kept."""
    for _ in range(decisions.MOST):
        kept.add("u:c", "pod:c", "x" * 100_000, level="info")
    texts = [one.text for one in kept.about("u:c")]

    assert len(texts) < decisions.MOST
    assert sum(map(len, texts)) <= decisions.MOST_BYTES
    assert len(texts[0]) == decisions.LONGEST


def test_a_number_of_another_daemon_gives_everything(kept: Decisions) -> None:
    """Numbers begin anew with each."""
    kept.add("u:c", "pod:c", "text", level="info")

    assert len(kept.document(99)["decisions"]) == 1
    assert len(kept.document(-1)["decisions"]) == 1


def test_the_last_of_a_container_stays() -> None:
    """However much was decided about others since; what came long before it goes."""
    clock = iter(range(10, 100_000, 10))
    kept = Decisions(lambda: float(next(clock)))
    kept.add("old", "pod:old", "first", level="info")
    kept.add("old", "pod:old", "second", level="info")
    for _ in range(decisions.MOST):
        kept.add("u:c", "pod:c", "text", level="info")

    assert [one.text for one in kept.about("old")] == ["second"]


def test_containers_are_forgotten_too(kept: Decisions) -> None:
    """Those of which the longest nothing was decided."""
    for number in range(decisions.MOST_CONTAINERS + decisions.MOST):
        kept.add(f"{number}", "pod:c", "text", level="info")

    assert len(kept.about(f"{decisions.MOST - 1}")) == 0
    assert len(kept.about(f"{decisions.MOST}")) == 1


async def test_one_can_wait_for_the_next(kept: Decisions) -> None:
    """It comes at once when there is one."""
    waiting = asyncio.create_task(kept.after(0, 60))
    await asyncio.sleep(0)
    kept.add("u:c", "pod:c", "text", level="info")
    await asyncio.wait_for(waiting, 10)

    assert kept.number == 1


async def test_waiting_ends_without_one(kept: Decisions) -> None:
    """And there is none where something is new already, or too many wait."""
    await kept.after(0, 0.001)
    kept.add("u:c", "pod:c", "text", level="info")
    await kept.after(0, 3600)
    many = [asyncio.create_task(kept.after(1, 3600)) for _ in range(decisions.MOST_WAITING)]
    await asyncio.sleep(0)
    await kept.after(1, 3600)
    for task in many:
        task.cancel()
    await asyncio.gather(*many, return_exceptions=True)

    assert kept.number == 1
