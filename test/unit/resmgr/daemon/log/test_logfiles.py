# SPDX-License-Identifier: Apache-2.0
"""Log files."""

from pathlib import Path

import pytest

from resmgr.daemon.command import flagtable
from resmgr.daemon.log import logfiles
from resmgr.daemon.log.logfiles import LogFiles

DEFAULTS = {name: flag.default for name, flag in flagtable.KLOG.items()}


def make(**flags: str) -> LogFiles | None:
    """Make the files of some flags, without the lines at their heads."""
    return logfiles.make({**DEFAULTS, "skip_log_headers": "true", **flags}, "prog")


def files(**flags: str) -> LogFiles:
    """Make the files of flags that ask for some."""
    made = make(logtostderr="false", **flags)
    assert made is not None
    return made


@pytest.mark.parametrize("flags", [{}, {"log_file": "/x"}, {"logtostderr": "false"}])
def test_files_have_to_be_asked_for(flags: dict[str, str]) -> None:
    """Both by naming them and by turning standard error off."""
    assert make(**flags) is None


def test_one_file_has_every_line_once(tmp_path: Path) -> None:
    """Whatever its severity."""
    made = files(log_file=str(tmp_path / "log"))
    for letter in "DIWEF":
        made.write(letter, f"{letter}\n")
    made.close()

    assert (tmp_path / "log").read_text() == "D\nI\nW\nE\nF\n"


def test_a_folder_has_a_file_for_each_severity(tmp_path: Path) -> None:
    """A line stands in its own and in those of lower ones."""
    made = files(log_dir=str(tmp_path))
    made.write("I", "i\n")
    made.write("E", "e\n")
    made.close()

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "prog.INFO": "i\ne\n",
        "prog.WARNING": "e\n",
        "prog.ERROR": "e\n",
        "prog.FATAL": "",
    }


def test_a_line_can_stand_in_its_own_file_alone(tmp_path: Path) -> None:
    """With `one_output`."""
    made = files(log_dir=str(tmp_path), one_output="true")
    made.write("E", "e\n")
    made.close()

    assert (tmp_path / "prog.INFO").read_text() == ""
    assert (tmp_path / "prog.ERROR").read_text() == "e\n"


def test_a_full_file_is_put_aside(tmp_path: Path) -> None:
    """No file grows over the limit, the one before is kept."""
    made = files(log_file=str(tmp_path / "log"), log_file_max_size="1")
    for letter in "abc":
        made.write("I", letter * 600_000)
    made.close()

    assert (tmp_path / "log").read_text() == "c" * 600_000
    assert (tmp_path / "log.1").read_text() == "b" * 600_000


def test_a_file_begins_with_its_format(tmp_path: Path) -> None:
    """Unless `skip_log_headers`; a file that has lines already gets no second head."""
    for _ in range(2):
        files(log_file=str(tmp_path / "log"), skip_log_headers="false").close()

    assert (tmp_path / "log").read_text().count("Log line format") == 1


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A file in a folder that others write to is not what its name says."""
    (tmp_path / "log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        files(log_file=str(tmp_path / "log"))
