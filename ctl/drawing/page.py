# SPDX-License-Identifier: Apache-2.0
"""A machine and who is on it as one page for a browser, which needs nothing else.

Colours say nothing that is not also written: each box of CPUs has its summary in words, and each
container stands in a table with its CPUs.
"""

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from resmgr import cpuset
from resmgr.sysfs.machine import Cache, CoreKind, Machine

from . import page_style, words
from .marks import Marks, Use, marks
from .occupants import Occupant
from .plan import Core, Die, Group, Part, Plan, Socket

COLOURS = 12
"""Colours of containers, which come again for further ones."""

_MATRIX = 32
"""NUMA nodes up to which distances are a table that can be read."""


def page(
    plan: Plan, occupants: Sequence[Occupant] | None, title: str, notes: Sequence[str] = ()
) -> str:
    """Write the page; without occupants nobody was asked who is there."""
    drawing = _Drawing(plan.machine, occupants or (), marks(occupants or (), plan.machine.isolated))
    return "".join(_page(plan, drawing, title, notes, asked=occupants is not None))


def _page(
    plan: Plan, drawing: "_Drawing", title: str, notes: Sequence[str], *, asked: bool
) -> Iterator[str]:
    shown = html.escape(title)
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
        f"<title>{shown}</title>\n<style>{page_style.CSS}</style>\n</head>\n<body>\n"
        f"<header><h1>{shown}</h1>\n<p>{html.escape(words.summary(plan.machine))}</p>\n"
    )
    yield from (f'<p class="note">{html.escape(note)}</p>\n' for note in notes)
    if plan.machine.offline:
        yield f"<p>Offline: {words.cpus(plan.machine.offline)}</p>\n"
    yield f"{drawing.legend()}</header>\n<main>\n"
    for socket in plan.sockets:
        yield from drawing.socket(socket)
    if plan.apart:
        yield from drawing.apart(plan)
    if asked:
        yield from drawing.containers()
    yield from drawing.distances()
    yield f"</main>\n<script>{page_style.SCRIPT}</script>\n</body>\n</html>\n"


@dataclass(frozen=True, slots=True)
class _Drawing:
    machine: Machine
    occupants: Sequence[Occupant]
    marks: Marks

    def socket(self, socket: Socket) -> Iterator[str]:
        several = len(socket.dies) > 1
        caches = [*socket.caches]
        if not several:
            caches += [cache for die in socket.dies for cache in die.caches]
        package = self.machine.packages[socket.id]
        yield '<section class="package">\n'
        yield _head(2, f"Package {socket.id}", words.package(package), caches)
        for die in socket.dies:
            yield from self._die(die, several=several)
        yield "</section>\n"

    def _die(self, die: Die, *, several: bool) -> Iterator[str]:
        if several:
            yield '<section class="die">\n'
            yield _head(3, f"Die {die.id}", [words.cpus(die.cpus)], die.caches)
        yield '<div class="nodes">\n'
        for part in die.parts:
            yield from self._part(part, 4 if several else 3)
        yield "</div>\n"
        if several:
            yield "</section>\n"

    def _part(self, part: Part, level: int) -> Iterator[str]:
        clusters = words.clusters(self.machine, part.cpus)
        told = [words.memory(part.node), words.cpus(part.cpus), *([clusters] if clusters else [])]
        caches = [group.cache for group in part.groups if group.cache]
        yield '<section class="node">\n'
        yield _head(level, f"NUMA node {part.node.id}", told, caches)
        yield f'<p class="use">{html.escape(self._use(part.cpus))}</p>\n'
        for group in part.groups:
            yield from self._group(group, divided=len(part.groups) > 1)
        yield "</section>\n"

    def _use(self, cpus: int) -> str:
        """Say in words what the boxes show."""
        parts = [
            f"{one.label} {one.name}: {cpuset.show(one.exclusive & cpus)}"
            for one in self.occupants
            if one.exclusive & cpus
        ]
        sharing = [one for one in self.occupants if one.shared & cpus]
        shared = self.marks.shared & cpus
        if sharing:
            parts.append(
                f"shared by {words.count(len(sharing), 'container')}: {cpuset.show(shared)}"
            )
        owned = cpuset.of(cpu for cpu in cpuset.ids(cpus) if cpu in self.marks.owned)
        if isolated := cpus & self.machine.isolated:
            parts.append(f"isolated: {cpuset.show(isolated)}")
        if idle := cpus & ~shared & ~owned & ~isolated:
            parts.append(f"idle: {cpuset.show(idle)}" if parts else "idle")
        return "; ".join(parts)

    def _group(self, group: Group, *, divided: bool) -> Iterator[str]:
        title = f' title="{words.cache(group.cache)}"' if group.cache and divided else ""
        kind = "group divided" if divided else "group"
        yield f'<div class="{kind}" aria-hidden="true"{title}>'
        yield from (self._core(core) for core in group.cores)
        yield "</div>\n"

    def _core(self, core: Core) -> str:
        small = " small" if core.kind is CoreKind.EFFICIENT else ""
        return f'<b class="core{small}">{"".join(map(self._cpu, cpuset.ids(core.cpus)))}</b>'

    def _cpu(self, cpu: int) -> str:
        mark = self.marks.of(cpu)
        label, title = "", f"CPU {cpu}: {mark.use.value}"
        kind = mark.use.value
        if mark.use is Use.EXCLUSIVE:
            owners = [self.occupants[at] for at in mark.owners]
            label = f"<u>{'/'.join(one.label for one in owners)}</u>"
            title = f"CPU {cpu}: exclusive to {', '.join(one.name for one in owners)}"
            kind = f"exclusive c{mark.owners[0] % COLOURS}"
        return f'<i id="p{cpu}" class="{kind}" title="{html.escape(title)}">{cpu}{label}</i>'

    def legend(self) -> str:
        """Explain what boxes look like, as far as there are such."""
        uses = {self.marks.of(cpu).use for cpu in self.machine.cpus}
        told = {
            Use.EXCLUSIVE: ("exclusive c0", "0<u>A</u>", "exclusive to container A"),
            Use.SHARED: ("shared", "0", "shared"),
            Use.ISOLATED: ("isolated", "0", "isolated and idle"),
            Use.IDLE: ("idle", "0", "idle"),
        }
        parts = [
            f'<li><b class="core"><i class="{kind}">{cell}</i></b> {text}</li>'
            for use, (kind, cell, text) in told.items()
            if use in uses
        ]
        if any(cpu.kind is CoreKind.EFFICIENT for cpu in self.machine.cpus.values()):
            parts.append('<li><b class="core small"><i class="idle">0</i></b> efficient core</li>')
        return f'<ul class="legend" aria-label="Legend">{"".join(parts)}</ul>\n'

    def apart(self, plan: Plan) -> Iterator[str]:
        """Show memory without CPUs."""
        yield '<section class="package">\n<h2>Without online CPUs</h2>\n<div class="nodes">\n'
        for node in plan.apart:
            told = [words.memory(node), words.near(plan.machine, node)]
            head = _head(3, f"NUMA node {node.id}", [text for text in told if text], ())
            yield f'<section class="node memory">\n{head}</section>\n'
        yield "</div>\n</section>\n"

    def containers(self) -> Iterator[str]:
        """Show who is where."""
        yield '<section>\n<h2 id="containers">Containers</h2>\n'
        if not self.occupants:
            yield "<p>None has a place.</p>\n</section>\n"
            return
        yield (
            '<p><label>Show those with <input type="search" id="filter"></label>'
            ' <output id="found" for="filter"></output></p>\n'
            '<div class="wide"><table aria-labelledby="containers" id="table">\n<thead><tr>'
            '<th scope="col">Mark</th><th scope="col">Container</th><th scope="col">Pool</th>'
            '<th scope="col">Exclusive CPUs</th><th scope="col">Shared CPUs</th>'
            "</tr></thead>\n<tbody>\n"
        )
        for at, one in enumerate(self.occupants):
            colour = f' class="c{at % COLOURS}"' if one.label else ""
            name = html.escape(one.name)
            yield (
                f'<tr data-cpus="{cpuset.show(one.cpus)}"><td><u{colour}>{one.label}</u></td>'
                f'<th scope="row"><button type="button" aria-pressed="false">{name}</button></th>'
                f"<td>{html.escape(one.pool)}</td><td>{cpuset.show(one.exclusive)}</td>"
                f"<td>{cpuset.show(one.shared)}</td></tr>\n"
            )
        yield "</tbody>\n</table></div>\n</section>\n"

    def distances(self) -> Iterator[str]:
        """Show how far nodes are from each other."""
        nodes = self.machine.nodes
        if not 1 < len(nodes) <= _MATRIX:
            return
        yield '<section>\n<h2 id="distances">Distances of NUMA nodes</h2>\n<div class="wide">'
        yield '<table aria-labelledby="distances" class="numbers">\n<thead><tr><td></td>'
        yield from (f'<th scope="col">{id_}</th>' for id_ in nodes)
        yield "</tr></thead>\n<tbody>\n"
        for node in nodes.values():
            cells = (f"<td>{node.distances.get(other, '')}</td>" for other in nodes)
            yield f'<tr><th scope="row">{node.id}</th>{"".join(cells)}</tr>\n'
        yield "</tbody>\n</table></div>\n</section>\n"


def _head(level: int, name: str, told: Sequence[str], caches: Iterable[Cache]) -> str:
    more = words.caches(caches)
    text = " · ".join([*told, *([more] if more else [])])
    return f"<h{level}>{name} <small>{html.escape(text)}</small></h{level}>\n"
