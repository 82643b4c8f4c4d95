# SPDX-License-Identifier: Apache-2.0
"""The page about the daemon's own socket, held against what the socket answers."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from unit.resmgr.daemon import small_engine
from unit.resmgr.daemon.small_engine import pod

from resmgr.daemon.command import flagtable
from resmgr.daemon.configuring import history
from resmgr.daemon.configuring.active import Active, Refused
from resmgr.daemon.configuring.configuration import Judge
from resmgr.daemon.configuring.sources import Origin
from resmgr.daemon.pages import configpage, explained, insight, local, status
from resmgr.daemon.pages.status import Facts, Process, Socket, Store
from resmgr.daemon.records import decisions
from resmgr.daemon.records.witness import Failures
from resmgr.runtime.version import Found

PAGE = Path(__file__).resolve().parents[3] / "docs/reference/introspection.md"
JUDGE = Judge(("static",), {})
ACTIVE = Active(JUDGE.of_text("policy: {Active: static}"), Origin.FALLBACK, "/f", 1.0)
REFUSED = Refused(Origin.AGENT, "", 2.0, "bad")
FOUND = Found(None, "containerd", "2", "")  # type: ignore[arg-type]  # nobody is asked


def section(path: str) -> str:
    """Give what the page says of a path."""
    text = PAGE.read_text(encoding="utf-8")
    return text.partition(f"## `{path}`\n")[2].partition("\n## ")[0]


def members(data: Any) -> Iterator[str]:
    """Give the names of all members, those of values that are made of others too."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield name
            yield from members(value)
    elif isinstance(data, list):
        for one in data:
            yield from members(one)


def answers() -> dict[str, Any]:
    """Give what the socket answers by path, with as much as there may be."""
    engine = small_engine.engine(pod("web"))
    kept = decisions.Decisions(lambda: 0.0)
    kept.add("uid-web:main", "default/web:main", "text", level="info")
    facts = Facts(
        process=Process("1", 2, 3.0),
        engine=engine,
        machine=small_engine.MACHINE,
        active=ACTIVE,
        refused=REFUSED,
        failures=Failures(1, 4.0, "failed"),
        store=Store(0, 0),
        runtime=FOUND,
        serves={"relay": Socket("/r", up=True, connections=1)},
        asks={"runtime": Socket("/c", up=True)},
    )
    why = explained.document(engine, kept, small_engine.known(engine, "web"))
    # What belongs to other pages is told there.
    why["recorded"], why["has"]["assignment"] = [], {}
    past = history.History()
    past.took(ACTIVE)
    config = configpage.document(ACTIVE, REFUSED, (), past.document())
    config["below"] = {}
    config["modules"] = {"policy": config["modules"]["policy"] | {"data": {}}}
    config["modules"] = list(config["modules"].values())
    how = status.document(facts)
    how["containers"] = {}
    return {
        "/status": [how, status.starting(facts.process, "waiting")],
        "/config": config,
        "/explain": why,
        "/decisions": kept.document(0),
    }


@pytest.mark.parametrize("path", ["/status", "/config", "/explain", "/decisions"])
def test_every_member_is_told(path: str) -> None:
    """In the section of its page, as code; what `/status` has too is told there."""
    told = set(re.findall(r"`([^`]+)`", section(path)))
    if path == "/config":
        told |= set(re.findall(r"`([^`]+)`", section("/status")))

    assert set(members(answers()[path])) - told == set()


def test_every_page_is_told() -> None:
    """No more, no less."""
    told = re.findall(r"^## `([^`]+)`$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert sorted(told) == sorted(insight.PATHS)


def test_numbers_are_those_of_the_code() -> None:
    """The place, and what is bounded."""
    text = PAGE.read_text(encoding="utf-8")

    assert flagtable.FLAGS["introspection-socket"].default in text
    assert f"the last {history.MOST} that were taken or refused" in text
    assert f"{decisions.MOST} and {decisions.MOST_BYTES // 1024} KiB" in text
    assert f"{decisions.MOST_WAITING} requests may wait" in text
    assert f"({local.LONGEST_WAIT:g}\nat most)" in text
