# SPDX-License-Identifier: Apache-2.0
"""One policy after the other takes over the containers that run."""

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.engine import nodes, nri, nri_runtime

from resmgr import cpuset
from resmgr.policy.interface import BadConfiguration

SHARES = st.sampled_from([2, 512, 1024, 2048, 5 * 1024])
RUN = st.lists(st.tuples(st.sampled_from("gb"), SHARES), max_size=8)
NAMES = st.sampled_from(sorted(nodes.CONFIGS))


def running(name: str, asked: list[tuple[str, int]]) -> nri_runtime.Runtime:
    """A node with a policy under which these containers run, those that it lets in."""
    made = nodes.connected(nri.FrontEnd(nodes.engine(name)))
    for number, (pod, shares) in enumerate(asked):
        nodes.run(made, nodes.container(f"c{number}-", pod, shares=shares))
    return made


def switch(runtime: nri_runtime.Runtime, name: str) -> None:
    """Let another policy take over; nobody gets lost, and the runtime follows.

    One that has not enough for somebody does not take over, and all stays as it was.
    """
    assert runtime.plugin is not None
    before, engine = set(runtime.containers), runtime.plugin.engine
    standing = (
        engine.policy,
        engine.policy_state,
        engine.cpu_classes,
        dict(engine.ledger.containers),
    )
    try:
        runtime.apply(runtime.plugin.switch(nodes.policy(name)))
    except BadConfiguration:
        after = engine.policy, engine.policy_state, engine.cpu_classes, engine.ledger.containers

        assert after == standing
        assert engine.ledger.take_changes() == ()

    assert {one.id for one in runtime.plugin.engine.ledger.alive()} == before
    assert nodes.differing(runtime) == []
    own = exclusive(runtime)
    for other, held in runtime.containers.items():
        cpus = cpuset.parse(held.container.resources.cpus)
        for owner, mask in own.items():
            assert cpus & mask == (mask if owner == other else 0)


def exclusive(runtime: nri_runtime.Runtime) -> dict[str, int]:
    """Give the CPUs that containers have for themselves, by runtime id."""
    assert runtime.plugin is not None
    engine = runtime.plugin.engine
    shown = engine.policy.introspect(engine.policy_state).get("Assignments", {})
    return {
        engine.ledger.containers[key].id: cpuset.parse(one["ExclusiveCPUs"])
        for key, one in shown.items()
    }


def again(runtime: nri_runtime.Runtime, name: str) -> None:
    """Start a new engine with what is remembered; it accepts that as it is."""
    plugin = runtime.plugin
    assert plugin is not None
    runtime.updated.clear()
    fresh = nri.FrontEnd(nodes.engine(name, plugin.saved), plugin.saved)
    runtime.connect(fresh)

    assert runtime.updated == []
    assert dumped(fresh) == dumped(plugin)


def dumped(plugin: nri.FrontEnd) -> dict[str, str]:
    """Give what the policy remembers."""
    return plugin.engine.policy.dump(plugin.engine.policy_state)


@pytest.mark.parametrize("name", nodes.CONFIGS)
@hypothesis.settings(deadline=None, max_examples=15)
@hypothesis.given(asked=RUN, others=st.lists(NAMES, min_size=1, max_size=3))
def test_there_and_back(name: str, asked: list[tuple[str, int]], others: list[str]) -> None:
    """After others have ruled, everything is so that a daemon that starts would leave it."""
    runtime = running(name, asked)
    for other in (*others, name):
        switch(runtime, other)

    again(runtime, runtime.plugin.engine.policy.name if runtime.plugin else "")


@pytest.mark.parametrize("name", nodes.CONFIGS)
@hypothesis.settings(deadline=None, max_examples=10)
@hypothesis.given(asked=RUN)
def test_without_a_policy_all_is_as_the_kubelet_wanted(
    name: str, asked: list[tuple[str, int]]
) -> None:
    """Nothing that a policy had set is left: CPUs, memory nodes, shares."""
    runtime = running(name, asked)
    wanted = {f"c{number}-0": shares for number, (_, shares) in enumerate(asked)}
    switch(runtime, "none")

    for key, held in runtime.containers.items():
        has = held.container.resources
        assert has.shares == wanted[key]
        assert has.cpus in ("", "0-15")
        assert has.mems in ("", "0,1,2,3")


@hypothesis.settings(deadline=None, max_examples=20)
@hypothesis.given(name=NAMES, asked=RUN)
def test_the_same_policy_again_moves_nobody(name: str, asked: list[tuple[str, int]]) -> None:
    """As when a configuration is given that changes nothing for it."""
    runtime = running(name, asked)
    runtime.updated.clear()
    switch(runtime, name)

    assert runtime.updated == []
