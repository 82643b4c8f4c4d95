# SPDX-License-Identifier: Apache-2.0
"""Given data laid on a small tree of modules."""

from typing import Any

import pytest

from resmgr.config import module, problem, schema

LEAF = module.Module("page-migration", "A leaf.", (schema.Field("Count", schema.Integer(), "N."),))
CONTROL = module.Module(
    "control", "A branch.", (schema.Field("Mode", schema.Text(), "A mode."),), (LEAF,)
)
ROOT = module.Module(
    "",
    "All.",
    children=(
        module.Module("resource-manager", "Implicit.", children=(CONTROL,)),
        module.Module("policy", "P.", (schema.Field("Active", schema.Text(), "A."),), (LEAF,)),
    ),
)


def _lay(given: Any) -> tuple[dict[str, Any], list[str]]:
    findings = problem.Findings()
    laid = module.lay(ROOT, given, problem.Place("doc", findings))
    return laid, [str(found) for found in findings.problems()]


@pytest.mark.parametrize(
    "given",
    [
        {"resource-manager": {"control": {"Mode": "x", "page-migration": {"Count": 1}}}},
        {"resource-manager.control": {"Mode": "x", "page-migration": {"Count": 1}}},
        {"resource-manager.control": {"Mode": "x", "page-migration.Count": 1}},
        {
            "resource-manager.control.page-migration.Count": 1,
            "resource-manager": {"control.Mode": "x"},
        },
        {
            "resource-manager.control.page-migration": {"Count": 1},
            "resource-manager": {"control": {"Mode": "x"}},
        },
    ],
)
def test_dotted_keys_equal_nested_ones(given: Any) -> None:
    """At any level, mixed with nesting, in any order."""
    laid, problems = _lay(given)

    assert problems == []
    assert laid == {"resource-manager": {"control": {"Mode": "x", "page-migration": {"Count": 1}}}}


def test_nothing_given_is_an_empty_module() -> None:
    """None stands for an empty mapping, and dotted keys may fill it."""
    assert _lay(None) == ({}, [])
    assert _lay({"policy": None, "policy.Active": "x"}) == ({"policy": {"Active": "x"}}, [])


def test_the_input_stays_as_it_is() -> None:
    """Dotted keys are moved in a copy."""
    given = {"policy": {"Active": "x"}, "policy.page-migration": {"Count": 1}}

    _lay(given)
    assert given == {"policy": {"Active": "x"}, "policy.page-migration": {"Count": 1}}


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (
            {"policy": {"Active": "x"}, "policy.Active": "y"},
            'doc.policy.Active: dotted key "policy.Active" conflicts with nested key "Active"',
        ),
        (
            {"policy": {"page-migration": {}}, "policy.page-migration": {"Count": 1}},
            (
                'doc.policy.page-migration: dotted key "policy.page-migration" conflicts with '
                'nested key "page-migration"'
            ),
        ),
        (
            {"policy.page-migration": {"Count": 1}, "policy.page-migration.Count": 2},
            (
                'doc.policy.page-migration.Count: dotted key "page-migration.Count" conflicts with '
                'nested key "Count"'
            ),
        ),
        ([], "doc: expected a mapping, got a list"),
        ({"policy": 3}, "doc.policy: expected a mapping, got a number"),
        ({"policy": 3, "policy.Active": "x"}, "doc.policy: expected a mapping, got a number"),
        ({"polixy": {}}, "doc.polixy: unknown module, did you mean policy"),
        ({"polixy.Active": "x"}, "doc.polixy.Active: unknown module, did you mean policy"),
        ({"Policy": {}}, "doc.Policy: unknown module, did you mean policy"),
        ({"policy": {"active": "x"}}, "doc.policy.active: unknown key, did you mean Active"),
        (
            {"policy": {"Active": 3}},
            "doc.policy.Active: expected text, got a number, put it in quotes",
        ),
        ({"policy.": 1}, 'doc.policy[""]: unknown key, known: Active, page-migration'),
        (
            {"policy": {"Active.x": 1}},
            "doc.policy.Active.x: unknown key: a dotted key names a module, Active is none",
        ),
        (
            {"resource-manager": {"Mode": "x"}},
            (
                "doc.resource-manager.Mode: unknown module, and resource-manager has no keys of "
                "its own, known: control"
            ),
        ),
    ],
)
def test_what_does_not_fit_the_tree(given: Any, wrong: str) -> None:
    """Conflicts, unknown names with the nearest known one, data where only modules may be."""
    assert _lay(given)[1] == [wrong]


def test_the_document_s_order_does_not_matter_for_conflicts() -> None:
    """The dotted key is the one that conflicts, also when it comes first."""
    _, problems = _lay({"policy.Active": "y", "policy": {"Active": "x"}})

    assert problems == [
        'doc.policy.Active: dotted key "policy.Active" conflicts with nested key "Active"'
    ]
