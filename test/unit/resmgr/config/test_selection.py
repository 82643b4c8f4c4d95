# SPDX-License-Identifier: Apache-2.0
"""Nodes and pools that are selected, and what is wrong with them."""

from typing import Any

import pytest

from resmgr.config import problem, selection

POOLS = (
    selection.Pool("gold", labels={"tier": "gold"}),
    selection.Pool("silver", cri="", labels={"tier": "silver"}),
    selection.Pool("docker", cri="docker"),
    selection.Pool("control", control_plane=True),
)


def _messages(findings: problem.Findings) -> list[str]:
    return [str(found) for found in findings.problems()]


def _selected(labels: dict[str, str], names: tuple[str, ...] = ()) -> list[str]:
    return [pool.name for pool in selection.Selection(labels, names, POOLS).selected()]


@pytest.mark.parametrize(
    ("labels", "names", "selected"),
    [
        ({}, (), ["gold", "silver"]),
        ({}, ("gold", "docker", "control"), ["gold"]),
        ({"tier": "gold"}, (), ["gold"]),
        ({"tier": "gold"}, ("silver",), []),
        ({"tier": "lead"}, (), []),
        ({"other": "x"}, (), []),
        ({"worker.gardener.cloud/pool": "silver"}, (), ["silver"]),
        ({"kubernetes.io/arch": "amd64"}, (), ["gold", "silver"]),
        ({"topology.kubernetes.io/zone": "a"}, ("gold",), ["gold"]),
    ],
)
def test_selected_pools(
    labels: dict[str, str], names: tuple[str, ...], selected: list[str]
) -> None:
    """Both selections hold; labels that nodes get from elsewhere may match anywhere."""
    assert _selected(labels, names) == selected


@pytest.mark.parametrize(
    "labels",
    [
        {},
        {"a": "b"},
        {"a": ""},
        {"a.b_c-D": "x.y_z-1"},
        {"example.com/a": "1"},
        {"a" * 63: "b" * 63},
    ],
)
def test_right_labels(labels: dict[str, str]) -> None:
    """Names, with or without a prefix, and values, also empty ones."""
    findings = problem.Findings()

    assert selection.labels(labels, problem.Place("s", findings)) == labels
    assert _messages(findings) == []


@pytest.mark.parametrize(
    ("labels", "wrong"),
    [
        ([], "s: expected a mapping from label to value, got a list"),
        ({1: "x"}, "s: expected text as a key, got a number"),
        ({"a": True}, "s.a: expected text, got true or false, put it in quotes"),
        ({"a": 1}, "s.a: expected text, got a number, put it in quotes"),
        ({"a": None}, "s.a: expected text, got nothing, put it in quotes"),
        ({"a": "b c"}, 's.a: "b c" is not the value of a label'),
        ({"a": "-b"}, 's.a: "-b" is not the value of a label'),
        ({"a": "b" * 64}, f's.a: "{"b" * 60}…" is not the value of a label'),
        ({"a b": "x"}, 's["a b"]: not a valid label, a label is NAME or PREFIX/NAME'),
        ({"": "x"}, 's[""]: not a valid label, a label is NAME or PREFIX/NAME'),
        ({"A.com/b": "x"}, "s.A.com/b: not a valid label, a label is NAME or PREFIX/NAME"),
        ({"a/b/c": "x"}, "s.a/b/c: not a valid label, a label is NAME or PREFIX/NAME"),
        ({"/b": "x"}, "s./b: not a valid label, a label is NAME or PREFIX/NAME"),
        ({"a/": "x"}, "s.a/: not a valid label, a label is NAME or PREFIX/NAME"),
        ({f"a{i}": "x" for i in range(257)}, "s: more than 256 labels"),
    ],
)
def test_wrong_labels(labels: Any, wrong: str) -> None:
    """What no Node can carry."""
    findings = problem.Findings()

    assert selection.labels(labels, problem.Place("s", findings)) == {}
    assert _messages(findings) == [wrong]


@pytest.mark.parametrize(
    ("names", "wrong"),
    [
        ("a", "p: expected a list of pool names, got text"),
        ({"a": 1}, "p: expected a list of pool names, got a mapping"),
        ([1], "p[0]: expected the name of a pool, got a number"),
        (["A"], 'p[0]: "A" is not the name of a pool'),
        (["../a"], 'p[0]: "../a" is not the name of a pool'),
        ([f"a{i}" for i in range(257)], "p: more than 256 pools"),
    ],
)
def test_wrong_lists_of_names(names: Any, wrong: str) -> None:
    """Anything but a list of names."""
    findings = problem.Findings()

    assert selection.names(names, problem.Place("p", findings)) == ()
    assert _messages(findings) == [wrong]


def test_a_pool_is_named_once() -> None:
    """The first mention counts."""
    findings = problem.Findings()

    assert selection.names(["a", "b", "a"], problem.Place("p", findings)) == ("a", "b")
    assert _messages(findings) == ["p[2]: pool a is named twice"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("golt", "c.workerPools: the shoot has no pool golt, did you mean gold"),
        ("control", "c.workerPools: pool control is for the control plane, which is never managed"),
        ("docker", 'c.workerPools: pool docker has the container runtime "docker", not containerd'),
    ],
)
def test_named_pools_have_to_be_manageable(name: str, wrong: str) -> None:
    """They exist, run containerd and are no control plane."""
    findings = problem.Findings()
    chosen = selection.Selection({}, (name,), POOLS)

    selection.judge(chosen, (), problem.Place("c", findings))
    assert _messages(findings) == [wrong]


@pytest.mark.parametrize(
    ("labels", "names", "wrong"),
    [
        ({}, (), []),
        ({}, ("gold",), []),
        ({}, ("silver",), ["is not selected by workerPools and nodeSelector"]),
        ({"tier": "silver"}, (), ["is not selected by workerPools and nodeSelector"]),
    ],
)
def test_canary_pools_are_among_the_selected(
    labels: dict[str, str], names: tuple[str, ...], wrong: list[str]
) -> None:
    """Else nothing would ever follow them."""
    findings = problem.Findings()
    chosen = selection.Selection(labels, names, POOLS)

    selection.judge(chosen, ("gold",), problem.Place("c", findings))
    assert _messages(findings) == [f"c.rollout.canaryPools: pool gold {end}" for end in wrong]


def test_canary_pools_are_among_the_named_where_the_shoot_is_not_known() -> None:
    """As far as one can tell without the shoot."""
    findings = problem.Findings()

    selection.judge_canary(("a", "b"), ("a",), problem.Place("c", findings))
    selection.judge_canary(("a", "b"), (), problem.Place("c", findings))
    assert _messages(findings) == ["c.rollout.canaryPools: pool b is not in workerPools"]


STATIC = (*POOLS, selection.Pool("pinned", cpu_manager_policy="static", labels={"tier": "own"}))


@pytest.mark.parametrize(
    ("labels", "names", "path"),
    [
        ({}, (), "c"),
        ({}, ("gold", "pinned"), "c.workerPools"),
        ({"tier": "own"}, (), "c"),
        ({"tier": "gold"}, (), None),
        ({}, ("gold",), None),
    ],
)
def test_a_selected_pool_must_not_pin_by_itself(
    labels: dict[str, str], names: tuple[str, ...], path: str | None
) -> None:
    """The kubelet's static CPU manager and ours exclude each other; other pools may have it."""
    findings = problem.Findings()

    selection.judge(selection.Selection(labels, names, STATIC), (), problem.Place("c", findings))
    found = findings.problems()
    assert [problem_.path for problem_ in found] == ([] if path is None else [path])
    assert all("pool pinned has cpuManagerPolicy: static" in str(each) for each in found)


def test_groups_that_no_pool_sets_are_warned_about() -> None:
    """Only groups with a text, and only labels of selected pools count."""
    label = "cri-resource-manager.intel.com/group"
    pools = (
        selection.Pool("a", labels={label: "gold"}),
        selection.Pool("b", labels={label: "hidden"}, control_plane=True),
    )
    given = {"group.gold": "x", "group.hidden": "x", "group.off": None, "default": "x"}
    chosen = selection.Selection({}, (), pools)

    found = selection.warnings(chosen, given, problem.Place("c", problem.Findings()))
    assert [warning.path for warning in found] == ["c.configs.group.hidden"]
