# SPDX-License-Identifier: Apache-2.0
"""The journal after power losses and on disks that lie."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer import files, journal


class Held(files.Files):
    """A disk with one file, of this content."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.content = content

    def read(self, path: Path, *, limit: int = 0, follow: bool = False) -> bytes | None:
        """Give the content, whatever is asked for."""
        del path, limit, follow
        return self.content


def state(content: bytes) -> dict[str, journal.Entry]:
    """The state that a journal of this content tells."""
    return dict(journal.Journal.open(Held(content), Path("journal")).state)


def write(path: Path, done: list[tuple[str, str]]) -> list[dict[str, journal.Entry]]:
    """Write a journal; give its state before the first entry and after each."""
    opened = journal.Journal.open(files.Files(), path)
    states = [dict(opened.state)]
    for kind, step in done:
        if kind in ("begin", "reverting"):
            getattr(opened, kind)(step, {"was": f"{step} before, ä\n"})
        else:
            getattr(opened, kind)(step)
        states.append(dict(opened.state))
    return states


RUN = [
    ("begin", "tree"),
    ("done", "tree"),
    ("begin", "relay"),
    ("done", "relay"),
    ("begin", "endpoint"),
    ("reverting", "endpoint"),
    ("reverted", "endpoint"),
    ("reverting", "relay"),
]


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """A journal that is opened again is in the state in which it was left."""
    states = write(tmp_path / "j", RUN)

    assert dict(journal.Journal.open(files.Files(), tmp_path / "j").state) == states[-1]
    assert states[-1]["relay"] == journal.Entry(
        journal.Phase.REVERTING, {"was": "relay before, ä\n"}
    )
    assert "endpoint" not in states[-1]


def test_a_file_cut_at_any_length_is_a_prefix(tmp_path: Path) -> None:
    """Whatever a power loss leaves of the file: the state is that after some of the entries."""
    states = write(tmp_path / "j", RUN)
    whole = (tmp_path / "j").read_bytes()

    for length in range(len(whole) + 1):
        assert state(whole[:length]) == states[whole[:length].count(b"\n")]


def test_a_changed_byte_cuts_the_file_there(tmp_path: Path) -> None:
    """Whichever byte is another: the state is that after the entries before it."""
    states = write(tmp_path / "j", RUN)
    whole = (tmp_path / "j").read_bytes()

    for at in range(len(whole)):
        for other in (whole[at] ^ 1, whole[at] ^ 0x80, ord("\n"), 0):
            if other == whole[at]:
                continue
            changed = whole[:at] + bytes([other]) + whole[at + 1 :]
            assert state(changed) == states[whole[:at].count(b"\n")]


@pytest.mark.parametrize("cut", [1, 9, 40])
def test_entries_after_a_torn_tail_are_read(tmp_path: Path, cut: int) -> None:
    """The torn tail goes with the next entry, which would be lost behind it."""
    write(tmp_path / "j", RUN[:3])
    whole = (tmp_path / "j").read_bytes()
    (tmp_path / "j").write_bytes(whole[:-cut])
    journal.Journal.open(files.Files(), tmp_path / "j").begin("watch", {"n": 1})

    opened = journal.Journal.open(files.Files(), tmp_path / "j")
    assert opened.state["watch"].data == {"n": 1}
    assert opened.state["tree"].phase is journal.Phase.APPLIED


@given(st.binary(max_size=200))
def test_no_content_raises(content: bytes) -> None:
    """A file of any content is a journal, an empty one as a rule."""
    assert state(content) == {}


def test_the_way_back_is_that_of_the_first_begin(tmp_path: Path) -> None:
    """A step that is begun again in one run keeps what it found at first."""
    opened = journal.Journal.open(files.Files(), tmp_path / "j")
    opened.begin("relay", {"current": "old"})
    opened.begin("relay", {"current": "half"})

    assert opened.state["relay"].data == {"current": "old"}


def test_a_finished_run_leaves_nothing(tmp_path: Path) -> None:
    """After the end of a run there is no way back to keep."""
    write(tmp_path / "j", RUN)
    journal.Journal.open(files.Files(), tmp_path / "j").finish()

    assert journal.Journal.open(files.Files(), tmp_path / "j").state == {}
    assert (tmp_path / "j").read_bytes() == b""


def test_reading_writes_nothing(tmp_path: Path) -> None:
    """Opening a torn journal changes nothing: the disk may be full or read-only."""
    (tmp_path / "j").write_bytes(b"torn")
    journal.Journal.open(files.Files(before=pytest.fail), tmp_path / "j")

    assert (tmp_path / "j").read_bytes() == b"torn"


def test_a_way_back_that_fails_again_and_again_does_not_fill_the_disk(tmp_path: Path) -> None:
    """What is known is not noted anew, however often a roll-back is tried."""
    path = tmp_path / "j"
    opened = journal.Journal.open(files.Files(), path)
    opened.plan(["configuration"])
    opened.begin("configuration", {"force.cfg": "x" * 100_000})
    for _ in range(100):
        opened = journal.Journal.open(files.Files(), path)
        opened.roll_back()
        opened.reverting("configuration", {})

    assert path.stat().st_size < 101_000
    assert opened.state["configuration"].data == {"force.cfg": "x" * 100_000}
