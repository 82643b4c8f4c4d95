# SPDX-License-Identifier: Apache-2.0
"""Where the limit of top-tier memory is written (controllers, section 4; cgroup v1 only).

The control is in kernels with patches for memory tiers. cgroup v2 has nothing like it:
`memory.high` limits all memory of a container and makes it wait, so it is not used in its place.
"""

from ...model import Container, Pod

NAME = "memory"
FILE = "memory.toptier_soft_limit_in_bytes"
HIERARCHY = "memory"

MISSING = (
    "cgroup top tier memory limit control not available: this kernel has no"
    " {path}; leave the controller out, or disabled"
)

_FORMS = (
    "{id}",
    "cri-containerd-{id}.scope",
    "cri-containerd-{id}",
    "crio-{id}.scope",
    "crio-{id}",
)


def folders(container: Container, pod: Pod) -> tuple[str, ...]:
    """Give where a container's cgroup may be, below a hierarchy: the first that is there counts.

    Nothing for a container without an id or a pod without a cgroup (resource manager, 8.8).
    """
    parent, name = pod.cgroup_parent.strip("/"), container.id
    steps = parent.split("/")
    if not parent or not name or "/" in name or {"", ".", ".."} & {*steps, name}:
        return ()
    return tuple(f"{_systemd(parent)}/{form.format(id=name)}" for form in _FORMS)


def _systemd(parent: str) -> str:
    """Give the path of a slice: `a-b.slice` is in `a.slice`, as systemd has it."""
    if "/" in parent or not parent.endswith(".slice"):
        return parent
    parts = parent.removesuffix(".slice").split("-")
    return "/".join("-".join(parts[: length + 1]) + ".slice" for length in range(len(parts)))
