# SPDX-License-Identifier: Apache-2.0
"""Manual pages: made of the parsers, written, kept current."""

import subprocess
import tomllib
from pathlib import Path

import pytest
from garden import binaries

from ctl import main
from hacks import generate_man


def test_each_command_has_a_page() -> None:
    """Beside the program's own, and that of the name that kubectl knows."""
    names = {f"{main.PROGRAM}-{command}.1" for command in main.COMMANDS}

    assert generate_man.pages().keys() == names | {"cri-resmgrctl.1", "kubectl-resmgr.1"}


def test_pages_are_whole() -> None:
    """Each has the sections that people look for, the program's page has all commands."""
    pages = generate_man.pages()

    for name, page in pages.items():
        if name != "kubectl-resmgr.1":
            assert page.index(".SH NAME") < page.index(".SH SYNOPSIS") < page.index(".SH EXIT STA")
    for command in main.COMMANDS:
        assert f"cri-resmgrctl-{command}" in pages["cri-resmgrctl.1"]
    assert "\\-\\-containers" not in pages["cri-resmgrctl-completion.1"]


def test_a_linter_finds_nothing(tmp_path: Path) -> None:
    """No page has a fault; long lines, which nobody wraps by hand, are none."""
    mandoc = binaries.find("mandoc")["mandoc"]
    for name, page in generate_man.pages().items():
        (tmp_path / name).write_text(page)
        done = subprocess.run(
            [mandoc, "-T", "lint", "-W", "warning", tmp_path / name],
            check=False,
            capture_output=True,
            text=True,
        )
        # The page of the other name is a link, as pages have been for forty years.
        known = (".so is fragile", "kubectl-resmgr.1")
        told = [one for one in done.stdout.splitlines() if not any(word in one for word in known)]

        assert told == [], name


def test_pages_have_the_day_of_the_version() -> None:
    """It is stated once, beside the version; whenever pages are written they are the same."""
    project = tomllib.loads((generate_man.ROOT / "pyproject.toml").read_text("utf-8"))
    day = project["tool"]["manual"]["date"]
    heads = [page for name, page in generate_man.pages().items() if name != "kubectl-resmgr.1"]

    assert all(f'" 1 "{day:%Y-%m-%d}" "' in page for page in heads)


def test_texts_are_no_requests() -> None:
    """A line that begins with a dot is text, a dash can be copied."""
    assert generate_man._text(".nf -a \\n 'x'") == "\\&.nf \\-a \\en \\(aqx\\(aq"
    assert generate_man._text("'a") == "\\(aqa"


def test_pages_are_kept_current(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What differs is told or written; a page of no command goes."""
    missing = generate_man.run(["--check"], tmp_path)
    generate_man.run([], tmp_path)
    (tmp_path / "old.1").touch()
    capsys.readouterr()

    stale = generate_man.run(["--check"], tmp_path)
    told = capsys.readouterr().err
    generate_man.run([], tmp_path)

    assert (missing, stale, generate_man.run(["--check"], tmp_path)) == (1, 1, 0)
    assert told.splitlines() == [f"{tmp_path}/old.1 is not current, run `make generate`"]
