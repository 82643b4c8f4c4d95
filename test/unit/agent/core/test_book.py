# SPDX-License-Identifier: Apache-2.0
"""What follows from what is known: of the cluster, of the daemon, in any order."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core import layers
from agent.core.book import Book, Daemon, Owner
from agent.core.verdicts import Outcome

NAMES = layers.Names("b", "n")
LABEL = "group"


def config_map(name: str, version: str = "1", **data: str) -> dict[str, Any]:
    """A ConfigMap object."""
    return {"metadata": {"name": name, "resourceVersion": version}, "data": data}


def node(group: str | None = None) -> dict[str, Any]:
    """A Node object."""
    labels = {} if group is None else {LABEL: group}
    return {"metadata": {"name": "n", "uid": "u", "labels": labels}}


def adjustment(name: str, *nodes: str) -> dict[str, Any]:
    """An Adjustment object."""
    return {
        "metadata": {"name": name, "generation": 1},
        "spec": {"scope": [{"nodes": list(nodes)}]},
    }


@pytest.fixture
def book() -> Book:
    """Nothing is known."""
    return Book(NAMES, LABEL)


@pytest.fixture
def known(book: Book) -> Book:
    """A node without group and configuration of its own, whose default is A."""
    book.node_seen(node(), 0.0)
    book.config_map_missing("b.node.n", 0.0)
    book.config_map_seen(config_map("b.default", policy="A"), 0.0)
    return book


def send(book: Book, now: float, error: str = "") -> layers.Instruction | None:
    """Have the daemon answer what is due."""
    book.configuration = book.configuration.begin()
    sent = book.configuration.sending
    book.configured(error, now)
    return sent


def test_nothing_is_sent_before_enough_is_known(book: Book) -> None:
    """Each part may come first."""
    book.config_map_seen(config_map("b.default", policy="A"), 0.0)
    book.node_seen(node("g"), 0.0)
    book.config_map_missing("b.node.n", 0.0)

    assert book.configuration.due is None
    book.config_map_missing("b.group.g", 0.0)
    assert book.configuration.wanted == layers.Take({"policy": "A"})


def test_a_label_that_changes(known: Book) -> None:
    """Another ConfigMap is followed; until it is known what was decided stays."""
    send(known, 3.0)
    known.node_seen(node("g"), 4.0)

    assert known.followed == {"b.node.n", "b.default", "b.group.g"}
    assert known.configuration.wanted == layers.Take({"policy": "A"})
    known.config_map_seen(config_map("b.group.g", policy="G"), 5.0)
    assert known.configuration.wanted == layers.Take({"policy": "G"})


def test_an_event_of_a_watch_that_was_given_up(known: Book) -> None:
    """The former group's ConfigMap changes nothing any more."""
    known.node_seen(node("g"), 0.0)
    known.config_map_seen(config_map("b.group.g", policy="G"), 0.0)
    known.node_seen(node(), 0.0)
    known.config_map_seen(config_map("b.group.g", policy="H"), 0.0)

    assert known.configuration.wanted == layers.Take({"policy": "A"})
    assert "b.group.g" not in known.known.found


def test_the_last_config_map_goes(known: Book) -> None:
    """The daemon is told that there is none; it is not sent an empty one."""
    send(known, 3.0)
    known.config_map_missing("b.default", 4.0)

    assert known.configuration.wanted == layers.Drop()
    assert send(known, 7.0) == layers.Drop()


def test_another_version_of_the_same(known: Book) -> None:
    """It is the one that is reported; the daemon has it already."""
    send(known, 3.0)
    known.config_map_seen(config_map("b.default", "2", policy="A"), 4.0)

    assert known.configuration.due is None
    assert known.verdict.outcome is Outcome.TAKEN
    assert isinstance(known.choice, layers.Layer)
    assert known.choice.config_map.version == "2"


def test_a_change_that_is_taken_back(known: Book) -> None:
    """What was said of the former one is said again, though nothing was sent."""
    send(known, 3.0, "bad")
    known.config_map_seen(config_map("b.default", "2", policy="B"), 4.0)
    waiting = known.verdict.outcome
    known.config_map_seen(config_map("b.default", "3", policy="A"), 5.0)

    assert waiting is Outcome.WAITING
    assert (known.verdict.outcome, known.verdict.message) == (Outcome.REFUSED, "bad")


def test_an_answer_that_is_too_late(known: Book) -> None:
    """What was wanted meanwhile is waited for."""
    known.configuration = known.configuration.begin()
    known.config_map_seen(config_map("b.default", "2", policy="B"), 3.0)
    known.configured("", 4.0)

    assert known.verdict.outcome is Outcome.WAITING
    assert known.configuration.due == 5.0


def test_how_it_is(known: Book) -> None:
    """A refused configuration, or a daemon that went away; not one that never was there."""
    found = [known.health]
    known.configuration = known.configuration.begin()
    known.not_configured("away", 3.0, 0.5)
    found.append(known.health)
    known.daemon_came(4.0)
    known.configuration = known.configuration.begin()
    known.not_configured("away", 5.0, 0.5)
    found.append(known.health)
    send(known, 6.0, "bad")
    found.append(known.health)
    known.daemon_came(7.0)
    send(known, 8.0)
    found.append(known.health)

    assert found == ["", "", "configuration error: away", "configuration error: bad", ""]


def test_adjustments_are_sent_when_all_are_known(book: Book) -> None:
    """Part of a list would take away what the rest has; none at all is sent too."""
    book.adjustment_seen(adjustment("a", "n"), 0.0)
    early = book.selection.due
    book.adjustment_seen(adjustment("b", "other"), 0.0)
    book.adjustments_synced(frozenset({"a", "b"}), 0.0)
    empty = Book(NAMES, LABEL)
    empty.adjustments_synced(frozenset(), 0.0)

    assert early is None
    assert book.selection.wanted is not None
    assert list(book.selection.wanted.specs) == ["a"]
    assert empty.selection.due is not None


def test_adjustments_that_went_while_nobody_looked(book: Book) -> None:
    """A new list names all that is there."""
    book.adjustment_seen(adjustment("a", "n"), 0.0)
    book.adjustments_synced(frozenset({"a"}), 0.0)
    book.adjustments_synced(frozenset(), 1.0)

    assert book.selection.wanted is not None
    assert book.selection.wanted.specs == {}


def test_what_came_of_adjustments(book: Book) -> None:
    """Errors by name; one of the call as a whole under a name of its own."""
    book.adjustments_synced(frozenset(), 0.0)
    book.selection = book.selection.begin()
    book.not_adjusted("away", 1.0, 0.5)
    away = book.adjusted.errors
    book.selection = book.selection.begin()
    book.adjusted_with({"a": "bad"}, 3.0)

    assert away == {"request": "away"}
    assert (book.adjusted.outcome, book.adjusted.errors) == (Outcome.REFUSED, {"a": "bad"})


def test_kinds_do_not_hold_each_other_up(known: Book) -> None:
    """A configuration that is tried again leaves Adjustments their own time, and the reverse."""
    known.configuration = known.configuration.begin()
    known.not_configured("away", 3.0, 0.5)
    due = known.configuration.due
    known.adjustments_synced(frozenset(), 3.5)

    assert known.configuration.due == due
    assert known.selection.due == 5.5


def test_the_daemon_goes_and_comes(known: Book) -> None:
    """It is told again; what it said of itself is not known any more."""
    known.daemon_came(0.0)
    known.daemon_told(Daemon("static"))
    send(known, 3.0)
    known.daemon_went()
    gone = known.daemon
    known.daemon_came(9.0)

    assert gone is None
    assert known.configuration.ready(9.0)


def test_a_node_that_is_missing(book: Book) -> None:
    """It has no label; the default counts."""
    book.node_missing(0.0)

    assert book.known.group == ""
    assert book.owner is None
    book.node_seen(node("g"), 0.0)
    assert book.owner == Owner("n", "u")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["seen", "missing", "label", "send", "away", "refuse", "restart"]),
        st.sampled_from(["b.node.n", "b.group.g", "b.group.h", "b.default"]),
        st.sampled_from(["A", "B"]),
        st.sampled_from([None, "g", "h"]),
    ),
    max_size=30,
)


@given(STEPS)
@settings(deadline=None)
def test_any_order_of_events(steps: list[tuple[str, str, str, str | None]]) -> None:
    """An empty configuration is never sent, the last decision is wanted, and it is not lost."""
    book, now = Book(NAMES, LABEL), 0.0
    for kind, name, text, group in steps:
        now += 1.0
        match kind:
            case "seen":
                book.config_map_seen(config_map(name, policy=text), now)
            case "missing":
                book.config_map_missing(name, now)
            case "label":
                book.node_seen(node(group), now)
            case "restart":
                book.daemon_came(now)
            case _ if book.configuration.ready(now):
                book.configuration = book.configuration.begin()
                sent = book.configuration.sending
                assert isinstance(sent, layers.Drop) or (
                    isinstance(sent, layers.Take) and sent.data
                )
                if kind == "away":
                    book.not_configured("away", now, 0.5)
                else:
                    book.configured("bad" if kind == "refuse" else "", now)
        decided = layers.choose(book.known, NAMES)
        if (wanted := layers.instruction(decided)) is not None:
            assert book.configuration.wanted == wanted
        assert set(book.known.found) <= book.followed
        state = book.configuration
        assert state.wanted is None or state.delivered == state.wanted or state.due is not None
