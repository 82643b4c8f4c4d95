# SPDX-License-Identifier: Apache-2.0
"""The verb that describes modules and keys."""

import json

import pytest

from ctl import exits, main


def test_a_module_is_described(capsys: pytest.CaptureFixture[str]) -> None:
    """By its last name too."""
    status = main.main(["config", "explain-keys", "balloons"])

    text = capsys.readouterr().out
    assert status == exits.FINE
    assert "full path: policy.balloons" in text
    assert "BalloonTypes" in text


def test_keys_are_data(capsys: pytest.CaptureFixture[str]) -> None:
    """Each key is an object with its whole path."""
    main.main(["config", "explain-keys", "policy", "-o", "json"])

    found = {one["key"]: one for one in json.loads(capsys.readouterr().out)}
    assert "policy.Active" in found
    assert found["policy.Active"]["doc"]


def test_without_a_module_there_are_all(capsys: pytest.CaptureFixture[str]) -> None:
    """Every module is described."""
    main.main(["config", "explain-keys", "-o", "json"])

    found = {one["key"].partition(".")[0] for one in json.loads(capsys.readouterr().out)}
    assert found >= {"policy", "logger", "dump", "instrumentation", "cpu"}


def test_an_unknown_module_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The nearest one is named."""
    assert main.main(["config", "explain-keys", "polcy"]) == exits.PROBLEM
    assert "did you mean policy" in capsys.readouterr().err
