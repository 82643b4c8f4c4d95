# SPDX-License-Identifier: Apache-2.0
"""Each container has at most one adjustment."""

from resmgr.adjustments import effective
from resmgr.adjustments.adjustment import Adjustment, Scope
from resmgr.model import Container, Pod, Qos, Requirements
from resmgr.policy.affinity import expression
from resmgr.policy.interface import Subject


def subject(name: str, qos: Qos = Qos.BURSTABLE) -> Subject:
    """Make a container `name` of pod `p`."""
    pod = Pod("pod", "u", "p", "default", qos=qos)
    return Subject(Container(f"u:{name}", "pod", name, id=f"id-{name}"), pod)


def called(*names: str) -> Scope:
    """Make a scope with an item for each name."""
    return tuple((expression.of("name", "Equals", (name,)),) for name in names)


def test_a_scope_has_items_of_which_one_is_enough() -> None:
    """And each item's expressions are alternatives."""
    wanted = Adjustment("a", scope=called("one", "two"))
    found = effective.of([wanted], map(subject, ("one", "two", "three")))

    assert found == effective.Effective({"u:one": wanted, "u:two": wanted}, {})


def test_an_empty_scope_is_for_all() -> None:
    """As is an item without expressions."""
    for scope in ((), ((),), ((), *called("other"))):
        wanted = Adjustment("a", scope=scope)

        assert effective.of([wanted], [subject("one")]).adjustments == {"u:one": wanted}


def test_two_for_one_container_are_a_conflict() -> None:
    """Told by the runtime's id of the container, with both names."""
    found = effective.of([Adjustment("a"), Adjustment("b")], [subject("one")])

    assert found == effective.Effective(
        {}, {"id-one": "conflicting adjustments for default/p:one: a,b"}
    )


def test_resources_of_a_best_effort_container_cannot_be_overridden() -> None:
    """It would be none any more."""
    wanted = Adjustment("a", resources=Requirements(cpu_request=1))
    found = effective.of([wanted], [subject("one", Qos.BEST_EFFORT)])

    assert found.errors == {"id-one": "a: can't override resources for BestEffort default/p:one"}


def test_other_adjustments_of_a_best_effort_container_count() -> None:
    """They have nothing to do with its class."""
    wanted = Adjustment("a", top_tier_limit=1)

    assert effective.of([wanted], [subject("one", Qos.BEST_EFFORT)]).adjustments == {
        "u:one": wanted
    }


def test_a_container_without_an_id_is_told_by_its_cache_id() -> None:
    """It is being created."""
    found = effective.of(
        [Adjustment("a"), Adjustment("b")],
        [Subject(Container("u:c", "pod", "c"), Pod("pod", "u", "p", "n"))],
    )

    assert list(found.errors) == ["u:c"]
