# SPDX-License-Identifier: Apache-2.0
"""Where the chart files are that the program reads at run time.

A wheel carries them in `controller/_charts`; an editable install reads the checkout's `charts/`.
"""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def path(name: str, *, package: Path = _PACKAGE) -> Path:
    """Give the path of a file or folder below `charts/`, such as `internal` or `images.yaml`.

    `package` is the folder of this package. Raises `FileNotFoundError` for a name that is not
    there: then the installation is broken.
    """
    places = (package / "_charts" / name, package.parent / "charts" / name)
    for place in places:
        if place.exists():
            return place
    looked = " or ".join(str(place) for place in places)
    raise FileNotFoundError(
        f"cannot find the chart data {name!r}: it is neither {looked}, install the program again"
    )
