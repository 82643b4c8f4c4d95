# SPDX-License-Identifier: Apache-2.0
"""The static configurations and the unit's environment below `/etc/cri-resmgr`."""

from collections.abc import Mapping

from .. import static_configs
from . import interface

NAMES = (*static_configs.NAMES, static_configs.RELAY_ENV)
"""Our files there. The person's switch `disabled` is not ours."""


class Configuration:
    """What is wanted is there, and of our names nothing else."""

    name = "configuration"

    def check(self, node: interface.Node) -> bool:
        """Every file is as wanted."""
        wanted = interface.wanted(node).configs
        return all(node.files.read(node.layout.etc / name) == wanted.get(name) for name in NAMES)

    def before(self, node: interface.Node) -> interface.Before:
        """The files that are there."""
        found = {name: node.files.read(node.layout.etc / name) for name in NAMES}
        # Bytes that are no text come back as they were.
        return {
            name: data.decode(errors="surrogateescape")
            for name, data in found.items()
            if data is not None
        }

    def apply(self, node: interface.Node) -> None:
        """Write what is wanted, remove the others."""
        node.files.make_folder(node.layout.etc)
        _write(node, interface.wanted(node).configs)

    def revert(self, node: interface.Node, before: interface.Before) -> None:
        """Write what was there, remove the others."""
        _write(
            node,
            {
                name: str(text).encode(errors="surrogateescape")
                for name, text in before.items()
                if name in NAMES
            },
        )


def _write(node: interface.Node, contents: Mapping[str, bytes]) -> None:
    for name in NAMES:
        path = node.layout.etc / name
        if name in contents:
            node.files.write(path, contents[name], mode=0o644)
        else:
            node.files.remove(path)
