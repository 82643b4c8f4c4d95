# SPDX-License-Identifier: Apache-2.0
"""Affinities from annotations."""

import pytest

from resmgr.model import Pod
from resmgr.policy.affinity import read
from resmgr.policy.affinity.expression import Expression

CONTAINER = read.CONTAINER_NAME
FULL = """
c1:
  - scope: {key: pod/namespace, operator: Equals, values: [x]}
    match: {key: name, operator: Matches, values: ["db*"]}
    weight: WEIGHT
"""


def pod(affinity: str | None = None, anti: str | None = None) -> Pod:
    """A pod with annotations."""
    given = {read.AFFINITY: affinity, read.ANTI_AFFINITY: anti}
    annotations = {key: text for key, text in given.items() if text is not None}
    return Pod("p", "u", "P1", "ns", annotations=annotations)


@pytest.mark.parametrize(
    ("affinity", "anti", "container", "match", "weight"),
    [
        ("c1: [c2]", None, "c1", Expression(CONTAINER, "Equals", ("c2",)), 1),
        ("c1: [c2]", None, "c2", Expression(CONTAINER, "Equals", ("c1",)), 1),
        ("c1: [c2, c3]", None, "c1", Expression(CONTAINER, "In", ("c2", "c3")), 1),
        (None, "c1: [c2]", "c2", Expression(CONTAINER, "Equals", ("c1",)), -1),
    ],
)
def test_the_simple_form_goes_both_ways(
    affinity: str | None, anti: str | None, container: str, match: Expression, weight: int
) -> None:
    """The table of section 4.6; the scope is the pod, with its namespace."""
    found = read.of(pod(affinity, anti), container)

    assert [(one.match, one.weight) for one in found] == [(match, weight)]
    assert found[0].scope.values == ("ns:P1",)


@pytest.mark.parametrize(
    ("written", "affine", "anti"),
    [("5", 5, -5), ("5000", 1000, -1000), ("0", 1, -1), ("-7", -7, 7), ("null", 1, -1)],
)
def test_weights_are_kept_within_bounds(written: str, affine: int, anti: int) -> None:
    """Nothing and 0 mean 1; the other annotation turns the sign."""
    text = FULL.replace("WEIGHT", written)

    assert [one.weight for one in read.of(pod(text), "c1")] == [affine]
    assert [one.weight for one in read.of(pod(None, text), "c1")] == [anti]


def test_the_full_form_has_a_scope_of_its_own() -> None:
    """Without one it is the pod."""
    found = read.of(pod(FULL.replace("WEIGHT", "1")), "c1")[0]
    bare = read.of(pod("c1: [{match: {key: name, operator: Exists}}]"), "c1")[0]

    assert str(found) == "<affinity: scope <pod/namespace Equals x> <name Matches db*> => 1>"
    assert bare.scope == read.pod_scope(pod())


def test_the_sample_of_the_contract() -> None:
    """The database and its cache attract each other, the sidecar keeps away (section 8)."""
    keep_away = """
sidecar:
  - match:
      key: name
      operator: Matches
      values: [ "db*" ]
    weight: 20
"""
    sample = pod("db: [ cache ]\n", keep_away)

    assert [str(one.match) for one in read.of(sample, "db")] == [f"<{CONTAINER} Equals cache>"]
    assert [str(one.match) for one in read.of(sample, "cache")] == [f"<{CONTAINER} Equals db>"]
    assert [str(one) for one in read.of(sample, "sidecar")] == [
        f"<anti-affinity: scope {read.pod_scope(sample)} <name Matches db*> => -20>"
    ]


def test_both_annotations_count_one_after_the_other() -> None:
    """Affinities come first; containers that are not named have none."""
    both = pod("c1: [c2]", "c1: [c3]")

    assert [one.weight for one in read.of(both, "c1")] == [1, -1]
    assert read.of(both, "c9") == ()
    assert read.of(pod(""), "c1") == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "did not find expected node"),
        ("[a]", "expected a mapping from container names"),
        ("c1: x", "c1: expected a list"),
        ("c1: [{weight: 1}]", r"c1\[0\].match: expression: nil expression"),
        ("c1: [{mtch: {}}]", "unknown field 'mtch', known: scope, match, weight"),
        ("c1: [{match: {key: name, operator: Equals}}]", "requires a single value"),
        ("c1: [{match: {key: name, operator: Like, values: [a]}}]", "unknown operator"),
        ("c1: [{match: {key: name, operator: In, values: a}}]", "expected a list of texts"),
        ("c1: [{match: {key: 1, operator: In}}]", "have to be text"),
        ("c1: [{match: {key: name, operator: Exists}, weight: x}]", "expected a whole number"),
        ("c1: [{match: {key: name, operator: Exists}, weight: true}]", "expected a whole number"),
        ("c1: [{match: x}]", "expected a mapping"),
        ("c1: [c2]\nc1: [c3]", "key 'c1' is there twice"),
        ("c1: [c2, {match: {}}]", "expected a mapping"),
    ],
)
def test_what_is_wrong_is_told(text: str, message: str) -> None:
    """For every container of the pod."""
    with pytest.raises(
        read.BadAffinity, match=f"failed to parse affinity annotation (.|\n)*{message}"
    ):
        read.of(pod(text), "c7")
