# SPDX-License-Identifier: Apache-2.0
"""Files that people name: YAML, one or a folder of them, or `-` for what is piped in."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from . import exits, problem

LARGEST = 64 * 1024 * 1024
"""Characters of a file that are read."""

STDIN = "-"
_ENDINGS = (".yaml", ".yml", ".json")


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
    """Give the text of a file. Raises `problem.Problem`."""
    try:
        with Path(name).open(encoding="utf-8") as file:
            return _limited(name, file.read(LARGEST + 1))
    except OSError as error:
        message = f"cannot read {name}: {error.strerror or error}"
        raise problem.Problem(message, status=exits.USAGE) from error
    except UnicodeDecodeError as error:
        raise problem.Problem(f"cannot read {name}: it is no UTF-8") from error


def _piped(stdin: TextIO) -> str:
    try:
        return _limited("stdin", stdin.read(LARGEST + 1))
    except UnicodeDecodeError as error:
        raise problem.Problem("cannot read stdin: it is no UTF-8") from error


def _limited(name: str, content: str) -> str:
    if len(content) > LARGEST:
        raise problem.Problem(f"cannot read {name}: it is longer than {LARGEST >> 20} MiB")
    return content
