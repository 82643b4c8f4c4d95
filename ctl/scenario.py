# SPDX-License-Identifier: Apache-2.0
"""What a simulation is made of, from words on the command line: machine, configuration, pods."""

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from resmgr import cpuset
from resmgr.config import manifests
from resmgr.config.problem import Findings, Place
from resmgr.policy.interface import Policy, PolicyError
from resmgr.sysfs.machine import Machine

from . import configured, exits, files, hardware, problem, progress
from .simulation import steps, workloads
from .simulation.kubelet import Kubelet
from .simulation.podspecs import PodSpec
from .simulation.steps import Step

_MOST_VALUES = 4_000_000
_NO_CGROUPS = "a machine that is made up has no cgroups; name CPUs, as in cpuset:0-3"


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything but the configuration; files of the machine are below `root`, if there are any."""

    kubelet: Kubelet
    root: Path | None
    pods: tuple[PodSpec, ...]
    skipped: tuple[str, ...] = ()
    steps: tuple[Step, ...] = field(default=())

    def policy(self, by: configured.Configured) -> Policy[Any]:
        """Make the policy of a configuration. Raises `problem.Problem`."""
        try:
            return by.policy(self.kubelet.machine, self.root)
        except PolicyError as error:
            lines = [f"cannot use {by.name}: {line}" for line in str(error).splitlines()]
            hint = _NO_CGROUPS if "cgroup" in str(error) and self.root is None else ""
            raise problem.Problem("\n".join(lines), hint) from error


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add options for the machine, and for what happens on it."""
    hardware.add_arguments(command)
    group = command.add_argument_group("what is simulated")
    group.add_argument(
        "-c",
        "--config",
        metavar="CONFIG",
        help="configuration: a document, ConfigMap, Shoot or providerConfig, or FILE#TYPE",
    )
    group.add_argument(
        "-f",
        "--pods",
        action="extend",
        nargs="+",
        default=[],
        dest="pods",
        metavar="PODS.yaml",
        help="pods, or what makes them: a file, a folder, - for what is piped in",
    )
    group.add_argument(
        "--events",
        metavar="FILE",
        help="what happens after the pods have come: a list of add, remove, resize, switch, ...;"
        " - for what is piped in",
    )
    group.add_argument(
        "--device",
        action="append",
        default=[],
        metavar="RESOURCE=NODES",
        help="devices of an extended resource are near to these NUMA nodes",
    )
    group.add_argument(
        "--without-webhook",
        action="store_true",
        help="pods do not carry what their containers request, as without our admission webhook",
    )


def build(
    arguments: argparse.Namespace, pods: Iterable[str], err: TextIO, stdin: TextIO | None = None
) -> Scenario:
    """Read everything that is named, with progress. Raises `Problem` with all that is wrong."""
    source = hardware.source(arguments)
    machine = source.read(detailed=False).machine
    root = source.files
    kubelet = Kubelet(machine, not arguments.without_webhook, _devices(arguments.device, machine))
    findings = Findings()
    reader = _Pods(findings, err, stdin)
    specs = [spec for name in pods for spec in reader.read(name)]
    workloads.refuse_twice(specs, findings)
    found: tuple[Step, ...] = ()
    if arguments.events:
        found = _steps(arguments.events, specs, reader, machine, root)
    _refuse(findings)
    return Scenario(kubelet, root, tuple(specs), tuple(reader.skipped), found)


def pods(names: Iterable[str], err: TextIO) -> tuple[PodSpec, ...]:
    """Read pods alone, with progress. Raises `Problem` with all that is wrong."""
    findings = Findings()
    reader = _Pods(findings, err, None)
    specs = tuple(spec for name in names for spec in reader.read(name))
    workloads.refuse_twice(specs, findings)
    _refuse(findings)
    return specs


def _refuse(findings: Findings) -> None:
    if findings.count:
        raise problem.Problem("\n".join(f"cannot read pods: {one}" for one in findings.problems()))


class _Pods:
    """Reads files of pods; names of what has none are collected."""

    def __init__(self, findings: Findings, err: TextIO, stdin: TextIO | None) -> None:
        self.findings = findings
        self.skipped: list[str] = []
        self._err = err
        self._stdin = stdin

    def read(self, name: str, base: Path | None = None) -> tuple[PodSpec, ...]:
        path = name if base is None or name == files.STDIN else str(base / name)
        pods: list[PodSpec] = []
        for origin, text in files.texts(path, self._stdin):
            try:
                with progress.Progress(self._err, f"{origin}: percent", 100) as heard:
                    loaded = manifests.load(text, _MOST_VALUES, heard)
            except manifests.NotYaml as error:
                raise _no_yaml(origin, error) from error
            found = workloads.read(loaded, origin, self.findings)
            pods += found.pods
            self.skipped += found.skipped
        return tuple(pods)


def _steps(
    name: str, here: Iterable[PodSpec], reader: _Pods, machine: Machine, root: Path | None
) -> tuple[Step, ...]:
    base = Path(name).parent

    def pods(path: str, place: Place) -> Iterable[PodSpec]:
        return _reported(lambda: reader.read(path, base), place) or ()

    def policy(path: str, place: Place) -> Callable[[], Policy[Any]] | None:
        read = _reported(lambda: configured.read(str(base / path)), place)
        return None if read is None else lambda: read.policy(machine, root)

    try:
        loaded = manifests.load(files.content(name), _MOST_VALUES)
    except manifests.NotYaml as error:
        raise _no_yaml(name, error) from error
    given = loaded[0] if len(loaded) == 1 else loaded
    known = steps.Known(pods, policy, machine.online)
    return steps.read(given, name, here, known, reader.findings)


def _no_yaml(name: str, error: manifests.NotYaml) -> problem.Problem:
    return problem.Problem(f"cannot read {name}: {str(error).removeprefix('cannot read YAML: ')}")


def _reported(read: Callable[[], Any], place: Place) -> Any:
    try:
        return read()
    except problem.Problem as error:
        *others, last = error.message.splitlines()
        for line in others:
            place.problem(line)
        place.problem(last, error.hint)
        return None


def _devices(given: Iterable[str], machine: Machine) -> dict[str, int]:
    devices = {}
    for text in given:
        resource, equals, nodes = text.rpartition("=")
        try:
            mask = cpuset.parse(nodes)
        except cpuset.BadList:
            mask = 0
        unknown = mask & ~cpuset.of(machine.nodes)
        if not equals or not resource or not mask or unknown:
            known = f"nodes of the machine: {cpuset.show(cpuset.of(machine.nodes))}"
            raise problem.Problem(
                f"cannot read --device {text}: expected RESOURCE=NODES",
                f"as in vendor.com/nic=0; {known}",
                exits.USAGE,
            )
        devices[resource] = mask
    return devices
