# SPDX-License-Identifier: Apache-2.0
"""Reads the statistics of all containers, one after the other; made to run in a thread.

Each metric comes from the hierarchy of its controller in cgroup v1 if there is one, else from
cgroup v2, so that a machine may have both. What fails for one container or metric is data as well.
"""

import errno
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..samples import Labels, Metric, Samples
from . import containers, parse, statistics
from .statistics import File

LARGEST = 256 * 1024
"""Bytes of a file that are read."""

_GONE = {errno.ENOENT, errno.ENOTDIR, errno.ENODEV}
"""How a file that is not there, or that vanishes while it is read, is told."""


@dataclass(frozen=True, slots=True)
class Mounts:
    """Where cgroups are mounted."""

    first: Path
    """Holds a folder for each controller of cgroup v1, or is a mount of v2 itself."""

    second: Path
    """Of cgroup v2, where v1 is there as well."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What could not be read."""

    collector: str
    """The name of a metric."""

    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one container has, or what is wrong before any is read."""

    samples: tuple[Samples, ...] = ()
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where one metric of each container is read."""

    metric: Metric
    files: Sequence[File]
    folders: Mapping[str, Path]
    """Container -> its cgroup in the metric's hierarchy."""

    sizes: Sequence[str]
    """Of huge pages."""


class _Bad(Exception):
    """A file cannot be read, or makes no sense; the text names it."""


def read(mounts: Mounts, *, page: int) -> Iterator[Part]:
    """Read all statistics, a container at a time; `page` is the size of a page in bytes.

    Parts are small, so that who asks can do something else between two of them.
    """
    known: dict[Path, Mapping[str, Path]] = {}
    plans: list[_Plan] = []
    unified = _unified(mounts)
    for statistic in statistics.every(page):
        hierarchy, files = mounts.first / statistic.controller, statistic.first
        if not _there(hierarchy):
            hierarchy, files = unified, statistic.second
        metric = statistic.metric
        try:
            if hierarchy not in known:
                known[hierarchy] = containers.find(hierarchy)
        except containers.CannotList as error:
            yield Part(failures=(Failure(metric.name, str(error)),))
            continue
        folders = known[hierarchy]
        plans.append(_Plan(metric, files, folders, _sizes(folders.values(), files)))
    for container in sorted({one for plan in plans for one in plan.folders}):
        yield _part(container, plans)


def _part(container: str, plans: Sequence[_Plan]) -> Part:
    samples: list[Samples] = []
    failures: list[Failure] = []
    for plan in plans:
        folder = plan.folders.get(container)
        if folder is None:
            continue
        try:
            values = _of_container(container, folder, plan.files, plan.sizes)
        except _Bad as error:
            failures.append(Failure(plan.metric.name, str(error)))
        else:
            if values:
                samples.append(Samples(plan.metric, values))
    return Part(tuple(samples), tuple(failures))


def _unified(mounts: Mounts) -> Path:
    """Give the mount point of cgroup v2; only a mounted one has this file."""
    return mounts.first if _there(mounts.first / "cgroup.controllers") else mounts.second


def _there(path: Path) -> bool:
    try:
        path.stat()
    except OSError:
        return False
    return True


def _sizes(folders: Iterable[Path], files: Sequence[File]) -> tuple[str, ...]:
    """Give the sizes of huge pages that files are named after: every container has the same."""
    wanted = [file.name.split(statistics.ANY) for file in files if statistics.ANY in file.name]
    if not wanted:
        return ()
    before, after = wanted[0]
    for folder in folders:
        try:
            names = [entry.name for entry in folder.iterdir()]
        except OSError:
            continue
        sizes = {
            name[len(before) : -len(after)]
            for name in names
            if name.startswith(before) and name.endswith(after)
        }
        return tuple(sorted(size for size in sizes if "." not in size))
    return ()


def _of_container(
    container: str, folder: Path, files: Sequence[File], sizes: Sequence[str]
) -> list[tuple[Labels, float]]:
    """Give what one container has of a metric; nothing of one that has gone. Raises `_Bad`."""
    head = (container,)
    values: list[tuple[Labels, float]] = []
    for file in files:
        if statistics.ANY not in file.name:
            values += _of_file(folder / file.name, file.parse, head)
            continue
        for size in sizes:
            path = folder / file.name.replace(statistics.ANY, size)
            values += _of_file(path, file.parse, (*head, size))
    return values


def _of_file(path: Path, meaning: parse.Parse, head: Labels) -> list[tuple[Labels, float]]:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise _Bad(f"cannot read {path}: it has more than {LARGEST} bytes")
        text = content.decode("ascii", "replace").strip()
        return [((*head, *labels), value) for labels, value in meaning(text)]
    except OSError as error:
        if error.errno in _GONE:
            return []
        raise _Bad(f"cannot read {path}: {error.strerror}") from error
    except parse.BadText as error:
        raise _Bad(f"cannot read {path}: {error}") from error
