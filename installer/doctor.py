# SPDX-License-Identifier: Apache-2.0
"""A look at everything on the node that has to do with us, for a person who wonders what is wrong.

Each check reads and changes nothing, and none may keep the others from being made.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from . import bundle, extra_args, keep, names, problem, relay, status
from . import journal as journals
from .steps import common, interface

ENOUGH = 100 * 1024 * 1024
"""Bytes that should be free: two bundles and some state."""


class Verdict(StrEnum):
    """How a check came out."""

    OK = "ok"
    NOTE = "note"
    """Worth to know, and right."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table; the remedy is a command or a sentence, empty where none is needed."""

    check: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def examine(
    node: interface.Node,
    *,
    free: Callable[[Path], int] | None = None,
    answers: Callable[[Path], str] = relay.answers,
) -> tuple[Finding, ...]:
    """Make all checks.

    `free` gives free bytes at a path, `answers` what is wrong with the relay at a socket.
    """
    checks: dict[str, Callable[[interface.Node], Finding]] = {
        "switch": _switch,
        "rescue": _rescued,
        "relay unit": _unit,
        "relay": lambda node: _relay(node, answers),
        "gate": _gate,
        "kubelet arguments": _arguments,
        "running kubelet": _running,
        "kubelet health": _health,
        "rescue units": _rescue_units,
        "rescue script": _rescue_script,
        "programs": _programs,
        "journal": _journal,
        "disk": lambda node: _disk(node, free or _free),
        "last error": _last_error,
    }
    return tuple(_made(name, check, node) for name, check in checks.items())


def installed(node: interface.Node) -> bool:
    """Tell whether anything of ours is there."""
    return node.files.link(node.layout.current) is not None


def _made(name: str, check: Callable[[interface.Node], Finding], node: interface.Node) -> Finding:
    try:
        return check(node)
    except problem.Problem as error:
        return Finding(name, Verdict.WRONG, error.message, error.hint)
    except OSError as error:
        return Finding(name, Verdict.WRONG, str(error))


def _switch(node: interface.Node) -> Finding:
    if node.layout.disabled.exists():
        path = node.layout.on_node(node.layout.disabled)
        detail = f"{path} is there: the kubelet stays on containerd"
        return Finding("switch", Verdict.NOTE, detail, f"rm {path}")
    return Finding("switch", Verdict.OK, "a person has not switched it off")


def _rescued(node: interface.Node) -> Finding:
    found = [node.files.read(path) for path in keep.rescue_marks(node.layout)]
    marker = next((text for text in found if text is not None), None)
    if marker is None:
        return Finding("rescue", Verdict.OK, "the node has not given the kubelet back by itself")
    words = marker.decode("utf-8", errors="replace").strip().partition(" ")[2]
    remedy = f"journalctl -u {names.RELAY_UNIT} -u {names.RESCUE_UNIT}; the installer tries again"
    return Finding("rescue", Verdict.WRONG, f"the kubelet was given back: {words}", remedy)


def _unit(node: interface.Node) -> Finding:
    state = node.systemd.state(names.RELAY_UNIT)
    detail = f"{state.load}, {state.active} ({state.sub}), {state.restarts} restarts"
    if state.running:
        return Finding("relay unit", Verdict.OK, detail)
    if not installed(node):
        return Finding("relay unit", Verdict.NOTE, f"{detail}; nothing is installed")
    remedy = f"journalctl -u {names.RELAY_UNIT}; systemctl start {names.RELAY_UNIT}"
    return Finding("relay unit", Verdict.WRONG, f"{detail}, result {state.result}", remedy)


def _relay(node: interface.Node, answers: Callable[[Path], str]) -> Finding:
    trouble = answers(node.layout.relay_socket)
    if not trouble:
        return Finding("relay", Verdict.OK, "takes connections")
    if not installed(node):
        return Finding("relay", Verdict.NOTE, "nothing is installed")
    return Finding("relay", Verdict.WRONG, trouble, f"systemctl restart {names.RELAY_UNIT}")


def _gate(node: interface.Node) -> Finding:
    if not installed(node):
        return Finding("gate", Verdict.NOTE, "nothing is installed")
    found = node.gate.check()
    if found.ok:
        return Finding("gate", Verdict.OK, found.detail or "the relay serves what containerd has")
    return Finding("gate", Verdict.WRONG, found.detail, "look at the lines about the relay")


def _arguments(node: interface.Node) -> Finding:
    data = node.files.read(node.layout.extra_args) or b""
    found = extra_args.read(data)
    if found.foreign:
        detail = f"another endpoint: {', '.join(found.foreign)}"
        return Finding("kubelet arguments", Verdict.WRONG, detail, f"edit {names.EXTRA_ARGS_PATH}")
    if found.ours:
        return Finding("kubelet arguments", Verdict.OK, "name the relay's socket")
    return Finding("kubelet arguments", Verdict.NOTE, "leave the kubelet on containerd")


def _running(node: interface.Node) -> Finding:
    ours = extra_args.read(node.files.read(node.layout.extra_args) or b"").ours
    found = common.on_relay(node)
    if found is None:
        remedy = f"systemctl status {names.KUBELET_UNIT}"
        return Finding("running kubelet", Verdict.WRONG, "no kubelet runs", remedy)
    where = "the relay" if found else "containerd"
    if found == ours:
        return Finding("running kubelet", Verdict.OK, f"is on {where}")
    detail = f"is on {where}, and its next start moves it"
    remedy = f"systemctl restart {names.KUBELET_UNIT}"
    return Finding("running kubelet", Verdict.WRONG, detail, remedy)


def _health(node: interface.Node) -> Finding:
    if node.kubelet.healthy():
        return Finding("kubelet health", Verdict.OK, "/healthz says ok")
    remedy = f"journalctl -u {names.KUBELET_UNIT}"
    return Finding("kubelet health", Verdict.WRONG, "/healthz does not say ok", remedy)


def _rescue_units(node: interface.Node) -> Finding:
    if not installed(node):
        return Finding("rescue units", Verdict.NOTE, "nothing is installed")
    units = (names.RESCUE_TIMER, names.DISABLED_UNIT)
    idle = [unit for unit in units if node.systemd.state(unit).active != "active"]
    if idle:
        remedy = f"systemctl start {' '.join(idle)}"
        return Finding("rescue units", Verdict.WRONG, f"not active: {', '.join(idle)}", remedy)
    return Finding("rescue units", Verdict.OK, "timer and switch are watched")


def _rescue_script(node: interface.Node) -> Finding:
    path = node.layout.on_node(node.layout.rescue)
    if node.files.read(node.layout.rescue):
        return Finding("rescue script", Verdict.OK, path)
    if not installed(node):
        return Finding("rescue script", Verdict.NOTE, "nothing is installed")
    remedy = "the installer writes it again; look at its pod"
    return Finding("rescue script", Verdict.WRONG, f"{path} is missing", remedy)


def _programs(node: interface.Node) -> Finding:
    layout = node.layout
    current = node.files.link(layout.current)
    if current is None:
        return Finding("programs", Verdict.NOTE, "nothing is installed")
    tree = Path(current).name
    previous = node.files.link(layout.previous)
    detail = f"{tree}, before: {Path(previous).name if previous else 'none'}"
    if not bundle.whole(node.files, layout, tree):
        remedy = "the installer copies it again; look at its pod"
        return Finding("programs", Verdict.WRONG, f"{detail}; files are missing", remedy)
    return Finding("programs", Verdict.OK, detail)


def _journal(node: interface.Node) -> Finding:
    entries = journals.Journal.open(node.files, node.layout.journal).state
    if not entries:
        return Finding("journal", Verdict.OK, "no run is open")
    detail = ", ".join(f"{step} {entry.phase}" for step, entry in entries.items())
    remedy = "an installer is at work, or the next one goes on there"
    return Finding("journal", Verdict.NOTE, f"a run is open: {detail}", remedy)


def _disk(node: interface.Node, free: Callable[[Path], int]) -> Finding:
    layout = node.layout
    low = []
    for path in (layout.opt, layout.state, layout.etc, layout.kubelet):
        there = path if path.exists() else path.parent
        left = free(there)
        if left < ENOUGH:
            low.append(f"{layout.on_node(path)} has {left // 1024 // 1024} MiB")
    if low:
        return Finding("disk", Verdict.WRONG, "; ".join(low), "make room for programs and state")
    return Finding("disk", Verdict.OK, "enough is free")


def _last_error(node: interface.Node) -> Finding:
    known = status.read(node.layout.status)
    if not known.last_error:
        return Finding("last error", Verdict.OK, "none")
    verdict = Verdict.NOTE if known.state == status.ACTIVE else Verdict.WRONG
    return Finding("last error", verdict, known.last_error, known.hint)


def _free(path: Path) -> int:
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize
