# SPDX-License-Identifier: Apache-2.0
"""The bill of materials of an image."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclonedx import schema
from cyclonedx.validation import json as validation

STATUS = """\
Package: base-files
Status: install ok installed
Architecture: amd64
Version: 12.4+deb12u5

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1
"""


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The root of an image with packages, distributions, and the components of a bundle."""
    for name, text in {
        "var/lib/dpkg/status": STATUS,
        "var/lib/dpkg/status.d/libc6": "Package: libc6\nArchitecture: amd64\nVersion: 2.36-9\n",
        "opt/x/lib/python3.11/site-packages/PyYAML-6.0.dist-info/METADATA": (
            "Metadata-Version: 2.4\nName: PyYAML\nVersion: 6.0\nLicense-Expression: MIT\n\ntext\n"
        ),
        "bundle/components.json": json.dumps(
            [
                {"kind": "deb", "name": "zlib", "version": "1:1.2.13.dfsg-1"},
                {"kind": "pypi", "name": "jeepney", "version": "0.9.0"},
            ]
        ),
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def bill(checkout: Path, image: Path) -> str:
    """Give what the program writes."""
    done = subprocess.run(
        [sys.executable, checkout / "hacks/sbom.py", image, "--name", "r/x", "--version", "v1"],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_bill_keeps_to_the_schema_that_it_names(checkout: Path, image: Path) -> None:
    """It is valid CycloneDX 1.6, judged by the schema in its strict form."""
    text = bill(checkout, image)

    assert json.loads(text)["specVersion"] == "1.6"
    assert validation.JsonStrictValidator(schema.SchemaVersion.V1_6).validate_str(text) is None


def test_every_kind_of_component_is_listed(checkout: Path, image: Path) -> None:
    """Debian's packages, also of images without dpkg, distributions, and what a bundle carries."""
    told: list[dict[str, Any]] = json.loads(bill(checkout, image))["components"]

    assert [each["purl"] for each in told] == [
        "pkg:deb/debian/base-files@12.4%2Bdeb12u5?arch=amd64",
        "pkg:deb/debian/libc6@2.36-9?arch=amd64",
        "pkg:deb/debian/zlib@1%3A1.2.13.dfsg-1?arch=source",
        "pkg:pypi/jeepney@0.9.0",
        "pkg:pypi/pyyaml@6.0",
    ]


def test_same_image_has_the_same_bill(checkout: Path, image: Path) -> None:
    """Nothing in it tells when or where it was made."""
    assert bill(checkout, image) == bill(checkout, image)
