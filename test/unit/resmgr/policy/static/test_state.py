# SPDX-License-Identifier: Apache-2.0
"""What the static policy remembers."""

import json

import hypothesis
import hypothesis.strategies as st
import pytest

from resmgr import cpuset
from resmgr.policy import interface
from resmgr.policy.static import state, supply

SUPPLY = supply.Supply(available=cpuset.parse("0-5"), reserved=0b1, isolated=cpuset.parse("6-7"))
STATE = state.State({"a": cpuset.parse("1-2"), "i": 1 << 6}, frozenset({"s"}))


def saved(**changes: object) -> dict[str, str]:
    """What is saved of `STATE`, some of it changed."""
    plain: dict[str, object] = {
        state.ASSIGNMENTS: {"a": "1-2", "i": "6"},
        state.DEFAULT: "0,3-5",
        "s": "shared",
    }
    return {key: json.dumps(value) for key, value in (plain | changes).items()}


def test_the_default_set_is_what_nobody_has() -> None:
    """Isolated CPUs are apart."""
    assert cpuset.show(STATE.default(SUPPLY)) == "0,3-5"
    assert cpuset.show(STATE.isolated(SUPPLY)) == "7"


def test_a_container_owns_shares_or_is_forgotten() -> None:
    """Never two of them at once; the old state stays what it was."""
    owning = STATE.owning("s", 0b1000)
    sharing = STATE.sharing("a")

    assert (owning.assignments["s"], owning.shared) == (0b1000, frozenset())
    assert sharing == state.State({"i": 1 << 6}, frozenset({"a", "s"}))
    assert STATE.forgetting("a").forgetting("i").forgetting("s") == state.State()
    assert STATE.assignments.keys() == {"a", "i"}


def test_it_is_saved_as_json_texts() -> None:
    """CPU lists by container, the default set, and who shares it."""
    assert state.dump(STATE, SUPPLY) == saved()


SOME = st.sets(st.sampled_from("abcdef"))


@hypothesis.given(st.tuples(SOME, SOME), st.tuples(SOME, SOME))
def test_what_differs_makes_the_one_of_the_other(
    before: tuple[set[str], set[str]], after: tuple[set[str], set[str]]
) -> None:
    """Entries that are gone are named, too."""
    one, other = (
        state.State(
            {key: 1 << number for number, key in enumerate(sorted(owning), 1)},
            frozenset(sharing - owning),
        )
        for owning, sharing in (before, after)
    )
    texts: dict[str, str | None] = {**state.dump(one, SUPPLY)}
    texts |= state.entries(one, other, SUPPLY)

    assert {key: text for key, text in texts.items() if text} == state.dump(other, SUPPLY)


def test_one_more_that_shares_is_one_entry() -> None:
    """However many there are."""
    many = state.State({"a": 2}, frozenset(map(str, range(1000))))

    assert state.entries(many, many.sharing("s"), SUPPLY) == {"s": state.SHARED}
    assert state.entries(many, many.forgetting("7"), SUPPLY) == {"7": None}


def test_what_was_saved_is_loaded() -> None:
    """The same state comes back."""
    assert state.load(saved(), SUPPLY) == STATE


def test_more_cpus_than_before_join_the_default_set() -> None:
    """A machine or configuration that has grown is no reason to forget."""
    grown = supply.Supply(cpuset.parse("0-5,8"), SUPPLY.reserved, SUPPLY.isolated)

    assert cpuset.show(state.load(saved(), grown).default(grown)) == "0,3-5,8"


def test_states_without_those_that_share_are_loaded() -> None:
    """As the original kept them."""
    texts = saved()
    del texts["s"]

    assert state.load(texts, SUPPLY).shared == frozenset()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({state.DEFAULT: ""}, "default cpuset cannot be empty"),
        ({state.DEFAULT: "0,2-5"}, "CPUs 1-2 of container a are in the default cpuset"),
        ({state.ASSIGNMENTS: {"a": "1-2", "b": "2"}}, "CPUs 2 of container b are assigned twice"),
        ({state.ASSIGNMENTS: {"a": ""}}, "container a has an empty assignment"),
        (
            {state.DEFAULT: "0,3-5,9"},
            "current available CPUs 0-7 are not a superset of CPUs in state 0-6,9",
        ),
        (
            {state.ASSIGNMENTS: {"a": "0"}, state.DEFAULT: "1-5"},
            "not all reserved cpus: 0 are present in defaultCpuSet: 1-5",
        ),
        ({state.ASSIGNMENTS: ["a"]}, "cannot read the saved state"),
        ({state.ASSIGNMENTS: {"a": 1}}, "cannot read the saved state .* expected text"),
        ({state.ASSIGNMENTS: {"a": "x"}}, "cannot read the saved state .* is no id"),
        ({state.DEFAULT: None}, "cannot read the saved state"),
    ],
)
def test_what_contradicts_itself_or_the_machine_is_refused(
    changes: dict[str, object], message: str
) -> None:
    """The message says what and where."""
    with pytest.raises(interface.BadState, match=message):
        state.load(saved(**changes), SUPPLY)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_damaged_texts_are_refused(text: str) -> None:
    """What is no JSON is no state, and nothing else breaks on it."""
    with pytest.raises(interface.BadState, match="cannot read the saved state"):
        state.load(saved() | {state.ASSIGNMENTS: text}, SUPPLY)


def test_a_missing_part_is_refused() -> None:
    """The message names the key."""
    with pytest.raises(interface.BadState, match=state.DEFAULT):
        state.load({state.ASSIGNMENTS: "{}"}, SUPPLY)
