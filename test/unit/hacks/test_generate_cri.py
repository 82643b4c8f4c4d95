# SPDX-License-Identifier: Apache-2.0
"""The generator of the daemon's messages."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MADE = ("api_pb2.py", "api_pb2.pyi")


@pytest.fixture
def copy(checkout: Path, tmp_path: Path) -> Path:
    """Copy the generator with what it reads and writes."""
    (tmp_path / "hacks").mkdir()
    shutil.copy(checkout / "hacks/generate_cri.py", tmp_path / "hacks")
    for pattern in ("*.proto", "*_pb2.py", "*_pb2.pyi"):
        for path in (checkout / "resmgr").rglob(pattern):
            target = tmp_path / path.relative_to(checkout)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return tmp_path


def generate(root: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Run the generator of a copy."""
    command = [sys.executable, str(root / "hacks/generate_cri.py"), *flags]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_is_there_is_current(copy: Path) -> None:
    """The files in the project are those that the generator makes of api.proto."""
    done = generate(copy, "--check")

    assert (done.returncode, done.stderr) == (0, "")


def test_check_names_what_is_stale(copy: Path) -> None:
    """After a change of api.proto the check fails, names both files and writes nothing."""
    proto = copy / "resmgr/cri/api.proto"
    text = proto.read_text(encoding="utf-8")
    proto.write_text(text + "\nmessage Later {\n  string id = 1;\n}\n", encoding="utf-8")
    before = (copy / "resmgr/cri/api_pb2.py").read_bytes()

    done = generate(copy, "--check")

    assert done.returncode == 1
    assert "api_pb2.py is not current" in done.stderr
    assert "api_pb2.pyi is not current" in done.stderr
    assert (copy / "resmgr/cri/api_pb2.py").read_bytes() == before


def test_generate_makes_it_current(copy: Path) -> None:
    """Files that are missing are written anew, byte for byte."""
    before = [(copy / "resmgr/cri" / name).read_bytes() for name in MADE]
    for name in MADE:
        (copy / "resmgr/cri" / name).unlink()

    assert generate(copy).returncode == 0
    assert [(copy / "resmgr/cri" / name).read_bytes() for name in MADE] == before


def test_a_description_with_a_mistake_is_told(copy: Path) -> None:
    """When protoc does not understand api.proto, the generator says so and fails."""
    (copy / "resmgr/cri/api.proto").write_text("message {", encoding="utf-8")

    done = generate(copy)

    assert done.returncode == 1
    assert "cannot compile resmgr/cri/api.proto" in done.stderr
