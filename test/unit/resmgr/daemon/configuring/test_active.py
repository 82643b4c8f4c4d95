# SPDX-License-Identifier: Apache-2.0
"""The configuration that counts."""

from resmgr.daemon.configuring import active
from resmgr.daemon.configuring.active import Active
from resmgr.daemon.configuring.configuration import Judge
from resmgr.daemon.configuring.sources import Origin

TEXT = """
policy: {Active: balloons, ReservedResources: {CPU: 1}, balloons: {BalloonTypes: []}}
resource-manager.control.page-migration:
logger: {Debug: policy}
"""
JUDGE = Judge(("none", "balloons"), {"logger": {"LogSource": True}, "dump": {"Debug": True}})


def made(text: str = TEXT, origin: Origin = Origin.FALLBACK, name: str = "/etc/x.cfg") -> Active:
    """A configuration as a daemon has it."""
    return Active(JUDGE.of_text(text), origin, name)


def test_modules_tell_where_they_come_from() -> None:
    """The configuration, what lies below it, or both; empty ones are left out."""
    below, own = active.BELOW, "fallback configuration /etc/x.cfg"

    assert active.modules(made()) == {
        "policy": {
            "data": {"Active": "balloons", "ReservedResources": {"CPU": 1}},
            "from": [own],
        },
        "policy.balloons": {"data": {"BalloonTypes": []}, "from": [own]},
        "logger": {"data": {"Debug": "policy", "LogSource": True}, "from": [own, below]},
        "dump": {"data": {"Debug": True}, "from": [below]},
    }


def test_the_hash_is_that_of_the_contents() -> None:
    """Not of the place or the order."""
    other = made("logger: {Debug: policy}\n" + TEXT.replace("logger: {Debug: policy}\n", ""))

    assert made(origin=Origin.AGENT, name="").hash == made().hash == other.hash
    assert made("logger: {Debug: '*'}").hash != made().hash
