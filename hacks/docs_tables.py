# SPDX-License-Identifier: Apache-2.0
"""Tables of the generated documentation."""

from collections.abc import Iterator, Sequence


def table(head: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> str:
    """Write a Markdown table; pipes in cells are escaped, line breaks become blanks."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(content: str) -> str:
    return " ".join(content.split()).replace("|", "\\|")


def code(content: str) -> str:
    """Quote as code; nothing for nothing."""
    return f"`{content}`" if content else ""
