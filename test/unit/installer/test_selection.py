# SPDX-License-Identifier: Apache-2.0
"""Which nodes are selected."""

import pytest

from installer import names, problem, selection

LABELS = {names.POOL_LABEL: "workers", "size": "big"}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ("{}", True),
        ('{"nodeSelector": {}, "workerPools": []}', True),
        ('{"nodeSelector": null, "workerPools": null}', True),
        ('{"nodeSelector": {"size": "big"}}', True),
        ('{"nodeSelector": {"size": "small"}}', False),
        ('{"nodeSelector": {"other": ""}}', False),
        ('{"workerPools": ["a", "workers"]}', True),
        ('{"workerPools": ["a"]}', False),
        ('{"nodeSelector": {"size": "big"}, "workerPools": ["a"]}', False),
        ('{"nodeSelector": {"size": "small"}, "workerPools": ["workers"]}', False),
    ],
)
def test_both_must_hold(text: str, *, holds: bool) -> None:
    """Labels and pools must both hold, and what is empty holds."""
    assert selection.read(text).holds(LABELS) is holds


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("[]", "it is no JSON object"),
        ("{", "Expecting property name"),
        ('{"nodeselector": {}}', "unknown key nodeselector"),
        ('{"nodeSelector": {"a": 1}}', "are texts"),
        ('{"nodeSelector": ["a"]}', "are texts"),
        ('{"workerPools": "a"}', "are texts"),
        ('{"workerPools": [1]}', "are texts"),
    ],
)
def test_what_is_no_selection(text: str, cause: str) -> None:
    """A selection that is not understood selects nothing; it is an error."""
    with pytest.raises(problem.Problem, match=cause):
        selection.read(text)
