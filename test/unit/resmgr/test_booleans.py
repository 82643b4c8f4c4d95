# SPDX-License-Identifier: Apache-2.0
"""True and false in annotations."""

import pytest

from resmgr import booleans


@pytest.mark.parametrize("text", ["1", "t", "T", "TRUE", "true", "True"])
def test_true(text: str) -> None:
    """Exactly these (annotations, section 1.3)."""
    assert booleans.read(text) is True


@pytest.mark.parametrize("text", ["0", "f", "F", "FALSE", "false", "False"])
def test_false(text: str) -> None:
    """Exactly these."""
    assert booleans.read(text) is False


@pytest.mark.parametrize("text", ["", "yes", "no", "tRUE", " true", "2", "on"])
def test_anything_else_is_neither(text: str) -> None:
    """Not even with blanks."""
    assert booleans.read(text) is None
