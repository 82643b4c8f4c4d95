# SPDX-License-Identifier: Apache-2.0
"""The state to begin with."""

from resmgr.model import Container, Pod, Requirements
from resmgr.policy.dynamic_pools import begin, choose, saved, types
from resmgr.policy.dynamic_pools.state import Member, Pool
from resmgr.policy.interface import Subject
from resmgr.policy.supply import Supply

OPTIONS = types.read({"DynamicPoolTypes": [{"Name": "a", "Namespaces": ["x"]}]})
SUPPLY = Supply(available=0b1111_1111, reserved=0b1)


def subject(name: str, namespace: str = "x", wish: str | None = None) -> Subject:
    """A container that requests half a CPU."""
    noted = {} if wish is None else {choose.ANNOTATION: wish}
    container = Container(name, "p", name, requirements=Requirements(500, 800))
    return Subject(container, Pod("p", "p", "p", namespace, annotations=noted))


def test_without_a_past_everything_is_shared() -> None:
    """Who runs is in its pool, though that has no CPU yet."""
    state, reasons = begin.begin(None, [subject("c")], OPTIONS, SUPPLY)

    assert [pool.cpus for pool in state.pools] == [0b1, 0b1111_1110, 0]
    assert state.members == {"c": Member(2, 500, 800)}
    assert "namespace x" in reasons[0].text


def test_who_cannot_have_its_pool_shares() -> None:
    """It runs, so nobody can refuse it."""
    state, reasons = begin.begin(None, [subject("c", wish="b")], OPTIONS, SUPPLY)

    assert state.members["c"].pool == choose.SHARED
    assert "it is in shared" in reasons[0].text


def kept(rules: str) -> saved.Kept:
    """What was saved before: a container in pool a, which has some CPUs and load."""
    pools = {"reserved": (0b1, 0), "a": (0b110, 70), "shared": (0b1111_1010, 50), "b": (0b1000, 9)}
    return saved.Kept(rules, pools, {"c": ("shared", 100, 200)})


def test_containers_stay_where_they_were() -> None:
    """With what they asked for, under the same rules; pools have what nobody else has."""
    state, reasons = begin.begin(kept(saved.rules(OPTIONS)), [subject("c")], OPTIONS, SUPPLY)

    assert state.members == {"c": Member(choose.SHARED, 100, 200)}
    assert state.pools == (Pool(0b1), Pool(0b1111_1010, 1, 100, 200, 50), Pool(0b100))
    assert reasons == []


def test_other_rules_let_containers_move() -> None:
    """As does a pool that is not there any more."""
    state, _ = begin.begin(kept("other"), [subject("c")], OPTIONS, SUPPLY)
    assert state.members == {"c": Member(2, 500, 800)}

    gone = saved.Kept(saved.rules(OPTIONS), {}, {"c": ("b", 1, 1)})
    assert begin.begin(gone, [subject("c")], OPTIONS, SUPPLY)[0].members["c"].pool == 2
