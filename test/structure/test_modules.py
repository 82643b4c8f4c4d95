# SPDX-License-Identifier: Apache-2.0
"""The shape of the source tree: size, documentation, a test for each module."""

import ast
import re
import statistics
from pathlib import Path

import pytest

PACKAGES = ("agent", "controller", "ctl", "installer", "resmgr", "webhook")
"""The import packages of the distribution."""

LONGEST = 400
MEDIAN = 150
"""Lines of a module; one that grows past the first is split in the same change."""

WITHOUT_TEST: dict[str, str] = {
    "agent/app.py": "the wiring; whole agents are tested on a real API server",
    "agent/core/verdicts.py": "plain data, tested with the book",
    "agent/kube/paths.py": "paths, tested where they are asked for",
    "ctl/simulation/records.py": "plain data, tested with who fills it",
    "installer/api/messages.py": "tested with the exchange that they are for",
    "installer/parts.py": "the data that a life is made of, tested with it",
    "installer/paths.py": "names of files, tested with who reads them",
    "installer/problem.py": "errors without code, tested where they are raised",
    "installer/steps/common.py": "what steps share, tested with them",
    "installer/steps/configuration.py": "tested in whole runs, test_execute.py",
    "installer/steps/gate.py": "tested in whole runs, test_execute.py",
    "installer/steps/interface.py": "protocols and their data, tested with each step",
    "installer/steps/registry.py": "a list, compared with the plan's order in test_plan.py",
    "installer/steps/relay.py": "tested in whole runs, test_execute.py",
    "installer/steps/rescue.py": "tested in whole runs, test_execute.py",
    "installer/steps/takeover.py": "tested in whole runs, test_takeover.py",
    "installer/steps/tree.py": "tested in whole runs, test_execute.py and test_bundle.py",
    "resmgr/agentapi/services.py": "three names, tested where they are called",
    "resmgr/wire/events.py": "the data in which a connection tells, tested with it",
    "resmgr/relay/calls.py": "two interfaces without code, tested where they are met",
    "controller/app.py": "the wiring; whole controllers are tested on a real API server",
    "controller/decide/plan.py": "the data that decisions are made of, tested with them",
    "resmgr/config/schemas/common.py": "fields without code, tested with each policy that has them",
    "resmgr/engine/asking.py": "what the handlers of events share, tested with the engine",
    "resmgr/engine/events.py": "plain data, tested with the engine",
    "resmgr/engine/outcome.py": "plain data, tested with the engine",
    "resmgr/state/changes.py": "plain data, tested with the engine and the store",
    "resmgr/sysfs/knobs.py": "plain data, tested with who finds and who turns them",
    "resmgr/intents.py": "plain data, tested with who makes it",
    "resmgr/samples.py": "plain data, tested with who fills and who shows it",
    "resmgr/policy/interface.py": "a protocol and its data, tested with each policy",
}
"""Modules that need no test file of their own -> why. None may be stale."""


def sources(checkout: Path) -> list[Path]:
    """Give every module of ours, relative to the checkout."""
    found = [
        path.relative_to(checkout)
        for package in PACKAGES
        for path in sorted((checkout / package).rglob("*.py"))
    ]
    assert found
    return found


def length(path: Path) -> int:
    """Give the number of lines of a file."""
    return len(path.read_text(encoding="utf-8").splitlines())


def test_path_of(module: Path) -> Path:
    """Give where the test of a module lives, relative to the checkout."""
    return Path("test/unit", module.parent, f"test_{module.name}")


test_path_of.__test__ = False  # type: ignore[attr-defined]  # a helper, not a test


def test_no_module_is_too_long(checkout: Path, tracked: list[Path]) -> None:
    """No Python file of the project is longer than the limit, tests and scripts included."""
    too_long = {
        str(path.relative_to(checkout)): length(path)
        for path in tracked
        if path.suffix == ".py" and length(path) > LONGEST
    }

    assert too_long == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_are_short_as_a_rule(checkout: Path, package: str) -> None:
    """Half of a package's modules are shorter than the median that is wanted."""
    lengths = [length(checkout / path) for path in sources(checkout) if path.parts[0] == package]

    assert statistics.median(lengths) <= MEDIAN


def test_packages_say_what_belongs_in_them(checkout: Path) -> None:
    """The docstring of every package tells what belongs in it and what must not."""
    silent = []
    for path in sources(checkout):
        if path.name != "__init__.py":
            continue
        text = ast.get_docstring(ast.parse((checkout / path).read_text(encoding="utf-8"))) or ""
        if not ("What belongs here" in text and re.search(r"must\s+not", text)):
            silent.append(str(path))

    assert silent == []


def test_folders_with_modules_are_packages(checkout: Path) -> None:
    """A folder below a package that holds modules has an `__init__.py`."""
    folders = {path.parent for path in sources(checkout)}
    bare = [str(folder) for folder in folders if not (checkout / folder / "__init__.py").exists()]

    assert bare == []


def test_every_module_has_its_test(checkout: Path) -> None:
    """A module has a test at its path below `test/unit`, or stands in the list with a reason."""
    missing = [
        str(path)
        for path in sources(checkout)
        if path.name not in ("__init__.py", "__main__.py")
        and str(path) not in WITHOUT_TEST
        and not (checkout / test_path_of(path)).exists()
    ]

    assert missing == []


def test_every_unit_test_has_its_module(checkout: Path) -> None:
    """A unit test of a package stands at the path of something: its module, or its package."""
    orphans = []
    for package in PACKAGES:
        for test in sorted((checkout / "test/unit" / package).rglob("test_*.py")):
            place = test.relative_to(checkout / "test/unit").parent
            name = test.stem.removeprefix("test_")
            # More than one file may test a module: test_queue.py, test_queue_retries.py.
            stems = {path.stem for path in (checkout / place).glob("*.py")} | {place.name}
            folders = {path.name for path in (checkout / place).glob("*") if path.is_dir()}
            if not any(name == stem or name.startswith(f"{stem}_") for stem in stems | folders):
                orphans.append(str(test.relative_to(checkout)))

    assert orphans == []


@pytest.mark.parametrize("module", sorted(WITHOUT_TEST))
def test_exceptions_are_not_stale(checkout: Path, module: str) -> None:
    """A module without a test of its own exists, and has none."""
    assert (checkout / module).exists()
    assert not (checkout / test_path_of(Path(module))).exists()


def test_tests_are_no_packages(checkout: Path) -> None:
    """No test folder is an import package; only the stand-ins are."""
    packages = {
        str(path.parent.relative_to(checkout)) for path in (checkout / "test").rglob("__init__.py")
    }

    assert packages <= {"test/chain", "test/garden", "test/ground"}
