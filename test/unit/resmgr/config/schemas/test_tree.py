# SPDX-License-Identifier: Apache-2.0
"""The tree of modules as the reference is generated from it."""

from collections.abc import Iterator

import pytest

from resmgr.config import module, schema
from resmgr.config.schemas import policy, tree


def _modules(branch: module.Module, path: str = "") -> Iterator[tuple[str, module.Module]]:
    for child in branch.children:
        below = f"{path}.{child.name}".lstrip(".")
        yield below, child
        yield from _modules(child, below)


MODULES = dict(_modules(tree.ROOT))


def test_every_module_of_the_daemon_is_there() -> None:
    """The list of section 6.1, and nothing else."""
    assert sorted(MODULES) == [
        "blockio",
        "cpu",
        "dump",
        "instrumentation",
        "logger",
        "policy",
        "policy.balloons",
        "policy.dynamic-pools",
        "policy.memtier",
        "policy.podpools",
        "policy.static",
        "policy.static-pools",
        "policy.topology-aware",
        "rdt",
        "resource-manager",
        "resource-manager.control",
        "resource-manager.control.page-migration",
    ]


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("policy", "Active AvailableResources ReservedResources"),
        ("policy.static", "RelaxedIsolation Rdt"),
        ("policy.static-pools", "pools ConfDirPath ConfFilePath LabelNode TaintNode"),
        ("resource-manager", ""),
        ("resource-manager.control", "Controllers"),
        (
            "resource-manager.control.page-migration",
            "PageScanInterval PageMoveInterval MaxPageMoveCount",
        ),
        ("cpu", "classes"),
        ("rdt", "options partitions"),
        ("blockio", "Classes"),
        ("logger", "Debug LogSource Klog"),
        ("dump", "Config File Debug Disabled Secrets"),
        (
            "instrumentation",
            "Sampling ReportPeriod JaegerCollector JaegerAgent HTTPEndpoint PrometheusExport",
        ),
    ],
)
def test_every_key_of_the_daemon_is_there(path: str, keys: str) -> None:
    """In the case that the daemon demands."""
    assert [field.name for field in MODULES[path].fields] == keys.split()


def _fields(owner: str, fields: tuple[schema.Field, ...]) -> Iterator[tuple[str, schema.Field]]:
    for field in fields:
        name = f"{owner}.{field.name}"
        yield name, field
        inner = field.type
        while isinstance(inner, (schema.ListOf, schema.MapOf)):
            inner = inner.item if isinstance(inner, schema.ListOf) else inner.value
        if isinstance(inner, schema.Record):
            yield from _fields(name, inner.fields)


FIELDS = [found for path, each in MODULES.items() for found in _fields(path, each.fields)]


@pytest.mark.parametrize(("name", "field"), FIELDS, ids=[name for name, _ in FIELDS])
def test_every_field_can_be_documented(name: str, field: schema.Field) -> None:
    """A sentence, and a type in words."""
    assert field.doc[0].isupper(), name
    assert field.doc.endswith(".")
    assert field.type.describe()


def test_every_policy_with_a_configuration_can_be_active() -> None:
    """Names of sections are names of policies."""
    assert {child.name for child in policy.MODULE.children} <= set(policy.NAMES)
