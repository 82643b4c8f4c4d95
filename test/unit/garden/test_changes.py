# SPDX-License-Identifier: Apache-2.0
"""Merge patches lead from any object to any other."""

from typing import Any

import hypothesis.strategies as st
from garden import changes
from hypothesis import given

_VALUES = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from("abc"), _VALUES)


def merged(there: Any, patch: Any) -> Any:
    """Apply a merge patch as RFC 7386 has it."""
    if not isinstance(patch, dict):
        return patch
    result = dict(there) if isinstance(there, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


@given(OBJECTS, OBJECTS)
def test_patch_leads_to_what_is_wanted(there: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Applying the patch to the first object gives the second."""
    assert merged(there, changes.merge_patch(there, wanted)) == wanted


@given(OBJECTS)
def test_nothing_to_change_is_an_empty_patch(there: dict[str, Any]) -> None:
    """Equal objects need no patch."""
    assert changes.merge_patch(there, there) == {}
