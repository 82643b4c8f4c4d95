#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the bill of materials of an image, as CycloneDX 1.6 JSON, to standard output.

    hacks/sbom.py ROOT --name IMAGE --version TAG

ROOT is the image's root file system. Listed are its Debian packages (dpkg's status, or a
`status.d` as distroless images have it), its Python distributions and the components of a bundle.
The same image gives the same bytes.
"""

import argparse
import email.parser
import json
import sys
import urllib.parse
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Component = dict[str, Any]


def debian_packages(root: Path) -> Iterator[Component]:
    """Give the installed Debian packages of an image."""
    folder = root / "var/lib/dpkg"
    for path in (folder / "status", *sorted(folder.glob("status.d/*"))):
        if not path.is_file():
            continue
        for stanza in path.read_text(encoding="utf-8", errors="replace").split("\n\n"):
            fields = email.parser.HeaderParser().parsestr(stanza.strip())
            if fields["Package"] and (fields["Status"] or "installed").endswith("installed"):
                yield deb(fields["Package"], fields["Version"], arch=fields["Architecture"])


def distributions(root: Path) -> Iterator[Component]:
    """Give the Python distributions of an image: what is pip's, not Debian's."""
    for path in sorted(root.glob("opt/*/lib/python3*/site-packages/*.dist-info/METADATA")):
        fields = email.parser.HeaderParser().parsestr(path.read_text(encoding="utf-8"))
        yield pypi(fields["Name"], fields["Version"], licence=fields["License-Expression"])


def bundled(root: Path) -> Iterator[Component]:
    """Give what the bundle of an image is made of."""
    path = root / "bundle/components.json"
    if not path.is_file():
        return
    for part in json.loads(path.read_text(encoding="utf-8")):
        if part["kind"] == "deb":
            yield deb(part["name"], part["version"], arch="source")
        else:
            yield pypi(part["name"], part["version"])


def deb(name: str, version: str, *, arch: str) -> Component:
    """Give a Debian package."""
    return _component(name, version, f"pkg:deb/debian/{name}@{_quoted(version)}?arch={arch}")


def pypi(name: str, version: str, *, licence: str | None = None) -> Component:
    """Give a distribution of the Python package index, with its licence as SPDX has it."""
    plain = name.lower().replace("_", "-")
    component = _component(name, version, f"pkg:pypi/{plain}@{_quoted(version)}")
    return {**component, "licenses": [{"expression": licence}]} if licence else component


def _component(name: str, version: str, purl: str) -> Component:
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
    }


def _quoted(version: str) -> str:
    return urllib.parse.quote(version, safe="")


def bill(root: Path, name: str, version: str) -> dict[str, Any]:
    """Give the bill of materials of an image."""
    found = {
        component["purl"]: component
        for source in (debian_packages, distributions, bundled)
        for component in source(root)
    }
    components = [found[purl] for purl in sorted(found)]
    subject = {"type": "container", "bom-ref": name, "name": name, "version": version}
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([subject, components], sort_keys=True))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": subject},
        "components": components,
        "dependencies": [{"ref": name, "dependsOn": [each["bom-ref"] for each in components]}],
    }


def main() -> None:
    """Write the bill."""
    parser = argparse.ArgumentParser(description="Write the bill of materials of an image.")
    parser.add_argument("root", type=Path, help="the image's root file system")
    parser.add_argument("--name", required=True, help="of the image")
    parser.add_argument("--version", required=True, help="of the image: its tag")
    arguments = parser.parse_args()
    text = json.dumps(bill(arguments.root, arguments.name, arguments.version), indent=1)
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
