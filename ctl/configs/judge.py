# SPDX-License-Identifier: Apache-2.0
"""One configuration judged by the daemon's own code: its text, then its policy on a machine."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from resmgr.config import text
from resmgr.config.problem import ConfigProblems, Findings, Place, Problem
from resmgr.daemon.configuring import configuration, policies, settings
from resmgr.policy import constraints, registry
from resmgr.policy.interface import PolicyError
from resmgr.sysfs import discover
from resmgr.sysfs.machine import Machine

from .. import machines, problem

_LARGEST = 2 * 1024 * 1024
"""Bytes of a file that are read; ConfigMaps have 1 MiB at most."""

_OTHERS = ("Shoot", "Extension", "ControllerDeployment", "CriResmgrConfig", "Adjustment")


@dataclass(frozen=True, slots=True)
class Remark:
    """A problem or a warning, with the path of the key that it is about."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about one file."""

    file: str
    policy: str = ""
    """The active one; empty if the file cannot be used."""
    problems: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the daemon takes it."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Hardware:
    """The machine that policies are tried on, and how its files are read."""

    machine: Machine
    root: str = ""
    read: Callable[[str], str | None] = policies.read

    @classmethod
    def named(cls, shape: str | None, root: str | None) -> Self | None:
        """Give the machine of a shape or below a root, None for neither. Raises `Problem`."""
        try:
            if shape:
                # It has no files: a cgroup that a configuration names is not there.
                return cls(machines.parse(shape), read=lambda _: None)
            if root:
                return cls(discover.discover(Path(root)).machine, root.rstrip("/"))
        except machines.BadMachine as error:
            raise problem.Problem(str(error)) from error
        except discover.DiscoveryError as error:
            hint = "--sysfs-root is the folder that holds sys"
            raise problem.Problem(str(error), hint) from error
        return None


def judge(name: str, on: Hardware | None, read: Callable[[str], str] | None = None) -> Verdict:
    """Judge a file, on a machine if there is one."""
    try:
        return judged(name, (read or contents)(name), on)
    except configuration.CannotRead as error:
        return Verdict(name, problems=(Remark("", str(error)),))


def judged(name: str, given: str, on: Hardware | None) -> Verdict:
    """Judge a text of some name."""
    try:
        found = of_text(given)
    except ConfigProblems as error:
        return Verdict(name, problems=tuple(map(remark, error.problems)))
    wanted = found.settings.policy
    problems = trial(wanted, on) if on else ()
    return Verdict(
        name,
        policy="" if problems else wanted.active,
        problems=problems,
        warnings=tuple(parted(line) for line in found.warnings),
    )


def remark(one: Problem) -> Remark:
    """Give a problem of the configuration in this form."""
    return Remark(one.path, f"{one.message}, {one.hint}" if one.hint else one.message)


def parted(line: str) -> Remark:
    """Part a line of text from the path that it begins with, if it does."""
    path, colon, rest = line.partition(": ")
    if colon and path and " " not in path:
        return Remark(path, rest)
    return Remark("", line)


def of_text(given: str, below: Mapping[str, Any] | None = None) -> configuration.Judged:
    """Judge a document, or a ConfigMap that holds one, laid on what is `below`.

    Raises `ConfigProblems`.
    """
    who = configuration.Judge(tuple(registry.POLICIES), below or {})
    findings = Findings()
    # A ConfigMap may be longer than a document; whatever else is too long is told as a document.
    loaded = text.load(given, Place("", findings))
    held = loaded.value if loaded is not None else None
    kind = held.get("kind") if isinstance(held, dict) else None
    if kind == "ConfigMap" and isinstance(held, dict):
        return who.of_data(_data(held, findings))
    if kind in _OTHERS:
        hint = "`gardener-extension-cri-resmgr validate` judges Shoots and what is in them"
        raise ConfigProblems([Problem("kind", f"{kind} is no configuration of the daemon", hint)])
    return who.of_text(given)


def _data(held: Mapping[str, Any], findings: Findings) -> dict[str, str]:
    """Give the texts of a ConfigMap. Raises `ConfigProblems`."""
    data = held.get("data")
    place = Place("data", findings)
    if not isinstance(data, dict):
        place.problem("missing, or no mapping")
        raise ConfigProblems(findings.problems())
    for key, value in data.items():
        if not isinstance(value, str):
            place.key(key).problem("expected text", "write KEY: | and the module below it")
    if findings.count:
        raise ConfigProblems(findings.problems())
    return data


def trial(wanted: settings.Policy, on: Hardware) -> tuple[Remark, ...]:
    """Make a policy on a machine and start it without containers; give what it refuses."""
    where = constraints.Cgroups(on.root, f"{on.root}/sys/fs/cgroup")
    try:
        policies.make(wanted, on.machine, where, on.read).start(None, ())
    except PolicyError as error:
        return tuple(parted(line) for line in str(error).splitlines())
    return ()


def contents(name: str) -> str:
    """Give the text of a file, of standard input for `-`. Raises `CannotRead`."""
    if name != "-":
        try:
            with Path(name).open("rb") as file:
                found = file.read(_LARGEST)
        except OSError as error:
            raise configuration.CannotRead(f"cannot read it: {error.strerror}") from error
    else:
        found = sys.stdin.buffer.read(_LARGEST)
    try:
        return found.decode("utf-8")
    except UnicodeDecodeError as error:
        raise configuration.CannotRead("cannot read it: it is no UTF-8") from error
