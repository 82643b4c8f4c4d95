# SPDX-License-Identifier: Apache-2.0
"""Our units below `/etc/systemd/system`: written, known to systemd, enabled, watchers started.

A path unit takes one of the kernel's inotify instances, and a busy node may have none left (128 for
all of root by default). It is started where that is possible: the timer looks for the same, later.
"""

from collections.abc import Mapping

from .. import names, problem
from . import interface

KNOWN = (
    names.RELAY_UNIT,
    names.RESCUE_UNIT,
    names.RESCUE_TIMER,
    names.CHECK_UNIT,
    names.DISABLED_UNIT,
)
"""Every unit that any version of ours has had."""

_STARTED = (".timer", ".path")
_SPARED = ".path"


class Units:
    """The relay itself is started by its own step; timers and paths are started here."""

    name = "units"

    def check(self, node: interface.Node) -> bool:
        """Texts are as wanted, what can be enabled is, and the watchers run."""
        wanted = interface.wanted(node).units
        if _texts(node) != dict(wanted):
            return False
        return all(
            node.systemd.state(unit).enabled == "enabled"
            and (not unit.endswith(_STARTED) or _watches(node, unit))
            for unit in _enabled(wanted)
        )

    def before(self, node: interface.Node) -> interface.Before:
        """The texts that are there."""
        return dict(_texts(node))

    def apply(self, node: interface.Node) -> None:
        """Write, reload, enable, start."""
        _bring(node, interface.wanted(node).units)

    def revert(self, node: interface.Node, before: interface.Before) -> None:
        """Write the texts that were there; without any, stop and remove."""
        _bring(node, {unit: str(text) for unit, text in before.items() if unit in KNOWN})


def _bring(node: interface.Node, wanted: Mapping[str, str]) -> None:
    there = _texts(node)
    for unit in reversed(KNOWN):
        if unit not in wanted:
            if unit.endswith(_STARTED):
                node.systemd.stop(unit)
            node.systemd.disable(unit)
            node.files.remove(node.layout.units / unit)
            if unit in there:
                node.systemd.reset_failed(unit)
    for unit, text in wanted.items():
        if there.get(unit) != text:
            node.files.write(node.layout.units / unit, text.encode(), mode=0o644)
    node.systemd.reload()
    for unit in _enabled(wanted):
        node.systemd.enable(unit)
        if unit.endswith(_STARTED):
            _start(node, unit)


def _start(node: interface.Node, unit: str) -> None:
    try:
        node.systemd.start(unit)
    except problem.Problem:
        if not _watches(node, unit):
            raise


def _watches(node: interface.Node, unit: str) -> bool:
    """Whether a watcher runs, or is one that may be missing and has failed."""
    active = node.systemd.state(unit).active
    return active == "active" or (unit.endswith(_SPARED) and active == "failed")


def _enabled(wanted: Mapping[str, str]) -> list[str]:
    return [unit for unit, text in wanted.items() if "[Install]" in text]


def _texts(node: interface.Node) -> dict[str, str]:
    found = {unit: node.files.read(node.layout.units / unit, follow=True) for unit in KNOWN}
    return {unit: data.decode(errors="replace") for unit, data in found.items() if data is not None}
