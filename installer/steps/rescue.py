# SPDX-License-Identifier: Apache-2.0
"""The shell script that gives the kubelet back, outside of the bundle's tree."""

from .. import problem
from . import interface

SOURCE = "rescue"
"""Its name in the bundle."""


class Rescue:
    """A copy that works when the bundle is gone."""

    name = "rescue"

    def check(self, node: interface.Node) -> bool:
        """It is the bundle's, and can be executed."""
        mode = node.files.mode(node.layout.rescue)
        return (
            mode is not None
            and mode & 0o111 != 0
            and node.files.read(node.layout.rescue) == _wanted(node)
        )

    def before(self, node: interface.Node) -> interface.Before:
        """The script that is there."""
        data = node.files.read(node.layout.rescue)
        return {"text": None if data is None else data.decode()}

    def apply(self, node: interface.Node) -> None:
        """Write the bundle's."""
        node.files.write(node.layout.rescue, _wanted(node), mode=0o755)

    def revert(self, node: interface.Node, before: interface.Before) -> None:
        """Write the one that was there, or remove it."""
        text = before.get("text")
        if isinstance(text, str):
            node.files.write(node.layout.rescue, text.encode(), mode=0o755)
        else:
            node.files.remove(node.layout.rescue)


def _wanted(node: interface.Node) -> bytes:
    source = interface.wanted(node).bundle / SOURCE
    data = node.files.read(source)
    if data is None:
        raise problem.Problem(f"cannot read {source}: no such file", "pull the image again")
    return data
