# SPDX-License-Identifier: Apache-2.0
"""What errors of sqlite mean."""

import sqlite3

import pytest

from resmgr.state import errors


def an_error(name: str) -> sqlite3.OperationalError:
    """Make an error as sqlite's module does."""
    error = sqlite3.OperationalError("some cause")
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize("name", ["SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_CORRUPT_INDEX"])
def test_damage_is_not_retried(name: str) -> None:
    """A damaged file stays damaged, whatever the disk does."""
    judged = errors.judge(an_error(name))

    assert isinstance(judged, errors.Unreadable)
    assert str(judged) == "some cause"


@pytest.mark.parametrize("name", ["SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_READONLY", ""])
def test_anything_else_may_pass(name: str) -> None:
    """A full, failing or read-only disk may be a better one later."""
    assert isinstance(errors.judge(an_error(name)), errors.Trouble)


def test_a_refusal_says_what_to_do() -> None:
    """The message ends with the hint."""
    refusal = errors.CannotUse("cannot use it: reason", "mend it")

    assert str(refusal) == "cannot use it: reason; mend it"
    assert refusal.hint == "mend it"
