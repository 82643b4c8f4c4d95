# SPDX-License-Identifier: Apache-2.0
"""What holds for the policy topology-aware whatever happens in whatever order."""

import hypothesis
import hypothesis.strategies as st
from unit.resmgr.policy.playbook import Create, Event, Node, Rebalance, Remove, Resize, Restart
from unit.resmgr.sysfs import trees

from resmgr.model import Qos
from resmgr.policy.topology_aware import state as states
from resmgr.policy.topology_aware.policy import TopologyAware

DOMAIN = "cri-resource-manager.intel.com"
TREES = [
    trees.FLAT.but(isolated="5-7"),
    trees.LAPTOP,
    trees.EXAMPLE.but(offline="9", isolated="2,14-15"),
    trees.TIERED,
    trees.DIES,
    trees.EXAMPLE.but(memory_less="1"),
]
RANDOM = st.builds(
    trees.Tree,
    packages=st.integers(1, 3),
    nodes=st.integers(1, 3),
    cores=st.integers(1, 3),
    threads=st.integers(1, 2),
    adjacent=st.booleans(),
    isolated=st.sampled_from(["", "1", "2-3"]),
    offline=st.sampled_from(["", "4", "1,3"]),
    memory=st.sampled_from([1 << 20, 1 << 22]),
    apart=st.lists(st.sampled_from([1 << 19, 1 << 23]), max_size=3).map(tuple),
).filter(lambda tree: tree.packages * tree.nodes * tree.cores * tree.threads > 1)
MACHINES = st.one_of(st.sampled_from(TREES), RANDOM)
NAMES = [f"c{number}" for number in range(8)]
CPUS = st.sampled_from(["", "1", "2", "3", "5", "1500m", "2500m", "500m", "0", "40m"])
SAID = st.dictionaries(
    st.sampled_from(
        [
            f"prefer-isolated-cpus.{DOMAIN}/pod",
            f"prefer-shared-cpus.{DOMAIN}/pod",
            f"prefer-reserved-cpus.{DOMAIN}/pod",
        ]
    ),
    st.sampled_from(["true", "false", "maybe"]),
    max_size=2,
)
MEMORY_SAID = st.sampled_from(
    [
        {},
        {f"memory-type.{DOMAIN}": "dram"},
        {f"memory-type.{DOMAIN}": "pmem,dram", f"cold-start.{DOMAIN}": "duration: 1s"},
        {f"{DOMAIN}/affinity": "c1: [c2, c3]"},
        {f"{DOMAIN}/anti-affinity": "c1: [{match: {key: name, operator: Exists}}]"},
    ]
)
CREATE = st.builds(
    Create,
    st.sampled_from(NAMES),
    cpu=CPUS,
    qos=st.sampled_from([None, Qos.BURSTABLE]),
    annotations=st.builds(lambda one, other: one | other, SAID, MEMORY_SAID),
    memory=st.sampled_from(["", "1Mi", "500Mi", "3Gi", "9Gi"]),
    namespace=st.sampled_from(["default", "default", "kube-system"]),
)
EVENTS = st.one_of(
    CREATE,
    CREATE,
    st.builds(Resize, st.sampled_from(NAMES), cpu=st.sampled_from(["1", "2", "4", "2500m", "9"])),
    st.builds(Remove, st.sampled_from(NAMES)),
    st.just(Rebalance()),
    st.just(Restart()),
)


def aware(node: Node) -> TopologyAware:
    """Give the policy of a node as what it is."""
    assert isinstance(node.policy, TopologyAware)
    return node.policy


def each_has_its_own(node: Node) -> None:
    """No CPU is exclusive twice, and nobody else is told to use it."""
    pools, taken = aware(node).pools, 0
    for grant in node.state.grants.values():
        pool = pools[grant.pool]
        assert grant.exclusive & taken == 0
        assert grant.exclusive & ~(pool.isolated | pool.sharable) == 0
        taken |= grant.exclusive
    assert taken == node.state.exclusive
    for name, cpus in node.cpus.items():
        assert cpus & taken & ~node.state.grants[name].exclusive == 0


def all_that_run_were_told(node: Node) -> None:
    """What each container was told last is what it has, and it is never nothing."""
    assert set(node.state.grants) == set(node.cpus)
    for name, grant in node.state.grants.items():
        applied = aware(node).applier.of(node.state, grant)
        assert node.cpus[name] == applied.cpus != 0
        assert applied.nodes != 0


def books_are_kept(node: Node) -> None:
    """The sums are those of the grants, and never more than there is where it was promised."""
    pools = aware(node).pools
    fresh = states.empty(pools)
    for name, grant in node.state.grants.items():
        fresh = fresh.giving(name, grant)
    assert fresh.books == node.state.books
    left = states.left(pools, node.state)
    assert left.shared[-1] >= 0
    for pool in pools:
        assert min(left.free[pool.id]) >= 0
        assert not pool.reserved or left.reserved[pool.id] >= 0


def memory_is_there(node: Node) -> None:
    """Each container has the memory that it asks for, or nothing is guaranteed to it."""
    for grant in node.state.grants.values():
        wants = grant.subject.container.requirements
        if grant.subject.pod.qos is not Qos.BEST_EFFORT and not grant.makeshift:
            assert sum(grant.amounts) == (wants.memory_limit or 0)


INVARIANTS = (each_has_its_own, all_that_run_were_told, books_are_kept, memory_is_there)


def play(tree: trees.Tree, events: list[Event]) -> Node:
    """Let things happen that can; what is said to them is not compared."""
    node = Node("topology-aware", tree, reserved="0", invariants=INVARIANTS)
    for event in events:
        if isinstance(event, Resize) and event.name not in node.subjects:
            continue
        node = node.happens(event)
    return node


quick = hypothesis.settings(deadline=None, max_examples=60)


@quick
@hypothesis.given(MACHINES, st.lists(EVENTS, max_size=25))
def test_invariants_hold_after_each_step(tree: trees.Tree, events: list[Event]) -> None:
    """After all are removed everything is as it was at the start."""
    node = play(tree, events)
    for name in NAMES:
        node = node.happens(Remove(name))

    assert node.state == Node("topology-aware", tree, reserved="0").state


@quick
@hypothesis.given(MACHINES, st.lists(EVENTS, max_size=25))
def test_a_restart_changes_nothing(tree: trees.Tree, events: list[Event]) -> None:
    """Whatever has happened, the state that is saved is the state that is loaded."""
    node = play(tree, events)
    before, told = node.state, dict(node.cpus)
    after = node.happens(Restart())

    assert after.state == before
    assert after.cpus == told


@quick
@hypothesis.given(st.sampled_from(TREES), st.lists(EVENTS, max_size=15))
def test_the_same_leads_to_the_same(tree: trees.Tree, events: list[Event]) -> None:
    """No chance and no clock is in it."""
    assert play(tree, events).state == play(tree, events).state


@quick
@hypothesis.given(st.sampled_from(TREES), st.lists(EVENTS, max_size=15), CREATE)
def test_release_takes_back_all_cpus_that_were_given(
    tree: trees.Tree, events: list[Event], create: Create
) -> None:
    """Creating a container that is new and removing it leaves the CPUs of all as they were."""
    node = play(tree, [*events, Remove(create.name)])
    before, told = node.state, dict(node.cpus)
    after = node.happens(create).happens(Remove(create.name))

    assert after.state.exclusive == before.exclusive
    assert after.cpus == told


@quick
@hypothesis.given(
    st.sampled_from(TREES),
    st.lists(EVENTS, max_size=15),
    st.sampled_from(NAMES),
    st.sampled_from(["1", "2", "3", "5", "9", "2500m", "100m"]),
)
def test_a_refused_resize_changes_nothing(
    tree: trees.Tree, events: list[Event], name: str, cpu: str
) -> None:
    """Who stays in its pool keeps the CPUs that it had, as far as it wants as many."""
    node = play(tree, [*events, Remove(name), Create(name, cpu="2", memory="1Mi")])
    hypothesis.assume(name in node.state.grants)
    before = node.state
    held = before.grants[name]
    node = node.happens(Resize(name, cpu=cpu))
    grant = node.state.grants[name]

    if node.refusal:
        assert node.state == before
    elif grant.pool == held.pool:
        assert grant.exclusive & held.exclusive in (grant.exclusive, held.exclusive)


@quick
@hypothesis.given(st.sampled_from(TREES), st.sampled_from(TREES), st.lists(EVENTS, max_size=15))
def test_another_machine_takes_over_what_it_can(
    tree: trees.Tree, other: trees.Tree, events: list[Event]
) -> None:
    """A start with what another machine saved never fails, and ends in a sound state."""
    node = play(tree, events)
    fresh = Node("topology-aware", other, reserved="0", invariants=INVARIANTS)
    fresh.subjects = node.subjects
    fresh.happens(Restart(saved=node.kept))

    assert fresh.refusal is None
    assert set(fresh.state.grants) == set(node.subjects)


@quick
@hypothesis.given(st.sampled_from(TREES), st.lists(EVENTS, max_size=15))
def test_nobody_is_told_what_it_knows(tree: trees.Tree, events: list[Event]) -> None:
    """Beside the container that the step is about, only those hear whose CPUs change."""
    node = play(tree, events)
    told = dict(node.cpus)
    step = node.policy.release(node.state, "c0")
    for intent in step.intents:
        cpus = getattr(intent, "cpus", None)
        if cpus is not None:
            assert cpus != told[intent.container]  # type: ignore[union-attr]
