# SPDX-License-Identifier: Apache-2.0
"""Plans carried out."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from resmgr.effects import carry_out
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
        self.heard: Callable[[LinuxResources], object] = id
        self.refusal: Exception | None = None

    async def update(self, container: Container) -> None:
        """Take an update or refuse it."""
        if self.refusal is not None:
            raise self.refusal
        self.updates.append((container.name, container.linux.cpuset_cpus))
        self.heard(container.linux)

    def find(self, cache_id: str) -> Container | None:
        """Give a container."""
        return self.containers.get(cache_id.partition(":")[2])

    def plan(self, *names: str) -> Plan:
        """Make a plan that updates containers."""
        return Plan(updates=tuple(self.containers[name] for name in names))

    def change(self, **cpus: tuple[int, int]) -> Plan:
        """Decide on CPUs by name, those of before and those of now; give the plan."""
        had = {}
        for name, (old, new) in cpus.items():
            had[f"uid:{name}"] = LinuxResources(cpuset_cpus=old)
            linux = LinuxResources(cpuset_cpus=new)
            self.containers[name] = replace(self.containers[name], linux=linux)
        return Plan(tuple(self.containers[name] for name in cpus), had)


@pytest.fixture
def node() -> Node:
    """A node with three containers."""
    return Node()


@pytest.fixture
def executor(node: Node, tmp_path: Path) -> Executor:
    """Whoever carries plans out on it."""
    return Executor(node.update, node.find, Exports(tmp_path))


async def test_updates_of_one_turn_are_sent_in_the_plans_order(
    node: Node, executor: Executor
) -> None:
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


async def test_who_makes_room_goes_before_who_grows(node: Node, executor: Executor) -> None:
    """Shrinking, then moving, then growing, whatever order the plan has them in."""
    plan = node.change(a=(0b0001, 0b0011), b=(0b0100, 0b1000), c=(0b0110, 0b0100))
    await executor.carry_out(plan)

    assert [name for name, _ in node.updates] == ["c", "b", "a"]


async def test_nobody_grows_before_all_have_made_room(node: Node, tmp_path: Path) -> None:
    """Those that make room are updated side by side, and the next turn waits for all of them."""
    gates = {name: asyncio.Event() for name in ("a", "b")}
    begun: list[str] = []
    both = asyncio.Event()

    async def update(container: Container) -> None:
        begun.append(container.name)
        if len(begun) == 2:
            both.set()
        if container.name in gates:
            await gates[container.name].wait()

    executor = Executor(update, node.find, Exports(tmp_path))
    plan = node.change(a=(0b0011, 0b0001), b=(0b0110, 0b0100), c=(0b1000, 0b1010))
    under_way = asyncio.create_task(executor.carry_out(plan))
    await both.wait()
    gates["b"].set()
    for _ in range(10):
        await asyncio.sleep(0)
    before = list(begun)
    gates["a"].set()
    await under_way

    assert before == ["a", "b"]
    assert begun == ["a", "b", "c"]


async def test_only_so_many_updates_are_under_way(node: Node, tmp_path: Path) -> None:
    """The runtime may have to start a program for each."""
    first = node.containers["a"]
    names = [f"c{number}" for number in range(3 * carry_out.AT_A_TIME)]
    node.containers = {
        name: replace(first, cache_id=f"uid:{name}", name=name, id=f"id-{name}") for name in names
    }
    under_way, most, done = 0, 0, []

    async def update(container: Container) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        done.append(container.name)

    await Executor(update, node.find, Exports(tmp_path)).carry_out(node.plan(*names))

    assert most == carry_out.AT_A_TIME
    assert sorted(done) == sorted(names)


async def test_one_that_fails_holds_nobody_up(node: Node, tmp_path: Path) -> None:
    """Neither those beside it nor those after it; failures are told by turns."""
    done: list[str] = []

    async def update(container: Container) -> None:
        if container.name != "b":
            raise CallError(Code.UNAVAILABLE, "away")
        done.append(container.name)

    executor = Executor(update, node.find, Exports(tmp_path))
    failures = await executor.carry_out(
        node.change(c=(0b1000, 0b1001), b=(0b0011, 0b0010), a=(0b0110, 0b0010))
    )

    assert done == ["b"]
    assert [failure.error.split()[3] for failure in failures] == ["a", "c"]


async def test_who_failed_has_the_turn_of_what_it_really_has(
    node: Node, executor: Executor
) -> None:
    """A container that never shrank has to do so before others grow, even if it grows since."""
    node.refusal = CallError(Code.UNAVAILABLE, "away")
    await executor.carry_out(node.change(c=(0b1110, 0b0010)))
    node.refusal = None
    await executor.carry_out(node.change(a=(0b0001, 0b1001), c=(0b0010, 0b0110)))

    assert node.updates == [("c", 0b0110), ("a", 0b1001)]


async def test_who_failed_and_is_in_no_plan_is_tried_again_in_its_turn(
    node: Node, executor: Executor
) -> None:
    """Before those that grow if it shrinks, after those that shrink if it grows."""
    node.refusal = CallError(Code.UNAVAILABLE, "away")
    await executor.carry_out(node.change(a=(0b0001, 0b1001), b=(0b0110, 0b0100)))
    node.refusal = None
    await executor.carry_out(node.change(c=(0b1010, 0b0010)))

    assert [name for name, _ in node.updates] == ["b", "c", "a"]


async def test_a_later_decision_waits_for_its_own_plan(node: Node, executor: Executor) -> None:
    """What it takes may still be somebody else's; all else is as it is known now."""
    plan = node.change(a=(0b0011, 0b0001))
    linux = replace(node.containers["a"].linux, cpuset_cpus=0b0101, memory_limit=7)
    node.containers["a"] = replace(node.containers["a"], linux=linux)
    sent: list[LinuxResources] = []
    node.heard = sent.append
    await executor.carry_out(plan)

    assert sent == [LinuxResources(cpuset_cpus=0b0001, memory_limit=7)]


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
