# SPDX-License-Identifier: Apache-2.0
"""State files that cannot be read: kept aside, and the daemon starts all the same."""

from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.state import samples

from resmgr.state.changes import PutConfig, PutContainer, PutEntries, PutPod, Saved
from resmgr.state.store import FILE, Store, read

PUT = PutPod(samples.POD)


def good_file(folder: Path) -> bytes:
    """Write a state with some rows; give the file's bytes."""
    with Store.open(folder, now=samples.clock) as store:
        store.write([PUT, PutConfig({"policy": "Active: static"})])
        for number in range(40):
            store.write(
                [
                    PutContainer(samples.container(f"uid-{number}:main", attempt=number)),
                    PutEntries({f"uid-{number}:main": '"0-1"'}),
                ]
            )
    return (folder / FILE).read_bytes()


def newer(content: bytes) -> bytes:
    """Give the same file as a later version would have written it."""
    return content[:60] + (9).to_bytes(4, "big") + content[64:]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the state is to be."""
    return tmp_path / "state"


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (lambda content: b"garbage" * 999, "not a database"),
        (lambda content: content[:100] + b"\xff" * (len(content) - 100), "malformed"),
        (lambda content: content[: len(content) // 2], "malformed"),
        (newer, "newer version (form 9, known: 1)"),
    ],
    ids=["garbage", "overwritten", "cut", "newer"],
)
def test_a_bad_file_is_kept_aside(folder: Path, spoil: object, cause: str) -> None:
    """The store begins empty and works; the file is whole under another name, the log told."""
    assert callable(spoil)
    bad = spoil(good_file(folder))
    (folder / FILE).write_bytes(bad)
    with Store.open(folder, now=samples.clock) as store:
        saved = store.load()
        written = store.write([PUT])

    assert saved == Saved()
    assert written
    assert read(folder) == Saved({"p1": samples.POD})
    assert len(store.problems) == 1
    assert cause in store.problems[0]
    assert "it is kept as state.db.bad-20231114T221320Z" in store.problems[0]
    assert (folder / "state.db.bad-20231114T221320Z").read_bytes() == bad


def test_a_newer_file_can_be_put_back(folder: Path) -> None:
    """Under its old name it is what it was: going back and forth between versions loses nothing."""
    content = good_file(folder)
    before = read(folder)
    (folder / FILE).write_bytes(newer(content))
    Store.open(folder, now=samples.clock).close()

    kept = (folder / "state.db.bad-20231114T221320Z").read_bytes()
    (folder / FILE).write_bytes(kept[:60] + content[60:64] + kept[64:])

    assert read(folder) == before


def test_an_empty_file_is_a_new_one(folder: Path) -> None:
    """As with the original, a file without content is no problem."""
    folder.mkdir(mode=0o710)
    (folder / FILE).touch(mode=0o600)
    with Store.open(folder, now=samples.clock) as store:
        saved = store.load()

    assert saved == Saved()
    assert store.problems == []


def test_a_bad_row_is_told(folder: Path) -> None:
    """One row that cannot be read costs that row, and its problem is kept once for the log."""
    content = good_file(folder)
    spoilt = content.replace(b'"attempt":7,', b'"attempt":7;').replace(
        b'"attempt":7}', b'"attempt":7;'
    )
    (folder / FILE).write_bytes(spoilt)
    with Store.open(folder, now=samples.clock) as store:
        store.load()
        saved = store.load()

    assert spoilt != content
    assert len(saved.containers) == 39
    assert [one.partition(": ")[0] for one in store.problems] == [
        "cannot read what is remembered of container uid-7:main"
    ]


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.example([(0.1071780345728859, b"\x80")])  # a definition that is no text
@hypothesis.example([(0.109375, b"\x80")])  # one without a column
@hypothesis.given(
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=64)),
        min_size=1,
        max_size=8,
    )
)
def test_no_damage_stops_the_daemon(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[float, bytes]]
) -> None:
    """Whatever bytes are wrong, the store opens and loads, and takes what it is given."""
    folder = tmp_path_factory.mktemp("bad") / "state"
    content = bytearray(good_file(folder))
    for place, wrong in damage:
        start = int(place * len(content))
        content[start : start + len(wrong)] = wrong
    (folder / FILE).write_bytes(content)
    with Store.open(folder, now=samples.clock) as store:
        store.load()
        written = store.write([PUT])
        saved = store.load()

    assert written == (store.degraded == "")
    assert saved.pods["p1"] == samples.POD
