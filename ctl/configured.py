# SPDX-License-Identifier: Apache-2.0
"""Configurations that people hand over, in each form that there is, judged as the daemon judges.

Where there are several TYPEs, `FILE#TYPE` names one; else it is the one that a node without a group
would have.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from resmgr.config.problem import ConfigProblems
from resmgr.daemon.configuring.settings import Settings
from resmgr.policy.interface import Policy
from resmgr.sysfs.machine import Machine

from . import files, problem
from .configs import forms, trial
from .configs import judge as judging


@dataclass(frozen=True, slots=True)
class Configured:
    """A right configuration; `name` is what it is called in tables."""

    name: str
    settings: Settings
    warnings: tuple[str, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)
    """All that it says, by module, laid on what is below."""

    def policy(self, machine: Machine, root: Path | None) -> Policy[Any]:
        """Make its policy on a machine; files of the machine are below `root`, if there are any.

        Raises `policy.interface.BadConfiguration`.
        """
        return trial.Hardware(machine, root).policy(self.settings.policy)


def read(name: str, below: Mapping[str, Any] | None = None) -> Configured:
    """Read and judge a file, or `FILE#TYPE`. Raises `problem.Problem` with all that is wrong."""
    path, wanted = forms.parted(name)
    return judge(files.content(path), name, wanted, below)


def read_all(names: Iterable[str]) -> list[Configured]:
    """Read and judge files; what is wrong in any of them is told at once. Raises as `read`."""
    found, wrong = [], []
    for name in names:
        try:
            found.append(read(name))
        except problem.Problem as error:
            wrong.append(error)
    if len(wrong) == 1:
        raise wrong[0]
    if wrong:
        message = "\n".join(error.message for error in wrong)
        hints = dict.fromkeys(error.hint for error in wrong if error.hint)
        raise problem.Problem(message, "; ".join(hints), max(error.status for error in wrong))
    return found


def judge(
    text: str, name: str, wanted: str = "", below: Mapping[str, Any] | None = None
) -> Configured:
    """Judge a text, laid on the document `below`. Raises `problem.Problem`."""
    try:
        judged = judging.of(forms.held(text).chosen(name, wanted), below)
    except ConfigProblems as error:
        path, _ = forms.parted(name)
        lines = [f"cannot use {path}: {one}" for one in error.problems]
        raise problem.Problem("\n".join(lines)) from error
    return Configured(name, judged.settings, judged.warnings, judged.document)
