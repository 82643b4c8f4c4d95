# SPDX-License-Identifier: Apache-2.0
"""An installer at work on a model of a node: its bundles, and its lives one after the other."""

import hashlib
import json

from installer import bundle, execute, facts, files, journal, plan, static_configs, units
from installer.steps import interface

from . import model


class World(model.Model):
    """A node with what an installer is given there."""

    def wanted(self, version: str, **configs: bytes) -> interface.Wanted:
        """A bundle of this version, made when it is not there yet."""
        folder = self.root / f"bundle-{version}"
        if not folder.exists():
            (folder / "_internal").mkdir(parents=True)
            (folder / "cri-resmgr").write_text(f"program {version}")
            (folder / "cri-resmgrctl").symlink_to("cri-resmgr")
            (folder / "_internal/base").write_text(version * 100)
            (folder / "rescue").write_text(f"#!/bin/sh\n# {version}\n")
            listed = {
                str(path.relative_to(folder)): {"link": str(path.readlink())}
                if path.is_symlink()
                else {
                    "mode": "0644" if path.name == "base" else "0755",
                    "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                    "size": path.stat().st_size,
                }
                for path in sorted(folder.rglob("*"))
                if not path.is_dir()
            }
            manifest = {"version": version, "glibc": "2.28", "files": listed}
            (folder / "manifest.json").write_text(json.dumps(manifest))
        read = bundle.read(files.Files(), folder)
        given = {f"{name}.cfg": content for name, content in configs.items()}
        return interface.Wanted(
            version,
            read.tree,
            folder,
            read.glibc,
            static_configs.judge(given),
            {name: f"{text}# {version}\n" for name, text in units.texts().items()},
        )

    def node(self, wanted: interface.Wanted | None) -> interface.Node:
        """The node as the installer is given it."""
        return interface.Node(self.layout, self.disk, self, self, self, self, wanted, self._tell)

    def once(self, wanted: interface.Wanted | None) -> execute.Outcome | None:
        """One life of an installer: recover, look, plan, act. None: nothing is to be done."""
        node = self.node(wanted)
        opened = journal.Journal.open(self.disk, self.layout.journal)
        recovered = execute.recover(opened, node)
        if recovered is not None and recovered.end is not execute.End.LATER:
            return recovered
        actions = plan.plan(facts.gather(node, opened), wanted)
        return execute.run(actions, node, opened) if actions else None

    def drive(self, wanted: interface.Wanted | None, limit: int = 8) -> list[execute.Outcome]:
        """Lives, until nothing is to be done; time passes between them."""
        outcomes: list[execute.Outcome] = []
        while (outcome := self.once(wanted)) is not None:
            outcomes.append(outcome)
            self.memory.time += max(outcome.seconds, 1)
            if len(outcomes) >= limit:
                break
        return outcomes
