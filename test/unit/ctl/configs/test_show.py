# SPDX-License-Identifier: Apache-2.0
"""`config show`: what counts, or a part of it."""

import json
from pathlib import Path

import pytest
import yaml
from node import pages as stand_in
from unit.ctl import pages

from ctl import exits, main


def show(root: Path, *words: str) -> int:
    """Run it."""
    with stand_in.served(root / "s", {"/config": json.dumps(pages.CONFIG)}):
        return main.main(["config", "show", "--socket", str(root / "s"), *words])


def test_it_is_a_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file could have it, with its origin above."""
    status = show(tmp_path)

    text = capsys.readouterr().out
    assert status == exits.FINE
    assert text.startswith("# fallback configuration /etc/cri-resmgr/fallback.cfg, generation 1\n")
    assert yaml.safe_load(text) == {
        "policy": {"Active": "static"},
        "policy.static": {"RelaxedIsolation": True},
        "logger": {"Debug": "all"},
    }


def test_a_module_comes_with_those_below_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Named by its path."""
    show(tmp_path, "policy", "-o", "json")

    found = json.loads(capsys.readouterr().out)
    assert list(found["modules"]) == ["policy", "policy.static"]
    assert found["modules"]["policy"]["from"] == ["fallback configuration"]


def test_a_module_that_is_not_configured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those that are are told."""
    assert show(tmp_path, "pol") == exits.PROBLEM
    assert "configured: policy, policy.static, logger" in capsys.readouterr().err


def test_what_is_shown_is_taken_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The text is a right configuration."""
    show(tmp_path)
    (tmp_path / "again").write_text(capsys.readouterr().out)

    assert main.main(["config", "validate", str(tmp_path / "again")]) == exits.FINE
