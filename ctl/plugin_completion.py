# SPDX-License-Identifier: Apache-2.0
"""Completion behind `kubectl resmgr`, which no script of a shell can do: kubectl is asked there.

kubectl runs a program called `kubectl_complete-resmgr` with the words behind the plugin's name, the
last one unfinished, and reads a candidate a line, then a directive behind a colon.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from . import machines, shells, tree

NAME: Final = "kubectl_complete-resmgr"
SCRIPT: Final = (
    "#!/bin/sh\n"
    f"# Completion of `kubectl resmgr`: put it on the PATH as {NAME}, executable.\n"
    'exec kubectl-resmgr completion --line "$@"\n'
)

FILES: Final = ":0"
"""Directive: the shell may complete paths, too."""

NOTHING_ELSE: Final = ":4"
"""Directive: there are no more candidates than these."""


def complete(
    words: Sequence[str], root: tree.Command, containers: Callable[[], Iterable[str]]
) -> Iterator[str]:
    """Give the lines of the answer; `containers` gives names of those that run."""
    *before, unfinished = words or [""]
    at = root
    for word in before:
        at = next((one for one in at.below if one.path[-1] == word), at)
    last = before[-1] if before else ""
    of_option = [one for one in at.words if last in one.names and one.metavar]
    positions = [one for one in at.words if not one.names]
    asked = of_option or positions
    found = [] if of_option else list(_words(at))
    for one in asked:
        found += _values(one, containers)
    yield from sorted({word for word in found if word.startswith(unfinished)})
    paths = not unfinished.startswith("-") and any(map(_is_path, asked))
    yield FILES if paths else NOTHING_ELSE


def _words(at: tree.Command) -> Iterator[str]:
    yield from (one.path[-1] for one in at.below)
    for word in at.words:
        yield from (name for name in word.names if name.startswith("--"))


def _values(word: tree.Word, containers: Callable[[], Iterable[str]]) -> Iterable[str]:
    if word.choices:
        return word.choices
    if shells.MACHINE in word.metavar:
        return machines.NAMED
    return containers() if shells.LIVE in word.metavar else ()


def _is_path(word: tree.Word) -> bool:
    return not word.choices and any(one in word.metavar for one in shells.FILES)
