# SPDX-License-Identifier: Apache-2.0
"""Print a completion script; put it where the shell looks, or source it.

example: source <(cri-resmgr-installer completion bash)
"""

import argparse
from collections.abc import Callable, Iterator, Mapping

from . import program

Commands = Mapping[str, tuple[str, tuple[str, ...]]]
"""Command -> its one line, and the words that may follow it."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `completion`."""
    command.add_argument("shell", choices=sorted(SHELLS), help="for which shell")


def run(arguments: argparse.Namespace, around: program.Surroundings) -> int:
    """Print the script."""
    around.out.write(SHELLS[arguments.shell](commands()))
    return 0


def commands() -> Commands:
    """Read commands and their words off the parser itself."""
    _, below = program.parsers()
    return {name: (program.COMMANDS[name], tuple(_words(parser))) for name, parser in below.items()}


def _words(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:  # noqa: SLF001
        yield from (word for word in action.option_strings if word.startswith("--"))
        if not action.option_strings:
            yield from map(str, action.choices or ())


def _bash(known: Commands) -> str:
    cases = "\n".join(
        f'    {name}) words="{" ".join(words)}" ;;' for name, (_, words) in known.items()
    )
    return f"""\
# bash completion for {program.PROGRAM}
_cri_resmgr_installer() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} words="{" ".join(known)}"
    [ "$COMP_CWORD" -eq 1 ] || case ${{COMP_WORDS[1]}} in
{cases}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _cri_resmgr_installer {program.PROGRAM}
"""


def _zsh(known: Commands) -> str:
    lines = "\n".join(f"    '{name}:{_plain(line)}'" for name, (line, _) in known.items())
    cases = "\n".join(
        f"    {name}) compadd -- {' '.join(words)} ;;" for name, (_, words) in known.items()
    )
    return f"""\
#compdef {program.PROGRAM}
# zsh completion for {program.PROGRAM}; put it as _{program.PROGRAM} into a folder of $fpath.
local -a commands=(
{lines}
)
if (( CURRENT == 2 )); then
    _describe command commands
else
    case $words[2] in
{cases}
    esac
    _files
fi
"""


def _fish(known: Commands) -> str:
    start = f"complete -c {program.PROGRAM}"
    lines = [f"# fish completion for {program.PROGRAM}; put it into fish's folder of completions."]
    for name, (line, words) in known.items():
        lines.append(f"{start} -n __fish_use_subcommand -f -a {name} -d '{_plain(line)}'")
        seen = f"{start} -n '__fish_seen_subcommand_from {name}'"
        lines += [
            f"{seen} -l {word[2:]}" if word.startswith("--") else f"{seen} -f -a {word}"
            for word in words
        ]
    return "\n".join([*lines, ""])


def _plain(line: str) -> str:
    return line.replace("'", "").replace(":", "")


SHELLS: Mapping[str, Callable[[Commands], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
"""Shell -> what makes its script."""
