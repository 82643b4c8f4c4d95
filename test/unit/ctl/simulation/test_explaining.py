# SPDX-License-Identifier: Apache-2.0
"""Why containers of a simulation are where they are."""

import pytest
from unit.ctl.simulation import made

from ctl import machines
from ctl.simulation import explaining, kubelet

POLICIES = (
    "balloons",
    "dynamic-pools",
    "none",
    "podpools",
    "static",
    "static-plus",
    "topology-aware",
)


def explained(target: str, *objects: object, policy: str = "static") -> list[explaining.Explained]:
    """Explanations of what fits a name."""
    told = explaining.Explaining(
        kubelet.Kubelet(machines.parse(made.SMALL)), made.policy(policy), target
    )
    for spec in made.specs(*objects):
        told.simulation.add(spec)
    return told.explained()


@pytest.mark.parametrize(
    "name", ["c", "a", "default/a", "a:c", "a/c", "default/a:c", "default/a/c"]
)
def test_names_may_be_short(name: str) -> None:
    """Of pods all containers are explained."""
    found = explained(name, made.whole("a", "2"), made.pod("b", made.one("d")))

    assert [one.placement.name for one in found] == ["default/a:c"]


@pytest.mark.parametrize("policy", POLICIES)
def test_what_is_explained_is_what_has_happened(policy: str) -> None:
    """Whichever policy decided, a container that came last runs with what is explained."""
    (one,) = explained("b", made.whole("a", "2"), made.whole("b", "3"), policy=policy)

    assert not one.moved
    assert one.policy == policy
    assert one.document["refusal"] == ""


def test_whoever_made_room_is_told() -> None:
    """It came with more than it has by now."""
    (one,) = explained("b", made.pod("b"), made.whole("a", "2"))

    assert one.moved
    assert one.document["cpus"] == "0-15"
    assert (one.now_cpus.bit_count(), one.now_mems) == (14, 0)


def test_a_refusal_is_explained() -> None:
    """In the policy's words."""
    (one,) = explained("a", made.whole("a", "99"))

    assert "cannot allocate 99 exclusive CPUs" in one.document["refusal"]
    assert not one.moved


def test_a_container_that_is_left_untouched_is_told() -> None:
    """No policy has seen it."""
    annotations = {"cpu.preserve.resource-policy.nri.io": "true"}
    (one,) = explained("a", made.pod("a", annotations=annotations))

    assert one.document["rule"] == "left untouched, as its annotation asks for"
    assert not one.moved


def test_nobody_is_nobody() -> None:
    """Names of those who are there are known."""
    told = explaining.Explaining(
        kubelet.Kubelet(machines.parse(made.SMALL)), made.policy("none"), "x"
    )
    for spec in made.specs(made.pod("a")):
        told.simulation.add(spec)

    assert told.explained() == []
    assert list(told.known()) == ["a", "c", "default/a:c"]
