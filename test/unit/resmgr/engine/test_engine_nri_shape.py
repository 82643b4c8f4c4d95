# SPDX-License-Identifier: Apache-2.0
"""The engine behind a front end that looks like NRI: nothing in it is CRI's."""

import subprocess
import sys
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.engine import nodes, nri, toy

from resmgr import model
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.state.changes import Saved


def test_no_message_of_cri_is_in_sight(checkout: Path) -> None:
    """Neither the engine nor all policies nor this front end load a module of CRI."""
    program = (
        "import importlib, sys; from unit.resmgr.engine import nri;"
        " from resmgr.policy import registry;"
        " [registry.load(name) for name in registry.POLICIES];"
        " found = [one for one in sys.modules if one.startswith(('resmgr.cri', 'google.protobuf',"
        " 'resmgr.relay', 'resmgr.wire', 'asyncio'))];"
        " sys.exit(str(found) if found else 0)"
    )
    folders = f"{checkout}:{checkout / 'test'}"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": folders},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_decided_for_a_new_container_is_an_adjustment() -> None:
    """What others have to give up is in the same reply; both have happened when it is created."""
    runtime = nodes.connected(nri.FrontEnd(nodes.engine("static")))
    nodes.run(runtime, nodes.container("many", "b", shares=2))
    before = nodes.cpus(runtime, "many0")
    nodes.run(runtime, nodes.container("alone"))

    assert before == "0-15"
    assert nodes.cpus(runtime, "alone0") == "8"
    assert nodes.cpus(runtime, "many0") == "0-7,9-15"


def test_environment_is_adjusted() -> None:
    """Beside what was asked for."""
    runtime = nodes.connected(nri.FrontEnd(nodes.engine("static-pools")))
    nodes.run(runtime, nodes.container("main"))

    assert runtime.containers["main0"].container.env == (
        "CMK_CPUS_ASSIGNED=1,2",
        "CMK_CPUS_SHARED=1,2,3",
    )


def test_a_refusal_is_an_error_with_its_reason() -> None:
    """Nothing is known of the container then."""
    plugin = nri.FrontEnd(Engine(toy.OneEach(cpus=0), Saved()))
    plugin.synchronize([], [])
    plugin.run_pod_sandbox(nodes.PODS["g"])
    with pytest.raises(nri.Refused, match="no CPU is left"):
        plugin.create_container(nodes.PODS["g"], nodes.container("main"))

    assert plugin.engine.ledger.containers == {}


def test_what_is_decided_before_a_container_can_be_updated_reaches_it() -> None:
    """The runtime loses updates of it without a word until it has stored it."""
    runtime = nodes.connected(nri.FrontEnd(nodes.engine("static")))
    runtime.create(nodes.container("many", "b", shares=2))
    nodes.run(runtime, nodes.container("alone"))
    early = nodes.cpus(runtime, "many0")
    runtime.store("many0")

    assert early == "0-15"
    assert nodes.cpus(runtime, "many0") == "0-7,9-15"


def test_a_request_to_update_is_answered_with_our_cpus() -> None:
    """Whatever the kubelet's own manager wants; shares are the kubelet's."""
    runtime = nodes.connected(nri.FrontEnd(nodes.engine("static")))
    nodes.run(runtime, nodes.container("many", "b", shares=2))
    runtime.update("many0", nri.Resources(shares=512, cpus="7"))

    assert nodes.cpus(runtime, "many0") == "0-15"
    assert runtime.containers["many0"].container.resources.shares == 512


def test_a_plugin_that_comes_back_puts_right_what_differs() -> None:
    """Who was created meanwhile is placed, who has what was meant is left alone."""
    plugin = nri.FrontEnd(nodes.engine("static"))
    runtime = nodes.connected(plugin)
    nodes.run(runtime, nodes.container("alone"))
    runtime.plugin = None
    nodes.run(runtime, nodes.container("late", number=1))
    runtime.updated.clear()
    again = nri.FrontEnd(Engine(plugin.engine.policy, plugin.saved), plugin.saved)
    runtime.connect(again)

    assert (nodes.cpus(runtime, "alone0"), nodes.cpus(runtime, "late1")) == ("8", "1")
    assert runtime.updated == ["late1"]


class Both:
    """The same life twice: through NRI, and as events in the order in which CRI has them."""

    def __init__(self, policy: str) -> None:
        """Begin with two pods."""
        self.policy = policy
        self.plugin = nri.FrontEnd(nodes.engine(policy))
        self.runtime = nodes.connected(self.plugin)
        self.direct = nodes.engine(policy)
        self.direct.start(events.Synchronised((), ()))
        for pod in nodes.PODS.values():
            self.direct.handle(events.PodStarted(self.plugin.engine.ledger.pods[pod.id]))
        self.open: list[nri.Container] = []
        """Containers between reply and store, oldest first."""

        self.numbers: dict[str, int] = {}

    def step(self, kind: str, name: str, shares: int) -> None:
        """Let something happen, if it can."""
        there = f"{name}{self.numbers.get(name, 0)}"
        held = self.runtime.containers.get(there)
        match kind:
            case "create" if held is None:
                self._create(name, shares)
            case "store" if self.open:
                self._store(self.open.pop(0))
            case "fail" if self.open:
                gone = self.open.pop(0)
                self.runtime.fail(gone.id)
                self.direct.handle(events.CreateFailed(f"uid-{gone.pod_sandbox_id}:{gone.name}"))
            case "resize" if held is not None and held.stored:
                taken = self.runtime.update(there, nri.Resources(shares=shares))
                linux = model.LinuxResources(shares=shares)
                outcome = self.direct.handle(events.ContainerResized(there, linux))
                assert taken == (outcome.refusal is None)
            case "remove" if held is not None and held.stored:
                self.runtime.remove(there)
                self.direct.handle(events.ContainerStopped(there))
                self.direct.handle(events.ContainerRemoved(there))
            case "rebalance":
                self.runtime.apply(self.plugin.rebalance())
                self.direct.handle(events.Rebalance())
            case "again" if not self.open:
                self.plugin = nri.FrontEnd(
                    Engine(self.plugin.engine.policy, self.plugin.saved), self.plugin.saved
                )
                self.runtime.updated.clear()
                self.runtime.connect(self.plugin)
                assert self.runtime.updated == []
            case _:
                pass

    def settle(self) -> None:
        """Close what is open."""
        while self.open:
            self._store(self.open.pop(0))

    def _create(self, name: str, shares: int) -> None:
        self.numbers[name] = self.numbers.get(name, 0) + 1
        pod = "g" if name in "ab" else "b"
        one = nodes.container(name, pod, shares=shares, number=self.numbers[name])
        taken = self.runtime.create(one)
        outcome = self.direct.handle(
            events.ContainerCreating(
                model.Container(
                    "",
                    pod,
                    name,
                    namespace="default",
                    command=("run",),
                    linux=model.LinuxResources(shares=shares),
                ),
                self.plugin.engine.ledger.pods[pod],
            )
        )
        assert taken == (outcome.refusal is None)
        if taken:
            self.open.append(one)

    def _store(self, one: nri.Container) -> None:
        self.runtime.store(one.id)
        self.runtime.start(one.id)
        key = f"uid-{one.pod_sandbox_id}:{one.name}"
        self.direct.handle(events.ContainerCreated(key, one.id))
        self.direct.handle(events.ContainerStarted(one.id))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [*["create"] * 4, "store", "store", "fail", "resize", "remove", "rebalance", "again"]
        ),
        st.sampled_from("abcd"),
        st.sampled_from([2, 512, 1024, 2048, 5 * 1024, 20 * 1024]),
    ),
    min_size=8,
    max_size=30,
)


@pytest.mark.parametrize("policy", nodes.CONFIGS)
@hypothesis.settings(deadline=None, max_examples=25)
@hypothesis.given(steps=STEPS)
def test_it_decides_the_same_as_behind_any_other_front_end(
    policy: str, steps: list[tuple[str, str, int]]
) -> None:
    """Whatever happens in whatever order; and the runtime has what the engine means it to have."""
    both = Both(policy)
    for step in steps:
        both.step(*step)
    both.settle()
    through, direct = both.plugin.engine, both.direct

    assert through.policy.dump(through.policy_state) == direct.policy.dump(direct.policy_state)
    assert {key: one.linux for key, one in through.ledger.containers.items()} == {
        key: one.linux for key, one in direct.ledger.containers.items()
    }
    assert nodes.differing(both.runtime) == []
    assert {one.id for one in through.ledger.alive()} == set(both.runtime.containers)
