# SPDX-License-Identifier: Apache-2.0
"""What intents make of the resources that a container has."""

import pytest

from resmgr import intents
from resmgr.engine import resources
from resmgr.model import Container, LinuxResources, Requirements

HAS = LinuxResources(cpuset_cpus=0b11, cpuset_mems=0b1)


@pytest.mark.parametrize(
    ("intent", "expected"),
    [
        (intents.SetCpuset("x", 4), LinuxResources(cpuset_cpus=4)),
        (intents.SetMems("x", 2), LinuxResources(cpuset_mems=2)),
        (intents.SetShares("x", 7), LinuxResources(shares=7)),
        (intents.SetQuota("x", 500, 1000), LinuxResources(quota=500, period=1000)),
        (intents.SetMemoryLimit("x", 4096), LinuxResources(memory_limit=4096)),
        (intents.RewriteCommand("x", ("a",), ()), LinuxResources()),
    ],
)
def test_each_intent_about_resources_shows_in_them(
    intent: intents.Intent, expected: LinuxResources
) -> None:
    """Others do not."""
    assert resources.after(LinuxResources(), intent) == expected


def test_no_cpus_and_no_nodes_leave_what_is_there() -> None:
    """A container cannot have none."""
    assert resources.after(HAS, intents.SetCpuset("x", 0)) == HAS
    assert resources.after(HAS, intents.SetMems("x", 0)) == HAS
    container = Container("x", "p", "x", linux=HAS)
    assert resources.afterwards([intents.SetCpuset("x", 0)], {"x": container}.get) == {"x": HAS}


def test_all_intents_about_a_container_come_to_one_result() -> None:
    """Of those that are known, changed or not; what is no resource counts for nothing."""
    containers = {key: Container(key, "p", key, linux=HAS) for key in ("a", "b", "c")}
    found = resources.afterwards(
        [
            intents.SetCpuset("a", 4),
            intents.SetCpuset("b", 0b11),
            intents.SetCpuset("gone", 4),
            intents.SetShares("a", 7),
            intents.AssignCpuClass(4, "turbo"),
            intents.ExportData("c", ()),
        ],
        containers.get,
    )

    assert found == {
        "a": LinuxResources(cpuset_cpus=4, cpuset_mems=0b1, shares=7),
        "b": HAS,
    }


def test_containers_that_get_the_same_share_one_value() -> None:
    """So that the next step about all of them finds one value; others keep their own."""
    other = LinuxResources(shares=3)
    containers = {key: Container(key, "p", key, linux=HAS) for key in ("a", "b")}
    containers["c"] = Container("c", "p", "c", linux=other)
    found = resources.afterwards([intents.SetCpuset(key, 4) for key in "abc"], containers.get)

    assert found["a"] is found["b"]
    assert found["a"] == LinuxResources(cpuset_cpus=4, cpuset_mems=0b1)
    assert found["c"] == LinuxResources(shares=3, cpuset_cpus=4)


def test_equal_values_become_one_where_they_are_pinned_alike() -> None:
    """Values that were made apart, as those of requests are, are shared from then on."""
    apart = {key: Container(key, "p", key, linux=LinuxResources(shares=1024)) for key in "ab"}
    found = resources.afterwards([intents.SetCpuset(key, 6) for key in "ab"], apart.get)

    assert apart["a"].linux is not apart["b"].linux
    assert found["a"] is found["b"]


def test_values_that_are_gone_are_not_mistaken_for_others() -> None:
    """Each container has its own shares, whatever was made and dropped on the way."""
    containers = {str(number): Container(str(number), "p", "c") for number in range(1, 200)}
    steps = [
        intent
        for key in containers
        for intent in (intents.SetShares(key, int(key)), intents.SetCpuset(key, 4))
    ]
    found = resources.afterwards(steps, containers.get)

    assert {key: linux.shares for key, linux in found.items()} == {
        key: int(key) for key in containers
    }


def test_a_value_that_was_equal_and_is_gone_is_not_mistaken_for_the_next_one() -> None:
    """The next one may lie where it lay."""
    containers = {key: Container(key, "p", "c") for key in "abc"}
    steps = [
        intent
        for key, share in (("a", 7), ("b", 7), ("c", 9))
        for intent in (intents.SetShares(key, share), intents.SetCpuset(key, 4))
    ]
    found = resources.afterwards(steps, containers.get)

    assert [found[key].shares for key in "abc"] == [7, 7, 9]


def test_what_nobody_cares_for_is_let_go() -> None:
    """What the new policy sets stays its own."""
    containers = [Container(key, "p", key, linux=HAS) for key in ("a", "b")]
    free = LinuxResources(cpuset_cpus=0xFF, cpuset_mems=0b1)

    found = resources.unpinned(containers, [intents.SetCpuset("a", 1)], free)

    assert found == (
        intents.SetMems("a", 1),
        intents.SetCpuset("b", 0xFF),
        intents.SetMems("b", 1),
    )


def test_nothing_is_let_go_where_nobody_knows_what_there_is() -> None:
    """As in tests and simulations without a machine."""
    assert not resources.unpinned([Container("a", "p", "a", linux=HAS)], [], LinuxResources())


@pytest.mark.parametrize(
    ("shares", "milli", "expected"),
    [
        (2, 1000, 1024),
        (512, 1000, 1024),
        (1024, 0, 2),
        (1024, 1000, None),
        (1024, None, None),
        (2, 0, None),
        (0, 1000, None),
        # 102 shares are what the kubelet makes of 100m, 340 what it makes of 333m.
        (102, 100, None),
        (340, 332, None),
        (340, 333, None),
    ],
)
def test_shares_stand_for_the_request_again(
    shares: int, milli: int | None, expected: int | None
) -> None:
    """Not where they do already, but for what is lost on the way, nor where it is not known."""
    wants = Requirements(milli)
    has = LinuxResources(shares=shares)
    container = Container("a", "p", "a", linux=has, requirements=wants)
    found = resources.unpinned([container], [], LinuxResources())

    assert found == (() if expected is None else (intents.SetShares("a", expected),))
    assert not resources.unpinned([container], [intents.SetShares("a", 7)], LinuxResources())
