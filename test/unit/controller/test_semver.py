# SPDX-License-Identifier: Apache-2.0
"""Versions and ranges, against vectors worked out from the rules of Masterminds/semver."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller import semver

VERSIONS = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
NEAR = st.tuples(
    st.integers(0, 2), st.sampled_from([0, 2, 3, 29, 31, 32, 33, 35]), st.integers(0, 4)
)
"""Versions about where the ranges below begin and end."""

RANGES = [
    # range, versions inside, versions outside
    (">= 1.30, < 1.35", ["1.30.0", "1.34.9"], ["1.29.9", "1.35.0"]),
    (">=1.30 <1.35", ["1.30.0", "1.34.9"], ["1.29.9", "1.35.0"]),
    (">= 1.32-0", ["1.32.0", "1.33.1", "2.0.0"], ["1.31.9"]),
    ("< 1.33-0", ["1.32.9"], ["1.33.0"]),
    ("=> 1.2.3, =< 1.2.5", ["1.2.3", "1.2.5"], ["1.2.2", "1.2.6"]),
    ("1.32.x || ^1.34.2", ["1.32.0", "1.32.7", "1.34.2", "1.40.0"], ["1.33.0", "1.34.1", "2.0.0"]),
    ("1.30 - 1.32", ["1.30.0", "1.32.9"], ["1.29.0", "1.33.0"]),
    ("1.30.2 - 1.32.1", ["1.30.2", "1.32.1"], ["1.30.1", "1.32.2"]),
    ("*", ["0.0.0", "1.2.3"], []),
    ("1", ["1.0.0", "1.9.9"], ["0.9.0", "2.0.0"]),
    ("v1.32", ["1.32.0", "1.32.5"], ["1.31.0", "1.33.0"]),
    ("=1.32", ["1.32.5"], ["1.33.0"]),
    ("1.32.3", ["1.32.3"], ["1.32.2", "1.32.4"]),
    ("== 1.32.3", ["1.32.3"], ["1.32.4"]),
    ("1.32.3-rc.1", [], ["1.32.3", "1.32.2"]),
    ("!= 1.32.3", ["1.32.2"], ["1.32.3"]),
    ("!= 1.32.x", ["1.33.0"], ["1.32.0", "1.32.9"]),
    ("> 1.32", ["1.33.0"], ["1.32.0", "1.32.9"]),
    ("> 1", ["2.0.0"], ["1.9.9"]),
    ("> 1.32.3", ["1.32.4"], ["1.32.3"]),
    ("> 1.32.3-rc.1", ["1.32.3"], ["1.32.2"]),
    ("<= 1.32", ["1.32.9", "1.31.0"], ["1.33.0"]),
    ("<= 1.32.3", ["1.32.3"], ["1.32.4"]),
    ("<= 1.32.3-rc.1", ["1.32.2"], ["1.32.3"]),
    ("< 1.32", ["1.31.9"], ["1.32.0"]),
    ("~1.2.3", ["1.2.3", "1.2.9"], ["1.2.2", "1.3.0"]),
    ("~1.2", ["1.2.0", "1.2.9"], ["1.3.0", "1.1.9"]),
    ("~>1", ["1.0.0", "1.9.0"], ["2.0.0", "0.9.0"]),
    ("^1.2.3", ["1.2.3", "1.9.0"], ["1.2.2", "2.0.0"]),
    ("^0.2.3", ["0.2.3", "0.2.9"], ["0.2.2", "0.3.0", "1.2.3"]),
    ("^0.0.3", ["0.0.3"], ["0.0.2", "0.0.4", "0.1.3"]),
    ("^0.0", ["0.0.0", "0.0.9"], ["0.1.0"]),
    ("^0", ["0.0.0", "0.9.0"], ["1.0.0"]),
    ("1.2.3+build", ["1.2.3"], ["1.2.4"]),
]


@pytest.mark.parametrize(("text", "inside", "outside"), RANGES, ids=[r[0] for r in RANGES])
def test_ranges_hold_exactly_the_versions_of_the_dialect(
    text: str, inside: list[str], outside: list[str]
) -> None:
    """Each vector names versions inside and outside of a range."""
    parsed = semver.parse_range(text)

    assert [v for v in inside if not parsed.allows(semver.parse_version(v))] == []
    assert [v for v in outside if parsed.allows(semver.parse_version(v))] == []


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "||", "1.2 ||", "one", ">", ">= ", "1.2.3.4", "1.2,", ",1.2", ">> 1.2"),
        *("1.32beta", "01.2.3", "1.2.3 and 1.3", "$(id)", "1" * 600),
    ],
)
def test_what_is_no_range_is_refused(text: str) -> None:
    """Text outside of the dialect is an error that says so, not a range that matches nothing."""
    with pytest.raises(ValueError, match="cannot read version range"):
        semver.parse_range(text)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("1.32.3", (1, 32, 3)),
        ("v1.32.3", (1, 32, 3)),
        ("1.32", (1, 32, 0)),
        ("1.32.3-beta.1", (1, 32, 3)),
        ("1.32.3+k3s1", (1, 32, 3)),
        ("v1.32.3~foo", (1, 32, 3)),
    ],
)
def test_versions_are_normalised(text: str, version: semver.Version) -> None:
    """The leading `v` and everything behind `-`, `+` and `~` is dropped."""
    assert semver.parse_version(text) == version


@pytest.mark.parametrize("text", ["", "x", "1.2.3.4", "1..2", "-1", "1.2.x"])
def test_what_is_no_version_is_refused(text: str) -> None:
    """A version is numbers and dots, nothing else."""
    with pytest.raises(ValueError, match="cannot read version"):
        semver.parse_version(text)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        *(("1.32.3", True), ("=1.32.3", True), ("= v1.32.3", True), ("1.32", False)),
        *((">=1.32.3", False), ("1.32.x", False), ("~1.32.3", False), ("1.2.3 || 1.2.4", False)),
    ],
)
def test_only_one_full_version_is_exact(text: str, exact: bool) -> None:  # noqa: FBT001 (a table)
    """An exact range is `x.y.z`, with or without `=`."""
    assert semver.parse_range(text).exact is exact


@settings(deadline=None)
@given(bound=VERSIONS, version=VERSIONS)
def test_opposite_operators_share_no_version_and_miss_none(
    bound: semver.Version, version: semver.Version
) -> None:
    """A version satisfies exactly one of each pair of opposite conditions."""
    text = "{}.{}.{}".format(*bound)
    pairs = [("<", ">="), (">", "<="), ("=", "!=")]

    for one, other in pairs:
        in_one = semver.parse_range(one + text).allows(version)
        in_other = semver.parse_range(other + text).allows(version)
        assert in_one is not in_other


@settings(deadline=None)
@given(text=st.text(alphabet="0123456789.,|<>=~^*xv -", max_size=30))
def test_any_text_is_either_a_range_or_refused(text: str) -> None:
    """Nothing but ValueError comes out of a text, and a range answers for every version."""
    try:
        parsed = semver.parse_range(text)
    except ValueError:
        return

    assert parsed.allows((1, 32, 3)) in {True, False}


@given(text=st.sampled_from([vector[0] for vector in RANGES]), version=NEAR)
def test_between_borders_all_versions_or_none_lie_in_a_range(
    text: str, version: semver.Version
) -> None:
    """A version is judged like the highest border below it."""
    parsed = semver.parse_range(text)

    below = max(b for b in parsed.borders | {semver.LOWEST} if b <= version)

    assert parsed.allows(version) == parsed.allows(below)
