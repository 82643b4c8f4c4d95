# SPDX-License-Identifier: Apache-2.0
"""Files for containers."""

import shutil
import subprocess
from pathlib import Path

import pytest

from resmgr.effects import exports
from resmgr.effects.exports import Exports
from resmgr.model import Mount


def test_a_container_has_a_file_with_its_values(tmp_path: Path) -> None:
    """Keys are sorted; everybody may read it, nobody else may write it."""
    Exports(tmp_path).write("uid:main", {"SHARED_CPUS": "0-3", "EXCLUSIVE_CPUS": "4"})
    path = tmp_path / "containers/uid-main/resources.sh"

    assert path.read_text() == 'EXCLUSIVE_CPUS="4"\nSHARED_CPUS="0-3"\n'
    assert path.stat().st_mode & 0o777 == 0o644
    assert path.parent.stat().st_mode & 0o777 == 0o755


def test_no_values_are_an_empty_file(tmp_path: Path) -> None:
    """Whoever sources it gets nothing and no error."""
    Exports(tmp_path).write("uid:main", {})

    assert (tmp_path / "containers/uid-main/resources.sh").read_text() == ""


@pytest.mark.parametrize("cache_id", ["../x:y", "a/b:c", "", ".hidden:x", "x" * 300])
def test_an_id_that_would_leave_the_folder_is_refused(tmp_path: Path, cache_id: str) -> None:
    """Ids come from requests."""
    with pytest.raises(ValueError, match="cannot be the name of a folder"):
        Exports(tmp_path).write(cache_id, {})


def test_a_shell_reads_exactly_the_value() -> None:
    """Nothing in a value is run."""
    if shutil.which("sh") is None:
        pytest.fail("cannot test what a shell reads: there is no sh")
    value = 'a"b\\c$HOME`id`'
    script = exports.text({"X": value}) + 'printf %s "$X"'
    answer = subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True)

    assert answer.stdout == value


def test_folders_of_containers_that_have_gone_are_removed(tmp_path: Path) -> None:
    """Those that are known stay."""
    files = Exports(tmp_path)
    for name in ("a", "b"):
        files.write(f"uid:{name}", {})
    files.keep_only(["uid:b"])

    assert [path.name for path in (tmp_path / "containers").iterdir()] == ["uid-b"]


def test_without_any_folder_there_is_nothing_to_remove(tmp_path: Path) -> None:
    """Most policies export nothing."""
    Exports(tmp_path).keep_only([])

    assert not (tmp_path / "containers").exists()


def test_only_a_container_with_a_file_has_it_mounted(tmp_path: Path) -> None:
    """Its folder, at a fixed place, and nobody can write there."""
    files = Exports(tmp_path)
    files.write("uid:a", {})

    assert files.mounts("uid:a") == (
        Mount("/.cri-resmgr", str(tmp_path / "containers/uid-a"), readonly=True),
    )
    assert files.mounts("uid:b") == ()


def test_files_of_a_daemon_before_are_known(tmp_path: Path) -> None:
    """Those of containers that are still there."""
    Exports(tmp_path).write("uid:a", {})
    files = Exports(tmp_path)
    files.keep_only(["uid:a", "uid:b"])

    assert files.written == {"uid:a"}


def test_a_folder_is_removed_with_its_container(tmp_path: Path) -> None:
    """Others stay."""
    files = Exports(tmp_path)
    for name in ("a", "b"):
        files.write(f"uid:{name}", {})
    files.remove("uid:a")

    assert [path.name for path in (tmp_path / "containers").iterdir()] == ["uid-b"]
    assert files.mounts("uid:a") == ()
