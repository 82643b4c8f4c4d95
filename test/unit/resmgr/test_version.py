# SPDX-License-Identifier: Apache-2.0
"""The program's version."""

import importlib.metadata
from pathlib import Path

from resmgr import version


def test_it_is_that_of_the_installed_distribution() -> None:
    """The same as the standard library's slower way gives."""
    assert version.current() == importlib.metadata.version("gardener-extension-cri-resmgr")


def test_the_first_folder_that_has_it_counts(tmp_path: Path) -> None:
    """As for what is imported; folders that are not there are passed over."""
    for name, number in (("a", "1.2"), ("b", "3.4")):
        (tmp_path / name / f"gardener_extension_cri_resmgr-{number}.dist-info").mkdir(parents=True)

    assert version.of([str(tmp_path / one) for one in ("nope", "a", "b")]) == "1.2"


def test_without_metadata_it_is_unknown(tmp_path: Path) -> None:
    """A bundle may leave it out."""
    assert version.of([str(tmp_path)]) == "unknown"
