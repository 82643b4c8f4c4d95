# SPDX-License-Identifier: Apache-2.0
"""Pools of static-pools that stand in files on the node, in CPU Manager for Kubernetes' forms.

They are read whenever the policy is made, so that a restart or another configuration finds them as
they are then. Files that cannot be used are told and left out.
"""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ...config import module
from ...config.problem import Findings, Place
from ...config.schemas import static_pools

POLICY: Final = "static-pools"

_DEFAULT: Final = "/etc/cmk"
_LARGEST: Final = 256 * 1024
_MOST: Final = 4096
"""Entries of a folder that are looked at."""

_LOG = logging.getLogger(POLICY)


class _Unusable(Exception):
    """Files cannot be used; the text tells why."""


def complete(own: Mapping[str, Any], root: str) -> Mapping[str, Any]:
    """Add pools from files to the policy's data if it has none; paths are below `root`."""
    if own.get("pools"):
        return own
    directory = own.get("ConfDirPath")
    found: Mapping[str, Any] = {}
    for name, read in (
        (_DEFAULT if directory is None else directory, _directory),
        (own.get("ConfFilePath") or "", _file),
    ):
        if not name:
            continue
        try:
            found = read(Path(root or "/") / name.lstrip("/")) or found
        except (_Unusable, OSError, UnicodeError) as error:
            _LOG.warning("cannot read pools from %s: %s", name, error)
    return {**own, "pools": found}


def _file(path: Path) -> Mapping[str, Any]:
    """Read a YAML file with a key `pools`."""
    from ...config import text  # noqa: PLC0415 - loads YAML, which nobody needs without a file

    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise _Unusable(f"it is larger than {_LARGEST} bytes")
    findings = Findings()
    place = Place("", findings)
    loaded = text.load(content.decode("utf-8"), place)
    data = loaded.value if loaded is not None else None
    if not isinstance(data, dict) or "pools" not in data:
        problems = _told(findings)
        raise _Unusable(problems or "it has no pools")
    laid = module.lay(static_pools.MODULE, {"pools": data["pools"]}, place)
    if problems := _told(findings):
        raise _Unusable(problems)
    return laid.get("pools") or {}


def _told(findings: Findings) -> str:
    return "; ".join(str(problem) for problem in findings.problems())


def _directory(path: Path) -> Mapping[str, Any]:
    """Read `pools/POOL/exclusive` and `pools/POOL/SOCKET/LIST/`."""
    pools = {}
    for pool in _folders(path / "pools"):
        lists = [
            {"Socket": int(socket.name), "Cpuset": one.name}
            for socket in _folders(pool)
            for one in _folders(socket)
            if _is_number(socket.name, socket)
        ]
        pools[pool.name] = {"exclusive": _is_exclusive(pool), "cpuLists": lists}
    findings = Findings()
    module.lay(static_pools.MODULE, {"pools": pools}, Place("", findings))
    if problems := _told(findings):
        raise _Unusable(problems)
    return pools


def _is_exclusive(pool: Path) -> bool:
    try:
        with (pool / "exclusive").open("rb") as file:
            return file.read(2) == b"1"
    except FileNotFoundError:
        return False


def _is_number(name: str, where: Path) -> bool:
    if name.isascii() and name.isdigit() and len(name) < 6:
        return True
    raise _Unusable(f"{where} is no socket's number")


def _folders(path: Path) -> Iterator[Path]:
    """Give the folders in a folder, in the order of their names, numbers by value."""
    found = []
    for number, one in enumerate(path.iterdir()):
        if number >= _MOST:
            raise _Unusable(f"there are more than {_MOST} entries in {path}")
        if one.is_dir():
            found.append(one)
    return iter(sorted(found, key=_order))


def _order(path: Path) -> tuple[int, str]:
    """Lists are in the order of their first CPUs."""
    first = path.name.partition(",")[0].partition("-")[0]
    return (int(first) if first.isascii() and first.isdigit() else -1, path.name)
