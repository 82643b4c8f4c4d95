# SPDX-License-Identifier: Apache-2.0
"""What the daemon's process does without, so that it stays small and starts quickly.

Only for a process that is ours alone: other code may need what is left out here.
"""

from collections.abc import MutableMapping
from types import ModuleType
from typing import Final

_WELL_KNOWN: Final = "google.protobuf.internal.well_known_types"
_PIPES: Final = {"PIPE": -1, "STDOUT": -2, "DEVNULL": -3}
"""The numbers of `subprocess` that asyncio reads when it is loaded."""


def slim(modules: MutableMapping[str, ModuleType | None]) -> None:
    """Have the import of some modules load nothing; `modules` are those of the interpreter.

    It speaks plain text on local sockets: asyncio without OpenSSL is 4 MB smaller, and starts in
    half the time. No message of CRI is one of protobuf's well-known types, whose methods need
    calendars and time zones: half a MB. It starts no program, for which asyncio has as much.
    """
    modules.setdefault("ssl", None)
    for name, content in ((_WELL_KNOWN, {"WKTBASES": {}}), ("subprocess", _PIPES)):
        if name not in modules:
            modules[name] = none = ModuleType(name)
            none.__dict__.update(content)
