# SPDX-License-Identifier: Apache-2.0
"""What a start would find, against what one finds."""

from pathlib import Path

import pytest
from unit.resmgr.state import samples

from resmgr.state import folder as folders
from resmgr.state import peek
from resmgr.state.changes import PutPod, Saved
from resmgr.state.errors import CannotUse
from resmgr.state.store import FILE, Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as a daemon leaves it, but empty."""
    found = tmp_path / "state"
    folders.prepare(found)
    return found


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """Nothing is remembered, and the folder is not made."""
    assert peek.peek(tmp_path / "state") == peek.Peeked(Saved())
    assert not list(tmp_path.iterdir())


def test_what_is_remembered(folder: Path) -> None:
    """Is what the next start loads."""
    with Store.open(folder, now=lambda: 0.0) as store:
        store.load()
        store.write([PutPod(samples.POD)])
        kept = store.load()

    assert peek.peek(folder) == peek.Peeked(kept)


def test_a_file_that_is_damaged(folder: Path) -> None:
    """Is told and stays where it is; a start begins anew."""
    (folder / FILE).write_bytes(b"no database at all")
    (folder / FILE).chmod(0o600)
    found = peek.peek(folder)

    assert found.saved == Saved()
    assert "it would be kept aside" in found.problems[0]
    assert [one.name for one in folder.iterdir()] == [FILE]


def test_what_the_original_left(folder: Path) -> None:
    """Cannot be used where it is damaged, which is told."""
    (folder / "cache").write_text("{")

    assert peek.peek(folder).problems


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_may_write_to(folder: Path, mode: int) -> None:
    """Is refused."""
    folder.chmod(mode)

    with pytest.raises(CannotUse, match="others may write to it"):
        peek.peek(folder)


def test_a_folder_that_more_may_read_than_need_to(folder: Path) -> None:
    """Is warned of."""
    folder.chmod(0o755)

    assert "0710 would do" in peek.peek(folder).problems[0]
