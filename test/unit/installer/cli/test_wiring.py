# SPDX-License-Identifier: Apache-2.0
"""How the edges come together."""

import io
import sys
from pathlib import Path

import pytest

from installer import paths
from installer.cli import program, wiring

IN_A_POD = {"NODE_NAME": "n", "POD_NAME": "p", "KUBERNETES_SERVICE_HOST": "10.0.0.1"}


def around(**environ: str) -> program.Surroundings:
    """Surroundings with this environment."""
    return program.Surroundings(environ, io.StringIO(), io.StringIO())


def test_a_pod_has_a_cluster(tmp_path: Path) -> None:
    """It knows its Node, and says which pod it is."""
    with wiring.edges(tmp_path, around(**IN_A_POD)) as edges:
        assert edges.api is not None
        assert (edges.api.name, edges.pod) == ("n", "p")


@pytest.mark.parametrize("missing", ["NODE_NAME", "KUBERNETES_SERVICE_HOST"])
def test_a_person_has_none(tmp_path: Path, missing: str) -> None:
    """Then nobody is asked, and nobody told."""
    environ = {key: value for key, value in IN_A_POD.items() if key != missing}
    with wiring.edges(tmp_path, around(**environ)) as edges:
        assert edges.api is None
        assert edges.node.kubelet.ready() is None


def test_a_checkout_calls_itself_by_its_python() -> None:
    """And is in no bundle."""
    assert wiring.own_program() == [sys.executable, "-m", "installer"]
    assert wiring.own_bundle() is None


def test_the_boot_is_known(tmp_path: Path) -> None:
    """From the kernel; where that tells nothing, all boots are one."""
    assert len(wiring.boot_id(paths.Layout(Path("/")))) == 36
    assert wiring.boot_id(paths.Layout(tmp_path)) == ""
