# SPDX-License-Identifier: Apache-2.0
"""What is shown of a pod's log."""

from pathlib import Path

from chain import installer_log


def test_times_and_tags_are_left_out(tmp_path: Path) -> None:
    """A line shows level and words; a state without a reason, and an empty file, are fine."""
    file = tmp_path / "0.log"
    file.write_text(
        "2026-11-22T13:12:27.4Z stderr F 2026-11-22T13:12:27Z info  install: done\n"
        "2026-11-22T13:12:28.4Z stderr F 2026-11-22T13:12:28Z error rolled back: no reason\n"
    )

    assert installer_log.lines(file) == ["info install: done", "error rolled back: no reason"]
    assert installer_log.lines(tmp_path / "none") == []
