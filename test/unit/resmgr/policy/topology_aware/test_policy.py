# SPDX-License-Identifier: Apache-2.0
"""The policy topology-aware, played on machines."""

import dataclasses

import pytest
from unit.resmgr.policy.playbook import (
    Because,
    Create,
    Intent,
    Node,
    Refused,
    Remove,
    Resize,
    Restart,
    SetCpuset,
    mems,
    shares,
)
from unit.resmgr.policy.topology_aware import made
from unit.resmgr.sysfs import trees

from resmgr import cpuset, intents
from resmgr.policy.affinity import read
from resmgr.policy.interface import BadConfiguration, BadState, Constraints, Reminded
from resmgr.policy.topology_aware import policy

EXAMPLE = trees.EXAMPLE
COLD = {f"cold-start.{made.DOMAIN}": "duration: 30s"}


def node(tree: trees.Tree = EXAMPLE, **config: object) -> Node:
    """A node that reserves CPU 0 and binds no memory, so that plays are about CPUs."""
    return Node("topology-aware", tree, reserved="0", config={"PinMemory": False, **config})


def test_a_container_is_told_cpus_shares_and_memory() -> None:
    """Each once, and why."""
    assert (
        Node("topology-aware", EXAMPLE, reserved="0")
        >> Create("a", cpu="1", memory="1Mi")
        << SetCpuset("a", "4")
        << shares("a", 2)
        << mems("a", "1")
        << Because("a", r"is in pool NUMA node #1: better than NUMA node #2 \(more free CPU\)")
        << Because("a", "has CPUs 4 for itself; pinning to memory 1")
    )


def test_only_those_that_share_a_pool_hear_of_its_cpus() -> None:
    """Others, and those with CPUs of their own, are told nothing."""
    assert (
        node()
        >> Create("a", cpu="500m")
        << SetCpuset("a", "4-7")
        << shares("a", 512)
        >> Create("b", cpu="500m")
        << SetCpuset("b", "8-11")
        << shares("b", 512)
        >> Create("c", cpu="1")
        << SetCpuset("c", "12")
        << shares("c", 2)
        >> Create("d", cpu="2")
        << SetCpuset("d", "4-5")
        << SetCpuset("a", "6-7")
        << shares("d", 2)
        >> Remove("d")
        << SetCpuset("a", "4-7")
        >> Remove("b")
    )


def test_reserved_namespaces_are_on_reserved_cpus() -> None:
    """With shares of what they want of them."""
    assert (
        node(ReservedPoolNamespaces=["mon*"])
        >> Create("a", cpu="500m", namespace="monitoring")
        << SetCpuset("a", "0")
        << shares("a", 512)
        << Because("a", "it is for system containers")
        >> Create("b", cpu="600m", namespace="kube-system")
        << SetCpuset("b", "1-15")
        << shares("b", 614)
        << Because("b", r"not enough reserved CPUs \(0\) for 600m: it shares others")
    )


def test_who_does_not_belong_on_reserved_cpus_is_no_warning() -> None:
    """A share of other CPUs is what it asked for."""
    told = node().happens(Create("a", cpu="500m")).reasons

    assert told
    assert not [one for one in told if one.warning]


def test_who_does_not_fit_on_reserved_cpus_is_a_warning() -> None:
    """Until there is room for it there."""
    full = node().happens(Create("a", cpu="900m", namespace="kube-system"))
    other = full.happens(Create("b", cpu="300m", namespace="kube-system"))
    warned = [one.container for one in other.reasons if one.warning]
    after = other.happens(Resize("a", cpu="500m")).happens(Resize("b", cpu="310m"))

    assert warned == ["b"]
    assert not any(one.warning for one in after.reasons)


def test_a_refusal_names_the_container_and_the_cause() -> None:
    """And nothing has happened."""
    assert (
        node()
        >> Create("a", cpu="16")
        << Refused(
            "^topology-aware: failed to allocate resources for a:a: can't slice 16 exclusive CPUs"
        )
    )


def test_a_wrong_annotation_is_told() -> None:
    """It is not looked at then."""
    wrong = {f"prefer-isolated-cpus.{made.DOMAIN}": "maybe"}

    assert (
        node()
        >> Create("a", cpu="1", annotations=wrong)
        << SetCpuset("a", "4")
        << shares("a", 2)
        << Because("a", "prefer-isolated-cpus is 'maybe', neither true nor false")
    )


def test_a_wrong_affinity_refuses_the_container() -> None:
    """The pod would not be where it is wanted."""
    wrong = {f"{made.DOMAIN}/affinity": "b: {}"}

    assert node() >> Create("a", cpu="1", annotations=wrong) << Refused("b: expected a list")


def test_growing_stays_in_place() -> None:
    """The CPUs that it has are among those that it gets."""
    assert (
        node()
        >> Create("a", cpu="1")
        << SetCpuset("a", "4")
        << shares("a", 2)
        >> Resize("a", cpu="3")
        << SetCpuset("a", "4-6")
        << shares("a", 2)
        << Because("a", "is in pool NUMA node #1: stays there")
        >> Resize("a", cpu="2")
        << SetCpuset("a", "4-5")
        << shares("a", 2)
    )


def test_who_cannot_grow_in_its_pool_grows_out_of_it() -> None:
    """What it has is among what it gets from the nearest pool above that has as much."""
    assert (
        node()
        >> Create("a", cpu="1")
        << SetCpuset("a", "4")
        << shares("a", 2)
        >> Resize("a", cpu="5")
        << SetCpuset("a", "1,4-7")
        << shares("a", 2)
        << Because("a", "is in pool socket #0: grows out of NUMA node #1")
        >> Resize("a", cpu="9")
        << SetCpuset("a", "1-9")
        << shares("a", 2)
        << Because("a", "is in pool root: grows out of socket #0")
    )


def test_memory_alone_moves_no_cpus() -> None:
    """It is taken from the nearest pool above that has as much."""
    small, large = (made.subject("a", 2000, memory=gib << 30) for gib in (1, 3))
    aware = made.aware()
    before = aware.allocate(aware.start(None, []).state, small).state
    after = aware.update(before, large).state
    grant = after.grants["a"]

    assert after.exclusive == before.exclusive
    assert (grant.pool, grant.memory_pool) == (1, 2)


def test_who_cannot_move_keeps_what_it_has() -> None:
    """The resize is refused, and it shrinks again without a trace."""
    assert (
        node()
        >> Create("a", cpu="1")
        << SetCpuset("a", "4")
        << shares("a", 2)
        >> Resize("a", cpu="20")
        << Refused("can't slice")
        >> Resize("a", cpu="1")
        << SetCpuset("a", "4")
        << shares("a", 2)
    )


def test_a_cold_start_is_a_reminder() -> None:
    """At first there is PMEM only; when the time has come all of its memory."""
    tree = trees.TIERED
    played = Node("topology-aware", tree, reserved="0", config={"PinCPU": False})
    assert (
        played
        >> Create("a", cpu="100m", memory="1Mi", annotations=COLD)
        << mems("a", "2")
        << Intent(intents.Remind("a", 30))
        << Because("a", "coldstart: triggering coldstart for a:a...")
        >> Restart()
        << mems("a", "2")
        << Intent(intents.Remind("a", 30))
    )
    assert isinstance(played.policy, Reminded)
    step = played.policy.remind(played.state, "a")

    assert step.intents == (intents.SetMems("a", cpuset.parse("0,2-3")),)
    assert step.reasons[0].text == "coldstart: finishing coldstart period for a:a"
    assert played.policy.remind(step.state, "a").intents == ()
    assert played.policy.remind(step.state, "nobody").state is step.state


def test_a_machine_without_pmem_starts_nothing_cold() -> None:
    """The annotation has no effect."""
    assert (
        Node("topology-aware", EXAMPLE, reserved="0", config={"PinCPU": False})
        >> Create("a", cpu="100m", annotations=COLD)
        << mems("a", "1")
    )


def test_a_resize_does_not_make_cold_again() -> None:
    """A container that is warm stays so."""
    aware = made.aware(trees.TIERED)
    said = {**COLD}
    state = aware.allocate(aware.start(None, []).state, made.subject("a", 100, said=said)).state
    warm = aware.remind(state, "a").state
    step = aware.update(warm, made.subject("a", 200, said=said))

    assert step.state.grants["a"].cold == 0
    assert not any(isinstance(intent, intents.Remind) for intent in step.intents)


def test_memory_that_moves_is_told() -> None:
    """In the words that operators know."""
    aware = made.aware()
    state = aware.start(None, []).state
    state = aware.allocate(state, made.subject("a", 10, memory=1 << 30)).state
    state = aware.allocate(state, made.subject("b", 10, memory=3 << 30)).state
    step = aware.allocate(state, made.subject("c", 10, memory=3 << 30))
    told = [one for one in step.intents if getattr(one, "container", "") == "a"]

    assert told == [intents.SetMems("a", cpuset.parse("0-1"))]
    assert any(
        reason.text == "moved container a:a upward to node socket #0 to guarantee memory"
        for reason in step.reasons
    )


def test_what_nobody_knows_is_left_alone() -> None:
    """Release and update of unknown containers."""
    aware = made.aware()
    state = aware.start(None, []).state

    assert aware.release(state, "x").state is state
    assert aware.update(state, made.subject("x", 1000)).state is state
    assert aware.rebalance(state).intents == ()


def test_where_memory_went_is_told_at_the_start() -> None:
    """In the words that operators know."""
    told = made.aware(trees.TIERED).start(None, []).reasons[0]

    assert told.text == "PMEM node #2 assigned to socket #0 with distance 22"
    assert told.container == "topology-aware"


def test_a_state_of_another_form_is_refused() -> None:
    """The engine starts from nothing then."""
    aware = made.aware()
    good = aware.dump(aware.start(None, []).state)

    with pytest.raises(BadState, match="cannot read"):
        aware.start({**good, "a": "x"}, [])


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        (Constraints(), "does not start without reserved CPUs"),
        (Constraints(reserved_milli=0), "does not start without reserved CPUs"),
        (Constraints(reserved=1 << 40), "CPUs 40 are not in this machine"),
        (Constraints(available=0b11, reserved=1 << 3), "not among the available ones"),
        (Constraints(reserved=1 << 2), "CPUs that are isolated"),
        (Constraints(available_milli=2000, reserved=1), "which"),
        (Constraints(reserved_milli=99000), "cannot reserve 99 CPUs"),
    ],
)
def test_cpus_that_cannot_be_reserved_are_refused(constraints: Constraints, message: str) -> None:
    """Before anything has changed."""
    with pytest.raises(BadConfiguration, match=message):
        policy.make(EXAMPLE.but(isolated="2").machine(), constraints, {})


def test_a_quantity_of_reserved_cpus_is_rounded_up() -> None:
    """750m are CPU 0."""
    made_ = policy.make(EXAMPLE.machine(), Constraints(reserved_milli=750), {})

    assert isinstance(made_, policy.TopologyAware)
    assert cpuset.show(made_.pools[-1].reserved) == "0"


@pytest.mark.parametrize(("isolated", "reserved"), [("8-9", "0"), ("0-1", "2"), ("0-3,8-15", "4")])
def test_a_quantity_reserves_what_is_not_isolated(isolated: str, reserved: str) -> None:
    """The same CPU as without isolated ones, unless that is one of them."""
    machine = EXAMPLE.but(isolated=isolated).machine()
    made_ = policy.make(machine, Constraints(reserved_milli=750), {})

    assert isinstance(made_, policy.TopologyAware)
    assert cpuset.show(made_.pools[-1].reserved) == reserved


def test_pmem_that_the_kernel_cannot_use_is_mixed_with_dram() -> None:
    """And nobody starts cold."""
    machine = trees.TIERED.machine()
    nodes = {
        id_: dataclasses.replace(one, normal_memory=id_ != 2) for id_, one in machine.nodes.items()
    }
    machine = dataclasses.replace(machine, nodes=nodes)
    aware = policy.make(machine, Constraints(reserved=1), {})
    said = {f"memory-type.{made.DOMAIN}": "pmem", **COLD}
    step = aware.allocate(aware.start(None, []).state, made.subject("a", 10, said=said))

    assert intents.SetMems("a", cpuset.parse("0,2")) in step.intents
    assert not any(isinstance(intent, intents.Remind) for intent in step.intents)


SAMPLE = {
    f"prefer-isolated-cpus.{made.DOMAIN}/pod": "false",
    f"prefer-shared-cpus.{made.DOMAIN}/container.sidecar": "true",
    f"memory-type.{made.DOMAIN}/container.db": "dram,pmem",
    f"cold-start.{made.DOMAIN}/container.db": "duration: 60s",
    f"{made.DOMAIN}/affinity": "db: [ cache ]\n",
    f"{made.DOMAIN}/anti-affinity": """
sidecar:
  - match:
      key: name
      operator: Matches
      values: [ "db*" ]
    weight: 20
""",
}
"""The sample of annotations, section 8, as far as it is for this policy."""


def test_the_sample_of_annotations() -> None:
    """The database starts cold, near to its cache; the sidecar shares, away from them."""
    aware = made.aware(trees.TIERED.but(cores=8))
    subjects = [
        made.subject(name, 2000, said=SAMPLE, pod="pod", labels={read.CONTAINER_NAME: name})
        for name in ("db", "cache", "sidecar")
    ]
    state = aware.start(None, []).state
    for subject in subjects:
        step = aware.allocate(state, subject)
        state = step.state
        assert not any("annotation" in reason.text for reason in step.reasons)
    db, cache, sidecar = (state.grants[one.container.name] for one in subjects)

    assert (db.kinds, db.cold, db.exclusive.bit_count()) == (3, 60, 2)
    assert cache.pool == db.pool
    assert sidecar.pool != db.pool
    assert (sidecar.exclusive, sidecar.part) == (0, 2000)
