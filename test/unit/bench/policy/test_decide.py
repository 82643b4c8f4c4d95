# SPDX-License-Identifier: Apache-2.0
"""Decisions alone, of each policy as it is measured."""

import pytest

from bench.policy import decide, scenes
from ctl import machines
from resmgr.daemon.configuring.configuration import Judge
from resmgr.engine import events
from resmgr.model import Qos
from resmgr.policy import registry

MACHINE = machines.parse("2x2x14x2")


@pytest.fixture(params=scenes.SCENES, ids=lambda scene: scene.policy)
def scene(request: pytest.FixtureRequest) -> scenes.Scene:
    """Each of them."""
    found: scenes.Scene = request.param
    return found


def test_no_policy_is_left_out() -> None:
    """Memtier is topology-aware by another name."""
    assert {scene.policy for scene in scenes.SCENES} == registry.POLICIES.keys() - {"memtier"}


def test_both_kinds_find_a_place(scene: scenes.Scene) -> None:
    """Beside each number of containers; each is measured as often as asked for."""
    found = list(decide.Bench(scene, MACHINE).run((1, 5), 3))

    assert [(one.where.containers, one.kind) for one in found] == [
        (1, "shared"),
        (1, "exclusive"),
        (5, "shared"),
        (5, "exclusive"),
    ]
    assert all(len(one.times.create) == len(one.times.remove) == 3 for one in found)


def test_what_was_created_to_be_measured_is_gone_after_it(scene: scenes.Scene) -> None:
    """Only those that are beside it stay."""
    bench = decide.Bench(scene, MACHINE)
    list(bench.run((4,), 2))

    assert len(bench.engine.ledger.containers) == 4
    assert len(bench.engine.ledger.pods) == 4


def test_a_container_without_a_place_is_told() -> None:
    """A figure of refused containers would be worth nothing."""
    scene = next(one for one in scenes.SCENES if one.policy == "static")
    bench = decide.Bench(scene, machines.parse("1x1x2x1"))

    with pytest.raises(decide.Refused, match="exclusive"):
        list(bench.run((1,), 1))


def test_the_daemon_understands_the_configuration(scene: scenes.Scene) -> None:
    """Without a doubt about it."""
    judged = Judge(tuple(registry.POLICIES), {}).of_text(scene.document(MACHINE))

    assert judged.settings.policy.active == scene.policy
    assert judged.warnings == ()


@pytest.mark.parametrize(
    ("kind", "qos"),
    [(scenes.Kind.SHARED, Qos.BURSTABLE), (scenes.Kind.EXCLUSIVE, Qos.GUARANTEED)],
)
def test_pods_are_of_the_class_that_their_containers_make_them(
    scene: scenes.Scene, kind: scenes.Kind, qos: Qos
) -> None:
    """Which is read from the path of their cgroup."""
    event, _ = decide.Bench(scene, MACHINE).begin(kind)

    assert isinstance(event, events.ContainerCreating)
    assert event.pod.qos is qos
