# SPDX-License-Identifier: Apache-2.0
"""What the page that explains a container tells of one that was refused."""

import json
from typing import Any

import pytest
from unit.resmgr.daemon import small_engine
from unit.resmgr.daemon.small_engine import pod

from resmgr.daemon.pages import explained
from resmgr.daemon.records.decisions import Decisions
from resmgr.engine.engine import Engine


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
