# SPDX-License-Identifier: Apache-2.0
"""What outlives a pod."""

import json
from pathlib import Path

import pytest

from installer import files, status

FULL = status.Status(
    state="rolled-back",
    reason="it failed",
    restarts=3,
    failures=2,
    failed_at=12.5,
    failed_boot="b",
    selected=True,
)


def test_it_comes_back(tmp_path: Path) -> None:
    """What was written is read; folders are made."""
    path = tmp_path / "a" / "status.json"

    assert status.write(files.Files(), path, FULL) == ""
    assert status.read(path) == FULL


@pytest.mark.parametrize("length", range(0, 120, 7))
def test_a_torn_file_counts_as_none(tmp_path: Path, length: int) -> None:
    """No beginning of a file is taken for the whole."""
    path = tmp_path / "status.json"
    status.write(files.Files(), path, FULL)
    path.write_bytes(path.read_bytes()[:length])

    assert status.read(path) == status.Status()


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "7",
        '{"state": 7, "restarts": "many", "selected": "yes", "failures": true, "more": 1}',
    ],
)
def test_values_of_another_kind_are_left_out(tmp_path: Path, text: str) -> None:
    """The file may be of another version, or of somebody who edited it."""
    path = tmp_path / "status.json"
    path.write_text(text)

    assert status.read(path) == status.Status()


def test_a_disk_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """It is no reason to stop."""
    (tmp_path / "file").write_text("")
    cause = status.write(files.Files(), tmp_path / "file" / "status.json", FULL)

    assert cause.startswith("cannot")


def test_people_can_read_it(tmp_path: Path) -> None:
    """It is plain JSON, sorted."""
    path = tmp_path / "status.json"
    status.write(files.Files(), path, FULL)
    keys = list(json.loads(path.read_text()))

    assert keys == sorted(keys)
