# SPDX-License-Identifier: Apache-2.0
"""Containers on CPUs, read from documents."""

import json
from typing import Any

import pytest

from ctl import machines
from ctl.drawing import occupants
from ctl.drawing.occupants import Occupant
from resmgr.daemon.pages import introspection
from resmgr.model import Container, ContainerState, Pod

PAGE: dict[str, Any] = {
    "Pods": {
        "p1": {
            "ID": "p1",
            "UID": "u1",
            "Name": "web",
            "Containers": {
                "c1": {"ID": "c1", "Name": "main"},
                "c2": {"ID": "c2", "Name": "side"},
                "c3": {"ID": "c3", "Name": "unpinned"},
            },
        }
    },
    "Assignments": {
        "c1": {"ContainerID": "c1", "ExclusiveCPUs": "2-3", "SharedCPUs": "", "Pool": "node #0"},
        "c2": {"ContainerID": "c2", "ExclusiveCPUs": "", "SharedCPUs": "0-1", "Pool": "root"},
    },
    "System": {"Policy": "topology-aware"},
}


def simulated(**changes: Any) -> dict[str, Any]:
    """Give a container as a simulation prints it."""
    return {
        "namespace": "default",
        "pod": "web",
        "container": "main",
        "cpus": "0-3",
        "exclusive": "2-3",
        "pool": "node #0",
        "refusal": "",
    } | changes


def test_the_daemons_page_tells_who_is_where() -> None:
    """Containers that have a place are there, and only those with exclusive CPUs have a label."""
    assert occupants.read(PAGE) == (
        Occupant("web:main", "node #0", 0b1100, 0, "A"),
        Occupant("web:side", "root", 0, 0b11),
    )


def test_what_the_daemon_writes_is_what_is_read() -> None:
    """Its own page, of a policy that knows containers by cache id."""
    container = Container("u1:main", "p1", "main", id="c1", state=ContainerState.RUNNING)
    document = introspection.document(
        pods=[Pod("p1", "u1", "web", "default")],
        containers=[container],
        policy="podpools",
        shown={"Assignments": {"u1:main": {"SharedCPUs": "0-1", "Pool": "pods[0]"}}},
        machine=machines.parse("1x1x2x1"),
    )
    (found,) = occupants.read(json.loads(introspection.text(document)))

    assert found.name.endswith("web:main")
    assert (found.shared, found.pool) == (0b11, "pods[0]")


def test_a_simulation_tells_who_would_be_where() -> None:
    """What is exclusive is not shared; containers are in the order of their names."""
    document = {"containers": [simulated(), simulated(pod="app", exclusive="", cpus="0")]}

    assert occupants.read(document) == (
        Occupant("default/app:main", "node #0", 0, 0b1),
        Occupant("default/web:main", "node #0", 0b1100, 0b0011, "A"),
    )


@pytest.mark.parametrize(
    "changes", [{"cpus": "", "exclusive": ""}, {"refusal": "there are no CPUs left"}]
)
def test_who_has_no_place_is_not_drawn(changes: dict[str, str]) -> None:
    """A container that was refused, or is not pinned, is nowhere."""
    assert occupants.read({"containers": [simulated(**changes)]}) == ()


def test_labels_go_on_after_the_alphabet() -> None:
    """The 27th container has two letters."""
    document = {"containers": [simulated(pod=f"web-{number:02}") for number in range(28)]}
    labels = [one.label for one in occupants.read(document)]

    assert labels[0] == "A"
    assert labels[25:] == ["Z", "AA", "AB"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "expected what /introspect or `simulate -o json` gives"),
        ({"Pods": "web"}, "expected what /introspect or `simulate -o json` gives"),
        ({"Pods": {"p": {"Containers": ["c"]}}}, "expected what /introspect or"),
        ({"containers": ["web"]}, "expected a list of containers"),
        ({"containers": [simulated(cpus="many")]}, "cannot read 'many' as a list of ids"),
    ],
)
def test_other_documents_are_refused(document: dict[str, Any], message: str) -> None:
    """The message says what was expected."""
    with pytest.raises(occupants.BadDocument, match=message):
        occupants.read(document)


def test_no_name_speaks_to_a_terminal() -> None:
    """Control characters are blanks."""
    (found,) = occupants.read({"containers": [simulated(pod="we\x1b[2Jb", pool="a\nb")]})

    assert (found.name, found.pool) == ("default/we [2Jb:main", "a b")


def test_cpus_that_a_machine_has_not_are_told() -> None:
    """They are taken from who has them."""
    given = (Occupant("a", "", 0b110000, 0, "A"), Occupant("b", "", 0, 0b11))
    found, elsewhere = occupants.within(given, 0b10011)

    assert found == (Occupant("a", "", 0b10000, 0, "A"), Occupant("b", "", 0, 0b11))
    assert elsewhere == 0b100000
    assert found[0].cpus == 0b10000


@pytest.mark.parametrize("state", ["finished", "waiting"])
def test_who_does_not_run_is_nowhere(state: str) -> None:
    """The CPUs of an init container that has ended are others' by now."""
    document = {"containers": [simulated(state=state), simulated(pod="db", state="running")]}

    assert [one.name for one in occupants.read(document)] == ["default/db:main"]


def test_of_steps_the_end_counts() -> None:
    """What is printed with `--events` has more than one picture of the machine."""
    before, after = ({"containers": [simulated(pod=name)]} for name in ("early", "late"))
    document = {"before": before, "steps": [], "after": after}

    assert [one.name for one in occupants.read(document)] == ["default/late:main"]
