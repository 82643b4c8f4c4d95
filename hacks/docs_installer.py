# SPDX-License-Identifier: Apache-2.0
"""What the documentation says about the installer, by its own code; see generate_docs.py."""

import argparse
import ast
import dataclasses
import itertools
import pathlib

import prometheus_client.parser

from hacks.docs_tables import code, table
from installer import metrics, names, publish, status
from installer.cli import program

NODE_NAMES = {
    "STATE_LABEL": "label",
    "CHANGING_LABEL": "label",
    "REASON_ANNOTATION": "annotation",
    "VERSION_ANNOTATION": "annotation",
    "POLICY_ANNOTATION": "annotation",
}
"""Names at a Node that the installer writes, and where."""


def statuses() -> str:
    """Write what the exit statuses mean."""
    rows = [(str(number), text) for number, text in program.STATUSES.items()]
    return table(("exit status", "meaning"), rows)


def commands() -> str:
    """Write the help of the program and of each command, 100 columns wide."""
    whole, below = program.parsers(width=100)
    parts = [f"## `{program.PROGRAM}`\n\n{_help(whole)}"]
    parts += [f"## `{name}`\n\n{_help(parser)}" for name, parser in below.items()]
    return "\n\n".join(parts)


def _help(parser: argparse.ArgumentParser) -> str:
    lines = (line.rstrip() for line in parser.format_help().strip().splitlines())
    return "```text\n" + "\n".join(lines) + "\n```"


def node_names() -> str:
    """Write the names at a Node with what they mean."""
    said = _said_of(names.__file__)
    rows = [(code(getattr(names, name)), kind, said[name]) for name, kind in NODE_NAMES.items()]
    return table(("name", "kind", "what it says"), rows)


def events() -> str:
    """Write the reasons of Events."""
    rows = [
        (code(reason), "Warning" if state in publish.WARNINGS else "Normal", code(state) or "none")
        for state, reason in publish.REASONS.items()
    ]
    return table(("reason", "type", "state that the node came into"), rows)


def metrics_block() -> str:
    """Write the metrics, as Prometheus reads them."""
    page = metrics.text(status.Status(state="active"), "1.0")
    rows = []
    for family in prometheus_client.parser.text_string_to_metric_families(page):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        keys = sorted({key for sample in family.samples for key in sample.labels})
        rows.append((code(name), family.type, ", ".join(map(code, keys)), family.documentation))
    return table(("metric", "type", "labels", "meaning"), rows)


def status_block() -> str:
    """Write the keys of the status file that say something about themselves."""
    said = _said_of(status.__file__)
    rows = [
        (code(field.name), said[field.name])
        for field in dataclasses.fields(status.Status)
        if field.name in said
    ]
    return table(("key", "meaning"), rows)


def _said_of(file: str | None) -> dict[str, str]:
    """Give the docstrings of constants and fields of a module, by name."""
    tree = ast.parse(pathlib.Path(str(file)).read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        for statement, after in itertools.pairwise(body):
            match statement, after:
                case (
                    ast.Assign(targets=[ast.Name(id=name)])
                    | ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    found[name] = " ".join(text.split())
    return found
