# SPDX-License-Identifier: Apache-2.0
"""The bridge that control plane and nodes share, and what hangs on it."""

import contextlib
import json
import subprocess
from typing import Any

from . import places


def up(place: places.Place) -> None:
    """Make the bridge with our address. Raises `subprocess.CalledProcessError`."""
    # An address of its own: a bridge else takes that of its first port and changes with it.
    hardware = f"02:77:00:00:00:{place.number:02x}"
    _ip("link", "add", place.bridge, "address", hardware, "type", "bridge")
    _ip("address", "add", f"{place.gateway}/24", "dev", place.bridge)
    _ip("link", "set", place.bridge, "up")


def route(place: places.Place, node: int) -> None:
    """Lead to the pods of a node."""
    _ip("route", "replace", place.pods(node), "via", place.address(node), "dev", place.bridge)


def down(place: places.Place) -> None:
    """Remove the bridge, with its routes, and the ends of the nodes' cables. Twice is fine."""
    for name in links(place):
        # The cable goes by itself when the last process on the other end has gone.
        with contextlib.suppress(subprocess.CalledProcessError):
            _ip("link", "delete", name)


def unplug(machine: str) -> None:
    """Remove the cable of a machine that is off, if it is still there."""
    with contextlib.suppress(subprocess.CalledProcessError):
        _ip("link", "delete", cable(machine))


def cable(machine: str) -> str:
    """Our end of a machine's cable, as systemd-nspawn calls it."""
    return f"vb-{machine}"


def links(place: places.Place) -> list[str]:
    """Give the interfaces that belong to a place."""
    ours = (place.bridge, cable(place.prefix))
    names = [link["ifname"] for link in _links()]
    return [name for name in names if name == ours[0] or name.startswith(ours[1])]


def _links() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(_ip("-json", "link", "show"))
    return found


def _ip(*words: str) -> str:
    argv = ["ip", *words]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout
