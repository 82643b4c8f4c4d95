# SPDX-License-Identifier: Apache-2.0
"""The bundle's tree below `/opt/cri-resmgr/versions`, complete, tried, and not yet in use."""

from pathlib import Path

from .. import bundle, files, problem
from . import interface

TRIAL = 30.0
"""Seconds that `cri-resmgr --version` may take on the node."""


class Tree:
    """At most two trees are kept: the one that is in use and the one that comes."""

    name = "tree"

    def check(self, node: interface.Node) -> bool:
        """The wanted tree is there and whole."""
        wanted = interface.wanted(node)
        return bundle.whole(node.files, node.layout, wanted.tree, hashes=wanted.thorough)

    def before(self, node: interface.Node) -> interface.Before:
        """The trees that are there."""
        return {"trees": list(node.files.names(node.layout.versions))}

    def apply(self, node: interface.Node) -> None:
        """Copy it beside its place, read it back, try it, name it; or repair it in its place."""
        wanted = interface.wanted(node)
        layout, disk = node.layout, node.files
        manifest = bundle.read(disk, wanted.bundle)
        if manifest.tree != wanted.tree:
            raise problem.Problem("cannot copy the bundle: it has changed meanwhile")
        disk.make_folder(layout.versions)
        disk.sweep([layout.opt, layout.versions])
        self._prune(node, {wanted.tree, *self._in_use(node)})
        place = layout.versions / wanted.tree
        if disk.mode(place) is not None:
            bundle.repair(disk, wanted.bundle, manifest, place)
            _try(node, place)
            return
        fresh = layout.versions / f".{wanted.tree}{files.NEW}"
        bundle.copy(disk, wanted.bundle, manifest, fresh)
        _try(node, fresh)
        disk.rename(fresh, place)

    def revert(self, node: interface.Node, before: interface.Before) -> None:
        """Remove the trees that were not there."""
        trees = before.get("trees")
        kept = {str(name) for name in trees} if isinstance(trees, list) else set()
        node.files.sweep([node.layout.versions])
        self._prune(node, kept)
        if not kept:
            node.files.remove_folder(node.layout.versions)

    def _prune(self, node: interface.Node, kept: set[str]) -> None:
        for name in node.files.names(node.layout.versions):
            if name not in kept:
                node.files.remove_tree(node.layout.versions / name)

    def _in_use(self, node: interface.Node) -> set[str]:
        target = node.files.link(node.layout.current)
        return {Path(target).name} if target else set()


def _try(node: interface.Node, folder: Path) -> None:
    """Run a program of the tree on the node: glibc, architecture and mount options in one."""
    program = node.layout.on_node(folder / bundle.PROGRAM)
    code = node.systemd.run_once((program, "--version"), TRIAL)
    if code:
        glibc = interface.wanted(node).glibc
        raise problem.Problem(
            f"cannot run the bundle on this node: {bundle.PROGRAM} --version ended with {code}",
            f"it needs glibc {glibc} or later, and /opt mounted without noexec",
        )
