# SPDX-License-Identifier: Apache-2.0
"""What a daemon remembers against what there is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ctl import reconciling
from ctl.node.cgroups import Held
from ctl.reconciling import Kind
from resmgr.effects.plan import Turn
from resmgr.engine.events import Synchronised
from resmgr.model import Container, ContainerState, LinuxResources, Pod
from resmgr.state.changes import Saved

POD = Pod("p", "u", "web", "default")
ONE = Container(
    "u:main",
    "p",
    "main",
    namespace="default",
    id="c1",
    state=ContainerState.RUNNING,
    linux=LinuxResources(cpuset_cpus=0b10, cpuset_mems=0b1),
)
RIGHT = Held(0b10, 0b1)


def compare(
    remembered: list[Container],
    there: list[Container],
    held: Held | None = RIGHT,
    pod: Pod = POD,
) -> list[tuple[Kind, str, str]]:
    """Give kinds, names and details."""
    saved = Saved({"p": pod}, {one.cache_id: one for one in remembered})
    found = reconciling.compare(saved, Synchronised((pod,), tuple(there)), lambda _: held)
    return [(one.kind, one.name, one.detail) for one in found]


def test_both_sides_agree() -> None:
    """Then there is nothing to tell."""
    assert compare([ONE], [ONE]) == []


@pytest.mark.parametrize(
    ("there", "why"),
    [
        ([], "the runtime does not have it"),
        ([replace(ONE, state=ContainerState.EXITED)], "it has ended"),
    ],
)
def test_one_that_lingers(there: list[Container], why: str) -> None:
    """With the CPUs that are kept for nobody."""
    assert compare([ONE], there) == [
        (Kind.LINGERS, "default/web:main", f"{why}; the daemon keeps CPUs 1 for it")
    ]


def test_one_that_lingers_and_was_never_pinned() -> None:
    """No CPUs are kept for it."""
    free = replace(ONE, linux=LinuxResources())

    assert compare([free], [])[0][2] == (
        "the runtime does not have it; the daemon still reckons with it"
    )


@pytest.mark.parametrize("state", [ContainerState.CREATING, ContainerState.EXITED])
def test_what_does_not_run_for_the_daemon_either_does_not_linger(state: ContainerState) -> None:
    """A creation may still be answered, and one that has ended waits for its removal."""
    assert compare([replace(ONE, state=state)], []) == []


def test_one_that_is_not_known() -> None:
    """By its pod's name where the runtime tells it."""
    assert compare([], [ONE]) == [
        (Kind.UNKNOWN, "default/web:main", "it runs, and the daemon does not reckon with it")
    ]


def test_one_that_is_taken_for_ended_and_runs() -> None:
    """Others are given its CPUs."""
    ended = replace(ONE, state=ContainerState.EXITED)

    assert [kind for kind, _, _ in compare([ended], [ONE])] == [Kind.UNKNOWN]


@pytest.mark.parametrize(
    ("key", "detail"),
    [
        ("cpu.preserve.resource-policy.nri.io", ""),
        ("memory.preserve.resource-policy.nri.io", "has CPUs 0, decided were 1"),
    ],
)
def test_what_is_to_be_left_alone_cannot_differ(key: str, detail: str) -> None:
    """Whoever sets it has been given leave by an annotation of the pod."""
    pod = replace(POD, annotations={key: "true"})
    found = compare([ONE], [ONE], Held(0b1, 0b10), pod)

    assert [told for _, _, told in found] == list(filter(None, [detail]))


@pytest.mark.parametrize(
    ("has", "turn"), [(0b111, Turn.SHRINKS), (0b1, Turn.MOVES), (0b110, Turn.SHRINKS)]
)
def test_who_gives_cpus_back_has_the_first_turn(has: int, turn: Turn) -> None:
    """By what it really has, against what was decided."""
    saved = Saved({"p": POD}, {ONE.cache_id: ONE})
    found = reconciling.compare(saved, Synchronised((POD,), (ONE,)), lambda _: Held(has, 1))

    assert [one.turn for one in found] == [turn]


@pytest.mark.parametrize(
    ("held", "detail"),
    [
        (Held(0b11, 0b1), "has CPUs 0-1, decided were 1"),
        (Held(0b10, 0b11), "has memory nodes 0,1, decided were 0"),
        (Held(0b1, 0b10), "has CPUs 0, decided were 1; has memory nodes 1, decided were 0"),
    ],
)
def test_one_that_has_something_else(held: Held, detail: str) -> None:
    """What the kernel does counts."""
    assert compare([ONE], [ONE], held) == [(Kind.DIFFERS, "default/web:main", detail)]


def test_without_a_cgroup_the_runtime_counts() -> None:
    """One whose cgroup is not found is compared with what the runtime tells."""
    other = replace(ONE, linux=LinuxResources(cpuset_cpus=0b11))

    assert compare([ONE], [other], None)[0][2] == "has CPUs 0-1, decided were 1"


def test_what_was_never_decided_cannot_differ() -> None:
    """Nobody has pinned it."""
    free = replace(ONE, linux=LinuxResources())

    assert compare([free], [free], Held(0b1111, 0b11)) == []


def test_what_is_found_once_was_on_its_way() -> None:
    """Only what is found again is told."""
    saved = Saved({"p": POD}, {"u:main": ONE})
    first = reconciling.compare(saved, Synchronised((POD,), ()), lambda _: None)
    other = reconciling.compare(saved, Synchronised((POD,), (ONE,)), lambda _: Held(1, 1))

    assert reconciling.lasting(first, first) == first
    assert reconciling.lasting(first, other) == ()


@given(some.sets(some.integers(0, 5)), some.sets(some.integers(0, 5)))
def test_each_container_of_one_side_is_told_once(ours: set[int], theirs: set[int]) -> None:
    """Whatever the sides have."""

    def made(numbers: set[int]) -> list[Container]:
        return [replace(ONE, cache_id=f"u:{one}", id=f"c{one}") for one in sorted(numbers)]

    found = compare(made(ours), made(theirs))

    kinds = [kind for kind, _, _ in found]
    assert kinds.count(Kind.LINGERS) == len(ours - theirs)
    assert kinds.count(Kind.UNKNOWN) == len(theirs - ours)
    assert len(kinds) == len(ours ^ theirs)
