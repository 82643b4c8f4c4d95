# SPDX-License-Identifier: Apache-2.0
"""A life put together, without a node to live on."""

import io
from pathlib import Path

import pytest
from node import systemd_bus

from installer import names, probe, status
from installer.cli import living, program
from installer.steps import interface


def made(root: Path, probes: Path | None = None) -> living.Living:
    """A life below a root."""
    around = program.Surroundings({}, io.StringIO(), io.StringIO())
    return living.Living(living.Order(root=root), around, probes)


@pytest.mark.parametrize(
    ("words", "policy"),
    [("policy static, node agent", "static"), ("starting", ""), ("policy", ""), ("", "")],
)
def test_the_policy_is_what_the_daemon_tells_systemd(
    root: Path, manager: systemd_bus.Manager, words: str, policy: str
) -> None:
    """Its status line begins with it."""
    manager.units[names.RELAY_UNIT] = systemd_bus.Unit(words=words)
    life = made(root)
    with life.edges:
        assert life._policy() == policy


def test_attempts_count_for_bundle_configuration_and_pod(root: Path) -> None:
    """One of them differs: another attempt."""

    def wanted(tree: str, **configs: bytes) -> interface.Wanted:
        return interface.Wanted("1", tree, root, "2.17", configs, {})

    life = made(root)
    with life.edges:
        first = life._identity(wanted("a", force=b"x"))

        assert first == life._identity(wanted("a", force=b"x"))
        assert first != life._identity(wanted("b", force=b"x"))
        assert first != life._identity(wanted("a", force=b"y"))


def test_probes_are_for_pods(root: Path, tmp_path: Path) -> None:
    """A person's run writes no file that probes read."""
    file = tmp_path / "probe.json"
    for probes in (None, file):
        life = made(root, probes)
        with life.edges:
            life._show(status.Status(ready=True))

        assert probe.ready(file) is (probes is not None)


def test_the_page_of_metrics(root: Path) -> None:
    """Without a bundle the version is not known."""
    life = made(root)
    with life.edges:
        assert 'build_info{version="unknown"} 1' in life.metrics()
