# SPDX-License-Identifier: Apache-2.0
"""Small files below sysfs."""

import os
from pathlib import Path

import pytest

from resmgr.sysfs import files


def put(folder: Path, content: str) -> files.Folder:
    """Write a file named `file`."""
    (folder / "file").write_text(content, encoding="utf-8")
    return files.Folder(folder)


@pytest.mark.parametrize(
    ("content", "number"),
    [("0\n", 0), ("12", 12), ("-1\n", -1), ("0x1F", 31), ("010", 8), ("08", 8), ("\n 7 \n", 7)],
)
def test_numbers_have_the_prefixes_of_c(tmp_path: Path, content: str, number: int) -> None:
    """Decimal, hexadecimal and octal numbers are read."""
    assert put(tmp_path, content).number("file") == number


@pytest.mark.parametrize("content", ["", "one", "1 2", "0x", "1.5", "9" * 30])
def test_other_text_is_no_number(tmp_path: Path, content: str) -> None:
    """The message names the file and what is in it; a file that is not needed is as if missing."""
    folder = put(tmp_path, content)

    with pytest.raises(files.DiscoveryError, match=f"{tmp_path}/file: .* is no number"):
        folder.number("file")
    assert folder.number_or("file", 5) == 5


@pytest.mark.parametrize(
    ("content", "mask"), [("", 0), ("0-2\n", 0b111), ("1,,2", 0b10), (",1", 0), ("1,", 0b10)]
)
def test_lists_end_at_an_empty_element(tmp_path: Path, content: str, mask: int) -> None:
    """What is behind an empty element is not read; an empty file is the empty set."""
    assert put(tmp_path, content).ids("file") == mask


def test_a_bad_list_names_its_file(tmp_path: Path) -> None:
    """The message says which file has a wrong list, and what is wrong."""
    with pytest.raises(files.DiscoveryError, match=r"file: cannot read '3-1' .* runs backwards"):
        put(tmp_path, "3-1").ids("file")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The message names the file and the system's reason."""
    with pytest.raises(files.DiscoveryError, match="nothing: No such file"):
        files.Folder(tmp_path).text("nothing")


def test_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    """A file without end is refused."""
    with pytest.raises(files.DiscoveryError, match="more than"):
        put(tmp_path, "1" * (files.LARGEST + 1)).text("file")


def test_numbered_entries_ascend_by_number(tmp_path: Path) -> None:
    """Names with anything else than a number behind the prefix are others' entries."""
    for name in ("cpu10", "cpu2", "cpufreq", "cpu", "cpu1x", "acpu3"):
        (tmp_path / name).mkdir()

    assert files.Folder(tmp_path).numbered("cpu") == [2, 10]


def test_a_missing_folder_has_no_entries(tmp_path: Path) -> None:
    """Nothing is there, which is no error here."""
    assert files.Folder(tmp_path / "nothing").numbered("cpu") == []


def test_ids_beyond_belief_are_refused(tmp_path: Path) -> None:
    """No mask grows to millions of bits because of a name."""
    (tmp_path / "cpu999999999").mkdir()

    with pytest.raises(files.DiscoveryError, match="too large"):
        files.Folder(tmp_path).numbered("cpu")


def test_long_files_are_read_whole(tmp_path: Path) -> None:
    """A list of many ids may be longer than what one call gives."""
    ids = ",".join(map(str, range(0, 8192, 2)))

    assert put(tmp_path, ids).ids("file").bit_count() == 4096


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """The message says what is wrong with it."""
    (tmp_path / "file").mkdir()

    with pytest.raises(files.DiscoveryError, match=r"file: Is a directory"):
        files.Folder(tmp_path).text("file")


def test_a_pipe_holds_nobody_up(tmp_path: Path) -> None:
    """What is no file has no content, and is not waited for."""
    os.mkfifo(tmp_path / "file")

    assert files.Folder(tmp_path).text("file") == ""


def test_files_may_be_elsewhere() -> None:
    """All is read through the reader that a folder has, and folders below have the same."""

    class Echo:
        """Its files hold their paths."""

        def read(self, path: str) -> bytes:
            return path.encode()

        def names(self, path: str) -> list[str]:
            return [f"{path}5"]

    folder = files.Folder(Path("/a"), Echo()).below("b")

    assert folder.text("c") == "/a/b/c"
    assert folder.numbered("/a/b") == [5]
