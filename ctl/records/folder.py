# SPDX-License-Identifier: Apache-2.0
"""Records as folders, for `--sysfs-root` of the daemon."""

from collections.abc import Mapping
from pathlib import Path


def write(root: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a folder that is empty or not there yet. Raises `OSError`.

    `FileExistsError` tells that something is there; it is left as it is.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise FileExistsError(17, "it is there, and not empty", str(root))
    made = set()
    for name, content in files.items():
        path = root / name
        folder = path if name.endswith("/") else path.parent
        if folder not in made:
            folder.mkdir(parents=True, exist_ok=True)
            made.add(folder)
        if folder is not path:
            path.write_bytes(content)
