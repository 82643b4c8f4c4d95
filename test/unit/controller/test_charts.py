# SPDX-License-Identifier: Apache-2.0
"""Chart data is found in a wheel and in a checkout."""

from pathlib import Path

import pytest

from controller import charts


def write(path: Path) -> Path:
    """Make a file with its folders."""
    path.parent.mkdir(parents=True)
    path.write_text("images: []\n", encoding="utf-8")
    return path


def test_checkout_has_what_the_program_reads() -> None:
    """In a checkout, the data is the one in the folder `charts`."""
    found = charts.path("images.yaml")

    assert found == Path(__file__).parents[3] / "charts" / "images.yaml"


def test_files_in_the_package_win(tmp_path: Path) -> None:
    """An installed package reads its own data, whatever lies beside it."""
    own = write(tmp_path / "controller" / "_charts" / "images.yaml")
    write(tmp_path / "charts" / "images.yaml")

    assert charts.path("images.yaml", package=tmp_path / "controller") == own


def test_missing_data_is_an_error_that_names_both_places(tmp_path: Path) -> None:
    """Missing data is told with the name and both places that were looked at."""
    with pytest.raises(FileNotFoundError, match=r"'nothing'.*_charts/nothing or .*charts/nothing"):
        charts.path("nothing", package=tmp_path)
