# SPDX-License-Identifier: Apache-2.0
"""Plans carried out."""

from dataclasses import replace
from pathlib import Path

import pytest

from resmgr.effects.carry_out import Executor
from resmgr.effects.exports import Exports
from resmgr.effects.plan import Plan
from resmgr.model import Container, ContainerState, LinuxResources
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError


class Node:
    """A runtime that takes updates, and the containers on it."""

    def __init__(self) -> None:
        """There are three containers."""
        self.containers = {
            name: Container(
                f"uid:{name}",
                "p1",
                name,
                id=f"id-{name}",
                state=ContainerState.RUNNING,
                linux=LinuxResources(cpuset_cpus=1),
            )
            for name in ("a", "b", "c")
        }
        self.updates: list[tuple[str, int]] = []
        self.refusal: Exception | None = None

    async def update(self, container: Container) -> None:
        """Take an update or refuse it."""
        if self.refusal is not None:
            raise self.refusal
        self.updates.append((container.name, container.linux.cpuset_cpus))

    def find(self, cache_id: str) -> Container | None:
        """Give a container."""
        return self.containers.get(cache_id.partition(":")[2])

    def plan(self, *names: str) -> Plan:
        """Make a plan that updates containers."""
        return Plan(updates=tuple(self.containers[name] for name in names))


@pytest.fixture
def node() -> Node:
    """A node with three containers."""
    return Node()


@pytest.fixture
def executor(node: Node, tmp_path: Path) -> Executor:
    """Whoever carries plans out on it."""
    return Executor(node.update, node.find, Exports(tmp_path))


async def test_updates_are_sent_in_the_plans_order(node: Node, executor: Executor) -> None:
    """Each container once."""
    assert await executor.carry_out(node.plan("b", "a")) == []
    assert node.updates == [("b", 1), ("a", 1)]


async def test_a_failure_is_told_and_tried_again_with_the_next_plan(
    node: Node, executor: Executor
) -> None:
    """Then with what the container is meant to have by then."""
    node.refusal = CallError(Code.UNAVAILABLE, "away")
    failures = await executor.carry_out(node.plan("a"))
    node.refusal = None
    node.containers["a"] = replace(node.containers["a"], linux=LinuxResources(cpuset_cpus=6))
    await executor.carry_out(node.plan("b"))

    assert [failure.error for failure in failures] == ["cannot update container a (id-a): away"]
    assert node.updates == [("a", 6), ("b", 1)]
    assert executor.failed == {}


@pytest.mark.parametrize(
    ("failed", "planned", "order"),
    [
        ("ab", "a", "ab"),
        ("a", "b", "ab"),
        ("b", "ab", "ab"),
        ("bc", "ab", "abc"),
        ("ab", "ba", "ba"),
        ("", "cab", "cab"),
    ],
)
async def test_who_gives_back_still_comes_first(
    node: Node, executor: Executor, failed: str, planned: str, order: str
) -> None:
    """Both the order of what failed and that of the new plan count, the latter above the former."""
    node.refusal = CallError(Code.UNAVAILABLE, "away")
    await executor.carry_out(node.plan(*failed))
    node.refusal = None
    await executor.carry_out(node.plan(*planned))

    assert "".join(name for name, _ in node.updates) == order


async def test_a_mistake_with_one_container_is_no_other_ones(
    node: Node, executor: Executor
) -> None:
    """The rest of the plan is carried out, and the one is tried again."""
    node.refusal = ValueError("out of range")
    first = await executor.carry_out(node.plan("a", "b"))
    node.refusal = None
    await executor.carry_out(node.plan("c"))

    assert [failure.error for failure in first] == [
        "cannot update container a (id-a): ValueError: out of range",
        "cannot update container b (id-b): ValueError: out of range",
    ]
    assert [name for name, _ in node.updates] == ["a", "b", "c"]


async def test_the_same_failure_is_told_once(node: Node, executor: Executor) -> None:
    """A runtime that is away for long fills no log."""
    node.refusal = CallError(Code.UNAVAILABLE, "away")
    told = [len(await executor.carry_out(node.plan("a"))) for _ in range(3)]

    assert told == [1, 0, 0]
    assert executor.failed == {"uid:a": "away"}


async def test_a_container_that_has_gone_is_no_failure(node: Node, executor: Executor) -> None:
    """For the runtime or for us."""
    node.refusal = CallError(Code.NOT_FOUND, "no such container")
    first = await executor.carry_out(node.plan("a"))
    node.refusal = CallError(Code.UNAVAILABLE, "away")
    await executor.carry_out(node.plan("b"))
    plan = node.plan("a")
    node.containers.clear()
    last = await executor.carry_out(plan)

    assert (first, last) == ([], [])
    assert executor.failed == {}


async def test_a_container_that_does_not_run_any_more_is_left_alone(
    node: Node, executor: Executor
) -> None:
    """A plan may be older than what is known."""
    plan = node.plan("a")
    node.containers["a"] = replace(node.containers["a"], state=ContainerState.EXITED)
    await executor.carry_out(plan)

    assert node.updates == []


async def test_data_is_written_for_containers(executor: Executor, tmp_path: Path) -> None:
    """In the container's folder."""
    await executor.carry_out(Plan(exports={"uid:a": {"SHARED_CPUS": "0"}}))

    assert (tmp_path / "containers/uid-a/resources.sh").read_text() == 'SHARED_CPUS="0"\n'


async def test_data_that_cannot_be_written_is_told_and_tried_again(
    executor: Executor, tmp_path: Path
) -> None:
    """With the next plan, whatever it is about."""
    blocker = tmp_path / "containers"
    blocker.write_text("in the way")
    failures = await executor.carry_out(Plan(exports={"uid:a": {"SHARED_CPUS": "0"}}))
    blocker.unlink()
    later = await executor.carry_out(Plan())

    assert [failure.error for failure in failures] == [
        "cannot write data of uid:a: Not a directory"
    ]
    assert later == []
    assert (tmp_path / "containers/uid-a/resources.sh").exists()


async def test_only_what_is_written_can_be_mounted(executor: Executor, tmp_path: Path) -> None:
    """A container is created without its file if there is none, rather than not at all."""
    await executor.carry_out(Plan(exports={"uid:a": {"SHARED_CPUS": "0"}}))
    (tmp_path / "containers/uid-b").write_text("in the way")
    await executor.carry_out(Plan(exports={"uid:b": {"SHARED_CPUS": "0"}}))

    assert [one.container_path for one in executor.mounts("uid:a")] == ["/.cri-resmgr"]
    assert executor.mounts("uid:b") == ()


async def test_files_go_with_their_containers(
    node: Node, executor: Executor, tmp_path: Path
) -> None:
    """With the next plan, whatever it is about."""
    await executor.carry_out(Plan(exports={"uid:a": {}, "uid:b": {}}))
    del node.containers["a"]
    await executor.carry_out(Plan())

    assert [path.name for path in (tmp_path / "containers").iterdir()] == ["uid-b"]
