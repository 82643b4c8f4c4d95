# SPDX-License-Identifier: Apache-2.0
"""YAML files of people: what is read, and what is refused before it is built."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resmgr.config import manifests


def laughs(first: str, item: str) -> str:
    """Nine levels of nine aliases: 81 aliases that stand for 9 ** 9 values."""
    lines = [f"l0: &l0 {first}"]
    for level in range(1, 10):
        aliases = ", ".join(9 * [f"*l{level - 1}"])
        lines.append(f"l{level}: &l{level} {item % f'[{aliases}]'}")
    return "\n".join(lines)


def test_documents_are_read_in_their_order() -> None:
    """Empty ones are left out."""
    assert manifests.load("a: 1\n---\n---\n[b]\n") == [{"a": 1}, ["b"]]


@pytest.mark.parametrize("text", ["", "---\n", "# nothing\n", "---\n---\n"])
def test_nothing_is_no_document(text: str) -> None:
    """However many separators there are."""
    assert manifests.load(text) == []


def test_how_far_it_is_read_is_told() -> None:
    """In percent, never less than before; the same is read as without."""
    text = "".join(f"- name: pod-{number}\n" for number in range(20_000))
    told: list[int] = []
    loaded = manifests.load(text, heard=told.append)

    assert loaded == manifests.load(text)
    assert told[0] == 0
    assert told[-1] == 100
    assert told == sorted(told)
    assert len(set(told)) > 20


def test_dates_are_text() -> None:
    """As for Kubernetes, and a date that does not exist is no error either."""
    assert manifests.load("a: 2020-01-01\nb: 2020-99-99\n") == [
        {"a": "2020-01-01", "b": "2020-99-99"}
    ]


def test_aliases_and_merge_keys_are_followed() -> None:
    """People use them, and in moderation they are fine."""
    text = "base: &base {a: 1}\none: {<<: *base, b: 2}\ntwo: [*base, *base]\n"

    assert manifests.load(text) == [
        {"base": {"a": 1}, "one": {"a": 1, "b": 2}, "two": [{"a": 1}, {"a": 1}]}
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(laughs("[x]", "%s"), "more than 200000 values", id="lists of lists"),
        pytest.param(laughs("{a: b}", "{<<: %s}"), "more than 200000 values", id="merge keys"),
        pytest.param("[" * 100_000, "line 1, column 101: nested deeper than 100", id="deep"),
        pytest.param("a: &a [*a]", "line 1, column 8: alias *a to what is not", id="circular"),
        pytest.param("a: &x 1\n---\nb: *x", "line 3, column 4: alias *x to", id="other document"),
        pytest.param("a:\n  b: 1\n  b: 2", "line 3, column 3: duplicate key 'b'", id="twice"),
        pytest.param("a: [", "line 2, column 1: did not find", id="no YAML"),
        pytest.param("a: \x07", "control characters are not allowed", id="control character"),
        pytest.param("!!python/name:os.system x", "could not determine a constructor", id="tag"),
    ],
)
def test_what_is_refused_says_where_and_why(text: str, why: str) -> None:
    """In one line, without having built anything."""
    with pytest.raises(manifests.NotYaml) as caught:
        manifests.load(text)

    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_key_may_be_said_again_elsewhere() -> None:
    """Mappings beside and below each other have keys of their own; a value is no key."""
    text = "a: {x: a, a: x}\nb: [{x: 1}, {x: 2}]\n"

    assert manifests.load(text) == [{"a": {"x": "a", "a": "x"}, "b": [{"x": 1}, {"x": 2}]}]


@given(text=st.text(alphabet="ab&*:-[]{}<, \n\t'\"!#0", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but NotYaml comes out of a text."""
    try:
        loaded = manifests.load(text)
    except manifests.NotYaml:
        return

    assert None not in loaded
