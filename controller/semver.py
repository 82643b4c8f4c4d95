# SPDX-License-Identifier: Apache-2.0
"""Versions and version ranges as image vectors write them.

The dialect is that of Masterminds/semver v3, which Gardener reads image vectors with: `,` or a
space joins conditions, `||` separates alternatives, `1.2`, `1.2.x` and `*` are wildcards, and
`1.2 - 1.4` is a range. A version that is asked about has no pre-release part, since it is
normalised first (Gardener contract, section 8), so pre-releases need no more than a place before
their release.
"""

import dataclasses
import re

_NUMBER = r"(?:0|[1-9]\d{0,9})"
_VERSION = re.compile(rf"v?({_NUMBER})(?:\.({_NUMBER}))?(?:\.({_NUMBER}))?")
_PARTIAL = (
    rf"v?(?P<major>{_NUMBER}|[xX*])(?:\.(?P<minor>{_NUMBER}|[xX*]))?"
    rf"(?:\.(?P<patch>{_NUMBER}|[xX*]))?(?P<pre>-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
)
_CONDITION = re.compile(rf"(?P<operator>=|==|!=|>|<|>=|=>|<=|=<|~|~>|\^)?\s*{_PARTIAL}")
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")
_SEPARATOR = re.compile(r"\s*,\s*|\s+|$")
_EXACT = re.compile(rf"=?\s*v?{_NUMBER}\.{_NUMBER}\.{_NUMBER}")
_SPELLINGS = {"": "=", "==": "=", "=>": ">=", "=<": "<=", "~>": "~"}

Version = tuple[int, int, int]
"""Major, minor and patch."""

LOWEST: Version = (0, 0, 0)
"""No version is lower."""


def parse_version(text: str) -> Version:
    """Read a version, however much of it is there: `v1.32.3`, `1.32`, `1.32.3-beta.1+build`.

    Everything from the first `-`, `+` or `~` on is dropped and missing parts are 0.

    Raises:
        ValueError: the text is no version.
    """
    match = _VERSION.fullmatch(re.split(r"[-+~]", text.strip(), maxsplit=1)[0])
    if match is None:
        raise ValueError(f"cannot read version {text[:60]!r}: expected MAJOR.MINOR.PATCH")
    major, minor, patch = (int(part or 0) for part in match.groups())
    return major, minor, patch


@dataclasses.dataclass(frozen=True, slots=True)
class _Condition:
    """One comparison. `parts` counts the given numbers: 0 for `*`, 2 for `1.2` and `1.2.x`."""

    operator: str
    version: Version
    prerelease: bool
    parts: int

    def allows(self, version: Version) -> bool:
        """Whether a version, which is a release, satisfies the comparison."""
        given, asked = self.version[: self.parts], version[: self.parts]
        # A pre-release comes before its release, so a release lies above it and never equals it.
        prerelease = self.prerelease and self.parts == 3
        at_least = version >= self.version
        outcomes = {
            "=": asked == given and not prerelease,
            "!=": asked != given or prerelease,
            ">": asked > given or (prerelease and at_least),
            "<": not at_least,
            ">=": at_least,
            "<=": asked <= given and not (prerelease and at_least),
            "~": asked[:2] == given[:2] and at_least,
            "^": self._same_leading(version) and at_least,
        }
        return outcomes[self.operator]

    @property
    def borders(self) -> tuple[Version, ...]:
        """The versions from which on the outcome may be another one than just below."""
        major, minor, patch = self.version
        return self.version, (major, minor, patch + 1), (major, minor + 1, 0), (major + 1, 0, 0)

    def _same_leading(self, version: Version) -> bool:
        """Whether the parts up to the first one that is not 0 are the same (operator `^`)."""
        fixed = next((i + 1 for i in range(self.parts) if self.version[i]), self.parts)
        return version[:fixed] == self.version[:fixed]


@dataclasses.dataclass(frozen=True, slots=True)
class Range:
    """A parsed range. `exact` tells a single version, which counts more when an image is chosen."""

    text: str
    alternatives: tuple[tuple[_Condition, ...], ...]
    exact: bool

    def allows(self, version: Version) -> bool:
        """Whether the version lies in the range."""
        return any(all(c.allows(version) for c in joined) for joined in self.alternatives)

    @property
    def borders(self) -> frozenset[Version]:
        """Versions such that between two neighbours of them all or none lie in the range."""
        return frozenset(b for joined in self.alternatives for c in joined for b in c.borders)


def parse_range(text: str) -> Range:
    """Read a range such as `>= 1.30, < 1.35`, `1.32.x || ^1.34.2` or `1.30 - 1.32`.

    Raises:
        ValueError: the text is no range; the message quotes the part that was not understood.
    """
    if len(text) > 500:
        raise ValueError("cannot read version range: it is longer than 500 characters")
    alternatives = tuple(_joined(part.strip()) for part in text.split("||"))
    return Range(text, alternatives, _EXACT.fullmatch(text.strip()) is not None)


def _joined(text: str) -> tuple[_Condition, ...]:
    hyphen = _HYPHEN.fullmatch(text)
    if hyphen is not None:
        text = f">={hyphen[1]} <={hyphen[2]}"
    conditions: list[_Condition] = []
    position = 0
    while position < len(text) or not conditions:
        match = _CONDITION.match(text, position)
        if match is None:
            raise ValueError(
                f"cannot read version range {text!r}: {text[position:]!r} is no condition such as "
                "'>= 1.30', '1.32.x' or '~1.34.2'"
            )
        conditions.append(_condition(match))
        separator = _SEPARATOR.match(text, match.end())
        if separator is None:
            raise ValueError(
                f"cannot read version range {text!r}: stopped at {text[match.end() :]!r}"
            )
        position = separator.end()
        if separator.group().strip() == "," and position == len(text):
            raise ValueError(f"cannot read version range {text!r}: nothing follows the last comma")
    return tuple(conditions)


def _condition(match: re.Match[str]) -> _Condition:
    numbers: list[int] = []
    for part in (match["major"], match["minor"], match["patch"]):
        if part is None or not part.isdigit():
            break
        numbers.append(int(part))
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    written = match["operator"] or ""
    return _Condition(
        operator=_SPELLINGS.get(written, written),
        version=(major, minor, patch),
        prerelease=match["pre"] is not None,
        parts=len(numbers),
    )
