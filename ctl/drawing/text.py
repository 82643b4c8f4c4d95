# SPDX-License-Identifier: Apache-2.0
"""A machine as lines for a terminal, as wide as it is, in colour if it has any.

Each core is drawn, or those with the same use in one line: thousands of them fit on no screen.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from resmgr import cpuset
from resmgr.sysfs.machine import Cache, CoreKind, Machine, Node

from . import words
from .marks import Mark, Marks, Use, marks
from .occupants import Occupant
from .plan import Core, Die, Group, Part, Plan, Socket

_EACH = 128
"""Cores of a machine that are drawn one by one, unless it is asked for."""

_WIDTH = 100
"""Columns where there is no terminal."""

_COLOURS = ("32", "33", "34", "35", "36", "91", "92", "93", "94", "95", "96")
_DIM, _BOLD = "2", "1"


@dataclass(frozen=True, slots=True)
class Look:
    """How it is drawn; `width` in columns, 0 where there is no terminal."""

    width: int = 0
    colour: bool = False
    plain: bool = False
    """ASCII only."""

    each: bool | None = None
    """Each core is drawn, or none; None: each, if they are not too many."""

    @property
    def branch(self) -> tuple[str, str, str, str]:
        """What stands before a branch, the last one, and what follows below them."""
        return ("|- ", "`- ", "|  ", "   ") if self.plain else ("├─ ", "└─ ", "│  ", "   ")

    def paint(self, text: str, code: str) -> str:
        """Give a text its colour."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code else text


def lines(plan: Plan, occupants: Sequence[Occupant], look: Look) -> Iterator[str]:
    """Draw a machine and who is on it."""
    machine = plan.machine
    cores = len({cpu.threads for cpu in machine.cpus.values()})
    drawing = _Drawing(
        look,
        occupants,
        marks(occupants, machine.isolated),
        each=cores <= _EACH if look.each is None else look.each,
        digits=len(str(max(machine.cpus))),
        machine=machine,
    )
    yield words.summary(machine)
    for socket in plan.sockets:
        yield from drawing.socket(socket)
    if plan.apart:
        yield look.paint("without online CPUs", _BOLD)
        yield from drawing.branches([[_apart(machine, node)] for node in plan.apart])
    if machine.offline:
        yield f"offline: {words.cpus(machine.offline)}"
    if drawing.each:
        yield from drawing.legend()


def _apart(machine: Machine, node: Node) -> str:
    near = words.near(machine, node)
    return f"node {node.id}: {words.memory(node)}{f', {near}' if near else ''}"


@dataclass(frozen=True, slots=True)
class _Drawing:
    look: Look
    occupants: Sequence[Occupant]
    marks: Marks
    each: bool
    digits: int
    machine: Machine

    def socket(self, socket: Socket) -> Iterator[str]:
        """Draw a package."""
        told = ", ".join(words.package(self.machine.packages[socket.id]))
        if len(socket.dies) > 1:
            yield self._head(f"package {socket.id}", told, socket.caches)
            yield from self.branches([list(self._die(die)) for die in socket.dies])
            return
        caches = (*socket.caches, *(cache for die in socket.dies for cache in die.caches))
        yield self._head(f"package {socket.id}", told, caches)
        parts = [part for die in socket.dies for part in die.parts]
        yield from self.branches([list(self._part(part, 1)) for part in parts])

    def _die(self, die: Die) -> Iterator[str]:
        yield self._head(f"die {die.id}", words.cpus(die.cpus), die.caches)
        yield from self.branches([list(self._part(part, 2)) for part in die.parts])

    def _part(self, part: Part, depth: int) -> Iterator[str]:
        told = f"{words.memory(part.node)}, {words.cpus(part.cpus)}"
        if isolated := part.cpus & self.machine.isolated:
            told += f", isolated {cpuset.show(isolated)}"
        caches = [group.cache for group in part.groups if group.cache]
        apart = self.each and len(part.groups) > 1
        yield self._head(f"node {part.node.id}", told, () if apart else caches)
        room = (self.look.width or _WIDTH) - 3 * depth
        if self.each:
            for group in part.groups:
                if apart and group.cache:
                    yield f"{words.cache(group.cache)}: {words.cpus(group.cpus)}"
                yield from self._cells(group, room)
        else:
            yield from self._runs(part)
        if clusters := words.clusters(self.machine, part.cpus):
            yield clusters

    def _head(self, name: str, told: str, caches: Iterable[Cache] = ()) -> str:
        more = words.caches(caches)
        return f"{self.look.paint(name, _BOLD)}: {told}{f', {more}' if more else ''}"

    def branches(self, parts: Sequence[Sequence[str]]) -> Iterator[str]:
        """Draw parts as branches of what stands above them."""
        branch, end, more, nothing = self.look.branch
        for at, part in enumerate(parts):
            last = at == len(parts) - 1
            yield from (
                f"{(nothing if last else more) if number else (end if last else branch)}{line}"
                for number, line in enumerate(part)
            )

    def _cells(self, group: Group, room: int) -> Iterator[str]:
        """Draw each core, as many in a line as there is room for."""
        line, used = "", 0
        for core in group.cores:
            text, size = self._cell(core)
            if used and used + 1 + size > room:
                yield line
                line, used = "", 0
            line, used = (f"{line} {text}", used + 1 + size) if used else (text, size)
        yield line

    def _cell(self, core: Core) -> tuple[str, int]:
        left, right = ("(", ")") if core.kind is CoreKind.EFFICIENT else ("[", "]")
        shown, size = [], 2
        for cpu in cpuset.ids(core.cpus):
            mark = self.marks.of(cpu)
            text = f"{cpu:>{self.digits}}{self._sign(mark)}"
            shown.append(self.look.paint(text, self._colour(mark)))
            size += len(text)
        return f"{left}{' '.join(shown)}{right}", size + len(shown) - 1

    def _sign(self, mark: Mark) -> str:
        if mark.use is Use.EXCLUSIVE:
            return "/".join(self.occupants[at].label for at in mark.owners)
        idle = "." if self.look.plain else "·"
        return {Use.SHARED: "+", Use.ISOLATED: "i", Use.IDLE: idle}[mark.use]

    def _colour(self, mark: Mark) -> str:
        if mark.use is Use.EXCLUSIVE:
            return f"{_BOLD};{_COLOURS[mark.owners[0] % len(_COLOURS)]}"
        return "" if mark.use is Use.SHARED else _DIM

    def _runs(self, part: Part) -> Iterator[str]:
        """Draw cores of equal use that follow each other in one line."""

        def key(core: Core) -> tuple[object, ...]:
            return (core.kind, *(self.marks.of(cpu) for cpu in cpuset.ids(core.cpus)))

        every = (core for group in part.groups for core in group.cores)
        for _, run in itertools.groupby(every, key):
            cores = tuple(run)
            cpus = Group(None, cores).cpus
            yield f"{words.count(len(cores), 'core')}, {words.cpus(cpus)}: {self._told(cpus)}"

    def _told(self, cpus: int) -> str:
        """Say what CPUs are used for, which are all alike up to threads of a core."""
        owners = [
            self.look.paint(f"{one.label} {one.name}", self._colour(Mark(Use.EXCLUSIVE, (at,))))
            for at, one in enumerate(self.occupants)
            if one.exclusive & cpus
        ]
        sharing = sum(1 for one in self.occupants if one.shared & cpus)
        if sharing:
            owners.append(f"shared by {words.count(sharing, 'container')}")
        isolated = self.machine.isolated & cpus
        return ", ".join(owners) or ("isolated, idle" if isolated else "idle")

    def legend(self) -> Iterator[str]:
        """Explain what stands at CPUs, as far as it does."""
        uses = {self.marks.of(cpu).use for cpu in self.machine.cpus}
        told = {
            Use.EXCLUSIVE: "letter: exclusive to that container",
            Use.SHARED: "+ shared",
            Use.ISOLATED: "i isolated, idle",
            Use.IDLE: f"{self._sign(Mark(Use.IDLE))} idle",
        }
        small = any(cpu.kind is CoreKind.EFFICIENT for cpu in self.machine.cpus.values())
        parts = [text for use, text in told.items() if use in uses]
        parts += ["[] performance core, () efficient core"] if small else ["[] core"]
        yield self.look.paint("; ".join(parts), _DIM)
