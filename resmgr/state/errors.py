# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with the state, by what has to be done about it."""

_UNREADABLE = {"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT"}
"""Primary result codes of sqlite that no retry mends."""


class CannotUse(Exception):
    """The folder must not or cannot be used; a person has to do something first.

    `hint` is what to do.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message}; {hint}")
        self.hint = hint


class Unreadable(Exception):
    """The file is damaged, another program's, or from a newer version."""


class Trouble(Exception):
    """The disk does not do what it should just now: full, read-only, failing."""


def judge(error: Exception) -> Trouble | Unreadable:
    """Tell what an error of sqlite means.

    `error` is a `sqlite3.Error`; its type is not named so that nobody loads sqlite for this.
    """
    name = str(getattr(error, "sqlite_errorname", ""))
    primary = "_".join(name.split("_")[:2])
    return Unreadable(str(error)) if primary in _UNREADABLE else Trouble(str(error))
