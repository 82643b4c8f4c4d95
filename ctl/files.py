# SPDX-License-Identifier: Apache-2.0
"""Files that people name: YAML, one or a folder of them, or `-` for what is piped in."""

import itertools
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from . import exits, problem

LARGEST = 64 * 1024 * 1024
"""Characters of a file that are read."""

STDIN = "-"
_ENDINGS = (".yaml", ".yml", ".json")
_MOST_NAMES = 10_000
"""Of a folder that is searched for a name like a wrong one."""


def texts(name: str, stdin: TextIO | None = None) -> Iterator[tuple[str, str]]:
    """Give name and text of a file, or of each file below a folder, in the order of their names.

    Raises `problem.Problem`.
    """
    if name == STDIN:
        yield "stdin", _piped(stdin or sys.stdin)
        return
    path = Path(name)
    if not path.is_dir():
        yield name, text(name)
        return
    found = sorted(one for one in path.rglob("*") if one.suffix in _ENDINGS and one.is_file())
    if not found:
        message = f"cannot read {name}: no file in it ends in {', '.join(_ENDINGS)}"
        raise problem.Problem(message, status=exits.USAGE)
    for one in found:
        yield str(one), text(str(one))


def content(name: str) -> str:
    """Give the text of a file, or of what is piped in. Raises `problem.Problem`."""
    if name != STDIN:
        return text(name)
    ((_, piped),) = texts(STDIN)
    return piped


def text(name: str) -> str:
    """Give the text of a file. Raises `problem.Problem`, which offers a name like a missing one."""
    try:
        with Path(name).open(encoding="utf-8") as file:
            return _limited(name, file.read(LARGEST + 1))
    except OSError as error:
        message = f"cannot read {name}: {error.strerror or error}"
        hint = _meant(Path(name)) if isinstance(error, FileNotFoundError) else ""
        raise problem.Problem(message, hint, exits.USAGE) from error
    except UnicodeDecodeError as error:
        raise problem.Problem(f"cannot read {name}: it is no UTF-8") from error


def refuse_two_pipes(names: Iterable[str]) -> None:
    """Refuse names of which more than one is what is piped in. Raises `problem.Problem`."""
    if sum(1 for name in names if name == STDIN) > 1:
        message = "cannot read stdin: more than one thing is to come from it"
        raise problem.Problem(message, "give - once, and files for the others", exits.USAGE)


def _piped(stdin: TextIO) -> str:
    try:
        found = _limited("stdin", stdin.read(LARGEST + 1))
    except UnicodeDecodeError as error:
        raise problem.Problem("cannot read stdin: it is no UTF-8") from error
    if not found.strip():
        message = "cannot read stdin: nothing was piped in, or all of it is read already"
        raise problem.Problem(message, "see what the command before the pipe prints; give - once")
    return found


def _meant(path: Path) -> str:
    """Give a hint at what is like a name that is not there, in the folder where it should be."""
    from resmgr.config import suggest  # noqa: PLC0415 - for a name that is wrong

    try:
        found = sorted(one.name for one in itertools.islice(path.parent.iterdir(), _MOST_NAMES))
    except OSError:
        return ""
    whole = next((name for name in found if Path(name).stem == path.name), None)
    meant = whole or suggest.nearest(path.name, found)
    return f"did you mean {path.with_name(meant)}?" if meant else ""


def _limited(name: str, content: str) -> str:
    if len(content) > LARGEST:
        raise problem.Problem(f"cannot read {name}: it is longer than {LARGEST >> 20} MiB")
    return content
