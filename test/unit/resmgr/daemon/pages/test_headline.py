# SPDX-License-Identifier: Apache-2.0
"""The line that systemd shows."""

from typing import Any

from unit.resmgr.daemon import small_engine
from unit.resmgr.daemon.small_engine import pod
from unit.resmgr.engine import toy

from resmgr.daemon.configuring.active import Active, Refused
from resmgr.daemon.configuring.configuration import Judge
from resmgr.daemon.configuring.sources import Origin
from resmgr.daemon.pages import headline
from resmgr.engine import events


class Speechless(toy.OneEach):
    """Fails when it is asked what it has."""

    def introspect(self, state: toy.Given) -> dict[str, Any]:
        """Fail."""
        raise KeyError(len(state))


JUDGED = Judge(("static",), {}).of_text("policy: {Active: static}")
ACTIVE = Active(JUDGED, Origin.FALLBACK, "/etc/x.cfg", since=86_400.0)


def test_it_tells_who_decides_and_by_what() -> None:
    """Policy, pools, containers, the configuration and its moment."""
    engine = small_engine.engine(pod("web"), pod("db"))
    engine.handle(events.ContainerStopped("id-db"))

    assert headline.line(engine, ACTIVE, None) == (
        "policy static, 4 pools, 1 container; fallback configuration /etc/x.cfg"
        " since 1970-01-02 00:00 UTC"
    )


def test_a_policy_without_pools() -> None:
    """Tells none, and nor does one without containers tell any."""
    engine = small_engine.engine(policy="none")
    nothing = Active(JUDGED, Origin.NOTHING, since=0.0)

    told = headline.line(engine, nothing, None)

    assert told == "policy none, 0 containers; defaults since 1970-01-01 00:00 UTC"


def test_a_refused_configuration_is_told_until_another_one_is_taken() -> None:
    """With its moment."""
    engine = small_engine.engine()
    later, earlier = (Refused(Origin.AGENT, "", when, "no") for when in (90_000.0, 80_000.0))

    assert headline.line(engine, ACTIVE, later).endswith(
        "; another one was refused at 1970-01-02 01:00 UTC"
    )
    assert "refused" not in headline.line(engine, ACTIVE, earlier)


def test_a_policy_that_cannot_tell_its_pools() -> None:
    """Has none in the line; the daemon starts and goes on."""
    engine = small_engine.engine(pod("web"))
    engine.policy = Speechless()

    assert headline.line(engine, ACTIVE, None).startswith("policy one-each, 1 container; ")
