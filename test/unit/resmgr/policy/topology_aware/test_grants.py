# SPDX-License-Identifier: Apache-2.0
"""Texts of grants."""

import json

import pytest
from unit.resmgr.policy.topology_aware import made

from resmgr.policy.interface import BadState
from resmgr.policy.topology_aware import grants, memory
from resmgr.policy.topology_aware.grants import Grant

NAMES = {0: "NUMA node #0", 1: "socket #0"}
GRANT = Grant(made.subject(), 0, 0b110, 500, memory_pool=1, kinds=3, amounts=(1, 2, 3), cold=2.5)


def test_grants_read_back() -> None:
    """All but the container, which is known otherwise."""
    found = grants.parse("c", grants.text(GRANT, NAMES))

    assert found == grants.Saved(
        pool="NUMA node #0",
        exclusive=0b110,
        part=500,
        reserved=False,
        memory_pool="socket #0",
        kinds=3,
        amounts=(1, 2, 3),
        cold=2.5,
        makeshift=False,
    )


def test_texts_are_like_those_of_the_original() -> None:
    """As far as they hold the same."""
    data = json.loads(grants.text(GRANT, NAMES))

    assert data["Exclusive"] == "1-2"
    assert data["CPUType"] == "normal"
    assert data["MemType"] == "dram,pmem"


@pytest.mark.parametrize(
    "change",
    [
        {"Exclusive": "x"},
        {"Exclusive": 3},
        {"Part": -1},
        {"Part": True},
        {"CPUType": "fast"},
        {"Memory": [1, 2]},
        {"Memory": "abc"},
        {"ColdStart": "soon"},
        {"MemType": None},
    ],
)
def test_other_texts_are_refused(change: dict[str, object]) -> None:
    """The message names the container."""
    data = json.loads(grants.text(GRANT, NAMES)) | change

    with pytest.raises(BadState, match="cannot read what container c was given"):
        grants.parse("c", json.dumps(data))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "[" * 5000])
def test_what_is_no_grant_is_refused(text: str) -> None:
    """Whatever it is."""
    with pytest.raises(BadState):
        grants.parse("c", text)


def test_who_shares() -> None:
    """Whoever has a part, or nothing exclusive; never on reserved CPUs."""
    subject = made.subject()

    assert Grant(subject, 0).shares
    assert Grant(subject, 0, 0b1, 5).shares
    assert not Grant(subject, 0, 0b1).shares
    assert not Grant(subject, 0, 0, 5, reserved=True).shares


def test_a_cold_container_fills_pmem() -> None:
    """Afterwards all that it may."""
    subject = made.subject()

    assert Grant(subject, 0, cold=1).filling == memory.PMEM
    assert Grant(subject, 0).filling == memory.ALL
