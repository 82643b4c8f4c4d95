# SPDX-License-Identifier: Apache-2.0
"""What the agent writes: the state of its node, its entry in each Adjustment."""

from typing import Any

import pytest
from unit.agent.core import books

from agent.core import status
from agent.core.book import Owner


def test_a_node_in_one_object() -> None:
    """Policy, ConfigMap with its version, where it comes from, how many containers."""
    found = status.of(books.of("taken"), (), 1, "now")

    assert found["configuration"] == {
        "level": "default",
        "configMap": "b.default",
        "generation": "7",
    }
    assert (found["policy"], found["source"], found["containers"]) == ("static", "agent", 3)
    assert len(found["conditions"]) == 3


@pytest.mark.parametrize(
    ("name", "level"), [("nothing is known", "unknown"), ("no ConfigMap", "none")]
)
def test_without_a_config_map(name: str, level: str) -> None:
    """Whether there is none, or not enough is known."""
    assert status.of(books.of(name), (), 1, "now")["configuration"] == {"level": level}


def test_what_the_daemon_did_not_tell() -> None:
    """It is left out, and nothing is made up."""
    found = status.of(books.of("lost"), (), 1, "now")

    assert {"policy", "source", "containers"}.isdisjoint(found)


def test_it_goes_with_its_node() -> None:
    """The Node owns it."""
    (owner,) = status.skeleton(Owner("n", "u"))["metadata"]["ownerReferences"]

    assert (owner["kind"], owner["name"], owner["uid"]) == ("Node", "n", "u")


def test_numbers_alone_can_wait() -> None:
    """Everything else is written soon."""
    written = {"containers": 1, "policy": "a"}

    assert status.worth({"policy": "a"}, None)
    assert status.worth({"containers": 1, "policy": "b"}, written)
    assert not status.worth({"containers": 2, "policy": "a"}, written)


def told(name: str, entry: dict[str, Any] | None, **spec: Any) -> list[Any]:
    """Give what is written where the status says something of the node already."""
    book = books.of(name)
    obj: dict[str, Any] = {
        "metadata": {"name": "a", "generation": 9},
        "spec": {"scope": [], **spec},
    }
    if entry is not None:
        obj["status"] = {"nodes": {"n": entry}}
    book.adjustment_seen(obj, 5.0)
    return list(status.entries(book))


DIGEST = status.digest({"scope": []})


def test_an_entry_is_written_when_something_is_different() -> None:
    """Errors that came or went, or a spec that was judged anew."""
    fresh = {"errors": {}, "observedGeneration": 9, "observedSpec": DIGEST}

    assert told("Adjustments taken", None) == [("a", fresh)]
    assert told("Adjustments taken", {"errors": {"x": "y"}, "observedSpec": DIGEST}) == [
        ("a", {**fresh, "errors": {"x": None}})
    ]
    assert told("Adjustments refused", fresh) == [("a", {**fresh, "errors": {"a": "bad"}})]


def test_a_generation_alone_is_not_written() -> None:
    """Each write raises it: nodes would set each other off for ever."""
    entry = {"errors": {}, "observedGeneration": 3, "observedSpec": DIGEST}

    assert told("Adjustments taken", entry) == []


def test_an_entry_goes_when_the_node_is_not_meant_any_more() -> None:
    """Only where there is one; and not before the daemon has answered."""
    book = books.of("no Adjustments")
    obj = {
        "metadata": {"name": "a", "generation": 9},
        "spec": {"scope": [{"nodes": ["x"]}]},
        "status": {"nodes": {"n": {"errors": {}}}},
    }
    book.adjustment_seen(obj, 5.0)

    assert list(status.entries(book)) == [("a", None)]
    assert list(status.entries(books.of("taken"))) == []


def test_errors_are_bounded() -> None:
    """An object that a thousand nodes write to has room for some of each; the rest is counted."""
    few = {"a": "x"}
    many = {f"c{number:03}": "y" * 2000 for number in range(100)}
    found = status.bounded(many)

    assert status.bounded(few) == few
    assert len(found) == status.MOST_ERRORS
    assert max(map(len, found.values())) == status.LONGEST_ERROR
    assert found["..."] == "85 more, see the log of the agent"
