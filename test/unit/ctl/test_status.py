# SPDX-License-Identifier: Apache-2.0
"""`status`: what a person reads, and what counts as wrong."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from node import pages as stand_in
from unit.ctl import pages
from unit.ctl.checks import nodes

from ctl import exits, main, status

NOW = 1_795_348_800.0 + 3 * 3600
"""Seconds since the epoch, three hours after the configuration of `pages.STATUS`."""


def show(root: Path, page: dict[str, Any], *words: str) -> int:
    """Run it on a page."""
    socket = root / "s"
    with stand_in.served(socket, {"/status": json.dumps(page)}):
        return main.main(["status", "--socket", str(socket), "--sysfs-root", str(root), *words])


def test_a_daemon_that_is_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its policy, configuration, containers and CPUs are told, and where the kubelet is."""
    nodes.process(tmp_path, 7, "kubelet", "--container-runtime-endpoint=unix:///run/relay.sock")
    done = show(tmp_path, pages.STATUS)

    shown = capsys.readouterr()
    above, _, sockets = shown.out.partition("\n\n")
    lines = dict(line.split("  ", 1) for line in above.splitlines())
    assert (done, shown.err) == (exits.FINE, "")
    assert lines["policy"].strip() == "topology-aware"
    assert "/etc/cri-resmgr/force.cfg" in lines["configuration"]
    assert lines["containers"].strip() == "1 exited, 2 running, in 2 pods"
    assert lines["CPUs exclusive"].strip() == "2-3 (2)"
    assert lines["runtime"].strip() == "containerd 2.4.2, connected"
    assert lines["kubelet"].strip() == "/run/relay.sock"
    assert [line.split()[:2] for line in sockets.splitlines()[1:]] == [
        ["relay", "yes"],
        ["runtime", "yes"],
    ]


def changed(**more: Any) -> dict[str, Any]:
    """Give the page with other members."""
    return {**pages.STATUS, **more}


def refused(time: str) -> dict[str, Any]:
    """Give the page of a daemon that refused a configuration at a time."""
    told = {"origin": "o", "name": "", "time": time, "text": "policy.Actve: unknown key"}
    return changed(configuration={**pages.STATUS["configuration"], "refused": told})


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ({"state": "starting", "doing": "waiting for the runtime"}, "waiting for the runtime"),
        (changed(runtime={"connected": False}), "containerd.service"),
        (changed(serves={"relay": {"path": "/x", "up": False}}), "relay is not served"),
        (refused("2026-11-22T12:30:00.000Z"), "policy.Actve: unknown key"),
        (changed(store={"pending": 3, "failures": 9}), "3 changes"),
    ],
)
def test_what_is_wrong_is_told(
    tmp_path: Path, page: dict[str, Any], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, with the status for it."""
    done = show(tmp_path, page)

    assert done == exits.PROBLEM
    assert words in capsys.readouterr().err


def test_a_refusal_that_is_past_is_no_problem() -> None:
    """The configuration that came after it was taken; it is shown all the same."""
    page = refused("2026-11-22T11:30:00.000Z")

    assert list(status.problems(page, NOW)) == []
    assert "policy.Actve" in str(dict(status.pairs(page, NOW))["refused"])


def test_several_reasons_of_a_refusal_are_kept_apart() -> None:
    """In one line, since it is a table."""
    page = refused("2026-11-22T11:30:00.000Z")
    page["configuration"]["refused"]["text"] = "policy.A: wrong\n  policy.B: wrong"
    lines = dict(status.pairs(page, NOW))

    assert str(lines["refused"]).endswith(": policy.A: wrong; policy.B: wrong")


def test_documents_have_problems_and_the_kubelet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside all that the daemon told."""
    done = show(tmp_path, changed(runtime={"connected": False}), "-o", "json")

    found = json.loads(capsys.readouterr().out)
    assert done == exits.PROBLEM
    assert found["policy"] == "topology-aware"
    assert len(found["problems"]) == 1
    assert found["kubelet"] == {"endpoint": "", "seen": False}


def test_a_daemon_that_is_away() -> None:
    """Nothing is known, with the status for it."""
    assert main.main(["status", "--socket", "/nowhere/s"]) == exits.UNREACHABLE


def test_controllers_and_classes_of_cpus_are_shown() -> None:
    """Who is at work, and who is not though somebody may think so."""
    at_work = {"mode": "required", "running": True, "why": ""}
    page = changed(
        controllers={
            "cpu": at_work,
            "cri": {"mode": "disabled", "running": False, "why": ""},
            "memory": {"mode": "relaxed", "running": False, "why": "no such file"},
        },
        cpuClasses={"": "0", "turbo": "2-3"},
    )
    lines = dict(status.pairs(page, NOW))

    assert lines["controllers"] == "cpu (required)"
    assert lines[""] == "memory is off: no such file"
    assert lines["CPU class turbo"] == "2-3 (2)"
    assert lines["CPU class none"] == "0 (1)"
    assert dict(status.pairs(pages.STATUS, NOW))["controllers"] == "none"


@pytest.mark.parametrize(("ago", "problems"), [(300, 1), (7200, 0)])
def test_a_change_that_failed_lately_is_a_problem(ago: int, problems: int) -> None:
    """One of long ago is shown, but somebody may have mended it since."""
    when = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(NOW - ago))
    page = changed(failedUpdates={"count": 2, "last": {"time": when, "text": "web: no cgroup"}})

    assert dict(status.pairs(page, NOW))["failed updates"] == "2, last: web: no cgroup"
    found = list(status.problems(page, NOW))
    assert len(found) == problems
    assert all("5m ago: web: no cgroup" in one for one in found)


def test_each_warning_has_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever other lines are called."""
    warnings = ["policy.a has no effect", "policy.b has no effect"]
    configuration = {**pages.STATUS["configuration"], "warnings": warnings}
    show(tmp_path, changed(configuration=configuration))

    out = capsys.readouterr().out
    assert all(f"  {warning}\n" in out for warning in warnings)
