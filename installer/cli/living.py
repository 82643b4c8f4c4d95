# SPDX-License-Identifier: Apache-2.0
"""Runs a life: for as long as a pod lives, or until a node is done."""

import zlib
from dataclasses import dataclass, field
from pathlib import Path

from .. import (
    admission,
    bundle,
    facts,
    keep,
    life,
    metrics,
    names,
    outlook,
    parts,
    preflight,
    probe,
    problem,
    publish,
    selection,
    status,
    units,
)
from ..steps import interface
from . import program, wiring

TRIES = 40
"""Turns that a person's run takes at most before it says that it is not done."""

_STATUSES = {
    status.ACTIVE: 0,
    status.ROLLED_BACK: 1,
    status.UNSUPPORTED: 3,
    status.DISABLED: 4,
    status.PAUSED: 4,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the command line asks for."""

    root: Path
    bundle: Path | None = None
    static: Path | None = None
    rollout: Path | None = None
    chosen: selection.Selection = field(default_factory=selection.Selection)
    remove: bool = False
    metrics_port: int = 0
    level: str = "info"


class Living:
    """A life with all that belongs to it."""

    def __init__(
        self, order: Order, around: program.Surroundings, probes: Path | None = None
    ) -> None:
        """Put it together; `probes` is the file for the probes, of which a person has none."""
        self._order = order
        self._beaten = float("-inf")
        self._probes = probes
        self.edges = wiring.edges(
            order.root,
            around,
            given=order.bundle,
            beat=self._beat,
            restarting=self._restarting,
        )
        self._folder = order.bundle or wiring.own_bundle()
        self.lines = wiring.lines(around, order.level, self.edges.loop)
        self.edges.node.warn = self.lines.error
        api, clock = self.edges.api, self.edges.loop.monotonic
        publisher = publish.Publisher(api, self.lines)
        turns = admission.Admission(api, order.chosen, monotonic=clock) if api else None
        self.life = life.Life(
            parts.Parts(
                node=self.edges.node,
                loop=self.edges.loop,
                outlook=outlook.Outlook(
                    api,
                    order.chosen,
                    order.rollout,
                    publisher,
                    monotonic=clock,
                    log=self.lines,
                ),
                publisher=publisher,
                admission=turns,
                lines=self.lines,
                wanted=self._wanted,
                identity=self._identity,
                gather=facts.gather,
                refuse=_refuse,
                look=keep.look,
                policy=self._policy,
                show=self._show,
                boot=wiring.boot_id(self.edges.node.layout),
                remove=order.remove,
            )
        )

    def metrics(self) -> str:
        """Give the page."""
        return metrics.text(self.life.standing, self.version())

    def version(self) -> str:
        """Give our own version, as the bundle says."""
        try:
            return bundle.read(self.edges.node.files, self._bundle()).version
        except problem.Problem:
            return "unknown"

    def _bundle(self) -> Path:
        if self._folder is None:
            hint = "name one with --bundle; `hacks/build-bundle` makes it"
            raise problem.Problem("cannot install: this program is in no bundle", hint)
        return self._folder

    def _wanted(self) -> interface.Wanted:
        files, folder = self.edges.node.files, self._bundle()
        return bundle.wanted(files, folder, self._order.static, units.texts())

    def _identity(self, wanted: interface.Wanted) -> str:
        """Attempts count for a bundle, its configuration, and a pod."""
        configs = "".join(f"{name} {wanted.configs[name]!r}" for name in sorted(wanted.configs))
        return f"{wanted.tree} {zlib.crc32(configs.encode()):08x} {self.edges.pod}".rstrip()

    def _policy(self) -> str:
        """Give the policy, from what the daemon tells systemd: `policy NAME, ...`."""
        try:
            words = self.edges.systemd.words(names.RELAY_UNIT)
        except problem.Problem:
            return ""
        head = words.partition(",")[0].split()
        return head[1] if len(head) == 2 and head[0] == "policy" else ""

    def _restarting(self, unit: str) -> None:
        self.life.count_restart(unit)

    def _beat(self) -> None:
        """Give a sign of life, not more often than is of use."""
        now = self.edges.loop.monotonic()
        if self._probes and now - self._beaten >= keep.PERIOD:
            self._show(self.life.standing)

    def _show(self, standing: status.Status) -> None:
        self._beaten = self.edges.loop.monotonic()
        if self._probes:
            probe.write(self._probes, ready=standing.ready, monotonic=self._beaten)


def stay(order: Order, around: program.Surroundings) -> int:
    """Live until the pod ends."""
    living = Living(order, around, probe.FILE)
    with living.edges, living.edges.loop.signals():
        if order.metrics_port:
            _serve(living, order.metrics_port)
        living.life.run()
    return 0


def once(order: Order, around: program.Surroundings) -> int:
    """Do it for a person, and say how it came out; give the exit status."""
    living = Living(order, around)
    with living.edges, living.edges.loop.signals():
        for _ in range(TRIES):
            wait = living.life.turn()
            if living.life.standing.ready or not living.edges.loop.idle(wait):
                break
    standing = living.life.standing
    if order.remove:
        around.out.write("removed\n" if standing.ready else f"not removed: {standing.reason}\n")
        return 0 if standing.ready else 1
    around.out.write(f"{standing.state or 'none'}: {standing.reason}\n")
    if standing.hint:
        around.out.write(f"hint: {standing.hint}\n")
    return _STATUSES.get(standing.state, 1)


def _serve(living: Living, port: int) -> None:
    try:
        listening = metrics.listen(port)
    except OSError as error:
        living.lines.error(f"cannot serve metrics on port {port}: {error.strerror or error}")
        return
    living.edges.loop.serve(listening, lambda: metrics.answer(listening, living.metrics))


def _refuse(node: interface.Node) -> parts.Refusal | None:
    """Give the first thing that preflight finds wrong."""
    check = preflight.refusal(preflight.judge(facts.inspect(node)))
    return parts.Refusal(f"{check.name}: {check.detail}", check.remedy) if check else None
