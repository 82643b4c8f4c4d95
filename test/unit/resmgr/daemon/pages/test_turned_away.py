# SPDX-License-Identifier: Apache-2.0
"""What the page that explains a container tells of one that was refused."""

import json
from typing import Any

import pytest
from unit.resmgr.daemon import small_engine
from unit.resmgr.daemon.small_engine import pod

from resmgr.daemon.pages import explained
from resmgr.daemon.records.decisions import MOST_REFUSED, Decisions
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.model import Container


@pytest.fixture
def engine() -> Engine:
    """A pod that runs."""
    return small_engine.engine(pod("web"))


def ask(engine: Engine, word: str, kept: Decisions) -> tuple[int, dict[str, Any]]:
    """Give status and contents of the answer."""
    page = explained.page(engine, kept, {"container": word})
    return page.status, json.loads(page.body)


def refuse(kept: Decisions) -> None:
    """Have a container of a third pod refused, twice, as the kubelet tries again."""
    for text in ("no CPU is left", "still none is left"):
        kept.add("uid-big:main", "default/big:main", f"refused: {text}", level="warning")


@pytest.mark.parametrize(
    "word", ["big", "default/big", "big:main", "big/main", "default/big/main", "uid-big:main"]
)
def test_who_was_refused_is_explained_by_that(engine: Engine, word: str) -> None:
    """It is not known, but why it is not is what people ask for."""
    kept = Decisions(lambda: 0.0)
    refuse(kept)
    status, told = ask(engine, word, kept)

    assert (status, told["container"], told["state"]) == (200, "default/big:main", "refused")
    assert told["refusal"] == "still none is left"
    assert len(told["recorded"]) == 2


def test_a_refusal_has_the_members_of_every_explanation(engine: Engine) -> None:
    """So that whoever reads one can read the other."""
    kept = Decisions(lambda: 0.0)
    refuse(kept)
    fine, refused = ask(engine, "web", kept)[1], ask(engine, "big", kept)[1]

    assert fine.keys() == refused.keys()
    assert fine["who"].keys() == refused["who"].keys()
    assert fine["has"].keys() == refused["has"].keys()


def test_who_runs_counts_before_who_was_refused(engine: Engine) -> None:
    """A refusal of long ago hides nobody."""
    kept = Decisions(lambda: 0.0)
    kept.add("uid-web:main", "default/web:main", "refused: then", level="warning")

    assert ask(engine, "web", kept)[1]["state"] == "running"


def test_a_refusal_that_was_overcome_is_none(engine: Engine) -> None:
    """Of one that came in the end, and has gone."""
    kept = Decisions(lambda: 0.0)
    refuse(kept)
    kept.add("uid-big:main", "default/big:main", "has CPUs", level="info")

    assert ask(engine, "big", kept)[0] == 404


def test_it_is_explained_as_if_it_came_again(engine: Engine) -> None:
    """By what it asked for, as long as that is remembered: beside whom it found no room."""
    kept = Decisions(lambda: 0.0)
    big, there = small_engine.pod("big"), engine.policy_state
    engine.handle(events.PodStarted(big))
    asked = small_engine.container("big", cpus=9)
    outcome = engine.handle(events.ContainerCreating(asked, big))
    assert outcome.container is not None
    refuse(kept)
    kept.refuse(outcome.container)
    _, told = ask(engine, "big", kept)

    assert (told["state"], told["who"]["state"], told["now"]) == ("refused", "refused", "")
    assert (told["container"], told["qos"], told["request"]) == (
        "default/big:main",
        "Guaranteed",
        "9 CPU",
    )
    assert told["refusal"].startswith("cannot allocate 9 exclusive CPUs for default/big:main")
    assert told["candidates"]
    assert engine.policy_state == there


def test_when_its_pod_is_gone_the_decision_is_left(engine: Engine) -> None:
    """Nobody knows what the pod was."""
    kept = Decisions(lambda: 0.0)
    refuse(kept)
    kept.refuse(Container("uid-big:main", "pod-big", "main"))

    assert ask(engine, "big", kept)[1]["refusal"] == "still none is left"


def test_few_are_remembered() -> None:
    """The last ones, each once."""
    kept = Decisions(lambda: 0.0)
    for number in (0, *range(MOST_REFUSED + 1), 2):
        kept.refuse(Container(f"u{number}:main", "p", "main"))

    assert len(kept.refused) == MOST_REFUSED
    assert next(iter(kept.refused)) == "u1:main"
    assert [*kept.refused][-1] == "u2:main"
