# SPDX-License-Identifier: Apache-2.0
"""Write the manual pages of cri-resmgrctl from its parsers, one for each command.

They are in docs/man and, for nodes, in the bundle: `man -l docs/man/cri-resmgrctl.1`. With --check
the program writes nothing, names the pages that are not current and exits with 1.
"""

import argparse
import datetime as dt
import functools
import pathlib
import re
import sys
import textwrap
import tomllib
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

try:
    from ctl import exits, main, tree
except ImportError as error:
    sys.exit(f"cannot import {error.name}: the virtual environment is missing, run `make setup`")

WIDTH = 80
_FILES = {
    "/var/run/cri-resmgr/cri-resmgr-introspect.sock": "where the daemon tells what it knows",
    "/var/run/cri-resmgr/cri-resmgr.sock": "the relay's socket, which the kubelet speaks to",
    "/var/lib/cri-resmgr/state.db": "what the daemon remembers",
    "/etc/cri-resmgr/fallback.cfg": "configuration before the node agent has brought one",
    "/etc/cri-resmgr/force.cfg": "configuration above all others",
}


def pages() -> dict[str, str]:
    """Give every page by the name of its file."""
    root = tree.read(main.parser(width=WIDTH), line="look into the CRI resource manager of a node")
    found = {f"{main.PROGRAM}.1": _program(root)}
    for command in root.below:
        found[f"{_name(command)}.1"] = _command(command)
    found[f"{main.PLUGIN}.1"] = f".so man1/{main.PROGRAM}.1\n"
    return found


def _program(root: tree.Command) -> str:
    names = [".SH COMMANDS"]
    for command in root.below:
        names += [".TP", f"\\fB{_name(command)}\\fR(1)", _text(command.line)]
    parts = [*_head(root, main.PROGRAM), *_synopsis(root), ".SH DESCRIPTION"]
    parts += [*_prose(root.description), *names, *_options(root, ".SH OPTIONS")]
    parts += [*_statuses(), ".SH FILES"]
    for path, meaning in _FILES.items():
        parts += [".TP", f"\\fI{_text(path)}\\fR", _text(meaning)]
    parts += [".SH ENVIRONMENT", ".TP", "\\fBNO_COLOR\\fR", "If it is set, nothing is coloured."]
    parts += [".SH NOTES", f"kubectl finds the program as \\fB{_text(main.PLUGIN)}\\fR: write"]
    parts += ["\\fBkubectl resmgr\\fR \\fICOMMAND\\fR on a node."]
    return "\n".join([*parts, ""])


def _command(command: tree.Command) -> str:
    parts = [*_head(command, _name(command)), *_synopsis(command), ".SH DESCRIPTION"]
    prose, examples = _parted(command.description)
    parts += [*_prose(prose), *_options(command, ".SH OPTIONS")]
    verbs = [one for one in command.walk() if one is not command]
    if verbs:
        parts.append(".SH COMMANDS")
    for verb in verbs:
        text, shown = _parted(verb.description or f"{verb.line[:1].upper()}{verb.line[1:]}.")
        parts += [
            f".SS {_text(' '.join(verb.path[1:]))}",
            *_literal(_folded(verb.usage)),
            ".PP",
            *_prose(text),
        ]
        parts += _options(verb, "")
        examples += shown
    parts += _statuses()
    if examples:
        parts += [".SH EXAMPLES", *_literal(examples)]
    parts += [".SH SEE ALSO", f"\\fB{_text(main.PROGRAM)}\\fR(1)"]
    return "\n".join([*parts, ""])


def _name(command: tree.Command) -> str:
    return "-".join((main.PROGRAM, *command.path))


def _head(command: tree.Command, name: str) -> list[str]:
    return [
        '.\\" SPDX-License-Identifier: Apache-2.0',
        '.\\" Written by hacks/generate; the text stands in the program.',
        f'.TH "{_text(name.upper())}" 1 "{_day()}" "gardener-extension-cri-resmgr" "User Commands"',
        ".SH NAME",
        f"{_text(name)} \\- {_text(command.line)}",
    ]


@functools.cache
def _day() -> str:
    """Give the day of the version, as the project states it: no clock is asked."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    day: dt.date = project["tool"]["manual"]["date"]
    return day.isoformat()


def _synopsis(command: tree.Command) -> list[str]:
    program, *words = command.usage.split(" ")
    return [".SH SYNOPSIS", f"\\fB{_text(program)}\\fR {_text(' '.join(words))}"]


def _statuses() -> list[str]:
    parts = [".SH EXIT STATUS"]
    for number, meaning in exits.STATUSES.items():
        parts += [".TP", f"\\fB{number}\\fR", _text(meaning)]
    return parts


def _options(command: tree.Command, heading: str) -> list[str]:
    parts = [heading] if heading and command.words else []
    for word in command.words:
        names = ", ".join(f"\\fB{_text(name)}\\fR" for name in word.names)
        value = f"\\fI{_text(word.metavar)}\\fR" if word.metavar else ""
        parts += [".TP", " ".join(filter(None, (names, value))), _text(word.doc) or "\\&"]
    return parts


def _folded(usage: str) -> list[str]:
    return textwrap.wrap(
        usage, WIDTH - 10, subsequent_indent="    ", break_on_hyphens=False, break_long_words=False
    )


def _parted(description: str) -> tuple[str, list[str]]:
    """Part what is told from the examples at its end."""
    prose, _, examples = description.partition("Examples:\n")
    return prose.strip(), [line.strip("\n")[2:] for line in examples.splitlines()]


def _prose(text: str) -> Iterator[str]:
    """Write paragraphs; indented lines stay as they are."""
    for number, block in enumerate(re.split(r"\n\s*\n", text)):
        lines = block.splitlines()
        plain = [line for line in lines if not line.startswith(" ")]
        if number:
            yield ".PP"
        yield _text(" ".join(plain))
        yield from _literal([line.strip() for line in lines if line.startswith(" ")])


def _literal(lines: list[str]) -> list[str]:
    if not lines:
        return []
    return [".RS 4", ".nf", *map(_text, lines), ".fi", ".RE"]


def _text(text: str) -> str:
    """Write text so that none of it is a request, and dashes can be copied."""
    safe = text.replace("\\", "\\e").replace("-", "\\-").replace("~", "\\(ti").replace("^", "\\(ha")
    safe = safe.replace("'", "\\(aq").replace("`", "\\(ga")
    return f"\\&{safe}" if safe.startswith(".") else safe


def run(arguments: list[str], folder: pathlib.Path = ROOT / "docs/man") -> int:
    """Run the program; give its exit code."""
    parser = argparse.ArgumentParser(prog="hacks/generate_man.py", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if not current")
    check = parser.parse_args(arguments).check
    wanted = pages()
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.1")}
    stale = sorted(name for name in wanted.keys() | there if wanted.get(name) != there.get(name))
    for name in stale:
        if check:
            print(f"{folder / name} is not current, run `make generate`", file=sys.stderr)
        elif name not in wanted:
            (folder / name).unlink()
            print(f"removed {folder / name}")
        else:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(wanted[name], encoding="utf-8")
            print(f"wrote {folder / name}")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
