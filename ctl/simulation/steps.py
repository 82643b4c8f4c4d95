# SPDX-License-Identifier: Apache-2.0
"""A sequence of what happens on a node, as people write it: a list of steps.

- add: web.yaml                 # files, or objects themselves
- remove: default/web-1         # pods, with * and ? in their names
- resize: {pod: default/db-0, container: db, limits: {cpu: 4, memory: 8Gi}}
- switch: balloons.yaml         # another configuration
- load: {0-3: 90}               # how busy CPUs are, in percent
- rebalance:
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from resmgr import cpuset
from resmgr.config import problem, suggest
from resmgr.policy import globs
from resmgr.policy.interface import Policy

from . import amounts, workloads
from .podspecs import PodSpec

MAX_STEPS = 10_000


@dataclass(frozen=True, slots=True)
class Add:
    """Pods come."""

    title: str
    pods: tuple[PodSpec, ...]


@dataclass(frozen=True, slots=True)
class Remove:
    """Pods go."""

    title: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resize:
    """A container that runs has other resources."""

    title: str
    pod: str
    container: str
    resources: amounts.Resources


@dataclass(frozen=True, slots=True)
class Switch:
    """Another configuration counts; `make` makes its policy, and raises `PolicyError`."""

    title: str
    make: Callable[[], Policy[Any]]


@dataclass(frozen=True, slots=True)
class Load:
    """Somebody has measured how busy CPUs are: id -> thousandths."""

    title: str
    load: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Rebalance:
    """The time to improve has come."""

    title: str


Step = Add | Remove | Resize | Switch | Load | Rebalance


@dataclass(frozen=True, slots=True)
class Known:
    """What steps name: files, whose problems are reported like those of a step, and CPUs."""

    pods: Callable[[str, problem.Place], Iterable[PodSpec]]
    policy: Callable[[str, problem.Place], Callable[[], Policy[Any]] | None]
    cpus: int
    """CPUs of the machine, a mask."""


def read(
    given: Any, origin: str, here: Iterable[PodSpec], known: Known, findings: problem.Findings
) -> tuple[Step, ...]:
    """Read all steps; `here` are the pods that are on the node before the first one."""
    place = problem.Place(origin, findings)
    if not isinstance(given, list):
        place.problem(
            f"expected a list of steps, got {problem.kind(given)}", "as in - add: web.yaml"
        )
        return ()
    if len(given) > MAX_STEPS:
        place.problem(f"more than {MAX_STEPS} steps")
        return ()
    reader = _Reader(known, {one.full_name: one for one in here})
    found = (
        reader.step(one, problem.Place(f"{origin}: step {number}", findings))
        for number, one in enumerate(given, 1)
    )
    return tuple(step for step in found if step is not None)


class _Reader:
    """Knows which pods there are while it reads, so that each step is judged where it stands."""

    def __init__(self, known: Known, here: dict[str, PodSpec]) -> None:
        self._known = known
        self._here = here
        self._read: dict[str, Callable[[Any, problem.Place], Step | None]] = {
            "add": self._add,
            "remove": self._remove,
            "resize": self._resize,
            "switch": self._switch,
            "load": self._load,
            "rebalance": self._rebalance,
        }

    def step(self, given: Any, place: problem.Place) -> Step | None:
        if not isinstance(given, dict) or len(given) != 1:
            place.problem("expected one of add, remove, resize, switch, load and rebalance")
            return None
        word, value = next(iter(given.items()))
        read = self._read.get(word)
        if read is None:
            place.problem(
                f"unknown step {problem.quote(str(word))}", suggest.hint(str(word), self._read)
            )
            return None
        return read(value, problem.Place(f"{place.path}: {word}", place.findings))

    def _add(self, given: Any, place: problem.Place) -> Step:
        pods: list[PodSpec] = []
        titles = []
        for one in given if isinstance(given, list) else [given]:
            if isinstance(one, str):
                titles.append(one)
                pods += self._known.pods(one, place)
            else:
                found = workloads.read([one], place.path, place.findings)
                titles += [pod.full_name for pod in found.pods]
                pods += found.pods
        for pod in pods:
            if pod.full_name in self._here:
                place.problem(f"pod {pod.full_name} is there already")
            self._here[pod.full_name] = pod
        return Add(f"add {', '.join(titles)}", tuple(pods))

    def _remove(self, given: Any, place: problem.Place) -> Step:
        patterns = [str(one) for one in (given if isinstance(given, list) else [given])]
        names: list[str] = []
        for pattern in patterns:
            wanted = pattern if "/" in pattern else f"default/{pattern}"
            found = [
                name for name in self._here if name not in names and globs.matches(wanted, name)
            ]
            if not found:
                hint = suggest.nearest(wanted, self._here)
                place.problem(f"there is no pod {wanted}", f"did you mean {hint}" if hint else None)
            names += found
        for name in names:
            del self._here[name]
        return Remove(f"remove {', '.join(patterns)}", tuple(names))

    def _resize(self, given: Any, place: problem.Place) -> Step | None:
        data = given if isinstance(given, dict) else {}
        before = place.findings.count
        for key in data:
            if key not in _RESIZE:
                place.key(str(key)).problem("unknown key", suggest.hint(str(key), _RESIZE))
        name = str(data.get("pod") or "")
        name = name if "/" in name else f"default/{name}"
        pod = self._here.get(name)
        if pod is None:
            hint = suggest.nearest(name, self._here)
            place.key("pod").problem(
                f"there is no pod {name}", f"did you mean {hint}" if hint else None
            )
            return None
        members = {one.name: one for one in pod.containers if not one.ends}
        container = data.get("container") or next(iter(members), "")
        if container not in members:
            hint = suggest.hint(str(container), members)
            place.key("container").problem(f"pod {name} has no container {container}", hint)
            return None
        resources = amounts.read(_known_before(data, members[container].resources), place)
        after = pod.having(str(container), resources)
        if after.qos is not pod.qos:
            what = f"pod {name} would be {after.qos.value} instead of {pod.qos.value}"
            place.problem(what, "Kubernetes refuses such a resize; change requests as well")
        if place.findings.count > before:
            return None
        self._here[name] = after
        return Resize(f"resize {name}:{container}", name, container, resources)

    def _switch(self, given: Any, place: problem.Place) -> Step | None:
        if not isinstance(given, str):
            place.problem(f"expected a file with a configuration, got {problem.kind(given)}")
            return None
        make = self._known.policy(given, place)
        return None if make is None else Switch(f"switch to {given}", make)

    def _load(self, given: Any, place: problem.Place) -> Step | None:
        if not isinstance(given, dict):
            place.problem(
                f"expected CPUs and percents, got {problem.kind(given)}", "as in {0-3: 90}"
            )
            return None
        load: dict[int, int] = {}
        for key, value in given.items():
            try:
                cpus = cpuset.parse(str(key))
            except cpuset.BadList as error:
                place.problem(str(error))
                continue
            if not _is_percentage(value):
                place.key(str(key)).problem("expected a percentage from 0 to 100")
                continue
            if outside := cpus & ~self._known.cpus:
                there = cpuset.show(self._known.cpus)
                place.problem(f"there is no CPU {cpuset.show(outside)}", f"the machine has {there}")
                continue
            load |= dict.fromkeys(cpuset.ids(cpus), int(value * 10))
        return Load(f"load {', '.join(f'{key}: {value} %' for key, value in given.items())}", load)

    def _rebalance(self, given: Any, place: problem.Place) -> Step:
        if given is not None:
            place.problem("takes nothing", "write - rebalance:")
        return Rebalance("rebalance")


_RESIZE = ("pod", "container", "requests", "limits")


def _is_percentage(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and 0 <= value <= 100


def _known_before(data: Mapping[str, Any], had: amounts.Resources) -> dict[str, Any]:
    """Give resources in which what a resize does not name is as it was."""
    return {
        key: {**had.texts.get(key, {}), **value}
        if isinstance(value := data.get(key) or {}, dict)
        else value
        for key in ("requests", "limits")
    }
