# SPDX-License-Identifier: Apache-2.0
"""Image vectors for tests."""

from typing import Any

import yaml

from controller import imagevector


def vector(*images: dict[str, Any]) -> imagevector.ImageVector:
    """A vector of entries, each with a repository of its own unless it says otherwise."""
    entries = [
        {"name": "node", **({} if "ref" in image else {"repository": f"repo/{i}"}), **image}
        for i, image in enumerate(images)
    ]
    return imagevector.parse(yaml.safe_dump({"images": entries}))
