# SPDX-License-Identifier: Apache-2.0
"""When the image of the installation is built anew."""

from pathlib import Path

import pytest
from chain import images


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with every source."""
    for name in images.SOURCES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name in {"ctl", "hacks/bundle", "installer", "resmgr"}:
            (path / "deeper").mkdir(parents=True)
            path /= "deeper/module.py"
        path.write_text("text\n")
    return tmp_path


def test_every_source_is_there(checkout: Path) -> None:
    """A source that was moved would be forgotten silently."""
    missing = [name for name in images.SOURCES if not (checkout / name).exists()]

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
