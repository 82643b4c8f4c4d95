# SPDX-License-Identifier: Apache-2.0
"""Plans carried out as far as controllers are at work."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from unit.resmgr.effects import knobs
from unit.resmgr.sysfs import trees

from resmgr.control import roster
from resmgr.control.cpu.classes import CpuClass
from resmgr.control.memory import places
from resmgr.control.roster import Mode, Roster
from resmgr.effects.carry_out import Executor
from resmgr.effects.controlled import Controlled
from resmgr.effects.cpu import Cpu
from resmgr.effects.exports import Exports
from resmgr.effects.frequencies import Frequencies
from resmgr.effects.plan import Plan
from resmgr.effects.toptier import TopTier
from resmgr.intents import AssignCpuClass, SetTopTierLimit
from resmgr.model import Container, ContainerState, LinuxResources, Pod
from resmgr.policy.interface import Subject
from resmgr.sysfs import frequencies
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError

POD = Pod("p", "u", "web", "default", cgroup_parent="/kubepods/podu")
HAS, MEANT = LinuxResources(cpuset_cpus=0xF), LinuxResources(cpuset_cpus=0x1)
CLASSES = {"slow": CpuClass(high=1_000_000)}
MACHINE = trees.Tree(cores=4).machine()


class Node:
    """A runtime, and what is known."""

    def __init__(self, root: Path) -> None:
        """There are two containers, and CPU 0 is in a class."""
        self.root = root
        self.cpu_classes: Mapping[str, int] = {"slow": 0b1}
        self.containers = {
            f"u:{name}": Container(
                f"u:{name}", "p", name, id=name, state=ContainerState.RUNNING, linux=MEANT
            )
            for name in ("a", "b")
        }
        self.updates: list[str] = []
        self.refusal: Exception | None = None
        executor = Executor(self.update, self.containers.get, Exports(root))
        cpu = Cpu(Frequencies(root, root), lambda: frequencies.find(root, MACHINE))
        self.controlled = Controlled(executor, self, cpu, TopTier(root))

    async def update(self, container: Container) -> None:
        """Take an update or refuse it."""
        if self.refusal is not None:
            raise self.refusal
        self.updates.append(container.name)

    def find(self, cache_id: str) -> Subject | None:
        """Give a container with its pod."""
        container = self.containers.get(cache_id)
        return Subject(container, POD) if container else None

    def limits(self) -> Iterable[SetTopTierLimit]:
        """Both containers are limited."""
        return [SetTopTierLimit(cache_id, 4096) for cache_id in self.containers]

    def plan(self, *names: str) -> Plan:
        """Make a plan that updates containers."""
        found = tuple(self.containers[f"u:{name}"] for name in names)
        return Plan(found, {one.cache_id: HAS for one in found})

    def configure(self, **modes: Mode) -> None:
        """Have these modes; what is not named is disabled."""
        every = {name: modes.get(name, Mode.DISABLED) for name in ("cri", "cpu", "memory")}
        settled = roster.settle(Roster(), every, {name: lambda: "" for name in every})
        self.controlled.configure(settled, CLASSES)

    def cgroup(self, name: str) -> Path:
        """Make the file with the limit of a container."""
        folder = self.root / places.HIERARCHY / "kubepods/podu" / name
        folder.mkdir(parents=True)
        file = folder / places.FILE
        file.write_text("0\n")
        return file


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """A node whose frequencies can be set."""
    knobs.make(tmp_path)
    return Node(tmp_path)


async def test_nothing_is_updated_before_a_configuration(node: Node) -> None:
    """Nor is a request changed."""
    await node.controlled.carry_out(node.plan("a"))

    assert not node.controlled.changes_requests
    assert node.updates == []


async def test_what_had_to_wait_is_caught_up_with(node: Node) -> None:
    """With the next plan after the controller was enabled, once."""
    node.configure()
    await node.controlled.carry_out(node.plan("a"))
    node.controlled.withhold("u:b", HAS)
    node.configure(cri=Mode.RELAXED)
    await node.controlled.carry_out(Plan())
    await node.controlled.carry_out(Plan())

    assert node.updates == ["a", "b"]


async def test_what_failed_before_waits_too(node: Node) -> None:
    """A controller that is disabled sends nothing at all."""
    node.configure(cri=Mode.RELAXED)
    node.refusal = CallError(Code.UNAVAILABLE, "away")
    await node.controlled.carry_out(node.plan("a"))
    node.refusal = None
    node.configure()
    await node.controlled.carry_out(Plan())
    off = list(node.updates)
    node.configure(cri=Mode.RELAXED)
    await node.controlled.carry_out(Plan())

    assert off == []
    assert node.updates == ["a"]


async def test_who_has_by_now_what_was_decided_is_not_updated(node: Node) -> None:
    """No update that changes nothing."""
    node.configure()
    await node.controlled.carry_out(node.plan("a"))
    node.containers["u:a"] = replace(node.containers["u:a"], linux=HAS)
    node.configure(cri=Mode.RELAXED)
    await node.controlled.carry_out(Plan())

    assert node.updates == []


async def test_frequencies_follow_classes_while_the_controller_runs(node: Node) -> None:
    """And are as they were found when it stops."""
    node.configure(cpu=Mode.RELAXED)
    await node.controlled.carry_out(Plan())
    on = knobs.shown(node.root, "cpu0/cpufreq")
    node.cpu_classes = {"slow": 0b10}
    await node.controlled.carry_out(Plan(cpu_classes=(AssignCpuClass(0b10, "slow"),)))
    moved = knobs.shown(node.root, "cpu0/cpufreq"), knobs.shown(node.root, "cpu1/cpufreq")
    node.configure()
    await node.controlled.carry_out(Plan())

    assert on == (800_000, 1_000_000)
    assert moved == ((800_000, 3_000_000), (800_000, 1_000_000))
    assert knobs.shown(node.root, "cpu1/cpufreq") == (800_000, 3_000_000)


async def test_plans_without_classes_leave_frequencies_alone(node: Node) -> None:
    """They are no business of most."""
    node.configure(cpu=Mode.RELAXED)
    await node.controlled.carry_out(Plan())
    before = knobs.times(node.root)
    node.cpu_classes = {"slow": 0b10}
    await node.controlled.carry_out(node.plan("a"))

    assert knobs.times(node.root) == before


async def test_everybody_is_limited_when_the_controller_starts(node: Node) -> None:
    """Later those that start."""
    files = [node.cgroup(name) for name in ("a", "b")]
    node.configure(memory=Mode.RELAXED)
    await node.controlled.carry_out(Plan())
    first = [file.read_text() for file in files]
    await node.controlled.carry_out(Plan(top_tier=(SetTopTierLimit("u:b", -1),)))

    assert first == ["4096\n", "4096\n"]
    assert [file.read_text() for file in files] == ["4096\n", "-1\n"]


async def test_nobody_is_limited_while_it_does_not_run(node: Node) -> None:
    """Most kernels cannot."""
    file = node.cgroup("a")
    node.configure()
    failures = await node.controlled.carry_out(Plan(top_tier=(SetTopTierLimit("u:a", 1),)))

    assert failures == []
    assert file.read_text() == "0\n"


@pytest.mark.parametrize("name", ["cri", "cpu", "memory"])
@pytest.mark.parametrize(
    ("mode", "serious"), [(Mode.REQUIRED, True), (Mode.OPTIONAL, True), (Mode.RELAXED, False)]
)
async def test_what_fails_is_told_and_an_error_of_those_taken_seriously(
    node: Node, name: str, mode: Mode, *, serious: bool
) -> None:
    """Whoever gave the configuration hears of it, once."""
    node.refusal = CallError(Code.UNAVAILABLE, "away")
    (node.root / frequencies.PLACE / "cpu0/cpufreq/scaling_max_freq").write_text("?")
    node.configure(**{name: mode})
    failures = await node.controlled.carry_out(node.plan("a"))

    assert failures
    assert bool(node.controlled.take_errors()) is serious
    assert node.controlled.take_errors() == ()


async def test_at_the_end_frequencies_are_as_they_were_found(node: Node) -> None:
    """For whoever comes after us."""
    node.configure(cpu=Mode.RELAXED)
    await node.controlled.carry_out(Plan())

    assert node.controlled.restore() == ()
    assert knobs.shown(node.root, "cpu0/cpufreq") == (800_000, 3_000_000)
