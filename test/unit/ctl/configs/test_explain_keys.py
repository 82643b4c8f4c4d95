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


@pytest.mark.parametrize(
    "name",
    ["policy.balloons.BalloonTypes.MinCPUs", "balloontypes[].mincpus", "BalloonTypes.MinCPUs"],
)
def test_a_key_is_described(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By the end of its path too, also one in the value of another."""
    status = main.main(["config", "explain-keys", name])

    text = capsys.readouterr().out
    assert status == exits.FINE
    assert text.startswith("- key policy.balloons.BalloonTypes[].MinCPUs (")
    assert len(text.splitlines()) == 2


def test_a_key_is_described_with_those_in_its_value(capsys: pytest.CaptureFixture[str]) -> None:
    """As the keys of a type of balloons."""
    main.main(["config", "explain-keys", "BalloonTypes"])

    text = capsys.readouterr().out
    assert "\n    MaxBalloons (" in text


def test_keys_in_values_are_data_too(capsys: pytest.CaptureFixture[str]) -> None:
    """With the way there: each item of a list, each entry of a mapping."""
    main.main(["config", "explain-keys", "balloons", "cpu", "-o", "json"])

    found = [one["key"] for one in json.loads(capsys.readouterr().out)]
    assert "policy.balloons.BalloonTypes[].MinCPUs" in found
    assert any(key.startswith("cpu.classes.*.") for key in found)


def test_a_key_that_is_not_there_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    """By its last name, or its whole path."""
    assert main.main(["config", "explain-keys", "MinBaloons"]) == exits.PROBLEM
    assert main.main(["config", "explain-keys", "policy.balloons.PinCPUs"]) == exits.PROBLEM

    err = capsys.readouterr().err
    assert "hint: did you mean MinBalloons\n" in err
    assert "hint: did you mean policy.balloons.PinCPU\n" in err
