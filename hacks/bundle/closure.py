# SPDX-License-Identifier: Apache-2.0
"""Which modules a program can import: everything that its sources name, wherever they do it."""

import ast
import importlib.machinery
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_EXTENSIONS = tuple(importlib.machinery.EXTENSION_SUFFIXES)


@dataclass(frozen=True, slots=True)
class Module:
    """A module: its full name, its file, and whether it is a package."""

    name: str
    path: Path
    package: bool

    @property
    def extension(self) -> bool:
        """Whether it is a library and no source."""
        return self.path.name.endswith(_EXTENSIONS)


def find(name: str, folders: Sequence[Path]) -> Module | None:
    """Give the module of a name from the first folder that has it; None for what is built in."""
    parts = name.split(".")
    for folder in folders:
        base = folder.joinpath(*parts)
        if (package := base / "__init__.py").is_file():
            return Module(name, package, package=True)
        for suffix in (*_EXTENSIONS, ".py"):
            if (file := base.with_name(base.name + suffix)).is_file():
                return Module(name, file, package=False)
    return None


def named(module: Module) -> Iterator[str]:
    """Give every name in the import statements of a source; not all of them are modules."""
    parents = module.name.split(".")
    for node in ast.walk(ast.parse(module.path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = parents[: len(parents) + module.package - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def reach(
    roots: Collection[str], folders: Sequence[Path], unused: Collection[str]
) -> dict[str, Module]:
    """Give all modules that can be imported from some, by their names.

    Those of `unused`, and what is below them, are left out. Raises `LookupError` for a root that no
    folder has, if it is not built in.
    """
    found: dict[str, Module] = {}
    missing: set[str] = set()
    waiting = sorted(roots)
    while waiting:
        name = waiting.pop()
        above = name.rpartition(".")[0]
        if above:
            waiting.append(above) if above not in found and above not in missing else None
        if name in found or name in missing or _within(name, unused):
            continue
        module = find(name, folders)
        if module is None:
            if name in roots and name not in sys.builtin_module_names:
                raise LookupError(f"no module {name} in {', '.join(map(str, folders))}")
            missing.add(name)
            continue
        found[name] = module
        if not module.extension:
            waiting += named(module)
    return found


def _within(name: str, trees: Collection[str]) -> bool:
    """Tell whether a name is one of some trees or below one."""
    return any(name == tree or name.startswith(f"{tree}.") for tree in trees)


def below(folder: Path, name: str) -> list[str]:
    """Give the names of all modules of a package of ours, sorted."""
    return sorted(
        ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
        for path in (folder / name).rglob("*.py")
    )
