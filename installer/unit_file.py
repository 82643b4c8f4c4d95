# SPDX-License-Identifier: Apache-2.0
"""The little of systemd's unit files that has to be understood: options of a section, words.

Syntax of systemd.syntax(7): lines that end in a backslash go on, comments inside them are skipped,
an empty assignment forgets the earlier ones. Specifiers and conditions are not looked at.
"""

from collections.abc import Iterable

from . import environment_file


def options(texts: Iterable[str], section: str, name: str) -> list[str]:
    """Values of an option in a unit and its drop-ins, in order, as far as they count."""
    found: list[str] = []
    for text in texts:
        inside = False
        for line in _lines(text):
            if line.startswith("["):
                inside = line == f"[{section}]"
            elif inside and (parts := line.partition("="))[1] and parts[0].strip() == name:
                value = parts[2].strip()
                found = [*found, value] if value else []
    return found


def words(value: str) -> list[str]:
    """The words of a command line, unquoted."""
    return [word.text.decode() for word in environment_file.words(value.encode())]


def _lines(text: str) -> Iterable[str]:
    """Lines with content, put together where a backslash says so."""
    whole = ""
    going = False
    for line in text.splitlines():
        if line.lstrip()[:1] in ("#", ";"):
            continue
        going = line.endswith("\\")
        whole += line[:-1] + " " if going else line
        if not going:
            if whole.strip():
                yield whole.strip()
            whole = ""
    if whole.strip():
        yield whole.strip()


def endpoints(found: Iterable[str], flag: str) -> list[str]:
    """Values that a flag of the kubelet is given among words, the one that counts last."""
    values = []
    listed = list(found)
    for at, word in enumerate(listed):
        name, equals, value = word.partition("=")
        if name.replace("_", "-") == flag:
            values.append(value if equals else "".join(listed[at + 1 : at + 2]))
    return values
