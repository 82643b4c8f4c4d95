# SPDX-License-Identifier: Apache-2.0
"""The page that explains a container."""

import dataclasses
import json
from typing import Any

import pytest
from unit.resmgr.daemon import small_engine
from unit.resmgr.daemon.small_engine import pod

from resmgr.daemon.pages import explained
from resmgr.daemon.records.decisions import Decisions
from resmgr.engine import events
from resmgr.engine.engine import Engine

WEB, DB = pod("web"), pod("db")


@pytest.fixture
def engine() -> Engine:
    """Two pods that run, with two exclusive CPUs each."""
    return small_engine.engine(WEB, DB)


def ask(engine: Engine, word: str, kept: Decisions | None = None) -> tuple[int, dict[str, Any]]:
    """Give status and contents of the answer."""
    decisions = kept or Decisions(lambda: 0.0)
    page = explained.page(engine, decisions, {"container": word} if word else {})
    return page.status, json.loads(page.body)


def test_a_container_is_explained_with_what_it_has(engine: Engine) -> None:
    """The explanation is that of the policy, as if the container came now."""
    status, told = ask(engine, "web")

    assert status == 200
    assert told["container"] == "default/web:main"
    assert told["who"]["id"] == "id-web"
    assert (told["policy"], told["qos"], told["state"]) == ("static", "Guaranteed", "running")
    assert (told["has"]["cpus"], told["now"]) == ("1-2", "CPUs 1-2, memory nodes any")
    assert told["has"]["assignment"]["ExclusiveCPUs"] == "1-2"
    assert told["rule"] == "guaranteed pod, request of whole CPUs: 2 for itself"
    assert [one["name"] for one in told["candidates"] if one["chosen"]] == ["ordinary"]
    assert (told["cpus"], told["refusal"]) == ("1-2", "")


def test_what_was_decided_then_is_there(engine: Engine) -> None:
    """Of this container alone."""
    kept = Decisions(lambda: 0.0)
    kept.add("uid-web:main", "default/web:main", "has CPUs", level="info")
    kept.add("uid-db:main", "default/db:main", "other", level="info")

    assert [one["text"] for one in ask(engine, "web", kept)[1]["recorded"]] == ["has CPUs"]


def test_explaining_changes_nothing(engine: Engine) -> None:
    """Neither the policy's state nor what is known."""
    before = engine.policy_state
    ask(engine, "web")

    assert engine.policy_state is before


def test_what_is_not_there_is_told_with_what_is(engine: Engine) -> None:
    """So that the right name is found."""
    status, told = ask(engine, "wbe")

    assert (status, told["error"]) == (404, "no container 'wbe' is known")
    assert [one["title"] for one in told["candidates"]] == ["default/db:main", "default/web:main"]


def test_a_word_that_fits_several_is_refused_with_them(engine: Engine) -> None:
    """By name."""
    status, told = ask(engine, "main")

    assert status == 409
    assert told["error"] == "'main' is not the only one: default/web:main, default/db:main"
    assert len(told["candidates"]) == 2


def test_a_container_has_to_be_named(engine: Engine) -> None:
    """The answer says how."""
    status, told = ask(engine, "")

    assert (status, "?container=" in told["error"]) == (400, True)


def test_who_is_left_untouched_is_not_decided_about() -> None:
    """The annotation is what is told."""
    key = "cpu.preserve.resource-policy.nri.io"
    wanted = dataclasses.replace(pod("calm"), annotations={key: "true"})
    engine = small_engine.engine(wanted)
    engine.handle(events.Rebalance())
    told = ask(engine, "calm")[1]

    assert told["rule"] == "the pod wants this container left untouched, by annotation"
    assert told["candidates"] == []
