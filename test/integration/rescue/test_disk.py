# SPDX-License-Identifier: Apache-2.0
"""A disk that is full or read-only, a link in the file's place: the kubelet gets containerd."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from node import rescues

MINE = f'# mine\nA=b\nKUBELET_EXTRA_ARGS="--v=2 {rescues.ARGUMENT} --a=b"\n'
FREED = MINE.replace(f" {rescues.ARGUMENT}", "")


@pytest.fixture
def disk(node: rescues.Node) -> Iterator[Path]:
    """Give /var/lib of the node, on a small disk of its own."""
    if os.geteuid() != 0:
        pytest.fail("cannot mount a small disk: that needs root")
    folder = node.root / "var/lib"
    words = ["-t", "tmpfs", "-o", "size=64k,nr_inodes=32", "rescue-test", str(folder)]
    subprocess.run(["mount", *words], check=True)
    try:
        (folder / "kubelet").mkdir()
        (folder / "cri-resmgr").mkdir()
        node.extra_args.write_text(MINE)
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def fill(folder: Path) -> None:
    """Write until nothing more can be written, not even an empty file."""
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as out:
        while out.write(b"x" * 4096):
            pass
    with contextlib.suppress(OSError):
        for number in range(100):
            (folder / f"empty-{number}").touch()


def test_a_full_disk_is_written_over(node: rescues.Node, disk: Path) -> None:
    """The file is shortened in place, byte for byte as it would be otherwise."""
    fill(disk)

    done = node.run("give-back", "the disk is full")

    assert done.returncode == 0, done.stderr
    assert node.extra_args.read_text() == FREED
    assert not node.on_relay


def test_a_full_disk_does_not_hide_the_mark(node: rescues.Node, disk: Path) -> None:
    """It goes to /run, which is no disk."""
    fill(disk)
    node.run("give-back", "the disk is full")

    assert not node.rescued.exists()
    mark = (node.root / "run/cri-resmgr/rescued").read_text()
    assert mark.endswith(" the disk is full\n")


def test_a_disk_that_is_read_only_is_stood_above(node: rescues.Node, disk: Path) -> None:
    """The unit reads another file, with everything but our argument, until the next boot."""
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)

    done = node.run("give-back", "the disk is read-only")

    assert done.returncode == 0, done.stderr
    assert not node.on_relay
    assert node.extra_args.read_text() == MINE
    assert (node.drop_ins / "90-cri-resmgr-rescue.env").read_text() == FREED
    path = "/run/systemd/system/kubelet.service.d/90-cri-resmgr-rescue.env"
    conf = (node.drop_ins / "90-cri-resmgr-rescue.conf").read_text()
    assert conf == f"[Service]\nEnvironmentFile=-{path}\n"
    acts = [line.split()[0] for line in (node.root / "calls").read_text().splitlines()]
    assert acts.index("daemon-reload") < acts.index("restart")


def test_a_disk_that_stays_read_only_is_left_in_peace(node: rescues.Node, disk: Path) -> None:
    """The kubelet is restarted once, not at every check."""
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    node.gate(1)
    for _ in range(9):
        node.run("check")

    assert len(node.calls("restart")) == 1


def test_a_disk_that_comes_back_is_put_right(node: rescues.Node, disk: Path) -> None:
    """The next check writes the file, and takes away what stood above it, without a restart."""
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    node.run("give-back", "the disk is read-only")
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)

    done = node.run("check")

    assert done.returncode == 0
    assert node.extra_args.read_text() == FREED
    assert not node.drop_ins.exists()
    assert len(node.calls("restart")) == 1


def test_a_link_is_not_followed(node: rescues.Node, tmp_path: Path) -> None:
    """It stays, and so does what it leads to; the unit reads another file after it."""
    target = tmp_path / "elsewhere"
    target.write_text(MINE)
    node.extra_args.unlink()
    node.extra_args.symlink_to(target)

    done = node.run("give-back", "a link")

    assert done.returncode == 0, done.stderr
    assert node.extra_args.is_symlink()
    assert target.read_text() == MINE
    assert (node.drop_ins / "90-cri-resmgr-rescue.env").read_text() == FREED
    assert not node.on_relay


def test_a_node_without_run_is_given_back(node: rescues.Node) -> None:
    """No lock, no count, no second place for the mark: still the kubelet comes first."""
    (node.root / "run").rmdir()
    (node.root / "run").write_text("no folder")

    done = node.run("give-back", "no /run")

    assert done.returncode == 0, done.stderr
    assert not node.on_relay
