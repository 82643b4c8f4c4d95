# SPDX-License-Identifier: Apache-2.0
"""What the daemon's process does without, so that it stays small and starts quickly.

Only for a process that is ours alone: other code may need what is left out here.
"""

from collections.abc import MutableMapping
from types import ModuleType
from typing import Final

_WELL_KNOWN: Final = "google.protobuf.internal.well_known_types"


def slim(modules: MutableMapping[str, ModuleType | None]) -> None:
    """Have the import of some modules load nothing; `modules` are those of the interpreter.

    It speaks plain text on local sockets: asyncio without OpenSSL is 4 MB smaller, and starts in
    half the time. No message of CRI is one of protobuf's well-known types, whose methods need
    calendars and time zones: half a MB.
    """
    modules.setdefault("ssl", None)
    if _WELL_KNOWN not in modules:
        none = ModuleType(_WELL_KNOWN)
        none.__dict__["WKTBASES"] = {}
        modules[_WELL_KNOWN] = none
