# SPDX-License-Identifier: Apache-2.0
"""What the engine knows, for people."""

import json

from unit.resmgr.sysfs import trees

from resmgr.daemon.configuring import policies, settings
from resmgr.daemon.pages import show
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.model import Container, ContainerState, Pod
from resmgr.policy import constraints
from resmgr.state.changes import Saved

MACHINE = trees.Tree().machine()


def engine() -> Engine:
    """Make an engine that knows one container."""
    policy = policies.make(settings.Policy(), MACHINE, constraints.Cgroups())
    made = Engine(policy, Saved())
    running = Container("", "p1", "main", id="c1", state=ContainerState.RUNNING)
    made.start(events.Synchronised((Pod("p1", "u1", "web", "default"),), (running,)))
    return made


def test_containers_have_names() -> None:
    """One that is not known has its id."""
    made = engine()

    assert show.title(made, "u1:main") == "default/web:main"
    assert show.title(made, "u9:gone") == "u9:gone"


def test_the_page_shows_what_is_known() -> None:
    """As JSON."""
    page = show.page(engine(), MACHINE)

    assert page.content_type == "application/json"
    assert list(json.loads(page.body)["Pods"]["p1"]["Containers"]) == ["c1"]
