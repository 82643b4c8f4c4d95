# SPDX-License-Identifier: Apache-2.0
"""Image vectors are files: the shipped one, and the operator's override."""

from pathlib import Path

from resmgr.config import problem

from . import merging, reading
from .vector import ImageVector


def load(path: Path, overwrite: Path | None = None) -> ImageVector:
    """Read a vector and, when given, the override that is merged into it; see `merging.override`.

    Raises:
        ImageVectorError: one of the files is missing or wrong (IMG-1), with all problems.
    """
    vector = reading.parse(_read(path), source=str(path))
    return (
        vector if overwrite is None else merging.override(vector, _read(overwrite), str(overwrite))
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise reading.ImageVectorError(str(path), [problem.Problem("", str(error))]) from error
