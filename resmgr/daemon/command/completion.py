# SPDX-License-Identifier: Apache-2.0
"""Completion scripts for shells, made from the table of flags."""

from collections.abc import Callable, Mapping

from ...config.goflag import Flag, Kind
from . import flagtable

_WORDS = ("help", "config-help", "completion")


def _bash(flags: Mapping[str, Flag]) -> str:
    names = " ".join([*(f"--{name}" for name in flags), *_WORDS])
    files = "|".join(f"--{flag.name}" for flag in flags.values() if flag.kind is Kind.FILE)
    folders = "|".join(f"--{flag.name}" for flag in flags.values() if flag.kind is Kind.FOLDER)
    return f"""\
# bash completion for cri-resmgr; source it, or put it into bash-completion's folder.
_cri_resmgr() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
    case $before in
    {files}) COMPREPLY=($(compgen -f -- "$word")) ;;
    {folders}) COMPREPLY=($(compgen -d -- "$word")) ;;
    completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")) ;;
    *) COMPREPLY=($(compgen -W "{names}" -- "$word")) ;;
    esac
}}
complete -F _cri_resmgr cri-resmgr
"""


def _zsh(flags: Mapping[str, Flag]) -> str:
    actions = {Kind.FILE: ":file:_files", Kind.FOLDER: ":folder:_files -/", Kind.BOOLEAN: ""}
    lines = []
    for flag in flags.values():
        doc = flag.doc.translate({ord(char): None for char in "'[]:"})
        action = actions.get(flag.kind, f":{flag.kind.value}: ")
        equals = "=" if action else ""
        lines.append(f"    '--{flag.name}{equals}[{doc}]{action}' \\")
    listed = "\n".join(lines)
    return f"""\
#compdef cri-resmgr
# zsh completion for cri-resmgr; put it as _cri-resmgr into a folder of $fpath.
_arguments \\
{listed}
    '1:command:({" ".join(_WORDS)})' \\
    '*:word: '
"""


def _fish(flags: Mapping[str, Flag]) -> str:
    lines = ["# fish completion for cri-resmgr; put it into fish's folder of completions."]
    for flag in flags.values():
        doc = flag.doc.replace("\\", "\\\\").replace("'", "\\'")
        needs = "" if flag.kind is Kind.BOOLEAN else " -r"
        only = "" if flag.kind in {Kind.FILE, Kind.FOLDER} else " -f"
        lines.append(f"complete -c cri-resmgr -l {flag.name}{needs}{only} -d '{doc}'")
    lines += [f"complete -c cri-resmgr -n __fish_use_subcommand -f -a {word}" for word in _WORDS]
    return "\n".join([*lines, ""])


SHELLS: Mapping[str, Callable[[Mapping[str, Flag]], str]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}
"""Shell -> what makes its script."""


def script(shell: str) -> str:
    """Give the script for a shell. Raises `KeyError` for one that is not known."""
    return SHELLS[shell](flagtable.FLAGS)
