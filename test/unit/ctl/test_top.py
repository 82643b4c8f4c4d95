# SPDX-License-Identifier: Apache-2.0
"""`top`: what it shows, once and again and again."""

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from node import pages as stand_in
from unit.ctl import pages
from unit.ctl.test_terminal import pair as pair  # noqa: PLC0414 - a fixture
from unit.resmgr.collect import trees

from ctl import consumption, exits, live, main, output, placed, terminal, top
from ctl.node import cgroups, usage


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine with one container in cgroup v1."""
    trees.first(tmp_path / cgroups.MOUNT)
    return tmp_path


def words(root: Path, *more: str) -> list[str]:
    """Give a command line."""
    sockets = ["--socket", str(root / "s"), "--sysfs-root", str(root)]
    return ["top", "--interval", "0.1", *sockets, *more]


def test_it_looks_once_where_there_is_no_terminal(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line a container, what it has beside what it uses."""
    with stand_in.served(root / "s", {"/introspect": json.dumps(pages.INTROSPECTED)}):
        status = main.main(words(root))

    head, line = capsys.readouterr().out.splitlines()
    assert status == exits.FINE
    assert " ".join(head.split()) == "CONTAINER CPU SHARES MEMORY NODE0 NODE1 POOL EXCLUSIVE CPUS"
    assert " ".join(line.split()) == "web:main 0m - 4Ki 160Ki 120Ki socket #0 2-3 2-3"


def test_documents_have_everything(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With numbers instead of words."""
    with stand_in.served(root / "s", {"/introspect": json.dumps(pages.INTROSPECTED)}):
        main.main(words(root, "-o", "json"))

    (found,) = json.loads(capsys.readouterr().out)["containers"]
    assert found["cpu_request_milli"] == 1000
    assert found["memory"] == 4096


def test_other_pools_are_left_out(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--pool`, also where nobody is in it."""
    page = {**pages.INTROSPECTED, "Pools": {"other": {"Name": "other"}}}
    with stand_in.served(root / "s", {"/introspect": json.dumps(page)}):
        status = main.main(words(root, "--pool", "other", "-o", "json"))

    assert json.loads(capsys.readouterr().out) == {"containers": []}
    assert status == exits.FINE


def test_a_pool_that_the_policy_does_not_have_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the name that was probably meant."""
    with stand_in.served(root / "s", {"/introspect": json.dumps(pages.INTROSPECTED)}):
        status = main.main(words(root, "--pool", "soket #0"))

    told = capsys.readouterr().err
    assert status == exits.PROBLEM
    assert "cannot show pool soket #0: the policy has no such pool" in told
    assert "did you mean socket #0" in told


def test_a_daemon_that_is_away_is_told(root: Path) -> None:
    """With the status for it."""
    assert main.main(words(root)) == exits.UNREACHABLE


@pytest.mark.parametrize("given", ["0", "-1", "x", "9999"])
def test_intervals_have_bounds(given: str) -> None:
    """Looking takes time, so that 0 makes no sense."""
    with pytest.raises(SystemExit) as ended:
        main.main(["top", "--interval", given])

    assert ended.value.code == exits.USAGE


def rows() -> list[consumption.Row]:
    """Give two rows: a uses more memory, b more CPU."""
    return [
        consumption.Row(placed.Placed("a", "a", "main"), usage.Used(memory=9), 1),
        consumption.Row(placed.Placed("b", "b", "main"), usage.Used(memory=5), 7),
    ]


def shown(pair: tuple[int, io.TextIOWrapper], keys: bytes, look: Callable[[], object]) -> str:
    """Press keys; give all that was shown until the last one ended it."""
    person, end = pair
    os.write(person, keys)
    screen = terminal.Terminal(end, end)
    with screen:
        top.follow(look, screen, output.Screen(end, 80), "cpu", 5.0)  # type: ignore[arg-type]
    seen = b""
    while b"\x1b[?1049l" not in seen:
        seen += os.read(person, 65536)
    return seen.decode()


def test_q_ends_it(pair: tuple[int, io.TextIOWrapper]) -> None:
    """After one look, sorted as it began."""
    text = shown(pair, b"q", rows)

    assert "2 containers, by cpu" in text
    assert text.index("b:main") < text.index("a:main")


def test_keys_sort_without_another_look(pair: tuple[int, io.TextIOWrapper]) -> None:
    """What was measured stays."""
    looks: list[int] = []

    def look() -> list[consumption.Row]:
        looks.append(1)
        return rows()

    text = shown(pair, b"mq", look)

    after = text[text.index("by memory") :]
    assert after.index("a:main") < after.index("b:main")
    assert len(looks) == 1


def test_what_fails_is_shown_and_tried_again(pair: tuple[int, io.TextIOWrapper]) -> None:
    """A daemon that restarts does not end it; any other key looks again."""
    answers: list[object] = [live.CannotAsk("nobody listens", "look"), rows()]

    def look() -> object:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    text = shown(pair, b" q", look)

    assert text.index("nobody listens") < text.index("2 containers")


def test_many_nodes_share_a_column() -> None:
    """More than eight would fill the line."""
    out = io.StringIO()
    used = usage.Used(nodes={node: 1024 if node == 3 else 0 for node in range(9)})

    top.write(output.Screen(out), [consumption.Row(placed.Placed("a", "a", "m"), used)])

    assert "BY NODE" in out.getvalue()
    assert "3:1Ki" in out.getvalue()


def test_containers_without_a_cgroup_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty table has a reason."""
    (tmp_path / "cgroup.controllers").touch()
    with stand_in.served(tmp_path / "s", {"/introspect": json.dumps(pages.INTROSPECTED)}):
        main.main(words(tmp_path))

    assert capsys.readouterr().err == (
        f"note: 2 containers have no cgroup below {tmp_path}, and are left out\n"
    )
