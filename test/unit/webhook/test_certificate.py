# SPDX-License-Identifier: Apache-2.0
"""A renewed certificate is taken, a broken one is not."""

import pathlib

import pytest
from unit.webhook import conftest

from webhook import certificate


def test_a_pair_is_loaded(tmp_path: pathlib.Path, pair: dict[str, bytes]) -> None:
    """And unchanged files are not loaded again."""
    loaded = certificate.Certificate(conftest.store(tmp_path, pair))

    assert loaded.problem == ""
    assert loaded.refresh() is False


def test_a_new_pair_is_taken(
    tmp_path: pathlib.Path, pair: dict[str, bytes], issue: conftest.Issue
) -> None:
    """Once, by looking at the files."""
    loaded = certificate.Certificate(conftest.store(tmp_path, pair))
    conftest.store(tmp_path, issue())

    assert [loaded.refresh(), loaded.refresh()] == [True, False]


def test_a_half_renewed_pair_waits_for_its_other_half(
    tmp_path: pathlib.Path, pair: dict[str, bytes], issue: conftest.Issue
) -> None:
    """The pair before stays in force, and the reason is told."""
    loaded = certificate.Certificate(conftest.store(tmp_path, pair))
    fresh = issue()
    conftest.store(tmp_path, {"svc.crt": fresh["svc.crt"]})

    assert loaded.refresh() is False
    assert "cannot use" in loaded.problem

    conftest.store(tmp_path, {"svc.key": fresh["svc.key"]})

    assert loaded.refresh() is True
    assert loaded.problem == ""


def test_a_pair_that_goes_away_is_told(tmp_path: pathlib.Path, pair: dict[str, bytes]) -> None:
    """The one before stays in force."""
    files = conftest.store(tmp_path, pair)
    loaded = certificate.Certificate(files)
    files.key.unlink()

    assert loaded.refresh() is False
    assert "No such file" in loaded.problem


def test_without_a_certificate_there_is_no_server(tmp_path: pathlib.Path) -> None:
    """The message names both files."""
    files = certificate.Files(tmp_path / "svc.crt", tmp_path / "svc.key")

    with pytest.raises(certificate.CannotUse, match=r"svc\.crt with .*svc\.key"):
        certificate.Certificate(files)
