# SPDX-License-Identifier: Apache-2.0
"""What the kubelet's probes are told."""

from pathlib import Path

import pytest

from installer import probe


def test_ready_is_what_was_written(tmp_path: Path) -> None:
    """Yes or no, until it is written anew."""
    path = tmp_path / "p.json"
    probe.write(path, ready=True, monotonic=0.0)

    assert probe.ready(path)
    probe.write(path, ready=False, monotonic=0.0)
    assert not probe.ready(path)


def test_a_sign_of_life_holds_for_a_while(tmp_path: Path) -> None:
    """Longer than systemd is ever waited for, and not for ever."""
    path = tmp_path / "p.json"
    probe.write(path, ready=False, monotonic=100.0)

    assert probe.alive(path, 100.0 + probe.LIFE)
    assert not probe.alive(path, 100.1 + probe.LIFE)


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"ready": 1, "alive_until": "x"}'])
def test_without_a_good_file_the_answer_is_no(tmp_path: Path, text: str | None) -> None:
    """Nothing is guessed."""
    path = tmp_path / "p.json"
    if text is not None:
        path.write_text(text)

    assert not probe.ready(path)
    assert not probe.alive(path, 0.0)


def test_a_full_disk_is_no_crash(tmp_path: Path) -> None:
    """The probes will say no, which is right."""
    probe.write(tmp_path / "none" / "p.json", ready=True, monotonic=0.0)

    assert not probe.ready(tmp_path / "none" / "p.json")
