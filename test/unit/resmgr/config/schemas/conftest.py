# SPDX-License-Identifier: Apache-2.0
"""Judging YAML of one module."""

from collections.abc import Callable

import pytest

from resmgr.config import documents

Judge = Callable[[str], list[str]]


@pytest.fixture
def judge() -> Judge:
    """Gives the problems of a document, with paths from its root."""

    def problems(document: str) -> list[str]:
        return [str(found) for found in documents.check(document, "")[1]]

    return problems
