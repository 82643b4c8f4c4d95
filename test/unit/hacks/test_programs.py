# SPDX-License-Identifier: Apache-2.0
"""`hacks/programs`: what it does before it fetches or builds anything."""

import os
import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """A folder as KUBEBUILDER_ASSETS names it."""
    folder = tmp_path / "assets"
    folder.mkdir()
    for name in ("kube-apiserver", "etcd"):
        program = folder / name
        program.write_text("#!/bin/sh\n", encoding="utf-8")
        program.chmod(0o755)
    return folder


def run(checkout: Path, cache: Path, *names: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the script with a cache of its own."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), **more}
    return subprocess.run(
        [checkout / "hacks/programs", *names],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )


def test_kubebuilder_assets_are_used(checkout: Path, tmp_path: Path, assets: Path) -> None:
    """Where KUBEBUILDER_ASSETS has both programs, they are the ones, and nothing is built."""
    done = run(checkout, tmp_path, "kube-apiserver", "etcd", KUBEBUILDER_ASSETS=str(assets))

    folder = Path(done.stdout.strip())
    assert (folder / "kube-apiserver").resolve() == assets / "kube-apiserver"
    assert (folder / "etcd").resolve() == assets / "etcd"


def test_answer_is_the_same_again(checkout: Path, tmp_path: Path, assets: Path) -> None:
    """A second run finds what the first one made, and says nothing but the folder."""
    first = run(checkout, tmp_path, "etcd", KUBEBUILDER_ASSETS=str(assets))
    second = run(checkout, tmp_path, "etcd", KUBEBUILDER_ASSETS=str(assets))

    assert second.stdout == first.stdout
    assert second.stderr == ""


def test_unknown_program_is_refused(checkout: Path, tmp_path: Path) -> None:
    """A name that the script does not know is an error that lists the names it knows."""
    done = run(checkout, tmp_path, "kubeapiserver")

    assert done.returncode == 1
    assert "cannot make 'kubeapiserver': no such program" in done.stderr
    assert "kube-apiserver etcd helm kubectl promtool" in done.stderr


def test_cache_that_cannot_be_written_is_told(checkout: Path, tmp_path: Path) -> None:
    """Where the cache's place is taken by a file, the script says so and names the variable."""
    (tmp_path / "taken").write_text("", encoding="utf-8")

    done = run(checkout, tmp_path / "taken", "etcd")

    assert done.returncode == 1
    assert "cannot write to the cache" in done.stderr
    assert "XDG_CACHE_HOME=FOLDER" in done.stderr
