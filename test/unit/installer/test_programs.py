# SPDX-License-Identifier: Apache-2.0
"""Children, with an end."""

import pytest

from installer import programs


def test_what_a_child_says() -> None:
    """Its input, both outputs and its status."""
    done = programs.run(["sh", "-c", "cat; echo no >&2; exit 3"], "given", 10)

    assert done == programs.Result(3, "given", "no\n")


def test_a_child_that_hangs_is_ended() -> None:
    """At its deadline."""
    with pytest.raises(programs.ProgramProblem, match=r"sleep was not done in 0\.05 s"):
        programs.run(["sleep", "60"], "", 0.05)


def test_a_program_that_is_not_there() -> None:
    """The cause is told."""
    with pytest.raises(programs.ProgramProblem, match="cannot run /none: No such file"):
        programs.run(["/none"], "", 1)
