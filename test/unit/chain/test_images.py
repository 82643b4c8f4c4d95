# SPDX-License-Identifier: Apache-2.0
"""When the images of a shoot are built anew."""

import os
from pathlib import Path

import pytest
from chain import images


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with every source."""
    for name in {name for names in images.SOURCES.values() for name in names}:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name in {"agent", "ctl", "hacks/bundle", "installer", "resmgr", "webhook"}:
            (path / "deeper").mkdir(parents=True)
            path /= "deeper/module.py"
        path.write_text("text\n")
    return tmp_path


@pytest.mark.parametrize("target", list(images.SOURCES))
def test_every_source_is_there(checkout: Path, target: str) -> None:
    """A source that was moved would be forgotten silently."""
    missing = [name for name in images.SOURCES[target] if not (checkout / name).exists()]

    assert missing == []


@pytest.mark.parametrize("name", ["Dockerfile", "uv.lock", "installer/deeper/module.py"])
def test_a_changed_source_is_another_image(project: Path, name: str) -> None:
    """One letter is enough."""
    before = images.sources(project)
    (project / name).write_text("texts\n")

    assert images.sources(project) != before


def test_a_renamed_source_is_another_image(project: Path) -> None:
    """The name counts, too."""
    before = images.sources(project)
    (project / "resmgr/deeper/module.py").rename(project / "resmgr/deeper/other.py")

    assert images.sources(project) != before


def test_a_program_is_another_image(project: Path) -> None:
    """A file that becomes executable counts."""
    before = images.sources(project)
    (project / "installer/deeper/module.py").chmod(0o755)

    assert images.sources(project) != before


def test_byte_code_and_other_files_do_not_count(project: Path) -> None:
    """What Python leaves, and what goes into other images."""
    before = images.sources(project)
    (project / "resmgr/__pycache__").mkdir()
    (project / "resmgr/__pycache__/module.pyc").touch()
    (project / "controller").mkdir()
    (project / "controller/app.py").touch()

    assert images.sources(project) == before


def test_archives_that_nobody_asks_for_go(tmp_path: Path) -> None:
    """A day after their last use; another run may still read a younger one."""
    for name, age in (("new", 0.0), ("used", images.LIFE - 1), ("old", images.LIFE + 1)):
        file = tmp_path / f"installation-{name}.tar"
        file.touch()
        os.utime(file, (1e9 - age, 1e9 - age))
    images.forget_old(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {
        "installation-new.tar",
        "installation-used.tar",
    }


def test_an_image_has_sources_of_its_own(project: Path) -> None:
    """The agent's is built anew for the agent's sake, and not for the installer's."""
    before = images.sources(project, images.AGENT)
    (project / "installer/deeper/module.py").write_text("texts\n")
    same = images.sources(project, images.AGENT)
    (project / "agent/deeper/module.py").write_text("texts\n")

    assert same == before
    assert images.sources(project, images.AGENT) != before
