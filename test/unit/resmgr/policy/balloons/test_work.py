# SPDX-License-Identifier: Apache-2.0
"""How balloons change."""

from typing import Any

import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy.allocator import Allocator
from resmgr.policy.balloons import types, work
from resmgr.policy.balloons.sizing import Sizing
from resmgr.policy.balloons.state import Member
from resmgr.policy.interface import BadConfiguration
from resmgr.policy.supply import Supply


def rules(*given: dict[str, Any]) -> work.Rules:
    """For CPUs 0-15, of which 0 is reserved."""
    machine = trees.EXAMPLE.machine()
    sizing = Sizing.of(machine, Allocator.of(machine))
    known = types.read({"BalloonTypes": list(given)})
    return work.Rules(known, sizing, Supply(machine.online, 0b1))


def filled(*given: dict[str, Any]) -> work.Work:
    """Begin with what there is without a container."""
    begun = work.bare(rules(*given))
    work.fill(begun)
    return begun


def shown(done: work.Work) -> dict[str, str]:
    """Write the CPUs of each balloon, and the free ones."""
    cpus = {one.name: cpuset.show(one.cpus) for one in done.state.balloons.values()}
    return {**cpus, "free": cpuset.show(done.free)}


def test_built_in_balloons_have_the_reserved_cpus() -> None:
    """All others are free."""
    assert shown(filled()) == {"reserved[0]": "0", "default[0]": "0", "free": "1-15"}


def test_balloons_that_are_to_be_there_are_there() -> None:
    """Also those of types without a preference, and the default one with CPUs of its own."""
    done = filled(
        {"Name": "a", "MinCPUs": 2, "MinBalloons": 2, "AllocatorPriority": 3},
        {"Name": "default", "MinCPUs": 1},
        {"Name": "b", "MinBalloons": 1},
    )

    assert shown(done) == {
        "reserved[0]": "0",
        "default[0]": "1",
        "a[0]": "2-3",
        "a[1]": "4-5",
        "b[0]": "",
        "free": "6-15",
    }


def test_too_many_balloons_are_refused() -> None:
    """With each type that does not fit."""
    with pytest.raises(BadConfiguration) as caught:
        filled(
            {"Name": "default", "MinCPUs": 20},
            {"Name": "a", "MinCPUs": 8, "MinBalloons": 2},
        )

    assert [line.split(":")[1] for line in str(caught.value).splitlines()] == [
        " not enough free CPUs for balloon type 'default'",
        " not enough free CPUs for balloon type 'a'",
    ]


@pytest.mark.parametrize(
    ("requested", "cpus"),
    [(0, 1), (1, 1), (1001, 2), (3000, 3), (9000, 4)],
)
def test_a_balloon_fits_what_is_requested(requested: int, cpus: int) -> None:
    """Within its limits."""
    done = filled({"Name": "a", "MinCPUs": 1, "MaxCPUs": 4, "MinBalloons": 1})
    for amount in (2500, requested):
        done.fit("a[0]", amount)

    assert done.balloon("a[0]").cpus.bit_count() == cpus
    assert not done.balloon("a[0]").cpus & done.free
    assert (done.balloon("a[0]").cpus | done.free) == 0xFFFE


def test_a_balloon_grows_as_far_as_there_are_cpus() -> None:
    """The reserved ones are not among them, and who has those does not grow."""
    done = filled({"Name": "a"})
    name = done.create(done.rules.types["a"])
    done.fit(name, 99_000)
    done.fit("default[0]", 99_000)

    assert shown(done) == {"reserved[0]": "0", "default[0]": "0", "a[0]": "1-15", "free": ""}


def test_the_lowest_number_that_is_unused_is_given() -> None:
    """By type; the order is that in which they came."""
    done = filled({"Name": "a", "MinCPUs": 1}, {"Name": "b"})
    for _ in range(3):
        done.create(done.rules.types["a"])
    done.settle("a[1]")

    assert done.create(done.rules.types["b"]) == "b[0]"
    assert done.create(done.rules.types["a"]) == "a[1]"
    assert list(done.state.balloons)[2:] == ["a[0]", "a[2]", "b[0]", "a[1]"]


def test_an_empty_balloon_goes_unless_it_has_to_be_there() -> None:
    """Who stays has as many CPUs as at the beginning."""
    done = filled({"Name": "a", "MinCPUs": 1, "MinBalloons": 1})
    done.create(done.rules.types["a"])
    for name in ("a[0]", "a[1]"):
        done.put(name, Member("p", "n", 3000), name)
        done.fit(name, 3000)
        done.take_out(name)
    done.settle("a[0]")
    done.settle("a[1]")

    assert list(shown(done)) == ["reserved[0]", "default[0]", "a[1]", "free"]
    assert done.free.bit_count() == 14
    assert done.state.places == {}
