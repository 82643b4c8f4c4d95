# SPDX-License-Identifier: Apache-2.0
"""Bundles: what a manifest may say, and trees that keep or break it."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from node import installation

from installer import bundle, execute, files, problem

GOOD: dict[str, Any] = {
    "version": "1.0",
    "glibc": "2.28",
    "files": {"cri-resmgr": {"sha256": "0" * 64, "mode": "0755", "size": 3}, "l": {"link": "x"}},
}


def manifest(**changes: Any) -> bytes:
    """A manifest with changes; a file entry by `files`."""
    return json.dumps({**GOOD, **changes}).encode()


def test_a_tree_is_named_by_its_manifest() -> None:
    """The version and the hash of the manifest make the folder's name."""
    parsed = bundle.parse(manifest())

    assert parsed.tree.startswith("1.0-")
    assert len(parsed.tree) == len("1.0-") + 12
    assert parsed.tree != bundle.parse(manifest(glibc="2.29")).tree
    assert parsed.entries["cri-resmgr"].mode == 0o755


def entry(**changes: Any) -> dict[str, Any]:
    """The files of a manifest with one changed entry."""
    return {"cri-resmgr": {**GOOD["files"]["cri-resmgr"], **changes}}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        manifest(version="../x"),
        manifest(version=1),
        manifest(glibc="new"),
        manifest(files={}),
        manifest(files=[]),
        manifest(files={**GOOD["files"], "../x": GOOD["files"]["l"]}),
        manifest(files={**GOOD["files"], "/x": GOOD["files"]["l"]}),
        manifest(files={**GOOD["files"], "a//b": GOOD["files"]["l"]}),
        manifest(files={**GOOD["files"], "x": {"link": "/etc/passwd"}}),
        manifest(files={**GOOD["files"], "x": {"link": "../../x"}}),
        manifest(files={**GOOD["files"], "manifest.json": GOOD["files"]["l"]}),
        manifest(files=entry(sha256="x")),
        manifest(files=entry(mode="4755")),
        manifest(files=entry(mode=0o755)),
        manifest(files=entry(size=-1)),
        manifest(files=entry(size=True)),
    ],
)
def test_an_unsound_manifest_is_refused(raw: bytes) -> None:
    """Names and links that lead out, odd modes, sizes and hashes are refused."""
    with pytest.raises(ValueError):  # noqa: PT011 - any cause
        bundle.parse(raw)


@pytest.fixture
def world(tmp_path: Path) -> installation.World:
    """A node, with a bundle beside it."""
    made = installation.World(tmp_path)
    made.lay()
    return made


def test_a_damaged_image_is_not_installed(world: installation.World) -> None:
    """A file that is not what the manifest says is found before anything changes on the node."""
    wanted = world.wanted("1")
    before = world.tree()
    base = wanted.bundle / "_internal/base"
    base.write_bytes(b"x" * base.stat().st_size)

    outcome = world.once(wanted)
    assert outcome is not None
    assert "_internal/base is not what the manifest says" in outcome.reason
    assert "image" in outcome.hint
    assert world.tree() == before
    assert world.endpoint() == "containerd"


@pytest.mark.parametrize("damage", ["gone", "short", "changed", "link"])
def test_a_damaged_tree_is_repaired_in_its_place(world: installation.World, damage: str) -> None:
    """What was deleted or changed below `/opt` comes back, without a gap for the running relay."""
    wanted = world.wanted("1")
    world.drive(wanted)
    place = world.layout.versions / wanted.tree
    base = place / "_internal/base"
    if damage == "gone":
        base.unlink()
    elif damage == "short":
        base.write_bytes(b"")
    elif damage == "link":
        (place / "cri-resmgrctl").unlink()
    else:
        base.write_bytes(b"x" * base.stat().st_size)
        # Only sizes are looked at again and again; hashes when somebody asks.
        assert bundle.whole(world.disk, world.layout, wanted.tree)
        read = bundle.read(world.disk, wanted.bundle)
        assert list(bundle.faults(world.disk, place, read, hashes=True)) == ["_internal/base"]
        bundle.repair(world.disk, wanted.bundle, read, place)
        assert list(bundle.faults(world.disk, place, read, hashes=True)) == []
        return

    assert not bundle.whole(world.disk, world.layout, wanted.tree)
    world.drive(wanted)
    assert bundle.whole(world.disk, world.layout, wanted.tree)
    assert world.endpoint() == "relay"


def test_what_is_wanted_comes_from_bundle_and_configuration(
    world: installation.World, tmp_path: Path
) -> None:
    """Version, tree, judged configurations (also by links, as Kubernetes mounts them) and units."""
    folder = world.wanted("1").bundle
    static = tmp_path / "static"
    static.mkdir()
    (tmp_path / "data").write_bytes(b"policy: {}\n")
    (static / "fallback.cfg").symlink_to(tmp_path / "data")

    found = bundle.wanted(files.Files(), folder, static, {"a.service": "x"})
    assert found.version == "1"
    assert found.configs["fallback.cfg"] == b"policy: {}\n"
    assert found.units == {"a.service": "x"}
    with pytest.raises(problem.Problem, match="no such file"):
        bundle.wanted(files.Files(), tmp_path / "none", None, {})


def test_damage_that_keeps_the_size_is_seen_by_reading_all(world: installation.World) -> None:
    """A look costs nothing and sees sizes; a thorough one reads, and then the file is replaced."""
    world.drive(world.wanted("1"))
    wanted = world.wanted("1")
    program = world.layout.versions / wanted.tree / "_internal/base"
    program.write_text("x" * program.stat().st_size)
    thorough = dataclasses.replace(wanted, thorough=True)

    assert world.drive(wanted) == []
    assert [outcome.end for outcome in world.drive(thorough)] == [execute.End.DONE]
    assert program.read_text() == "1" * 100
