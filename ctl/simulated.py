# SPDX-License-Identifier: Apache-2.0
"""Simulations as tables for people."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from resmgr import cpuset, quantity
from resmgr.model import Requirements

from . import output
from .output import Column, Screen
from .simulation import summary
from .simulation.compare import Comparison, Difference, Figure
from .simulation.placements import Placement, Placements
from .simulation.play import Told
from .simulation.records import State
from .simulation.summary import Use

_COLUMNS = (
    "POD",
    "CONTAINER",
    "QOS",
    "REQUEST",
    "POOL",
    "OWN CPUS",
    "SHARED CPUS",
    "MEMORY",
    "WHY",
)

_SPARED = ("QOS", "REQUEST", "MEMORY")
"""What a narrow terminal goes without, the first one first."""

_GAP = 2
_LEAST = 30
"""Columns of a terminal below which it is not worth while to say why."""


def placements(where: Screen, placed: Placements) -> None:
    """Show each container, in the order in which they came."""
    _containers(where, placed.containers)


def _containers(where: Screen, containers: Sequence[Placement]) -> None:
    """Show containers; a terminal goes without what it has no room for, and it is told."""
    rows = [row(one) for one in containers]
    left = [*range(len(_COLUMNS))]
    missing = []
    if where.width and _needed(rows, left[:-1]) + _GAP + _LEAST > where.width:
        missing.append(_COLUMNS[left.pop()])
        for name in _SPARED:
            if _needed(rows, left) > where.width:
                left.remove(_COLUMNS.index(name))
                missing.append(name)
    heads = [_COLUMNS[at] for at in left]
    output.write_table(where, heads, ([line[at] for at in left] for line in rows))
    if missing:
        refused(where, containers)
        names = ", ".join(name.lower().replace("qos", "QoS") for name in missing)
        output.write_pairs(where, {"not shown": f"{names}; a wider terminal or -o json has it"})


def _needed(rows: Sequence[Sequence[object]], left: Sequence[int]) -> int:
    """Give the columns of a terminal that some columns of the table take."""
    widths = (max(len(str(line[at] or "-")) for line in (_COLUMNS, *rows)) for at in left)
    return sum(widths) + _GAP * (len(left) - 1)


def refused(where: Screen, containers: Iterable[Placement]) -> None:
    """Show who was refused, a line each, with the reason."""
    for one in containers:
        if text := one.refusal or one.failure:
            shown = output.plain(output.one_line(text))
            where.out.write(f"refused {output.plain(one.name)}: {shown}\n")


def row(one: Placement) -> Sequence[object]:
    """Give the cells of a container."""
    name = f"{one.container} (init)" if one.init else one.container
    cells = [f"{one.namespace}/{one.pod}", name, one.qos.value or None, request(one.requirements)]
    if one.state is not State.RUNNING:
        return [*cells, one.state.value, None, None, None, why(one)]
    return [*cells, one.pool or None, own(one), shared(one), mems(one), why(one)]


def why(one: Placement) -> str | None:
    """Say why a container is there, in one sentence."""
    if one.failure:
        return f"runs as it was asked for: {one.failure}"
    if one.state is State.REFUSED:
        return one.refusal
    if one.state is State.WAITING:
        return "an init container before it was refused"
    return one.why[0] if one.why else None


def own(one: Placement) -> str | None:
    """Show the CPUs that a container has for itself."""
    return cpuset.show(one.exclusive) or None


def shared(one: Placement) -> str | None:
    """Show the CPUs that a container shares; `any` where it is not pinned."""
    return (cpuset.show(one.shared) or None) if one.cpus else "any"


def mems(one: Placement) -> str:
    """Show memory nodes; `any` where memory is not pinned."""
    return cpuset.show_ids(one.mems) or "any"


def request(wants: Requirements) -> str | None:
    """Show what is requested, or limited where nothing is requested."""
    return quantity.show(wants) or None


def totals(where: Screen, placed: Placements) -> None:
    """Show what of each pool and of the machine is used and free, and how well it all lies."""
    uses = [*summary.pools(placed), summary.whole(placed)]
    output.write_table(
        where,
        (
            "POOL",
            Column("CONTAINERS", right=True),
            Column("CPUS", right=True),
            Column("OWN", right=True),
            Column("REQUESTED", right=True),
            Column("FREE", right=True),
            "WHICH CPUS",
        ),
        [_use(one) for one in uses],
    )


def facts(where: Screen, placed: Placements) -> None:
    """Show machine, policy and quality in a few lines."""
    machine, quality = placed.machine, summary.quality(placed)
    isolated = f", isolated {cpuset.show(machine.isolated)}" if machine.isolated else ""
    counted = (
        f"{_count(len(machine.cpus), 'CPU')}, {_count(len(machine.packages), 'package')},"
        f" {_count(len(machine.nodes), 'NUMA node')}{isolated}"
    )
    classes = "; ".join(f"{name} {cpuset.show(cpus)}" for name, cpus in placed.cpu_classes.items())
    output.write_pairs(
        where,
        {
            "machine": counted,
            "policy": placed.policy,
            "containers": f"{quality.containers} run, {quality.refused} refused,"
            f" {quality.overbooked} in pools that are overbooked",
            **({"CPU classes": classes} if classes else {}),
            "own CPUs": f"{quality.exclusive} CPUs belong to {_count(quality.pinned, 'container')}",
            "locality": f"{quality.on_one_node} of {quality.containers} on one NUMA node,"
            f" {quality.local} with local memory only; mean distance {quality.distance:.1f}",
        },
    )


def told(where: Screen, number: int, one: Told) -> None:
    """Show what one step changed."""
    whole = summary.whole(one.after)
    where.out.write(f"step {number}: {one.title}\n")
    if one.problem:
        where.out.write(f"  refused, everything stays: {one.problem}\n")
    if one.came:
        _containers(where, one.came)
    if one.moved:
        _moved(where, one.moved)
    gone = f"{len(one.went)} went, " if one.went else ""
    where.out.write(
        f"  {len(one.came)} came, {gone}{len(one.moved)} changed, {one.updates} updates;"
        f" {_cpus(whole.free)} CPUs free\n"
    )


def _moved(where: Screen, moved: Iterable[Difference]) -> None:
    rows = []
    for one in moved:
        old, new = one.first, one.second
        rows.append(
            (
                f"{new.namespace}/{new.pod}",
                new.container,
                f"{_where(old)} -> {_where(new)}",
            )
        )
    output.write_table(where, ("CHANGED POD", "CONTAINER", "WHAT"), rows)


def _where(one: Placement) -> str:
    if one.state is not State.RUNNING:
        return str(one.state.value)
    kind = " own" if one.exclusive and not one.shared else ""
    return f"CPUs {cpuset.show(one.cpus) or 'any'}{kind} memory {mems(one)}"


def comparison(where: Screen, paths: tuple[str, str], found: Comparison) -> None:
    """Show figures of both, then each container that differs."""
    names = _short(paths)
    output.write_table(
        where,
        ("FIGURE", Column(names[0], right=True), Column(names[1], right=True), "BETTER"),
        [
            (one.name, f"{one.first:g}", f"{one.second:g}", _better(one.better, names))
            for one in map(_rounded, found.figures)
        ],
    )
    where.out.write("\n")
    if not found.differences:
        where.out.write(f"all {found.same} containers are placed the same\n")
        return
    output.write_table(
        where,
        ("POD", "CONTAINER", names[0], names[1]),
        [
            (
                f"{one.first.namespace}/{one.first.pod}",
                one.first.container,
                _where(one.first),
                _where(one.second),
            )
            for one in found.differences
        ],
    )
    where.out.write(f"{len(found.differences)} differ, {found.same} are placed the same\n")


def _short(paths: tuple[str, str]) -> tuple[str, str]:
    """Give file names without their folders, where that tells them apart."""
    first, second = (one.rpartition("/")[2] for one in paths)
    return (first, second) if first != second else paths


def _rounded(one: Figure) -> Figure:
    return replace(one, first=round(one.first, 2), second=round(one.second, 2))


def _better(sign: int, names: tuple[str, str]) -> str | None:
    return names[0 if sign < 0 else 1] if sign else None


def _use(one: Use) -> Sequence[object]:
    return (
        one.name,
        one.containers,
        one.cpus.bit_count(),
        one.exclusive.bit_count() or None,
        _cpus(one.requested),
        _cpus(one.free),
        cpuset.show(one.cpus),
    )


def _cpus(milli: int) -> str:
    return quantity.show_cpus(milli)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
