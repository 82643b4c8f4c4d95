# SPDX-License-Identifier: Apache-2.0
"""Whom expressions catch."""

from typing import Any

import pytest

from ctl import matching
from resmgr.model import Container, Pod, Qos
from resmgr.policy.affinity import read as affinities
from resmgr.policy.interface import Subject


def subject(pod: str, container: str = "main", qos: Qos = Qos.BURSTABLE, **annotations: str) -> Any:
    """Give a container of a pod whose label `app` is its name."""
    keys = {"near": affinities.AFFINITY, "away": affinities.ANTI_AFFINITY}
    owner = Pod(
        pod,
        pod,
        pod,
        "default",
        labels={"app": pod},
        annotations={keys[key]: text for key, text in annotations.items()},
        qos=qos,
    )
    labels = {"io.kubernetes.container.name": container}
    made = Container(f"{pod}:{container}", pod, container, namespace="default", labels=labels)
    return Subject(made, owner)


WEB, DB = subject("web"), subject("db")


def names(caught: matching.Caught) -> list[str]:
    """Give who is caught, as people name them."""
    return [one.title for one in caught.subjects]


def test_one_that_is_tried() -> None:
    """A key, an operator, values."""
    (caught,) = matching.catch([matching.tried(("pod/labels/app", "In", "db", "x"))], [WEB, DB])

    assert names(caught) == ["default/db:main"]
    assert caught.rule.shown == "<pod/labels/app In db,x>"


@pytest.mark.parametrize("words", [("name",), ("name", "Equals"), ("name", "Inn", "web")])
def test_one_that_is_none(words: tuple[str, ...]) -> None:
    """Is refused in the words of the daemon."""
    with pytest.raises(matching.Wrong, match="invalid expression"):
        matching.tried(words)


def test_each_item_of_an_adjustment_catches_on_its_own() -> None:
    """With the nodes that it is for; one without expressions catches everybody."""
    web = {"key": "pod/name", "operator": "Equals", "values": ["web"]}
    spec = {"scope": [{"nodes": ["n1", "n2*"], "containers": [web]}, {"nodes": ["n3"]}, None]}
    rules, _ = matching.adjusted({"more": spec})

    found = matching.catch(rules, [WEB, DB])

    assert [(one.rule.detail, len(one.subjects)) for one in found] == [
        ("nodes n1, n2*", 1),
        ("nodes n3", 2),
        ("nodes all", 2),
    ]


def test_adjustments_without_scope_are_for_everybody() -> None:
    """On every node."""
    rules, _ = matching.adjusted({"all": {}})

    assert names(matching.catch(rules, [WEB, DB])[0]) == ["default/web:main", "default/db:main"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    """By the names of the Adjustments."""
    bad = {"key": "a", "operator": "Like"}
    with pytest.raises(matching.Wrong) as wrong:
        matching.adjusted({"a": {"scop": []}, "b": {"scope": [{"containers": [bad]}]}})

    first, second = wrong.value.problems
    assert first.startswith("Adjustment a: spec: unknown key scop")
    assert second.startswith("Adjustment b: scope[0].containers[0]")


def test_what_a_node_would_refuse() -> None:
    """Two Adjustments for one container, and resources for one of class BestEffort."""
    _, two = matching.adjusted({"a": {}, "b": {}})
    _, one = matching.adjusted({"c": {"resources": {"requests": {"cpu": 1}}}})
    poor = subject("poor", qos=Qos.BEST_EFFORT)

    assert "conflicting adjustments" in matching.refusals(two, [WEB])["default/web:main"]
    assert "BestEffort" in matching.refusals(one, [WEB, poor])["default/poor:main"]
    assert matching.refusals(one, [WEB]) == {}


def test_affinities_are_those_of_each_container_and_never_catch_itself() -> None:
    """Within their scope, with weight and direction."""
    shop = [
        subject("shop", name, near="db: [cache]", away="web: [db]")
        for name in ("db", "cache", "web")
    ]
    stranger = subject("other", "db")

    found = matching.catch(matching.drawn(shop), [*shop, stranger])

    assert [(one.rule.name, one.rule.detail, names(one)) for one in found] == [
        ("default/shop:db", "near, +1", ["default/shop:cache"]),
        ("default/shop:db", "away, -1", ["default/shop:web"]),
        ("default/shop:cache", "near, +1", ["default/shop:db"]),
        ("default/shop:web", "away, -1", ["default/shop:db"]),
    ]


def test_an_affinity_that_cannot_be_read() -> None:
    """Is told once for its pod."""
    pods = [subject("shop", name, near="db: {") for name in ("a", "b")]
    with pytest.raises(matching.Wrong) as wrong:
        list(matching.drawn(pods))

    assert len(wrong.value.problems) == 1
    assert wrong.value.problems[0].startswith("pod default/shop: failed to parse affinity")


def test_keys_that_stand_for_nothing() -> None:
    """Each is told once, also within a joint one; what needs no key is not looked at."""
    rules = [
        matching.tried(["pod/namez", "In", "web"]),
        matching.tried([":pod/name:pod/namez", "Exists"]),
        matching.tried(["x", "AlwaysTrue"]),
        matching.tried(["pod/labels/app", "Exists"]),
    ]

    assert matching.doubts(rules) == ["key pod/namez stands for nothing; did you mean pod/name?"]
