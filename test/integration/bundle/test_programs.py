# SPDX-License-Identifier: Apache-2.0
"""The programs of the bundle, on a machine that offers them nothing."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(1800)  # the interpreter is built where no run before has done it

PROGRAMS = ("cri-resmgr", "cri-resmgr-installer", "cri-resmgrctl", "kubectl-resmgr")


def call(*words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program with those variables as its whole environment: no PATH, no home, no locale."""
    return subprocess.run(words, env=variables, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_tells_its_version_without_any_python(bundle: Path, program: str) -> None:
    """Each program knows its name and version with an empty environment."""
    version = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))["version"]

    done = call(bundle / program, "--version")

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{program} {version}\n", "")


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_helps(bundle: Path, program: str) -> None:
    """The help of each program begins with how it is used."""
    done = call(bundle / program, "--help")

    assert done.returncode == 0
    assert done.stdout.lower().startswith(("usage:", "run", program))


def test_programs_do_not_look_at_a_python_of_the_machine(bundle: Path, tmp_path: Path) -> None:
    """Variables and modules for another Python change nothing."""
    (tmp_path / "asyncio.py").write_text("raise SystemExit(9)\n", encoding="utf-8")
    (tmp_path / "os.py").write_text("raise SystemExit(9)\n", encoding="utf-8")

    done = call(
        bundle / "cri-resmgr",
        "--version",
        PYTHONPATH=str(tmp_path),
        PYTHONHOME=str(tmp_path),
        PYTHONSTARTUP=str(tmp_path / "os.py"),
        LD_LIBRARY_PATH=str(tmp_path),
    )

    assert done.returncode == 0


def test_tree_works_wherever_it_is_and_by_any_link(bundle: Path, tmp_path: Path) -> None:
    """A copy works, also by links to its folder and to its programs, and when it is read-only."""
    copy = shutil.copytree(bundle, tmp_path / "versions/1", symlinks=True)
    (tmp_path / "current").symlink_to("versions/1")
    (tmp_path / "cri-resmgrctl").symlink_to(copy / "cri-resmgrctl")
    for folder, _, names in os.walk(copy):
        for name in names:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & 0o555)

    assert call(tmp_path / "current/cri-resmgr", "--version").returncode == 0
    assert call(tmp_path / "cri-resmgrctl", "--help").stdout.startswith("usage: cri-resmgrctl")


@pytest.mark.parametrize("program", PROGRAMS)
def test_nothing_but_glibc_has_to_be_there(bundle: Path, tmp_path: Path, program: str) -> None:
    """A root with the bundle, glibc and its loader is enough: no shell, no /proc, no /etc."""
    if os.geteuid():
        pytest.fail("cannot test a root with nothing else: only root changes its root")
    shutil.copytree(bundle, tmp_path / "bundle", symlinks=True)
    shown = subprocess.run(
        ["ldd", bundle / "cri-resmgr"], check=True, capture_output=True, text=True
    ).stdout
    for path in re.findall(r"(/\S+) \(0x", shown):
        target = tmp_path / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)

    done = call("/usr/sbin/chroot", tmp_path, f"/bundle/{program}", "--version")

    assert (done.returncode, done.stderr) == (0, "")


def test_exit_status_of_a_program_is_the_callers(bundle: Path) -> None:
    """A wrong command line gives the program's own status and message."""
    done = call(bundle / "cri-resmgr", "--no-such-flag")

    assert done.returncode in (1, 2)
    assert "no-such-flag" in done.stderr


def test_every_module_can_be_imported(bundle: Path, tmp_path: Path) -> None:
    """Nothing that our modules import at their top is left out of the bundle."""
    copy = shutil.copytree(bundle, tmp_path / "copy", symlinks=True)
    (copy / "_internal/bundle_entry.pyc").unlink()
    (copy / "_internal/bundle_entry.py").write_text(IMPORTS, encoding="utf-8")

    done = call(copy / "cri-resmgr")

    assert done.stderr == ""
    assert int(done.stdout) > 200


IMPORTS = """
import importlib, pathlib, sys, zipfile
internal = pathlib.Path(sys.path[-1])
names = zipfile.ZipFile(internal / "lib.zip").namelist()
names += [str(path.relative_to(internal)) for path in (internal / "installer").rglob("*.pyc")]
names = [name[:-4].removesuffix("/__init__") for name in names if name.endswith(".pyc")]
names = [name.replace("/", ".") for name in names]
ours = [name for name in names if name.split(".")[0] in ("resmgr", "ctl", "installer")]
for name in ours:
    if not name.endswith("__main__"):
        importlib.import_module(name)
import installer.units
assert len(installer.units.texts()) >= 5
import ssl, sqlite3, yaml.cyaml, zlib
import google.protobuf.internal.api_implementation as api
assert api.Type() == "upb", api.Type()
ssl.create_default_context()
print(len(ours))
"""
"""Runs inside the bundle; it needs zipfile there."""
