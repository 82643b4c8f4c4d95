# SPDX-License-Identifier: Apache-2.0
"""Explanations of the policy topology-aware."""

import functools

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.policy import explained, properties
from unit.resmgr.policy.playbook import (
    Create,
    Event,
    Node,
    subject_of,
)
from unit.resmgr.policy.topology_aware import made
from unit.resmgr.policy.topology_aware.made import DOMAIN
from unit.resmgr.sysfs import trees

from resmgr.model import Hint, Qos
from resmgr.policy import explain
from resmgr.policy.explain import Candidate, Explanation
from resmgr.policy.topology_aware import attraction, hints, score
from resmgr.policy.topology_aware.policy import TopologyAware

TREES = [
    trees.LAPTOP,
    trees.EXAMPLE.but(isolated="2,14-15"),
    trees.TIERED,
    trees.DIES,
]
SAID = st.fixed_dictionaries(
    {},
    optional={
        f"prefer-isolated-cpus.{DOMAIN}/pod": st.sampled_from(["true", "false"]),
        f"prefer-shared-cpus.{DOMAIN}/pod": st.sampled_from(["true", "false"]),
        f"prefer-reserved-cpus.{DOMAIN}/pod": st.just("true"),
        f"memory-type.{DOMAIN}": st.sampled_from(["dram", "pmem,dram"]),
        f"{DOMAIN}/affinity": st.just("c1: [c2, c3]"),
        f"{DOMAIN}/anti-affinity": st.just("c1: [{match: {key: name, operator: Exists}}]"),
    },
)
CREATE = st.builds(
    Create,
    st.sampled_from(properties.NAMES),
    cpu=st.sampled_from(["", "1", "2", "3", "5", "1500m", "500m", "40m"]),
    qos=st.sampled_from([None, None, Qos.BURSTABLE]),
    annotations=SAID,
    memory=st.sampled_from(["", "1Mi", "500Mi", "3Gi", "9Gi"]),
    namespace=st.sampled_from(["default", "default", "default", "kube-system"]),
)
EVENTS = properties.rows(CREATE, ("1", "4", "2500m"))
RULES = {
    "has enough CPU": ("enough CPU",),
    "stronger affinity": ("affinity",),
    "has the kinds of memory": ("kinds of memory",),
    "nearer to devices": ("near to all devices",),
    "nearer to some devices": ("near to some devices",),
    "near to devices and smaller": ("depth", "order"),
    "smaller": ("depth",),
    "more isolated CPUs": ("isolated CPUs left", "order"),
    "more free CPU": ("CPU left", "order"),
    "fewer containers": ("containers",),
    "comes first": ("order",),
}
"""What decides, by the words of the module that compares."""


def aware(node: Node) -> TopologyAware:
    """Give the policy of a node as what it is."""
    assert isinstance(node.policy, TopologyAware)
    return node.policy


@hypothesis.settings(deadline=None, max_examples=120)
@hypothesis.given(st.sampled_from(TREES), EVENTS, CREATE)
def test_the_chosen_pool_is_the_one_that_is_taken(
    tree: trees.Tree, events: list[Event], create: Create
) -> None:
    """Whatever happened before; what is refused has no chosen one."""
    node = explained.after(functools.partial(Node, "topology-aware", tree, reserved="0"), events)
    explanation = explained.of(node, create)
    if not explanation.refusal:
        grant = explained.placed(node, create).grants[create.name]

        assert explanation.chosen is not None
        assert explanation.chosen.name == aware(node).pools[grant.pool].name


@hypothesis.settings(deadline=None, max_examples=120)
@hypothesis.given(
    st.sampled_from(TREES),
    EVENTS,
    CREATE,
    st.sampled_from([(), (Hint("a", numas="1"),), (Hint("a", numas="0"), Hint("b", sockets="1"))]),
)
def test_a_loser_names_what_decided(
    tree: trees.Tree, events: list[Event], create: Create, devices: tuple[Hint, ...]
) -> None:
    """The comparison that two pools really differ in first, and nothing else."""
    node = explained.after(functools.partial(Node, "topology-aware", tree, reserved="0"), events)
    policy, subject = aware(node), subject_of(create)
    subject = made.hinted(subject, devices)
    state = policy.release(node.state, create.name).state
    explanation = policy.explain(state, subject)
    hypothesis.assume(explanation.chosen is not None)
    request, _ = policy._request(subject)
    weights = attraction.weights(subject, state, policy.options)
    near = hints.counting(devices)
    scores = policy.selector.scores(state, request, weights, near)
    by_name = dict(zip((pool.name for pool in policy.pools), scores, strict=True))
    assert explanation.chosen is not None
    chosen = by_name[explanation.chosen.name]
    for one in explanation.candidates:
        if " is better by " in one.why:
            rule = score.compare(request, chosen, by_name[one.name])[1]
            told = one.why.partition(" is better by ")[2].partition(":")[0]

            assert told in RULES[rule], (one, rule)


def explanation_of(tree: trees.Tree, *events: Event) -> Explanation:
    """Explain the container of the last event, where the others have happened."""
    *before, last = events
    assert isinstance(last, Create)
    node = explained.after(lambda: Node("topology-aware", tree, reserved="0"), before)
    return explained.of(node, last)


def named(explanation: Explanation, name: str) -> Candidate:
    """Give a candidate by its name."""
    return next(one for one in explanation.candidates if one.name == name)


def test_all_pools_of_the_tree_are_compared() -> None:
    """Each with everything that counts, the first of it first."""
    explanation = explanation_of(trees.EXAMPLE, Create("a", cpu="2", memory="1Mi"))
    scores = dict(explanation.candidates[0].scores)

    assert [one.name for one in explanation.candidates] == [
        "NUMA node #0",
        "NUMA node #1",
        "socket #0",
        "NUMA node #2",
        "NUMA node #3",
        "socket #1",
        "root",
    ]
    assert list(scores)[:4] == ["memory", "enough CPU", "affinity", "depth"]
    assert {"containers", "CPU left", "CPU free", "memory free"} <= scores.keys()
    assert explanation.rule == "QoS class Guaranteed: 2 CPUs for itself"


def test_memory_that_containers_below_have_is_not_free_above() -> None:
    """What a leaf granted counts in its socket and in the root, nowhere else."""
    before, now = (
        {one.name: dict(one.scores)["memory free"] for one in explanation.candidates}
        for explanation in (
            explanation_of(trees.EXAMPLE, Create("b", cpu="1", memory="1Mi")),
            explanation_of(
                trees.EXAMPLE,
                Create("a", cpu="2", memory="100Mi"),
                Create("b", cpu="1", memory="1Mi"),
            ),
        )
    )

    assert {name for name in now if now[name] != before[name]} == {
        "NUMA node #1",
        "socket #0",
        "root",
    }


def test_who_has_less_left_loses_by_that() -> None:
    """CPU 0 is reserved, so the first node has one CPU less than the others."""
    explanation = explanation_of(trees.EXAMPLE, Create("a", cpu="2"))

    assert explanation.chosen is not None
    assert explanation.chosen.name == "NUMA node #1"
    assert explanation.chosen.why == "better than NUMA node #2 by order: 1 against 3"
    assert named(explanation, "NUMA node #0").why == (
        "NUMA node #1 is better by CPU left: 1000m against 2000m"
    )
    assert named(explanation, "root").why == "NUMA node #1 is better by depth: 0 against 2"


def test_a_pool_without_the_memory_says_so() -> None:
    """Its CPUs do not matter then."""
    explanation = explanation_of(trees.EXAMPLE, Create("a", cpu="1", memory="3Gi"))

    assert named(explanation, "NUMA node #1").why == (
        "has not the memory: 3Gi wanted, 2Gi of dram free"
    )
    assert explanation.chosen is not None
    assert explanation.chosen.name == "socket #1"


def test_a_pool_that_cannot_be_taken_says_why() -> None:
    """The last sharable CPU of a node is never made exclusive."""
    explanation = explanation_of(trees.LAPTOP, Create("a", cpu="99"))

    assert "can't slice 99 exclusive CPUs" in explanation.refusal
    assert explanation.chosen is None
    assert explanation.candidates[0].why.startswith("could not be taken: can't slice 99")


@pytest.mark.parametrize(
    ("create", "rule"),
    [
        (
            Create("a", cpu="1500m", annotations={f"prefer-isolated-cpus.{DOMAIN}": "true"}),
            (
                "QoS class Guaranteed: 1 isolated CPU if possible, for itself and 500m of"
                " shared CPUs, as annotations on isolated CPUs have it"
            ),
        ),
        (
            Create("a", cpu="1", qos=Qos.BURSTABLE),
            "QoS class Burstable: 1000m of shared CPUs",
        ),
        (
            Create("a", cpu="1", namespace="kube-system"),
            "reserved CPUs for namespace kube-system: 1000m at the root",
        ),
        (
            Create("a", cpu="1", annotations={f"prefer-reserved-cpus.{DOMAIN}": "true"}),
            "reserved CPUs by annotation: 1000m at the root",
        ),
        (
            Create("a", annotations={f"memory-type.{DOMAIN}": "dram"}),
            "QoS class BestEffort: 0m of shared CPUs; memory dram by annotation",
        ),
    ],
)
def test_the_rule_tells_where_it_comes_from(create: Create, rule: str) -> None:
    """The class of the pod, its namespace, or what its annotations say."""
    assert explanation_of(trees.EXAMPLE, create).rule == rule


def test_affinities_that_cannot_be_read_are_the_refusal() -> None:
    """There is nothing to compare then."""
    said = {f"{DOMAIN}/affinity": "a: ["}
    explanation = explanation_of(trees.EXAMPLE, Create("a", annotations=said))

    assert explanation.refusal != ""
    assert explanation.candidates == ()


def test_a_device_is_told() -> None:
    """How near each pool is to it."""
    policy = made.aware()
    subject = made.subject(milli=1000, hints=(Hint("card", numas="3"),))
    explanation = explain.running(policy, policy.start(None, []).state, subject)
    first = named(explanation, "NUMA node #0")

    assert explanation.chosen is not None
    assert explanation.chosen.name == "NUMA node #3"
    assert ("near to device 0", "0") in first.scores
    assert first.why == "NUMA node #3 is better by near to all devices: 0 against 1"
