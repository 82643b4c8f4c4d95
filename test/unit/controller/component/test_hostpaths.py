# SPDX-License-Identifier: Apache-2.0
"""Host paths are narrow, few, and documented with the same words."""

import re
from pathlib import Path

import pytest

from controller import names
from controller.component import hostpaths

ROOT = Path(__file__).resolve().parents[4]
BOTH = {
    names.INSTALLATION_DAEMONSET: hostpaths.INSTALLATION,
    names.AGENT_DAEMONSET: hostpaths.AGENT,
}

FORBIDDEN = (
    "/",
    "/etc",
    "/opt",
    "/opt/bin",
    "/var",
    "/var/lib",
    "/run",
    "/var/run",
    "/proc",
    "/sys",
)


def test_the_documentation_lists_exactly_the_paths_that_are_mounted() -> None:
    """Workload, path, access and reason in docs/reference/pod-security.md are those of the code."""
    text = (ROOT / "docs" / "reference" / "pod-security.md").read_text()
    table = text.partition("## Host paths")[2].partition("## What")[0]

    rows = re.findall(r"^\| (\S+) \| (/\S+) \| (\w+) \| (.*) \|$", table, re.MULTILINE)

    assert rows == [
        (workload, path.path, "read" if path.read_only else "write", path.reason)
        for workload, paths in BOTH.items()
        for path in paths
    ]


@pytest.mark.parametrize("workload", BOTH)
def test_no_path_is_wider_than_it_has_to_be(workload: str) -> None:
    """Neither a whole tree of the node nor what belongs to gardener-node-agent is mounted."""
    paths = [path.path for path in BOTH[workload]]

    assert not set(paths) & set(FORBIDDEN)
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("workload", BOTH)
def test_nothing_is_made_on_the_node_but_our_own_directories(workload: str) -> None:
    """A path of others has to be there, so that a removal leaves the node as it was."""
    made = [path.path for path in BOTH[workload] if path.type == "DirectoryOrCreate"]

    assert all(path.endswith("/cri-resmgr") for path in made)
    assert {path.type for path in BOTH[workload]} <= {"DirectoryOrCreate", "Directory", "Socket"}


def test_files_of_gardener_node_agent_are_read_only() -> None:
    """NODE-1: the pod could not edit them if it wanted to."""
    access = {path.path: path.read_only for path in hostpaths.INSTALLATION}

    assert access["/var/lib/gardener-node-agent"]
    assert not any(path.startswith("/opt/bin") for path in access)
