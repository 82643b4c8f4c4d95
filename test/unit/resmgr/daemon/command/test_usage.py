# SPDX-License-Identifier: Apache-2.0
"""The usage text."""

from resmgr.daemon.command import flags, flagtable, usage


def test_every_flag_is_in_it() -> None:
    """The text is made from the table; no line is wider than a terminal."""
    text = usage.text()

    assert all(f"  --{name}" in text for name in flagtable.FLAGS)
    assert max(map(len, text.splitlines())) <= 100


def test_its_examples_are_right_command_lines() -> None:
    """Each example can be typed as it stands."""
    lines = usage.text().partition("Examples:\n")[2].partition("\n\n")[0].splitlines()
    examples = [line.strip().partition("   ")[0].split("cri-resmgr", 1)[1] for line in lines]

    assert examples
    for example in examples:
        flags.read(example.split(), {}, uid=0)
