# SPDX-License-Identifier: Apache-2.0
"""What h2load says."""

from pathlib import Path

import pytest

from bench.relay import load

LOAD = load.Load("/service/Method", 10, 2)
GOOD = """
finished in 1.25ms, 8000.00 req/s, 300KB/s
requests: 10 total, 10 started, 10 done, 10 succeeded, 0 failed, 0 errored, 0 timeout
"""


@pytest.mark.parametrize(("unit", "seconds"), [("us", 1.25e-6), ("ms", 1.25e-3), ("s", 1.25)])
def test_the_time_of_all_calls(unit: str, seconds: float) -> None:
    """It is read in each of h2load's units."""
    assert load.seconds(GOOD.replace("ms", unit), LOAD) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "output", ["", GOOD.replace("0 failed", "1 failed"), GOOD.replace("10 succ", "9 succ")]
)
def test_calls_that_fail(output: str) -> None:
    """A figure of failed calls would be worth nothing."""
    with pytest.raises(load.LoadFailed):
        load.seconds(output, LOAD)


def test_the_command() -> None:
    """Calls, calls in flight, socket and method are told."""
    words = load.command(Path("h2load"), LOAD, Path("/run/x.sock"), Path("/tmp/m"))  # noqa: S108

    assert words[:9] == ["h2load", "-n", "10", "-c", "1", "-m", "2", "-d", "/tmp/m"]  # noqa: S108
    assert words[-2:] == ["unix:/run/x.sock", "http://localhost/service/Method"]


def test_single_calls() -> None:
    """Their microseconds become seconds, ascending."""
    assert load.latencies("17\t200\t1500\n18\t200\t20\n") == pytest.approx([2e-5, 1.5e-3])


@pytest.mark.parametrize("log", ["", "17\t-1\t1500\n"])
def test_single_calls_that_fail(log: str) -> None:
    """No calls, or one without an answer, are no figures."""
    with pytest.raises(load.LoadFailed):
        load.latencies(log)


def test_something_is_done_meanwhile(tmp_path: Path) -> None:
    """Again and again, until the calls are over."""
    program, log = tmp_path / "h2load", tmp_path / "log"
    goal = tmp_path / "goal"
    program.write_text(
        "#!/bin/sh\n"
        f"until [ -e {goal} ]; do sleep 0.01; done\n"
        f"printf '1\\t200\\t2500\\n' > {log}\ncat <<'END'{GOOD}END\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    steps: list[str] = []

    def step() -> None:
        steps.append("step")
        if len(steps) == 2:
            goal.touch()

    found = load.run_during(program, LOAD, tmp_path, tmp_path, log, step, 0.01)

    assert len(steps) >= 2
    assert found == [0.0025]
