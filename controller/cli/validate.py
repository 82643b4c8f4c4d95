# SPDX-License-Identifier: Apache-2.0
"""`validate`: judge providerConfigs, Shoots and operator configs, without any cluster."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from resmgr.config import problem

from . import inputs, program


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the answer; `severity` is `error`, `warning` or `note`."""

    file: str
    severity: str
    path: str
    message: str
    hint: str | None = None


_ELSEWHERE = "is not judged here; Helm and the controller's start judge it"


@click.command(
    name="validate",
    context_settings=dict(program.SETTINGS),
    epilog="""\b
Examples:
  gardener-extension-cri-resmgr validate examples/*.yaml
  gardener-extension-cri-resmgr validate -o json - <shoot.yaml

\b
Exit status: 0 fine, 1 problems found, 2 wrong usage, 3 a file cannot be read.""",
)
@click.argument("files", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json: a list of objects with file, severity, path, message, hint.",
)
def command(files: tuple[str, ...], output: str) -> None:
    """Check FILES: providerConfigs, Shoots, Extensions, Clusters or operator configs.

    `-` reads standard input. Other kinds of objects are passed over.
    """
    findings: list[Finding] = []
    unread = False
    for file in files:
        try:
            findings += _judge(file, _read(file))
        except (OSError, UnicodeDecodeError) as error:
            unread = True
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            findings.append(Finding(file, "error", "", f"cannot read the file: {why}"))
    if output == "json":
        click.echo(json.dumps([_plain(finding) for finding in findings], indent=2))
    else:
        _print(findings, files)
    if unread:
        raise SystemExit(program.UNREACHABLE)
    if any(finding.severity == "error" for finding in findings):
        raise SystemExit(program.PROBLEM)


def _read(file: str) -> str:
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    return data.decode()


def _judge(file: str, text: str) -> list[Finding]:
    try:
        read = inputs.read(text)
    except inputs.Unreadable as error:
        return [Finding(file, "error", "", str(error))]
    found = [Finding(file, "note", "", f"{kind} is not judged") for kind in read.foreign]
    for given in read.given:
        found += [Finding(file, "note", path, _ELSEWHERE) for path in given.unjudged]
        errors, warnings = given.problems()
        found += [_finding(file, "error", each) for each in errors]
        found += [_finding(file, "warning", each) for each in warnings]
    return found


def _finding(file: str, severity: str, what: problem.Problem) -> Finding:
    return Finding(file, severity, what.path, what.message, what.hint)


def _plain(finding: Finding) -> dict[str, str | None]:
    return {name: getattr(finding, name) for name in Finding.__slots__}


def _print(findings: list[Finding], files: tuple[str, ...]) -> None:
    colours = {"error": "red", "warning": "yellow", "note": "cyan"}
    for finding in findings:
        where = ": ".join(filter(None, (finding.file, finding.path)))
        word = click.style(finding.severity, fg=colours[finding.severity])
        hint = f", {finding.hint}" if finding.hint else ""
        click.echo(f"{where}: {word}: {finding.message}{hint}")
    bad = {finding.file for finding in findings if finding.severity == "error"}
    fine = sum(file not in bad for file in files)
    click.echo(f"{fine} of {len(files)} {'file is' if len(files) == 1 else 'files are'} fine")
