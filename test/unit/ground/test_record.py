# SPDX-License-Identifier: Apache-2.0
"""What a record of a node's files sees."""

from pathlib import Path

import pytest
from ground import record, tree


@pytest.fixture
def disk(tmp_path: Path) -> tree.Tree:
    """A node's disk with a file, a link and a folder."""
    made = tree.Tree(tmp_path)
    made.write("/etc/hosts", "127.0.0.1 localhost\n")
    made.write("/var/lib/kubelet/extra_args", "A=b\n")
    made.path("/etc/link").symlink_to("hosts")
    for folder in ("/opt", "/run", "/var/log"):
        made.path(folder).mkdir(parents=True)
    return made


def change(disk: tree.Tree, what: str) -> None:
    """Change one thing on the disk."""
    hosts = disk.path("/etc/hosts")
    match what:
        case "content":
            hosts.write_text("127.0.0.1 localhosT\n", encoding="ascii")
        case "mode":
            hosts.chmod(0o600)
        case "link":
            disk.path("/etc/link").unlink()
            disk.path("/etc/link").symlink_to("host")
        case "added":
            disk.write("/opt/new", "")
        case "removed":
            hosts.unlink()
        case "kubelet":
            disk.write("/var/lib/kubelet/extra_args", "A=c\n")


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("content", ["/etc/hosts: content"]),
        ("mode", ["/etc/hosts: mode 644 -> 600"]),
        ("link", ["/etc/link: content hosts -> host"]),
        ("added", ["/opt/new: file added"]),
        ("removed", ["/etc/hosts: file removed"]),
        ("kubelet", ["/var/lib/kubelet/extra_args: content"]),
    ],
)
def test_changes_are_told(disk: tree.Tree, what: str, told: list[str]) -> None:
    """Each kind of change is one sentence with its path."""
    before = record.take(disk)
    change(disk, what)
    found = record.differences(before, record.take(disk))

    assert len(found) == len(told)
    assert all(line.startswith(start) for line, start in zip(found, told, strict=True))


def test_nothing_changed_is_nothing_told(disk: tree.Tree) -> None:
    """Two records of the same are equal, also when a file has been written again as it was."""
    before = record.take(disk)
    disk.write("/etc/hosts", "127.0.0.1 localhost\n")

    assert record.differences(before, record.take(disk)) == []


def test_restless_folders_are_left_out(disk: tree.Tree) -> None:
    """What changes by itself is not recorded, nor is what is ours."""
    before = record.take(disk)
    for path in ("/run/x", "/var/log/y", "/var/lib/kubelet/pods/z", "/opt/cri-resmgr/current"):
        disk.write(path, "")

    assert record.differences(before, record.take(disk)) == []


def test_ours_is_seen_where_it_is_asked_for(disk: tree.Tree) -> None:
    """After a removal our folders have to be gone, so they can be looked for."""
    before = record.take(disk, without=record.RESTLESS)
    disk.write("/etc/cri-resmgr/fallback.cfg", "")

    assert record.differences(before, record.take(disk, without=record.RESTLESS)) == [
        "/etc/cri-resmgr: folder added",
        "/etc/cri-resmgr/fallback.cfg: file added",
    ]
