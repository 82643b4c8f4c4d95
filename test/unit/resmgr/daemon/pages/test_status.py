# SPDX-License-Identifier: Apache-2.0
"""How the daemon is, in one look."""

from typing import Any

from unit.resmgr.daemon import small_engine
from unit.resmgr.daemon.small_engine import pod

from resmgr.control.roster import Mode, Roster
from resmgr.daemon.configuring.active import Active, Refused
from resmgr.daemon.configuring.configuration import Judge
from resmgr.daemon.configuring.sources import Origin
from resmgr.daemon.pages import status
from resmgr.daemon.pages.status import Facts, Process, Socket, Store
from resmgr.daemon.records.witness import Failures

PROCESS = Process("1.2", 42, 1.0)
JUDGED = Judge(("static",), {}).of_text("policy: {Active: static}")


def page(**changes: Any) -> dict[str, Any]:
    """The page of a daemon with one pod."""
    given: dict[str, Any] = {
        "process": PROCESS,
        "engine": small_engine.engine(pod("web")),
        "machine": small_engine.MACHINE,
        "active": Active(JUDGED, Origin.FALLBACK, "/etc/x.cfg", 2.0),
        "refused": None,
        "failures": Failures(),
        "store": Store(0, 0),
        **changes,
    }
    return status.document(Facts(**given))


def test_a_daemon_at_work() -> None:
    """Who it is, and what is there."""
    found = page()

    assert (found["version"], found["pid"], found["state"]) == ("1.2", 42, "running")
    assert found["started"] == "1970-01-01T00:00:01.000Z"
    assert (found["policy"], found["pods"], found["containers"]) == ("static", 1, {"running": 1})
    assert found["cpus"] == {"online": "0-7", "offline": "", "isolated": "7", "exclusive": "1-2"}


def test_the_configuration_that_counts_and_the_one_that_does_not() -> None:
    """The last one that was refused stays until the daemon ends."""
    refused = Refused(Origin.AGENT, "", 3.0, "policy.Actve: unknown key")
    found = page(refused=refused)["configuration"]

    assert (found["origin"], found["name"]) == ("fallback configuration", "/etc/x.cfg")
    assert (found["generation"], found["since"]) == (1, "1970-01-01T00:00:02.000Z")
    assert len(found["hash"]) == 16
    assert found["refused"] == {
        "origin": "configuration of the node agent",
        "name": "",
        "time": "1970-01-01T00:00:03.000Z",
        "text": "policy.Actve: unknown key",
    }
    assert page()["configuration"]["refused"] is None


def test_sockets_tell_whether_they_are_up() -> None:
    """Those that are served, and those that are asked."""
    found = page(
        serves={"relay": Socket("/r.sock", up=True, connections=2)},
        asks={"runtime": Socket("/c.sock", up=False)},
    )

    assert found["serves"] == {"relay": {"path": "/r.sock", "up": True, "connections": 2}}
    assert found["asks"] == {"runtime": {"path": "/c.sock", "up": False}}
    assert found["runtime"] == {"connected": False}


def test_controllers_tell_whether_they_are_at_work() -> None:
    """And why not."""
    roster = Roster(
        {"cpu": Mode.REQUIRED, "memory": Mode.RELAXED},
        frozenset({"cpu"}),
        unable={"memory": "no such file"},
    )
    engine = small_engine.engine(pod("web"))
    engine.cpu_classes = {"turbo": 0b1101}
    found = page(controllers=roster, engine=engine)

    assert found["controllers"] == {
        "cpu": {"mode": "required", "running": True, "why": ""},
        "memory": {"mode": "relaxed", "running": False, "why": "no such file"},
    }
    assert found["cpuClasses"] == {"turbo": "0,2-3"}
    assert page()["controllers"] == {}


def test_failures_are_counted() -> None:
    """With the last one in words."""
    found = page(failures=Failures(3, 4.0, "cannot update"), store=Store(1, 2))

    assert found["failedUpdates"] == {
        "count": 3,
        "last": {"time": "1970-01-01T00:00:04.000Z", "text": "cannot update"},
    }
    assert found["store"] == {"pending": 1, "failures": 2}
    assert page()["failedUpdates"] == {"count": 0, "last": None}


def test_a_daemon_that_waits_says_for_what() -> None:
    """Before it knows anything else."""
    assert status.starting(PROCESS, "waiting for the runtime") == {
        "version": "1.2",
        "pid": 42,
        "started": "1970-01-01T00:00:01.000Z",
        "state": "starting",
        "doing": "waiting for the runtime",
    }
