# SPDX-License-Identifier: Apache-2.0
"""Pods and containers that are known, and what is to be remembered of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resmgr.engine.ledger import Ledger
from resmgr.model import Container, ContainerState, LinuxResources, Pod
from resmgr.state.changes import DropContainer, PutContainer, Saved

POD = Pod("p1", "u1", "web", "default")
CONTAINER = Container("u1:main", "p1", "main", id="c1", state=ContainerState.RUNNING)


def make_ledger() -> Ledger:
    """One that remembers a pod with a container."""
    return Ledger(Saved(pods={"p1": POD}, containers={"u1:main": CONTAINER}))


def test_the_last_change_of_a_container_is_remembered() -> None:
    """It tells all that the ones before it told."""
    ledger = make_ledger()
    ledger.change(CONTAINER, state=ContainerState.EXITED)
    ledger.give("u1:main", LinuxResources(shares=7))
    changed = ledger.containers["u1:main"]
    first = ledger.take_changes()
    ledger.drop("u1:main")

    assert first == (PutContainer(changed),)
    assert (changed.state, changed.linux.shares) == (ContainerState.EXITED, 7)
    assert ledger.take_changes() == (DropContainer("u1:main"),)
    assert ledger.take_changes() == ()


def test_the_same_resources_are_no_change() -> None:
    """Nothing is written for them."""
    ledger = make_ledger()
    ledger.give("u1:main", LinuxResources())

    assert ledger.take_changes() == ()


def test_containers_of_a_pod() -> None:
    """Remembered ones and new ones; a container that is made anew may be in another sandbox."""
    ledger = make_ledger()
    ledger.put(replace(CONTAINER, cache_id="u1:other", name="other", id="c2"))
    before = [one.name for one in ledger.of_pod("p1")]
    ledger.put(replace(CONTAINER, pod_id="p2", id="c3"))

    assert before == ["main", "other"]
    assert [one.name for one in ledger.of_pod("p1")] == ["other"]
    assert [one.name for one in ledger.of_pod("p2")] == ["main"]
    assert ledger.of_pod("p3") == ()


@pytest.mark.parametrize(("uid", "others"), [("u1", ["p1"]), ("u2", []), ("", [])])
def test_other_sandboxes_of_a_pod(uid: str, others: list[str]) -> None:
    """By the UID; pods without one have nothing in common."""
    ledger = make_ledger()
    ledger.put_pod(Pod("p3", "", "static", "default"))
    ledger.put_pod(Pod("p4", "", "static", "default"))

    assert [one.id for one in ledger.same_uid(replace(POD, id="p2", uid=uid))] == others


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.booleans()), max_size=30)
)
def test_groups_are_what_the_containers_say(steps: list[tuple[str, str, bool]]) -> None:
    """Whoever comes, goes or changes its pod."""
    ledger = Ledger(Saved())
    for name, pod, stays in steps:
        if stays:
            ledger.put(Container(name, pod, name))
        else:
            ledger.drop(name)
        for each in "xyz":
            known = {one.name for one in ledger.containers.values() if one.pod_id == each}
            assert {one.name for one in ledger.of_pod(each)} == known


@pytest.mark.parametrize("order", [("u1", "u2"), ("u2", "u1")])
def test_equal_containers_have_an_order_of_their_own(order: tuple[str, str]) -> None:
    """Pods of the same name in two namespaces, whichever came first."""
    pods = {uid: replace(POD, id=uid, uid=uid, namespace=f"of-{uid}") for uid in order}
    containers = {
        f"{uid}:main": replace(CONTAINER, cache_id=f"{uid}:main", pod_id=uid, id=uid)
        for uid in order
    }
    ledger = Ledger(Saved(pods=pods, containers=containers))

    assert [one.cache_id for one in ledger.alive()] == ["u1:main", "u2:main"]
