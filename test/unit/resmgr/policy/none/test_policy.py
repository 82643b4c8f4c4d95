# SPDX-License-Identifier: Apache-2.0
"""The policy that leaves every container as it is."""

from resmgr import model
from resmgr.policy import interface, registry
from resmgr.sysfs import machine

POD = model.Pod("p1", "uid", "pod", "default")
SUBJECT = interface.Subject(model.Container("uid:main", "p1", "main"), POD)


def make() -> interface.Policy[object]:
    """Make the policy as the daemon does."""
    return registry.load("none")(machine.Machine({}, {}, {}), interface.Constraints(), {})


def test_nothing_happens_to_containers() -> None:
    """Whatever happens, there is nothing to do and nothing to keep."""
    policy = make()
    state = policy.start({"left": "by another"}, [SUBJECT]).state
    steps = [
        policy.allocate(state, SUBJECT),
        policy.update(state, SUBJECT),
        policy.rebalance(state),
        policy.release(state, "uid:main"),
    ]

    assert {step.intents for step in steps} == {()}
    assert policy.dump(state) == {}


def test_nothing_is_told_to_containers() -> None:
    """The export is there and empty, as is the introspection."""
    policy = make()
    state = policy.start(None, []).state

    assert policy.export(state, "uid:main") == {}
    assert policy.introspect(state) == {}
