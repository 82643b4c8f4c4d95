# SPDX-License-Identifier: Apache-2.0
"""The image vector: which image runs where (Gardener contract, section 8; IMG-1).

What belongs here: reading a vector, merging the operator's override into it, choosing an entry.
What must not: which images the extension needs, and for which versions; its callers know that.
"""

from .files import load
from .merging import override
from .reading import ImageVectorError, parse
from .vector import ARCHITECTURES, Image, ImageNotFoundError, ImageVector

__all__ = [
    "ARCHITECTURES",
    "Image",
    "ImageNotFoundError",
    "ImageVector",
    "ImageVectorError",
    "load",
    "override",
    "parse",
]
