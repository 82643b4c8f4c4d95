# SPDX-License-Identifier: Apache-2.0
"""The little of unit files that is understood."""

import pytest

from installer import unit_file

UNIT = """
# [Service]
[Unit]
ExecStart=/not/this
[Service]
Environment=A=1
EnvironmentFile=/etc/environment
 EnvironmentFile = -/var/lib/kubelet/extra_args
ExecStart=/opt/bin/kubelet \\
    # a comment inside
    --a "b c" \\
    $X
"""


def test_options_of_a_section_are_found() -> None:
    """Values in order, of the section that is asked for, lines put together."""
    assert unit_file.options([UNIT], "Service", "EnvironmentFile") == [
        "/etc/environment",
        "-/var/lib/kubelet/extra_args",
    ]
    starts = unit_file.options([UNIT], "Service", "ExecStart")
    assert [unit_file.words(start) for start in starts] == [
        ["/opt/bin/kubelet", "--a", "b c", "$X"]
    ]


def test_an_empty_assignment_forgets() -> None:
    """A drop-in that empties an option and sets it anew replaces it."""
    drop_in = "[Service]\nExecStart=\nExecStart=/other\n"

    assert unit_file.options([UNIT, drop_in], "Service", "ExecStart") == ["/other"]


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["--x=1", "--y", "--x", "2"], ["1", "2"]),
        (["--x"], [""]),
        (["--xy=1", "x=2"], []),
        (["--long_flag=1"], []),
    ],
)
def test_values_of_a_flag_are_found(words: list[str], values: list[str]) -> None:
    """In one word or in two; the last counts."""
    assert unit_file.endpoints(words, "--x") == values


def test_underscores_are_hyphens() -> None:
    """The kubelet takes both."""
    assert unit_file.endpoints(["--a_b=1", "--a-b=2"], "--a-b") == ["1", "2"]
