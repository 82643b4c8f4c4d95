# SPDX-License-Identifier: Apache-2.0
"""What the documentation says about cri-resmgrctl, by its own code; see generate_docs.py."""

import argparse
from collections.abc import Iterator

from ctl import exits, main
from hacks.docs_tables import table

WIDTH = 100


def statuses() -> str:
    """Write what the exit statuses mean."""
    rows = [(str(number), text) for number, text in exits.STATUSES.items()]
    return table(("exit status", "meaning"), rows)


def commands() -> str:
    """Write the help of the program, of each command and of the commands of these."""
    whole, below = main.parsers(width=WIDTH)
    parts = [f"## `{main.PROGRAM}`\n\n{_help(whole)}"]
    for name, parser in below.items():
        parts.append(f"## `{name}`\n\n{_help(parser)}")
        parts += _verbs(parser, name)
    return "\n\n".join(parts)


def _verbs(parser: argparse.ArgumentParser, path: str) -> Iterator[str]:
    for name, verb in main.below(parser).items():
        yield f"### `{path} {name}`\n\n{_help(verb)}"
        yield from _verbs(verb, f"{path} {name}")


def _help(parser: argparse.ArgumentParser) -> str:
    lines = (line.rstrip() for line in parser.format_help().strip().splitlines())
    return "```text\n" + "\n".join(lines) + "\n```"
