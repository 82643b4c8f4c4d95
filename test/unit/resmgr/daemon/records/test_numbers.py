# SPDX-License-Identifier: Apache-2.0
"""The daemon's metrics by name."""

from pathlib import Path

from unit.resmgr.sysfs import trees

from resmgr.daemon.configuring import policies, settings
from resmgr.daemon.records import metrics
from resmgr.daemon.records.numbers import Numbers
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.model import Container, ContainerState, Pod
from resmgr.policy import constraints
from resmgr.state.changes import PutPod, Saved
from resmgr.state.store import Store


def page(numbers: Numbers) -> list[str]:
    """Give the lines of the page that are no comments."""
    lines = metrics.expose(numbers.families).decode().splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_the_engines_pods_and_containers_are_counted() -> None:
    """By state, and with the policy's name."""
    policy = policies.make(settings.Policy(), trees.Tree().machine(), constraints.Cgroups())
    engine = Engine(policy, Saved())
    pod = Pod("p1", "u1", "web", "default")
    running = Container("", "p1", "main", id="c1", state=ContainerState.RUNNING)
    engine.start(events.Synchronised((pod,), (running,)))
    numbers = Numbers()
    numbers.watch_engine(engine)

    assert page(numbers) == [
        "cri_resmgr_pods 1",
        'cri_resmgr_containers{state="running"} 1',
        'cri_resmgr_policy_info{policy="none"} 1',
    ]


def test_the_stores_work_is_counted(tmp_path: Path) -> None:
    """What was written, and what waits."""
    numbers = Numbers()
    with Store.open(tmp_path, now=lambda: 0.0) as store:
        numbers.watch_store(store)
        store.write([PutPod(Pod("p1", "u1", "web", "default"))])
        shown = page(numbers)

    assert shown == [
        "cri_resmgr_state_writes_total 1",
        "cri_resmgr_state_write_failures_total 0",
        "cri_resmgr_state_pending_changes 0",
    ]


def test_names_keep_the_rules() -> None:
    """No name twice; what only grows says so, unless the original's name does not."""
    names = [family.name for family in Numbers().families]

    assert len(names) == len(set(names))
    assert all(name.startswith(("cri_rm_grpc_io_", "cri_resmgr_")) for name in names)
