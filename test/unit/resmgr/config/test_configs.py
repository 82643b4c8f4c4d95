# SPDX-License-Identifier: Apache-2.0
"""Sets of configurations: limits and precedence."""

from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest

from resmgr.config import configs, problem


def test_a_right_set_comes_back(sample: str) -> None:
    """Documents and options under their TYPEs, with their own texts."""
    given = {"default": sample, "EXTRA_OPTIONS": 'EXTRA_OPTIONS="-v=2"', "node.a.b": sample}

    assert configs.check(given, "configs") == (given, [])


def test_what_is_right_comes_with_the_problems_of_the_rest(sample: str) -> None:
    """Every TYPE is judged, name and text."""
    texts, problems = configs.check(
        {"defauxt": "x: 1", "fallback": sample, "EXTRA_OPTIONS": "-v=2"}, "configs"
    )

    assert texts == {"fallback": sample}
    assert [found.path for found in problems] == [
        "configs.defauxt",
        "configs.defauxt.x",
        "configs.EXTRA_OPTIONS",
    ]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ([], "configs: expected a mapping from TYPE to text, got a list"),
        ({1: "x"}, "configs: expected text as a key, got a number"),
        (
            {"default": {"policy": {}}},
            (
                "configs.default: expected text, got a mapping, write TYPE: | and the document "
                "indented below it"
            ),
        ),
        ({f"node.n{i}": "" for i in range(1001)}, "configs: more than 1000 TYPEs"),
        (
            {f"node.n{i}": "#" + "x" * 60_000 for i in range(9)},
            "configs: all TYPEs together are longer than 512 KiB",
        ),
        (
            {f"node.n{i}": "#" + "ö" * 30_000 for i in range(9)},
            "configs: all TYPEs together are longer than 512 KiB",
        ),
        ({"default": "x" * 5_000_000}, "configs: all TYPEs together are longer than 512 KiB"),
        ({"default": "x" * 70_000}, "configs.default: longer than 64 KiB"),
    ],
)
def test_wrong_sets(given: Any, wrong: str) -> None:
    """Wrong forms and sizes are one problem each."""
    _, problems = configs.check(given, "configs")

    assert [str(found) for found in problems] == [wrong]


def test_a_set_of_512_kib_is_allowed() -> None:
    """Names count, too."""
    given = {f"node.n{i}": "#".ljust(64 * 1024 - 7, "x") for i in range(8)}
    total = sum(len(name) + len(text) for name, text in given.items())

    assert total == configs.MAX_BYTES
    assert configs.check(given, "configs") == (given, [])


def test_the_shoot_s_text_replaces_the_operator_s_as_a_whole() -> None:
    """Nothing is merged within a TYPE; the others stay; the order is that of the TYPEs."""
    merged = configs.merge({"force": "f", "default": "o"}, {"node.a": "n", "default": "s"})

    assert list(merged.items()) == [("default", "s"), ("force", "f"), ("node.a", "n")]


@pytest.mark.parametrize("withdrawn", [None, "", " \n"])
def test_an_empty_text_of_the_shoot_withdraws_the_operator_s(withdrawn: str | None) -> None:
    """Also null and blanks; so do empty texts of the operator."""
    assert configs.merge({"default": "o", "force": ""}, {"default": withdrawn}) == {}


def test_warnings_name_the_type() -> None:
    """Policies without reservation, empty documents, empty texts."""
    found = configs.warnings(
        {"default": "policy: {Active: static}", "force": "{}", "fallback": ""}, "configs"
    )

    assert [(warning.path, warning.message) for warning in found] == [
        (
            "configs.default.policy.ReservedResources",
            "policy static does not start without reserved CPUs",
        ),
        ("configs.force", "empty document"),
        ("configs.fallback", "empty text"),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
)
NAMES = st.sampled_from(["default", "EXTRA_OPTIONS", "node.a", "group.b", "force"])


@hypothesis.settings(deadline=None)
@hypothesis.given(JSON | st.dictionaries(NAMES, JSON))
def test_any_input_is_judged(given: Any) -> None:
    """Nothing raises, and only TYPEs that were given come back."""
    texts, problems = configs.check(given, "configs")

    assert len(problems) <= problem.LISTED + 1
    assert problems or set(texts) == set(given)
