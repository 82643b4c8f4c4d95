# SPDX-License-Identifier: Apache-2.0
"""The nearest known name to an unknown one, for hints; bounded, hostile names cost little."""

from collections.abc import Iterable

_MAX_LENGTH = 64
_FEW = 8


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that the writer probably meant, or None when none is near.

    Near: equal but for case, or with at most a third of its characters wrong. Of equally near ones
    the first counts.
    """
    if len(name) > _MAX_LENGTH:
        return None
    folded = name.casefold()
    best: str | None = None
    best_distance = max(1, len(name) // 3) + 1
    for candidate in known:
        distance = _distance(folded, candidate.casefold(), best_distance)
        if distance < best_distance:
            best, best_distance = candidate, distance
    return best


def hint(name: str, known: Iterable[str]) -> str | None:
    """`did you mean X`; when nothing is near but only few are known, these; else None."""
    names = tuple(known)
    meant = nearest(name, names)
    if meant is not None:
        return f"did you mean {meant}"
    return f"known: {', '.join(names)}" if 0 < len(names) <= _FEW else None


def _distance(one: str, other: str, bound: int) -> int:
    """Edits (insert, delete, replace, swap neighbours) between two words, at most `bound`."""
    if abs(len(one) - len(other)) >= bound:
        return bound
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != wanted))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) >= bound:
            return bound
    return min(row[-1], bound)
