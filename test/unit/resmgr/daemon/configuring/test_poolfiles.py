# SPDX-License-Identifier: Apache-2.0
"""Pools in files on the node."""

from pathlib import Path

import pytest

from resmgr.daemon.configuring import poolfiles


def write(root: Path) -> None:
    """Make a tree as CPU Manager for Kubernetes has it."""
    pools = root / "etc/cmk/pools"
    for name in ("data/0/4,12", "data/0/5,13", "data/1/10", "shared/0/0-3", "shared/notes"):
        (pools / name).mkdir(parents=True)
    (pools / "shared/notes").rmdir()
    (pools / "data/exclusive").write_text("1")
    (pools / "shared/exclusive").write_text("0")


def test_the_tree_is_read(tmp_path: Path) -> None:
    """In the order of sockets and CPUs; the default path is known."""
    write(tmp_path)

    assert poolfiles.complete({"LabelNode": True}, str(tmp_path)) == {
        "LabelNode": True,
        "pools": {
            "data": {
                "exclusive": True,
                "cpuLists": [
                    {"Socket": 0, "Cpuset": "4,12"},
                    {"Socket": 0, "Cpuset": "5,13"},
                    {"Socket": 1, "Cpuset": "10"},
                ],
            },
            "shared": {"exclusive": False, "cpuLists": [{"Socket": 0, "Cpuset": "0-3"}]},
        },
    }


def test_configured_pools_count_above_all_files(tmp_path: Path) -> None:
    """Nothing is read then."""
    write(tmp_path)
    own = {"pools": {"shared": None}}

    assert poolfiles.complete(own, str(tmp_path)) is own


def test_the_file_counts_above_the_tree(tmp_path: Path) -> None:
    """As a whole."""
    write(tmp_path)
    (tmp_path / "pools.yaml").write_text("pools: {a: {cpuLists: [{Socket: 0, Cpuset: 1-2}]}}")
    found = poolfiles.complete({"ConfFilePath": "/pools.yaml"}, str(tmp_path))

    assert found["pools"] == {"a": {"cpuLists": [{"Socket": 0, "Cpuset": "1-2"}]}}


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "it has no pools"),
        ("a: 1", "it has no pools"),
        ("pools: {a: {excluxive: true}}", "did you mean exclusive"),
        ("pools: [", ""),
        ("pools: {}\nx: " + "y" * 300_000, "it is larger than"),
        ("\udcff", "decode"),
        (None, "No such file"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str | None, cause: str
) -> None:
    """What the tree has counts then."""
    write(tmp_path)
    if text is not None:
        (tmp_path / "pools.yaml").write_bytes(text.encode("utf-8", "surrogateescape"))
    found = poolfiles.complete({"ConfFilePath": "/pools.yaml"}, str(tmp_path))

    assert set(found["pools"]) == {"data", "shared"}
    assert len(caplog.records) == 1
    assert "cannot read pools from /pools.yaml" in caplog.text
    assert cause in caplog.text


def test_what_is_no_tree_of_pools_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Folders that are no sockets or no lists make all of it unusable."""
    write(tmp_path)
    (tmp_path / "etc/cmk/pools/data/one/8").mkdir(parents=True)
    assert poolfiles.complete({}, str(tmp_path))["pools"] == {}

    (tmp_path / "etc/cmk/pools/data/one/8").rmdir()
    (tmp_path / "etc/cmk/pools/data/one").rmdir()
    (tmp_path / "etc/cmk/pools/data/1/x").mkdir()
    assert poolfiles.complete({}, str(tmp_path))["pools"] == {}
    assert len(caplog.records) == 2


def test_without_files_there_are_no_pools(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The policy refuses to start then; the log tells where was looked."""
    assert poolfiles.complete({}, str(tmp_path))["pools"] == {}
    assert "cannot read pools from /etc/cmk" in caplog.text
    assert poolfiles.complete({"ConfDirPath": ""}, str(tmp_path))["pools"] == {}
