# SPDX-License-Identifier: Apache-2.0
"""The rescue is killed before and after each program that it runs; the next one finishes.

Whatever the moment, the file is the old one, the new one, or gone where that is the new one: the
kubelet can always be started by it.
"""

import subprocess
from pathlib import Path

import pytest
from node import rescues

MINE = f'# mine\nA=b\nKUBELET_EXTRA_ARGS="--v=2 {rescues.ARGUMENT} --a=b"\n'
FREED = MINE.replace(f" {rescues.ARGUMENT}", "")

_SHIM = """\
#!{sh}
# Counts calls; at the chosen one the rescue dies, before or after the program has run.
PATH={path}
number=$(cat {folder}/count)
echo $((number + 1)) >{folder}/count
[ "$number" != "$DEATH" ] || [ "$WHEN" != before ] || kill -9 "-$LEADER"
{program} "$@"
status=$?
[ "$number" != "$DEATH" ] || kill -9 "-$LEADER"
exit $status
"""


@pytest.fixture
def mortal(tmp_path: Path) -> rescues.Node:
    """Give a node where every program can be the last."""
    node = rescues.make(tmp_path, "dash")
    node.extra_args.write_text(MINE)
    real, shims = node.bin, tmp_path / "shims"
    shims.mkdir()
    for program in real.iterdir():
        text = _SHIM.format(
            sh=rescues.shell("dash")[0], path=real, folder=tmp_path, program=program
        )
        (shims / program.name).write_text(text)
        (shims / program.name).chmod(0o755)
    node.bin = shims
    return node


def run(node: rescues.Node, death: int, when: str) -> int:
    """Run it as the leader of a process group; give the status."""
    (node.bin.parent / "count").write_text("0")
    start = 'LEADER=$$; export LEADER; exec "$@"'
    done = subprocess.run(
        [rescues.shell("dash")[0], "-c", start, "x", *node.command("give-back", "a reason")],
        env=node.environment({"DEATH": str(death), "WHEN": when}),
        check=False,
        capture_output=True,
        start_new_session=True,
        timeout=60,
    )
    return done.returncode


@pytest.mark.timeout(300)
def test_a_rescue_that_is_killed_at_any_moment_is_finished_by_the_next(
    mortal: rescues.Node,
) -> None:
    """The file is never half of something, and no lock of the dead holds up the next one."""
    assert run(mortal, -1, "before") == 0
    steps = int((mortal.bin.parent / "count").read_text())
    assert steps > 20
    for when in ("before", "after"):
        for death in range(steps):
            mortal.extra_args.write_text(MINE)
            mortal.run_kubelet(rescues.ARGUMENT)
            mortal.rescued.unlink(missing_ok=True)
            killed = run(mortal, death, when)
            between = mortal.extra_args.read_text()
            finished = run(mortal, -1, "before")

            assert killed != 0, (when, death)
            assert between in (MINE, FREED), (when, death)
            assert finished == 0, (when, death)
            assert mortal.extra_args.read_text() == FREED, (when, death)
            assert not mortal.on_relay, (when, death)
            # Whoever looks knows why the argument is gone.
            assert mortal.rescued.exists(), (when, death)
