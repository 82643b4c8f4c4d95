# SPDX-License-Identifier: Apache-2.0
"""Completion scripts: that of bash is run, the others are read."""

import argparse
import os
import subprocess
from pathlib import Path

import pytest
from garden import binaries

from ctl import machines, shells, tree

ASK = """
PATH={folder}:$PATH
source {folder}/script
COMP_WORDBREAKS=$' \\t\\n:='
COMP_LINE={line!r} COMP_POINT={point}
_p
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def root() -> tree.Command:
    """Give a program with a command of its own commands, options, files and containers."""
    parser = argparse.ArgumentParser(prog="p")
    commands = parser.add_subparsers(dest="command")
    look = commands.add_parser("look", help="it's a look: at one")
    look.add_argument("container", metavar="POD|CONTAINER", help="which")
    look.add_argument("-o", "--output", choices=("json", "yaml"), help="how")
    config = commands.add_parser("config", help="configurations").add_subparsers(dest="verb")
    check = config.add_parser("check", help="judge")
    check.add_argument("file", metavar="FILE", help="which")
    check.add_argument("--number", metavar="N", help="a number")
    place = commands.add_parser("place", help="where")
    place.add_argument("-c", metavar="CONFIG", help="by what")
    place.add_argument("-m", metavar="MACHINE", help="on what")
    place.add_argument("-b", metavar=("A.yaml", "B.yaml"), nargs=2, help="both")
    return tree.read(parser)


def complete(folder: Path, root: tree.Command, line: str) -> list[str]:
    """Give what bash offers at the end of a line."""
    (folder / "script").write_text(shells.bash("p", ["kubectl-p"], root), encoding="utf-8")
    program = folder / "p"
    program.write_text("#!/bin/sh\n[ $2 = --containers ] && echo web:main web:side db:main\n")
    program.chmod(0o755)
    (folder / "given.yaml").touch()
    asked = ASK.format(folder=folder, line=line, point=len(line))
    done = subprocess.run(
        ["bash", "-c", asked], cwd=folder, check=True, capture_output=True, text=True
    )
    assert done.stderr == ""
    return [word for word in done.stdout.split() if word != "--help"]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("p ", ["look", "config", "place"]),
        ("p c", ["config"]),
        ("p config ", ["check"]),
        ("p config check --n", ["--number"]),
        ("p config check --number ", []),
        ("p config check gi", ["given.yaml"]),
        ("p config check --number 1 gi", ["given.yaml"]),
        ("p place -c gi", ["given.yaml"]),
        ("p place -m gi", ["given.yaml"]),
        ("p place -m sn", ["snc"]),
        ("p place -b gi", ["given.yaml"]),
        ("p look --o", ["--output"]),
        ("p look -o ", ["json", "yaml"]),
        ("p look -o y", ["yaml"]),
        ("p look w", ["web:main", "web:side"]),
        ("p look web:s", ["side"]),
    ],
)
def test_bash_completes(tmp_path: Path, root: tree.Command, line: str, offered: list[str]) -> None:
    """What may follow, wherever it stands; of a name with a colon what is behind it."""
    assert complete(tmp_path, root, line) == offered


ZSH = """
compadd() {{ shift; print -l -- "$@"; }}
_describe() {{ print -l -- "${{(@P)2}}" | sed 's/:.*//'; }}
_files() {{ print -l -- *.yaml; }}
words=({line}) CURRENT={count}
source {script}
"""
"""Asks zsh's script, with what its completion system offers to scripts in a word each."""

LINES = [
    (("p", ""), {"look", "config", "place", "--help"}),
    (("p", "config", ""), {"check", "--help"}),
    (("p", "config", "check", "--number", ""), set()),
    (("p", "config", "check", ""), {"--help", "--number", "given.yaml"}),
    (("p", "look", "-o", ""), {"json", "yaml"}),
    (("p", "place", "-c", ""), {"given.yaml"}),
    (("p", "place", "-m", ""), {"given.yaml", *machines.NAMED}),
    (("p", "look", ""), {"--help", "--output", "web:main", "web:side", "db:main"}),
]
"""What stands on a line, the last word still empty, and what may stand there."""


def prepared(folder: Path, script: str) -> dict[str, str]:
    """Put a program that knows containers, a file and a script into a folder; give variables."""
    program = folder / "p"
    program.write_text(
        "#!/bin/sh\n[ $2 = --containers ] && printf '%s\\n' web:main web:side db:main\n"
    )
    program.chmod(0o755)
    (folder / "given.yaml").touch()
    (folder / "script").write_text(script, encoding="utf-8")
    return {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder)}


@pytest.mark.parametrize(("words", "offered"), LINES)
def test_zsh_completes(
    tmp_path: Path, root: tree.Command, words: tuple[str, ...], offered: set[str]
) -> None:
    """The same as bash."""
    variables = prepared(tmp_path, shells.zsh("p", [], root))
    line = " ".join(word or "''" for word in words)
    asked = ZSH.format(line=line, count=len(words), script=tmp_path / "script")
    done = subprocess.run(
        [binaries.find("zsh")["zsh"], "-f", "-c", asked],
        cwd=tmp_path,
        env=variables,
        check=True,
        capture_output=True,
        text=True,
    )

    assert (set(done.stdout.split()), done.stderr) == (offered, "")


@pytest.mark.parametrize(("words", "offered"), LINES)
def test_fish_completes(
    tmp_path: Path, root: tree.Command, words: tuple[str, ...], offered: set[str]
) -> None:
    """The same, but options only where a dash has been written."""
    fish = binaries.find("fish")["fish"]
    functions = fish.resolve().parent / "tree/usr/share/fish/functions"
    variables = prepared(tmp_path, shells.fish("p", [], root))
    asked = (
        f"set -p fish_function_path {functions}; source {tmp_path / 'script'};"
        f" complete -C '{' '.join(words)}'"
    )
    done = subprocess.run(
        [fish, "--no-config", "-c", asked],
        cwd=tmp_path,
        env=variables,
        check=True,
        capture_output=True,
        text=True,
    )

    found = {line.partition("\t")[0] for line in done.stdout.splitlines()} - {"p", "script", ""}
    assert (found, done.stderr) == ({word for word in offered if word[:1] != "-"}, "")


@pytest.mark.parametrize("shell", shells.SHELLS)
def test_each_shell_knows_every_command(shell: str, root: tree.Command) -> None:
    """Each script has the names of the program, all commands and all options."""
    script = shells.SHELLS[shell]("p", ["kubectl-p"], root)

    for word in ("kubectl-p", "look", "config", "check", "output", "number", "json"):
        assert word in script


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_lines_are_quoted(shell: str, root: tree.Command) -> None:
    """An apostrophe ends no word of the script."""
    script = shells.SHELLS[shell]("p", [], root)

    assert """it'"'"'s a look""" in script
