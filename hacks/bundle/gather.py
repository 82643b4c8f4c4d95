# SPDX-License-Identifier: Apache-2.0
"""Makes the bundle's folder; run by hacks/build-bundle with the Python that the bundle carries.

    python -m hacks.bundle.gather INTERPRETER OUT

OUT gets the executable with its links, the modules as byte-code, the libraries, the licences,
`rescue`, the manual pages, and the manifest. Two runs on the same sources give the same bytes.
"""

import argparse
import hashlib
import importlib.metadata
import importlib.util
import json
import marshal
import shutil
import stat
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from . import closure, contents, elf

ROOT = Path(__file__).resolve().parents[2]

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The date of every entry of the archive."""


def code_of(module: closure.Module) -> bytes:
    """Compile a source into a file of byte-code that is never compared with its source."""
    ours = module.name.partition(".")[0] in contents.PACKAGES
    name = "/".join(module.name.split(".")) + ("/__init__.py" if module.package else ".py")
    source = module.path.read_bytes()
    # Commands show docstrings of ours; those of others are only memory. Asserts go everywhere.
    code = compile(source, name, "exec", dont_inherit=True, optimize=1 if ours else 2)
    # What is written depends on who else holds a constant: only a code object that came out of
    # bytes is written the same every time.
    code = marshal.loads(marshal.dumps(code))  # noqa: S302 - our own bytes
    flags = (0b01).to_bytes(4, "little")
    digest = importlib.util.source_hash(source)
    return importlib.util.MAGIC_NUMBER + flags + digest + marshal.dumps(code)


def write_archive(path: Path, modules: Iterable[closure.Module]) -> None:
    """Write modules into a zip archive, not compressed: what is read is ready as it is."""
    files: dict[str, bytes] = {}
    for module in modules:
        stem = module.name.replace(".", "/")
        files[stem + ("/__init__.pyc" if module.package else ".pyc")] = code_of(module)
        # A namespace is found by an entry of its own.
        for depth in range(1, stem.count("/") + 1):
            files["/".join(stem.split("/")[:depth]) + "/"] = b""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, EARLIEST), data)


def place_module(folder: Path, module: closure.Module) -> None:
    """Put a module on the disk: byte-code, or the library with what it needs mended."""
    target = folder.joinpath(*module.name.split("."))
    if module.package:
        target /= "__init__"
    target.parent.mkdir(parents=True, exist_ok=True)
    if not module.extension:
        target.with_name(target.name + ".pyc").write_bytes(code_of(module))
        return
    target = target.with_name(module.path.name)
    shutil.copyfile(module.path, target)
    if contents.NOT_NEEDED in elf.libraries(target):
        elf.forget_library(target, contents.NOT_NEEDED)


def place_modules(internal: Path, extensions: Path) -> dict[str, closure.Module]:
    """Put every module that our packages can reach below a folder, and give them."""
    site = Path(sysconfig.get_path("purelib"))
    standard = Path(sysconfig.get_path("stdlib"))
    names = [name for package in contents.PACKAGES for name in closure.below(ROOT, package)]
    modules = closure.reach(
        [*names, *contents.SILENT], [ROOT, site, standard, extensions], contents.UNUSED
    )
    apart = {name: module for name, module in modules.items() if _on_disk(module)}
    internal.mkdir(parents=True)
    write_archive(
        internal / "lib.zip", [module for name, module in modules.items() if name not in apart]
    )
    for module in apart.values():
        place_module(internal, module)
    entry = closure.Module("bundle_entry", ROOT / "hacks/bundle/entry.py", package=False)
    place_module(internal, entry)
    for package in contents.ON_DISK:
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and path.suffix not in {".py", ".pyc", ".pyi"}:
                target = internal / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    return modules


def _on_disk(module: closure.Module) -> bool:
    """Tell whether a module stands on the disk: a library, or one of a package that has files."""
    return module.extension or module.name.partition(".")[0] in contents.ON_DISK


def components(interpreter: Path, modules: Mapping[str, closure.Module]) -> list[dict[str, Any]]:
    """Give what the bundle is made of: Debian's sources, and distributions of Python."""
    known: list[dict[str, Any]] = [
        {"kind": "deb", **source}
        for source in json.loads((interpreter / "sources.json").read_text(encoding="utf-8"))
    ]
    tops = {name.partition(".")[0] for name in modules} - contents.PACKAGES
    for distribution in importlib.metadata.distributions():
        files = {path.parts[0] for path in distribution.files or ()}
        if files & tops:
            known.append(
                {"kind": "pypi", "name": distribution.name, "version": distribution.version}
            )
    return sorted(known, key=lambda each: (each["kind"], each["name"]))


def place_licences(folder: Path, interpreter: Path, parts: Iterable[Mapping[str, Any]]) -> None:
    """Put the licence of every component into a folder, and ours with its notice."""
    folder.mkdir()
    for name in ("LICENSE", "NOTICE"):
        shutil.copyfile(ROOT / name, folder / name)
    for part in parts:
        if part["kind"] == "deb":
            text = (interpreter / "licences" / part["name"]).read_bytes()
        else:
            files = importlib.metadata.files(part["name"]) or []
            found = [path for path in files if "LICENSE" in path.name.upper()]
            text = b"\n".join(Path(str(path.locate())).read_bytes() for path in sorted(found))
        if text:
            (folder / part["name"]).write_bytes(text)


def manifest(out: Path, version: str) -> dict[str, Any]:
    """Give the manifest of a folder, itself left out; sets the mode of every file."""
    files: dict[str, Any] = {}
    needed: tuple[int, ...] = ()
    for path in sorted(out.rglob("*")):
        if path.is_symlink():
            files[str(path.relative_to(out))] = {"link": str(path.readlink())}
        elif path.is_file():
            program = path.name in contents.EXECUTABLE and path.parent == out
            path.chmod(0o755 if program else 0o644)
            data = path.read_bytes()
            if data.startswith(elf.MAGIC):
                needed = max(needed, elf.glibc(path))
            files[str(path.relative_to(out))] = {
                "mode": f"{stat.S_IMODE(path.stat().st_mode):04o}",
                "sha256": hashlib.sha256(data).hexdigest(),
                "size": len(data),
            }
        else:
            path.chmod(0o755)
    return {"files": files, "glibc": ".".join(map(str, needed)), "version": version}


def main() -> None:
    """Make the bundle."""
    parser = argparse.ArgumentParser(description="Make the bundle's folder.")
    parser.add_argument("interpreter", type=Path, help="the folder that interpreter.sh made")
    parser.add_argument("out", type=Path, help="the folder to make")
    arguments = parser.parse_args()
    interpreter, out = arguments.interpreter.resolve(), arguments.out
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    internal = out / "_internal"
    modules = place_modules(internal, interpreter / "extensions")

    shutil.copyfile(interpreter / "bin/cri-resmgr", out / "cri-resmgr")
    for name in contents.LINKS:
        (out / name).symlink_to("cri-resmgr")
    shutil.copyfile(ROOT / "installer/rescue", out / "rescue")
    shutil.copytree(ROOT / "docs/man", out / "man/man1")
    info = internal / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: {project['name']}\nVersion: {project['version']}\n",
        encoding="utf-8",
    )
    parts = components(interpreter, modules)
    (out / "components.json").write_text(json.dumps(parts, indent=1) + "\n", encoding="utf-8")
    place_licences(out / "licences", interpreter, parts)
    told = manifest(out, project["version"])
    text = json.dumps(told, indent=1, sort_keys=True) + "\n"
    (out / "manifest.json").write_text(text, encoding="utf-8")

    sizes = [entry.get("size", 0) for entry in told["files"].values()]
    if sum(sizes) > contents.LARGEST:
        sys.exit(f"cannot keep the bundle small: it has {sum(sizes)} of {contents.LARGEST} bytes")
    if elf.numbers(told["glibc"]) > elf.numbers((ROOT / contents.FLOOR).read_text().strip()):
        sys.exit(f"cannot keep glibc's floor: a file needs {told['glibc']}")
    size = sum(sizes) / 1e6
    sys.stderr.write(f"{size:.1f} MB in {len(sizes)} files, glibc {told['glibc']}\n")


if __name__ == "__main__":
    main()
