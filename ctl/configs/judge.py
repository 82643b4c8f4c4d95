# SPDX-License-Identifier: Apache-2.0
"""Configurations judged by the daemon's own code: what they say, then their policy on a machine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from resmgr.config.problem import ConfigProblems, Problem
from resmgr.daemon.configuring import configuration, settings
from resmgr.policy import registry
from resmgr.policy.interface import PolicyError

from .. import files, problem
from . import forms, trial


@dataclass(frozen=True, slots=True)
class Remark:
    """A problem or a warning, with the path of the key that it is about."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about one configuration."""

    file: str
    """Its file; with `#TYPE` behind it where the file has several."""

    policy: str = ""
    """The active one; empty if the configuration cannot be used."""

    problems: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the daemon takes it."""
        return not self.problems


def each(name: str, on: trial.Hardware | None) -> Iterator[Verdict]:
    """Judge all that a file holds, in whatever form, or the TYPE of `FILE#TYPE`."""
    path, wanted = forms.parted(name)
    try:
        held = forms.held(files.content(path))
        if wanted:
            yield judged(name, held.chosen(name, wanted), on)
            return
    except ConfigProblems as error:
        yield Verdict(name, problems=tuple(map(remark, error.problems)))
        return
    except problem.Problem as error:
        yield Verdict(name, problems=(_told(error),))
        return
    if held.problems:
        yield Verdict(name, problems=tuple(map(remark, held.problems)))
    alone = len(held.all) == 1 and not held.problems
    for kind, content in held.all.items():
        yield judged(name if alone else f"{name}#{kind}", content, on)


def judge(name: str, on: trial.Hardware | None) -> Verdict:
    """Judge a file of the daemon's own, which is a document, on a machine if there is one."""
    try:
        return judged(name, files.text(name), on)
    except problem.Problem as error:
        return Verdict(name, problems=(_told(error),))


def judged(name: str, given: forms.Content, on: trial.Hardware | None) -> Verdict:
    """Judge what the daemon would be given, by some name."""
    try:
        found = of(given)
    except ConfigProblems as error:
        return Verdict(name, problems=tuple(map(remark, error.problems)))
    wanted = found.settings.policy
    problems = tried(wanted, on) if on else ()
    return Verdict(
        name,
        policy="" if problems else wanted.active,
        problems=problems,
        warnings=tuple(parted(line) for line in found.warnings),
    )


def remark(one: Problem) -> Remark:
    """Give a problem of the configuration in this form."""
    return Remark(one.path, f"{one.message}, {one.hint}" if one.hint else one.message)


def _told(error: problem.Problem) -> Remark:
    return Remark("", f"{error.message}, {error.hint}" if error.hint else error.message)


def parted(line: str) -> Remark:
    """Part a line of text from the path that it begins with, if it does."""
    path, colon, rest = line.partition(": ")
    if colon and path and " " not in path:
        return Remark(path, rest)
    return Remark("", line)


def of(given: forms.Content, below: Mapping[str, Any] | None = None) -> configuration.Judged:
    """Judge what the daemon would be given, laid on what is `below`. Raises `ConfigProblems`."""
    who = configuration.Judge(tuple(registry.POLICIES), below or {})
    return who.of_text(given) if isinstance(given, str) else who.of_data(given)


def tried(wanted: settings.Policy, on: trial.Hardware) -> tuple[Remark, ...]:
    """Make a policy on a machine and start it without containers; give what it refuses."""
    try:
        on.policy(wanted).start(None, ())
    except PolicyError as error:
        return tuple(parted(line) for line in str(error).splitlines())
    return ()
