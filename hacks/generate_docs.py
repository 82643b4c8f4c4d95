# SPDX-License-Identifier: Apache-2.0
"""Write the parts of the documentation that the code itself knows.

A page below docs/ is written by people and may hold blocks between `<!-- generated: NAME -->` and
`<!-- end -->`; this program fills them. So a setting, a flag, a metric or a key of a module cannot
be added, changed or removed without its line in the reference: with --check the program writes
nothing, names the pages that are not current and exits with 1.
"""

import argparse
import ast
import dataclasses
import itertools
import json
import pathlib
import re
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence

try:
    import click
    import prometheus_client.parser

    from controller import durations, metrics, names, observed, settings
    from controller.cli import program
    from hacks import docs_agent, docs_ctl, docs_daemon, docs_installer
    from hacks.docs_tables import code, table
    from resmgr.config import (
        configs,
        extra_options,
        flags,
        module,
        problem,
        schema,
        selection,
        text,
    )
    from resmgr.config.schemas import policy, tree
except ImportError as error:
    sys.exit(f"cannot import {error.name}: the virtual environment is missing, run `make setup`")

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = "gardener-extension-cri-resmgr"
WIDTH = 100
"""Characters of a line of help; a terminal's own width must not count."""


def documented_names(source: types.ModuleType) -> list[tuple[str, str]]:
    """Give the value and the docstring of each text constant of a module, in order.

    Raises ValueError for a constant without a docstring.
    """
    body = ast.parse(pathlib.Path(str(source.__file__)).read_text(encoding="utf-8")).body
    found = []
    for statement, after in zip(body, [*body[1:], None], strict=True):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(value))):
                pass
            case _:
                continue
        match after:
            case ast.Expr(value=ast.Constant(value=str(said))):
                found.append((value, said))
            case _:
                message = f"cannot document {name} of {source.__name__}: it has no docstring"
                raise ValueError(message)
    return found


def names_block(source: types.ModuleType) -> Callable[[], str]:
    """Make the function that writes the names of a module as a table."""
    return lambda: table(
        ("name", "what it is, and where"),
        [(code(value), said) for value, said in documented_names(source)],
    )


def settings_block() -> str:
    """Write the settings of the controller: what they are, and what their reader takes."""
    rows = [
        (code(key), *setting_form(key, default), doc)
        for key, default, doc in settings_of(settings.Settings)
    ]
    return table(("key", "type", "default", "what it does"), rows)


def settings_of(section: type, prefix: str = "") -> Iterator[tuple[str, object, str]]:
    """Give path, default and docstring of each setting, as the YAML file has them."""
    docs = _attribute_docs(settings)[section.__name__]
    for field in dataclasses.fields(section):
        head, *rest = field.name.split("_")
        path = prefix + head + "".join(map(str.capitalize, rest))
        if isinstance(field.default_factory, type):
            yield from settings_of(field.default_factory, f"{path}.")
        else:
            # Times are seconds in the program and durations in the file.
            yield path, field.default, re.sub(r"^Seconds\b", "Time", docs[field.name])


def setting_form(path: str, default: object) -> tuple[str, str]:
    """Give the type of a setting and its default; the type is asked of the reader itself."""
    if isinstance(default, bool):
        return "true or false", code(str(default).lower())
    if not isinstance(default, (int, float)):
        message = f"cannot document {path}: what is a setting of {type(default).__name__}?"
        raise TypeError(message)
    if not complaint(path, "1000h"):
        least = re.search(r"must be at least ([^,]+)", complaint(path, "0"))
        return f"duration, at least {least[1] if least else 0}", code(durations.show(default))
    bounds = re.search(r"must be (a .*?), is", complaint(path, -1))
    return (bounds[1] if bounds else "number").removeprefix("a "), code(f"{default:g}")


def complaint(path: str, value: object) -> str:
    """Give what the reader says to one value, empty if it takes it."""
    nested = value
    for key in reversed(path.split(".")):
        nested = {key: nested}
    head = {"apiVersion": settings.API_VERSION, "kind": settings.KIND}
    try:
        settings.parse(json.dumps({**head, **dict(nested)}))  # type: ignore[call-overload]
    except problem.ConfigProblems as problems:
        return str(problems)
    return ""


def _attribute_docs(source: types.ModuleType) -> dict[str, dict[str, str]]:
    """Give class -> field -> docstring of the dataclasses of a module."""
    body = ast.parse(pathlib.Path(str(source.__file__)).read_text(encoding="utf-8")).body
    return {
        each.name: {
            field.target.id: said.value.value
            for field, said in itertools.pairwise(each.body)
            if isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(said, ast.Expr)
            and isinstance(said.value, ast.Constant)
            and isinstance(said.value.value, str)
        }
        for each in body
        if isinstance(each, ast.ClassDef)
    }


def limits_block() -> str:
    """Write the limits on configurations."""
    kib = 1024
    return table(
        ("limit", "value"),
        [
            ("one text", f"{text.MAX_BYTES // kib} KiB (UTF-8)"),
            ("all TYPEs together, names included", f"{configs.MAX_BYTES // kib} KiB"),
            ("TYPEs", str(configs.MAX_TYPES)),
            ("mappings and lists within each other", str(text.MAX_DEPTH)),
            ("YAML aliases in a text", str(text.MAX_ALIASES)),
            ("a text with its aliases followed", f"{text.MAX_EXPANDED} characters"),
            ("keys of a mapping, items of a list", str(schema.MAX_ENTRIES)),
            ("line of `EXTRA_OPTIONS`", f"{extra_options.MAX_LENGTH} characters"),
            ("labels in `nodeSelector`, pools in a list", str(selection.MAX_NAMES)),
            ("problems listed in one answer; further ones are counted", str(problem.LISTED)),
        ],
    )


def modules_block() -> str:
    """Write every module of the configuration document with its keys."""
    return "\n\n".join(module_parts(tree.ROOT, ""))


def module_parts(each: module.Module, path: str) -> Iterator[str]:
    """Give the headings and tables of a module, of the mappings in it and of its children."""
    if path:
        yield f"## `{path}`\n\n{each.doc}"
    if each.fields:
        yield from _fields(each.fields, path, "##")
    for child in each.children:
        yield from module_parts(child, f"{path}.{child.name}" if path else child.name)


def _fields(fields: Sequence[schema.Field], path: str, level: str) -> Iterator[str]:
    below: list[tuple[str, schema.Record]] = []
    rows = []
    for field in fields:
        words, records = _type(field.type, f"{path}.{field.name}")
        below += records
        default = "required" if field.required else code(field.default)
        unit = f" ({field.unit})" if field.unit else ""
        rows.append((code(field.name), words + unit, default, field.doc))
    yield table(("key", "type", "default", "what it does"), rows)
    for place, record in below:
        yield f"{level}# `{place}`"
        yield from _fields(record.fields, place, level)


def _type(kind: schema.Type, path: str) -> tuple[str, list[tuple[str, schema.Record]]]:
    """Give a type in words, and the mappings with known keys that stand in it, by their path."""
    match kind:
        case schema.Record():
            return f"mapping, see `{path}`", [(path, kind)]
        case schema.ListOf(item=schema.Record() as record):
            return f"list of mappings, see `{path}[]`", [(f"{path}[]", record)]
        case schema.ListOf(item=item):
            words, records = _type(item, f"{path}[]")
            return f"list of {words}", records
        case schema.MapOf(value=value, key_form=key, known=known):
            words, records = _type(value, f"{path}.<{key}>")
            keys = f" ({', '.join(known)})" if known else ""
            return f"mapping from {key}{keys} to {words}", records
        case schema.Integer(minimum=low, maximum=high) if high < 2**31 - 1:
            return f"whole number from {low} to {high}", []
        case _:
            return kind.describe(), []


def allowed_flags_block() -> str:
    """Write the flags that EXTRA_OPTIONS may hold."""
    rows = [(f"`--{name}`", flag.type.describe(), flag.doc) for name, flag in flags.ALLOWED.items()]
    return table(("flag", "value", "what it does"), rows)


def refused_flags_block() -> str:
    """Write the flags that are refused, with the reason."""
    rows = [(f"`--{name}`", reason) for name, reason in flags.REFUSED.items()]
    return table(("flag", "why it is refused"), rows)


def commands_block() -> str:
    """Write the help of the program and of each of its commands."""
    group = program.main
    shape = {**group.context_settings, "terminal_width": WIDTH, "color": False}
    top = click.Context(group, info_name=PROGRAM, **shape)
    parts = [f"## `{PROGRAM}`\n\n{_help(group, top)}"]
    for name in program.COMMANDS:
        command = group.get_command(top, name)
        if command is None:
            message = f"cannot document command {name}: its module has no command"
            raise ValueError(message)
        inner = click.Context(command, info_name=name, parent=top, **shape)
        parts.append(f"## `{name}`\n\n{_help(command, inner)}")
    return "\n\n".join(parts)


def _help(command: click.Command, context: click.Context) -> str:
    lines = (line.rstrip() for line in command.get_help(context).splitlines())
    return "```text\n" + "\n".join(lines) + "\n```"


def metrics_block() -> str:
    """Write every metric of the controller with its labels, as a scrape shows them."""
    counts = metrics.Metrics(version="1.0.0", leader_lease=names.LEADER_ELECTION_LEASE)
    counts.request("GET", 200)
    counts.health("shoot--project--name", {"SystemComponentsHealthy": "True"})
    counts.rolled_back("shoot--project--name", 0)
    counts.warnings("shoot--project--name", 0)
    page = counts.expose()[0].decode()
    rows = []
    for family in prometheus_client.parser.text_string_to_metric_families(page):
        if family.name.startswith("process_"):
            continue
        name = f"{family.name}_total" if family.type == "counter" else family.name
        keys = sorted({key for sample in family.samples for key in sample.labels} - {"le"})
        rows.append((code(name), family.type, ", ".join(map(code, keys)), family.documentation))
    return table(("metric", "type", "labels", "meaning"), rows)


def decisions_block(root: pathlib.Path = ROOT) -> str:
    """List the decisions by their titles."""
    lines = []
    for page in sorted((root / "docs/decisions").glob("[0-9]*.md")):
        title = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        number, _, words = title.partition(". ")
        lines.append(f"* {number}: [{words}](decisions/{page.name})")
    return "\n".join(lines)


def reservation_block() -> str:
    """Name the policies that do not start without reserved CPUs."""
    return ", ".join(code(name) for name in policy.NAMES if name in policy.NEED_RESERVATION)


PAGES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "index.md": {"decisions": decisions_block},
    "reference/component-configuration.md": {"settings": settings_block},
    "reference/configuration-modules.md": {
        "modules": modules_block,
        "allowed flags": allowed_flags_block,
        "refused flags": refused_flags_block,
    },
    "reference/command-line.md": {"commands": commands_block},
    "reference/cri-resmgrctl.md": {
        "statuses": docs_ctl.statuses,
        "commands": docs_ctl.commands,
    },
    "reference/node-agent.md": {"agent flags": docs_agent.agent_flags},
    "reference/daemon-command-line.md": {
        "flags": docs_daemon.flags,
        "older flags": docs_daemon.old_flags,
    },
    "reference/daemon-metrics.md": {
        "metrics": docs_daemon.metrics,
        "collected metrics": docs_daemon.collected_metrics,
    },
    "reference/installer-command-line.md": {
        "statuses": docs_installer.statuses,
        "commands": docs_installer.commands,
    },
    "reference/metrics.md": {"metrics": metrics_block},
    "reference/names.md": {"names": names_block(names), "annotations": names_block(observed)},
    "reference/node-events-and-metrics.md": {
        "node names": docs_installer.node_names,
        "events": docs_installer.events,
        "installer metrics": docs_installer.metrics_block,
        "status": docs_installer.status_block,
    },
    "reference/provider-config.md": {"limits": limits_block, "reservation": reservation_block},
}
"""Page below docs/ -> name of a block -> what writes it."""


def fill(page: str, blocks: Mapping[str, Callable[[], str]]) -> str:
    """Put the blocks into a page's text. Raises ValueError for a block without a place."""
    for name, write in blocks.items():
        marks = rf"(<!-- generated: {re.escape(name)} -->\n).*?(<!-- end -->)"
        block = write().replace("\\", r"\\")
        page, count = re.subn(marks, rf"\1\n{block}\n\n\2", page, flags=re.DOTALL)
        if count != 1:
            message = f"{count} places for block {name!r}, write <!-- generated: {name} --> once"
            raise ValueError(message)
    left = set(re.findall(r"<!-- generated: (.*?) -->", page)) - blocks.keys()
    if left:
        message = f"nothing writes the blocks {', '.join(sorted(left))}"
        raise ValueError(message)
    return page


def main(arguments: list[str], docs: pathlib.Path = ROOT / "docs") -> int:
    """Run the program; give its exit code."""
    parser = argparse.ArgumentParser(prog="hacks/generate_docs.py", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if not current")
    check = parser.parse_args(arguments).check
    status = 0
    for name, blocks in PAGES.items():
        page = docs / name
        old = page.read_text(encoding="utf-8")
        try:
            new = fill(old, blocks)
        except ValueError as error:
            print(f"cannot write {page}: {error}", file=sys.stderr)
            return 2
        if old == new:
            continue
        if check:
            print(f"{page} is not current, run `make generate`", file=sys.stderr)
            status = 1
        else:
            page.write_text(new, encoding="utf-8")
            print(f"wrote {page}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
