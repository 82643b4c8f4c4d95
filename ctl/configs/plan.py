# SPDX-License-Identifier: Apache-2.0
"""Show what a configuration would do to the containers of this node before the node hears of it.

It is judged as the daemon judges it, with this machine's hardware, and the daemon's own engine is
given it with all that the daemon remembers: who would get other CPUs or memory, in the order in
which they would be updated, who stays, and whether it would be refused since somebody would lose
what he asks for. Then it is shown what a start with it would do, which refuses nobody who runs.
With --at-start that is all, and no daemon is asked. Nothing is changed; root may read the state.

A file is a document of the daemon's, a ConfigMap, a Shoot or a providerConfig; FILE#TYPE names one
of several configurations, - is standard input. The exit status is 0 when it would be taken and
everybody has what he asks for, 1 when not.

Examples:
  cri-resmgrctl config plan policy.yaml
  cri-resmgrctl config plan shoot.yaml#group.batch -o json | jq '.moves[].container'
  cri-resmgrctl config plan --at-start /etc/cri-resmgr/fallback.cfg
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from resmgr import cpuset
from resmgr.config.problem import ConfigProblems
from resmgr.daemon.configuring import controls
from resmgr.daemon.configuring.settings import Settings
from resmgr.model import LinuxResources
from resmgr.policy.interface import Policy, PolicyError
from resmgr.state import errors, store
from resmgr.state.changes import Saved

from .. import configured, exits, live, output, problem
from . import diff, judge, planned, sources, trial

HANDED: Final = "given to the daemon at work"
STARTED: Final = "at a start of the daemon"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is told: `how` it would come, why it would be `refused`, and what would follow."""

    how: str
    policy: str
    refused: tuple[str, ...]
    after: planned.Planned | None
    """None where no daemon starts with it either."""

    @property
    def fine(self) -> bool:
        """Whether it would be taken, and nobody would go without what he asks for."""
        return not self.refused and self.after is not None and not self.after.short


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `config plan`."""
    command.add_argument("file", metavar="FILE", help="the configuration: FILE, FILE#TYPE, -")
    command.add_argument(
        "--at-start", action="store_true", help="as if a daemon started with it; none is asked"
    )
    sources.add_places(command)
    live.add_socket(command)
    output.add_output(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Plan, tell. Raises `Problem` for a file that cannot be used, `CannotAsk`."""
    page = {} if arguments.at_start else _page(arguments.socket)
    wanted = configured.read(arguments.file, page.get("below") or {})
    err.writelines(f"note: {text}\n" for text in wanted.warnings)
    on = trial.Hardware.below(arguments.sysfs_root)
    made = _made(arguments, wanted, on)
    found = _plan(_saved(sources.state_folder(arguments)), page, made, on)
    if arguments.output == output.TABLE:
        _write(output.screen(out), found)
    else:
        output.write_document(out, _document(found), arguments.output)
    return exits.FINE if found.fine else exits.PROBLEM


def _page(socket: str) -> dict[str, Any]:
    """Ask what counts now. Raises `CannotAsk`, with what to do where there is no daemon."""
    try:
        return live.get("/config", socket)
    except live.Refused:
        raise
    except live.CannotAsk as error:
        error.hint = f"{error.hint}; --at-start plans without a daemon"
        raise


def _made(
    arguments: argparse.Namespace, wanted: configured.Configured, on: trial.Hardware
) -> Policy[Any]:
    """Make its policy, and judge what it asks of controllers. Raises `Problem`."""
    root: Path = arguments.sysfs_root
    places = controls.Places(root, sources.state_folder(arguments), root / "sys/fs/cgroup")
    try:
        controls.Controls(places, on.machine).judge(wanted.settings, first=arguments.at_start)
        return on.policy(wanted.settings.policy)
    except PolicyError as error:
        raise problem.Problem(
            f"cannot use {wanted.name}: {error}",
            f"cri-resmgrctl config validate --sysfs-root {root} {wanted.name}",
        ) from error


def _saved(folder: Path) -> Saved:
    try:
        return store.read(folder)
    except errors.CannotUse as error:
        raise problem.Problem(str(error), status=exits.UNREACHABLE) from error


def _plan(saved: Saved, page: Mapping[str, Any], wanted: Policy[Any], on: trial.Hardware) -> Plan:
    refused: tuple[str, ...] = ()
    try:
        if page:
            now = on.policy(_now(page).policy)
            try:
                after = planned.switched(saved, now, wanted, on.machine)
                return Plan(HANDED, wanted.name, (), after)
            except planned.Refused as error:
                refused = error.problems
        after = planned.started(saved, wanted, on.machine)
    except PolicyError as error:
        return Plan(STARTED, wanted.name, (*refused, str(error)), None)
    return Plan(STARTED, wanted.name, refused, after)


def _now(page: Mapping[str, Any]) -> Settings:
    """Give the settings that count now. Raises `Problem`."""
    try:
        return judge.of("", diff.active(page).document).settings
    except ConfigProblems as error:
        # The daemon has taken it, so this program is of another version.
        message = f"cannot understand what counts now: {error.problems[0]}"
        raise problem.Problem(message, live.VERSIONS) from error


def _write(where: output.Screen, found: Plan) -> None:
    after = found.after
    for number, line in enumerate(found.refused):
        where.out.write(f"{'  ' if number else 'would be refused: '}{output.plain(line)}\n")
    if after is None:
        where.out.write("no daemon would start with it\n")
        return
    if found.refused:
        where.out.write("\nA daemon that starts with it refuses nobody who runs:\n\n")
    if after.moves:
        heads = ("CONTAINER", "CPUS", "MEMORY NODES", "SHARES")
        output.write_table(where, heads, map(_row, after.moves))
    for name, text in after.short.items():
        where.out.write(f"goes without what it asks for: {output.plain(f'{name}: {text}')}\n")
    where.out.writelines(f"note: {output.plain(text)}\n" for text in after.notes)
    where.out.write(
        f"policy {found.policy} {found.how}:\n{_count(len(after.moves))} would get something else,"
        f" {_count(after.stay)} would keep what they have\n"
    )


def _count(number: int) -> str:
    return f"{number} container{'' if number == 1 else 's'}"


def _row(one: planned.Move) -> list[str]:
    pairs = zip(_cells(one.before), _cells(one.after), strict=True)
    return [one.name, *(old if old == new else f"{old} -> {new}" for old, new in pairs)]


def _cells(one: LinuxResources) -> tuple[str, str, str]:
    cpus, mems = cpuset.show(one.cpuset_cpus), cpuset.show_ids(one.cpuset_mems)
    return cpus or "any", mems or "any", str(one.shares)


def _document(found: Plan) -> dict[str, Any]:
    after = found.after
    moves = after.moves if after else ()
    return {
        "policy": found.policy,
        "given": found.how,
        "fine": found.fine,
        "refused": list(found.refused),
        "moves": [
            {"container": one.name, "before": _told(one.before), "after": _told(one.after)}
            for one in moves
        ],
        "stay": after.stay if after else None,
        "short": dict(after.short) if after else {},
        "notes": list(after.notes) if after else [],
    }


def _told(one: LinuxResources) -> dict[str, Any]:
    return {
        "cpus": cpuset.show(one.cpuset_cpus),
        "mems": cpuset.show_ids(one.cpuset_mems),
        "shares": one.shares,
    }
