# SPDX-License-Identifier: Apache-2.0
"""Completion scripts for shells, from commands as data.

A script knows which command stands on the line, what may follow it, and of each value whether it is
one of some words, a path, or a container, which it asks the program for.
"""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from . import machines, tree

FILES: Final = ("FILE", "DIR", "SOCKET", "CONFIG", "MACHINE", ".yaml", ".tar.gz")
"""What placeholders contain whose values are paths, or may be."""

LIVE: Final = "CONTAINER"
"""What a placeholder contains whose values are names of containers that run."""

MACHINE: Final = "MACHINE"
"""What a placeholder contains whose values are machines: files, or names that are built in."""

_NAMES: Final = "@NAMES@"
ASK: Final = "completion --containers"
"""What a script asks the program for names of containers."""


def bash(program: str, others: Sequence[str], root: tree.Command) -> str:
    """Write the script for bash; `others` are further names of the program."""
    function = f"_{program.replace('-', '_')}"
    commands = [one for one in root.walk() if one.path]
    known = "|".join(f'"{_at(one)}"' for one in commands)
    values = "\n".join(
        f"    {'|'.join(shlex.quote(f'{_at(one)} {name}') for name in word.names)})"
        f" {_bash_value(program, word)} ;;"
        for one in root.walk()
        for word in one.words
        if word.names and word.metavar
    )
    after = "\n".join(f'    "{_at(one)}") {_bash_after(program, one)} ;;' for one in root.walk())
    return f"""\
# bash completion for {program}; source it, or put it into bash-completion's folder.
{function}() {{
    # Names of containers have colons, by which bash would part words.
    local line=${{COMP_LINE:0:COMP_POINT}} words at="" each
    read -ra words <<<"$line"
    [[ $line != *[[:space:]] ]] || words+=("")
    local count=${{#words[@]}}
    local word=${{words[count - 1]}} before=${{words[count - 2]}}
    for each in "${{words[@]:1:count-2}}"; do
        case "$at $each" in
        {known}) at="$at $each" ;;
        esac
    done
    COMPREPLY=()
    case "$at $before" in
{values}
    *) case "$at" in
{after}
    esac ;;
    esac
    if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then
        COMPREPLY=("${{COMPREPLY[@]#"${{word%:*}}:"}}")
    fi
}}
complete -F {function} {" ".join((program, *others))}
"""


def _is_path(word: tree.Word) -> bool:
    return any(one in word.metavar for one in FILES)


def _built_in(word: tree.Word) -> tuple[str, ...]:
    """Give the names that may stand where a path may."""
    return tuple(machines.NAMED) if MACHINE in word.metavar else ()


def _bash_value(program: str, word: tree.Word) -> str:
    if word.choices:
        return f'mapfile -t COMPREPLY < <(compgen -W "{" ".join(word.choices)}" -- "$word")'
    if _is_path(word):
        names = f'-W "{" ".join(known)}" ' if (known := _built_in(word)) else ""
        return f'mapfile -t COMPREPLY < <(compgen -f {names}-- "$word")'
    if LIVE in word.metavar:
        names = f"$({program} {ASK} 2>/dev/null)"
        return f'mapfile -t COMPREPLY < <(compgen -W "{names}" -- "$word")'
    return ":"


def _bash_after(program: str, command: tree.Command) -> str:
    first = f'mapfile -t COMPREPLY < <(compgen -W "{" ".join(_words(command))}" -- "$word")'
    more = [
        _bash_value(program, word).replace("-t COMPREPLY", '-t -O "${#COMPREPLY[@]}" COMPREPLY')
        for word in command.words
        if not word.names and not word.choices
    ]
    return "; ".join([first, *(one for one in more if one != ":")])


def zsh(program: str, others: Sequence[str], root: tree.Command) -> str:
    """Write the script for zsh."""
    known = "|".join(f'"{_at(one)}"' for one in root.walk() if one.path)
    values = "\n".join(
        f"    {'|'.join(shlex.quote(f'{_at(one)} {name}') for name in word.names)})"
        f" {_zsh_value(program, word)}; return ;;"
        for one in root.walk()
        for word in one.words
        if word.names and word.metavar
    )
    after = "\n".join(f'    "{_at(one)}") {_zsh_after(program, one)} ;;' for one in root.walk())
    return f"""\
#compdef {" ".join((program, *others))}
# zsh completion for {program}; put it as _{program} into a folder of $fpath.
local at="" number
for ((number = 2; number < CURRENT; number++)); do
    case "$at $words[number]" in
    {known}) at="$at $words[number]" ;;
    esac
done
case "$at $words[CURRENT-1]" in
{values}
esac
case "$at" in
{after}
esac
"""


def _zsh_value(program: str, word: tree.Word) -> str:
    if word.choices:
        return f"compadd -- {' '.join(word.choices)}"
    if _is_path(word):
        return f"compadd -- {' '.join(known)}; _files" if (known := _built_in(word)) else "_files"
    if LIVE in word.metavar:
        return f'compadd -- ${{(f)"$({program} {ASK} 2>/dev/null)"}}'
    return ":"


def _zsh_after(program: str, command: tree.Command) -> str:
    described = " ".join(shlex.quote(f"{one.path[-1]}:{one.line}") for one in command.below)
    parts = [f"local -a known=({described}); _describe command known"] if described else []
    options = [word for word in _words(command) if word.startswith("-")]
    parts += [f"compadd -- {' '.join(options)}"] if options else []
    for word in command.words:
        if not word.names:
            parts.append(_zsh_value(program, word))
    return "; ".join(parts) or ":"


def fish(program: str, others: Sequence[str], root: tree.Command) -> str:
    """Write the script for fish."""
    ask = f"__fish_complete_{program.replace('-', '_')}"
    lines = [
        f"# fish completion for {program}; put it into fish's folder of completions.",
        f"function {ask}; {program} {ASK} 2>/dev/null; end",
        f"complete -c {program} -f",
    ]
    for command in root.walk():
        start = f"complete -c {program} -n {shlex.quote(_fish_at(command))}"
        lines += (line.replace(_NAMES, ask) for line in _fish_of(start, command))
    lines += (f"complete -c {other} -w {program}" for other in others)
    return "\n".join([*lines, ""])


def _fish_of(start: str, command: tree.Command) -> Iterator[str]:
    for one in command.below:
        yield f"{start} -a {one.path[-1]} -d {shlex.quote(one.line)}"
    for word in command.words:
        value = _fish_value(word)
        if not word.names:
            if kept := value.replace(" -r", "").replace(" -x", ""):
                yield f"{start}{kept}"
            continue
        names = "".join(
            f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}" for name in word.names
        )
        yield f"{start}{names}{value} -d {shlex.quote(word.doc)}"


def _fish_value(word: tree.Word) -> str:
    if word.choices:
        return f" -x -a {shlex.quote(' '.join(word.choices))}"
    if _is_path(word):
        names = f" -a {shlex.quote(' '.join(known))}" if (known := _built_in(word)) else ""
        return f" -r -F{names}"
    if LIVE in word.metavar:
        return f" -x -a '({_NAMES})'"
    return " -x" if word.metavar else ""


def _fish_at(command: tree.Command) -> str:
    """Write the condition under which a command stands on the line, and none of its own."""
    seen = [f"__fish_seen_subcommand_from {name}" for name in command.path]
    own = " ".join(one.path[-1] for one in command.below)
    return "; and ".join([*seen, *([f"not __fish_seen_subcommand_from {own}"] if own else [])])


def _at(command: tree.Command) -> str:
    return "".join(f" {name}" for name in command.path)


def _words(command: tree.Command) -> Iterator[str]:
    """Give the words that may follow a command."""
    yield from (one.path[-1] for one in command.below)
    for word in command.words:
        yield from (name for name in word.names if name.startswith("--"))
        if not word.names:
            yield from word.choices


SHELLS: Mapping[str, Callable[[str, Sequence[str], tree.Command], str]] = {
    "bash": bash,
    "zsh": zsh,
    "fish": fish,
}
"""Shell -> what writes its script."""
