# SPDX-License-Identifier: Apache-2.0
"""Descriptions that the program prints about itself: modules, default configuration, policies.

Sections 2.3 to 2.5. All of it comes from the schemas and from the registry of policies.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import yaml

from ...config import module, schema
from ...config.schemas import tree
from ...policy import registry

ROOT_NAME = "main"
"""What the root of all modules is called."""


def modules(names: Sequence[str]) -> str:
    """Describe the modules of these names; without names all of them."""
    every = sorted(walk(), key=lambda pair: pair[0])
    chosen = [
        (path, one)
        for path, one in every
        if not names or any(is_named(path, name) for name in names)
    ]
    if not chosen:
        return "No matching modules found.\n"
    return "\n".join(_describe(path, one) for path, one in chosen)


def walk(one: module.Module = tree.ROOT, path: str = "") -> Iterator[tuple[str, module.Module]]:
    """Give a module and all below it, each with its path."""
    yield path, one
    for child in one.children:
        yield from walk(child, f"{path}.{child.name}" if path else child.name)


def is_named(path: str, name: str) -> bool:
    """Whether a module's path is meant: its whole or last name, or a part with dots around it."""
    path = path or ROOT_NAME
    if name in {path, path.rpartition(".")[2]}:
        return True
    if name.startswith(".") and name.endswith("."):
        return name in path
    if name.startswith("."):
        return path.endswith(name)
    return name.endswith(".") and path.startswith(name)


def _describe(path: str, one: module.Module) -> str:
    lines = [f"- module {one.name or ROOT_NAME}: {one.doc}", f"  full path: {path or ROOT_NAME}"]
    if one.children:
        names = ", ".join(sorted(child.name for child in one.children))
        lines.append(f"  sub-modules: {names}")
    if one.fields:
        lines.append("  description:")
    for field in one.fields:
        lines += described(field, "    ")
    return "\n".join([*lines, ""])


def described(field: schema.Field, indent: str) -> Iterator[str]:
    """Give the lines that describe a key, and below it those in its value."""
    unit = f", {field.unit}" if field.unit else ""
    default = f"; default {field.default}" if field.default else ""
    yield f"{indent}{field.name} ({field.type.describe()}{unit}{default})"
    yield f"{indent}  {field.doc}"
    for one in inner(field.type)[1]:
        yield from described(one, f"{indent}    ")


def inner(kind: schema.Type) -> tuple[str, tuple[schema.Field, ...]]:
    """Give the keys in values of a type, and what stands for the way there.

    That is `[]` for an item of a list, `.*` for an entry of a mapping.
    """
    way = ""
    while isinstance(kind, (schema.ListOf, schema.MapOf)):
        way += "[]" if isinstance(kind, schema.ListOf) else ".*"
        kind = kind.item if isinstance(kind, schema.ListOf) else kind.value
    return way, kind.fields if isinstance(kind, schema.Record) else ()


def default_configuration(below: Mapping[str, Any], without: Iterable[Sequence[str]] = ()) -> str:
    """Print the configuration that counts where none is given, as YAML.

    `below` is what environment and command line add to the defaults; `without` are paths of
    modules and keys that are left out: those that a configuration must not have (against section
    2.5, which has all of them), so that the daemon takes what it prints.
    """
    document = defaults(tree.ROOT)
    for path in without:
        _leave_out(document, path)
    for name, given in below.items():
        document[name] = {**document.get(name, {}), **given}
    return yaml.safe_dump(document, sort_keys=True, allow_unicode=True)


def _leave_out(document: dict[str, Any], path: Sequence[str]) -> None:
    *way, last = path
    for step in way:
        document = document[step]
    document.pop(last, None)


def defaults(one: module.Module) -> dict[str, Any]:
    """Give the defaults of all keys of a module and of those below it, as a document."""
    found: dict[str, Any] = {}
    for field in one.fields:
        found[field.name] = _default(field)
    for child in one.children:
        found[child.name] = defaults(child)
    return found


def _default(field: schema.Field) -> Any:
    """Give a default as a value; for a mapping it is words that describe what is not listed."""
    if isinstance(field.type, schema.Text):
        return field.default
    if isinstance(field.type, (schema.MapOf, schema.Record)):
        return {}
    return yaml.safe_load(field.default or "[]")


def policies() -> str:
    """List the policies with a line each."""
    lines = [f"  * {name}: {known.description}" for name, known in registry.POLICIES.items()]
    return "\n".join(["Available policies:", *sorted(lines), ""])
