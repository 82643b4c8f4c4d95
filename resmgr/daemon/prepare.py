# SPDX-License-Identifier: Apache-2.0
"""What has to be right before anything is started: files, machine, configuration, policy.

None of it waits; whatever is wrong ends the start with one message.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..policy import constraints, registry
from ..policy.interface import BadConfiguration, Policy, PolicyError
from ..policy.marks import Marking
from ..state.changes import Saved
from ..state.errors import CannotUse
from ..state.store import Store
from ..sysfs import discover, speeds
from ..sysfs.machine import Machine
from .command.flags import Options
from .configuring import policies, settings, sources
from .configuring.configuration import Judge, Judged
from .configuring.controls import Controls, Places
from .configuring.sources import Source
from .process import pidfile, probe


class CannotStart(Exception):
    """The daemon cannot start; the text tells why and what to do."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The configuration that counts, its policy, and the sources that come after it."""

    source: Source
    judged: Judged
    policy: Policy[Any]
    later: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that the daemon is made of before it talks to anybody."""

    options: Options
    store: Store
    saved: Saved
    machine: Machine
    judge: Judge
    where: constraints.Cgroups
    now: Callable[[], float]
    controls: Controls
    warnings: list[str]

    def make(self, wanted: settings.Policy) -> Policy[Any]:
        """Make a policy on this machine. Raises `PolicyError`."""
        policy = policies.make(wanted, self.machine, self.where)
        if isinstance(policy, Marking) and not self.options.agent_socket:
            raise BadConfiguration(
                f"policy {policy.name}: cri-resmgr-agent connection required;"
                " give the agent's socket by --agent-socket"
            )
        return policy

    def accept(self, wanted: settings.Settings) -> None:
        """Judge what a configuration asks of controllers. Raises `PolicyError`."""
        self.controls.judge(wanted)

    def choose(self, among: tuple[Source, ...]) -> Chosen:
        """Choose the first of these sources that fits the machine. Raises `sources.Unusable`."""
        source, judged, policy = sources.first(
            among, self._accept, (PolicyError,), self.warnings.append
        )
        return Chosen(source, judged, policy, among[among.index(source) + 1 :])

    def below(self) -> Source:
        """Give what counts where the node agent gives nothing: the fallback, or the defaults."""
        fallback = self.options.fallback_config
        return sources.in_order(self.judge, forced="", fallback=fallback, kept=None)[0]

    def sources(self) -> tuple[Source, ...]:
        """Give the sources that there are, in the order in which they count."""
        return sources.in_order(
            self.judge,
            forced=self.options.force_config,
            fallback=self.options.fallback_config,
            kept=self.saved.config,
        )

    def _accept(self, judged: Judged) -> Policy[Any]:
        wanted = judged.settings.policy
        before = self.saved.policy_name
        if self.options.disable_policy_switch and before and wanted.active != before:
            raise BadConfiguration(switch_refused(before, wanted.active))
        self.controls.judge(judged.settings, first=True)
        return self.make(wanted)


def switch_refused(before: str, wanted: str) -> str:
    """Say that the policy must not be switched."""
    return (
        f"cannot load cache with policy {before} for active policy {wanted}:"
        " --disable-policy-switch is given; remove it, or run with --reset-policy once"
    )


def prepare(
    options: Options,
    held: contextlib.ExitStack,
    *,
    pid: int,
    now: Callable[[], float],
    listening: bool = False,
) -> tuple[Prepared, Chosen]:
    """Take files, read the machine, judge the configuration, make the policy.

    What is taken is given back when `held` is closed; `now` gives seconds since the epoch;
    `listening` tells that the relay's socket is ours already. Raises `CannotStart`.
    """
    try:
        prepared = _prepare(options, held, pid, now, listening=listening)
        return prepared, prepared.choose(prepared.sources())
    except (
        pidfile.CannotTake,
        CannotUse,
        discover.DiscoveryError,
        sources.Unusable,
    ) as error:
        raise CannotStart(str(error)) from error


def _prepare(
    options: Options,
    held: contextlib.ExitStack,
    pid: int,
    now: Callable[[], float],
    *,
    listening: bool,
) -> Prepared:
    file = pidfile.PidFile(Path(options.pid_file))
    file.take(pid)
    held.callback(file.release)
    _look_at_sockets(options, listening=listening)
    store = Store.open(Path(options.relay_dir), now=now)
    held.callback(store.close)
    made = of(options, store, store.load(), now)
    return replace(made, warnings=[*made.warnings, *store.problems])


def of(options: Options, store: Store, saved: Saved, now: Callable[[], float]) -> Prepared:
    """Read the machine, and make what judges configurations on it.

    Raises `discover.DiscoveryError`.
    """
    root, data = Path(options.root or "/"), Path(options.relay_dir)
    found = discover.discover(root, device=speeds.source(root))
    return Prepared(
        options=options,
        store=store,
        saved=saved,
        machine=found.machine,
        judge=Judge(tuple(registry.POLICIES), options.defaults),
        where=constraints.Cgroups(options.root, options.cgroup_mount.rstrip("/")),
        now=now,
        controls=Controls(Places(root, data, Path(options.cgroup_mount)), found.machine),
        warnings=list(found.warnings),
    )


def _look_at_sockets(options: Options, *, listening: bool) -> None:
    """Find what is in the way of our sockets, long before they are made. Raises `CannotStart`."""
    sockets = {} if listening else {"relay-socket": options.relay_socket}
    if options.config_socket:
        sockets["config-socket"] = options.config_socket
    for name, path in sockets.items():
        if why := probe.obstacle(path):
            raise CannotStart(f"cannot serve {path}: {why}, or name another socket with --{name}")
