# SPDX-License-Identifier: Apache-2.0
"""Files, folders, and what is piped in."""

import io
from pathlib import Path

import pytest

from ctl import exits, files, problem


def test_a_file_is_its_text(tmp_path: Path) -> None:
    """With the name that it was given by."""
    path = tmp_path / "a.txt"
    path.write_text("a: 1\n", encoding="utf-8")

    assert list(files.texts(str(path))) == [(str(path), "a: 1\n")]


def test_a_folder_is_its_manifests(tmp_path: Path) -> None:
    """In the order of their names, those in folders below too; others are left alone."""
    for name in ("b.yml", "a.yaml", "c.json", "d.txt", "e/f.yaml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name, encoding="utf-8")
    found = [text for _, text in files.texts(str(tmp_path))]

    assert found == ["a.yaml", "b.yml", "c.json", "e/f.yaml"]


def test_a_dash_is_what_is_piped_in() -> None:
    """It is called stdin."""
    assert list(files.texts("-", io.StringIO("a: 1"))) == [("stdin", "a: 1")]


def test_what_is_piped_in_is_text() -> None:
    """Bytes that are none end the command, as those of a file do."""
    with pytest.raises(problem.Problem, match="cannot read stdin: it is no UTF-8"):
        list(files.texts("-", io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), encoding="utf-8")))


def test_what_cannot_be_read_ends_the_command(tmp_path: Path) -> None:
    """With the name and the cause."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xff")
    (tmp_path / "empty").mkdir()
    with pytest.raises(problem.Problem, match=r"cannot read /none: No such file") as missing:
        files.text("/none")
    with pytest.raises(problem.Problem, match="it is no UTF-8"):
        files.text(str(tmp_path / "binary"))
    with pytest.raises(problem.Problem, match=r"no file in it ends in .yaml, .yml, .json"):
        list(files.texts(str(tmp_path / "empty")))

    assert missing.value.status == exits.USAGE


def test_nothing_that_is_piped_in_is_a_mistake() -> None:
    """Of a command before the pipe that failed, or of a second dash."""
    piped = io.StringIO("a: 1\n")
    list(files.texts("-", piped))
    with pytest.raises(problem.Problem, match="cannot read stdin: nothing was piped in, or all"):
        list(files.texts("-", piped))


def test_one_thing_is_piped_in() -> None:
    """What comes first of two would be taken for both."""
    files.refuse_two_pipes(["a.yaml", "-", "b.yaml"])
    with pytest.raises(problem.Problem, match="more than one thing") as error:
        files.refuse_two_pipes(["-", "pods.yaml", "-"])

    assert error.value.status == exits.USAGE


@pytest.mark.parametrize(
    ("name", "meant"), [("baloons.yaml", "balloons.yaml"), ("static", "static.yaml"), ("x", "")]
)
def test_a_file_with_a_name_like_it_is_offered(tmp_path: Path, name: str, meant: str) -> None:
    """With the folder that it is in; also where the ending was left out."""
    for there in ("balloons.yaml", "static.yaml"):
        (tmp_path / there).touch()
    with pytest.raises(problem.Problem) as error:
        files.text(str(tmp_path / name))

    assert error.value.hint == (f"did you mean {tmp_path / meant}?" if meant else "")


def test_there_is_a_limit() -> None:
    """What nobody writes is not read."""
    with pytest.raises(problem.Problem, match="stdin: it is longer than 64 MiB"):
        list(files.texts("-", io.StringIO("#" * (files.LARGEST + 1))))
