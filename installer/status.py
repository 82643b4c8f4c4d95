# SPDX-License-Identifier: Apache-2.0
"""What the installer remembers and tells about its node, in one file that survives pods and boots.

`/var/lib/cri-resmgr/installer/status.json` is read by `status`, `doctor` and the next pod. A file
that cannot be read counts as none: it holds nothing that the node itself would not tell again.
"""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import files as disk
from . import problem

ACTIVE, ROLLED_BACK, UNSUPPORTED = "active", "rolled-back", "unsupported"
DISABLED, PAUSED, ABSENT = "disabled", "paused", ""
"""States, as in the label `names.STATE_LABEL`; `ABSENT` is no label."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where the node stands, and what has to outlive a pod."""

    state: str = ABSENT
    reason: str = ""
    """One sentence: why it is in this state."""
    hint: str = ""
    """What helps, if anything has to."""
    version: str = ""
    """The version that serves the kubelet, in state `active`."""
    revision: str = ""
    """As `version`, with a checksum of the configuration."""
    policy: str = ""
    since: float = 0.0
    """Seconds since 1970 when it came into this state."""
    ready: bool = False
    """Whether the node is done: nothing is under way."""
    restarts: int = 0
    """Restarts of the kubelet by us, all pods counted."""
    last_error: str = ""
    """The last thing that failed; it stays when all is well again."""
    tree: str = ""
    """What the failures below are about: another bundle or configuration begins anew."""
    failures: int = 0
    """Attempts of `tree` that failed."""
    failed_boot: str = ""
    failed_at: float = 0.0
    """Boot id, and seconds since that boot, of the last failed attempt."""
    rescued: str = ""
    """What the rescue wrote when it last acted, so that it is counted once."""
    pool: str = ""
    selected: bool | None = None
    """What the Node's labels last said; None: they have never been read."""


def read(path: Path) -> Status:
    """Read the file; a damaged or missing one gives the defaults."""
    try:
        given: Any = json.loads(path.read_bytes())
        known = {field.name: field.default for field in dataclasses.fields(Status)}
        taken = {key: value for key, value in given.items() if _fits(known, key, value)}
        return Status(**taken)
    except (OSError, ValueError, AttributeError, TypeError):
        return Status()


def write(files: disk.Files, path: Path, status: Status) -> str:
    """Write the file; give why that was not possible, empty if it was."""
    text = json.dumps(dataclasses.asdict(status), indent=1, sort_keys=True) + "\n"
    try:
        files.make_folder(path.parent, 0o755)
        files.write(path, text.encode(), mode=0o644)
    except problem.Problem as error:
        return str(error)
    return ""


def _fits(known: dict[str, Any], key: str, value: Any) -> bool:
    """Tell whether a value may stand in a field: one of its kind."""
    if key not in known:
        return False
    if key == "selected":
        return value is None or isinstance(value, bool)
    default = known[key]
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is type(default)
