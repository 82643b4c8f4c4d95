# SPDX-License-Identifier: Apache-2.0
"""Lets steps happen one after the other, and tells what each of them changed.

After each step the kubelet has tried again to create what was refused before.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from resmgr.policy.interface import PolicyError

from . import compare, placements
from .compare import Difference
from .placements import Placement, Placements
from .podspecs import PodSpec
from .records import State
from .run import Simulation
from .steps import Add, Load, Rebalance, Remove, Resize, Step, Switch


@dataclass(frozen=True, slots=True)
class Told:
    """What one step changed; `problem` says what was refused, and that all stays as it was."""

    title: str
    after: Placements
    came: tuple[Placement, ...] = ()
    went: tuple[Placement, ...] = ()
    moved: tuple[Difference, ...] = ()
    updates: int = 0
    problem: str = ""

    @property
    def fine(self) -> bool:
        """Whether nothing was refused."""
        return not self.problem and all(
            one.state is not State.REFUSED and not one.failure for one in self.came
        )


def nothing(_: int) -> None:
    """Hear of pods, and do nothing."""


def add(simulation: Simulation, pods: Iterable[PodSpec], heard: Callable[[int], None]) -> None:
    """Let pods come one after the other; `heard` is told how many have come."""
    for number, pod in enumerate(pods, 1):
        simulation.add(pod)
        heard(number)


def play(
    simulation: Simulation, steps: Iterable[Step], heard: Callable[[int], None] = nothing
) -> Iterator[Told]:
    """Let steps happen, and tell of each as soon as it is over."""
    before = placements.of(simulation)
    for step in steps:
        problem = _happen(simulation, step, heard)
        simulation.try_again()
        after = placements.of(simulation)
        yield _told(step.title, before, after, problem)
        before = after


def _happen(simulation: Simulation, step: Step, heard: Callable[[int], None]) -> str:
    match step:
        case Add(pods=pods):
            add(simulation, pods, heard)
        case Remove(names=names):
            for name in names:
                simulation.remove(name)
        case Resize(pod=pod, container=container, resources=resources):
            return simulation.resize(pod, container, resources)
        case Switch(make=make):
            try:
                simulation.switch(make())
            except PolicyError as error:
                return str(error)
        case Load(load=load):
            simulation.measure(load)
        case Rebalance():
            simulation.rebalance()
    return ""


def _told(title: str, before: Placements, after: Placements, problem: str) -> Told:
    former = {one.name: one for one in before.containers}
    now = {one.name: one for one in after.containers}
    moved = []
    for name, one in now.items():
        old = former.get(name)
        if old is not None and (what := compare.differing(old, one)):
            moved.append(Difference(old, one, what))
    return Told(
        title=title,
        after=after,
        came=tuple(one for name, one in now.items() if name not in former),
        went=tuple(one for name, one in former.items() if name not in now),
        moved=tuple(moved),
        updates=after.updates - before.updates,
        problem=problem,
    )
