# SPDX-License-Identifier: Apache-2.0
"""Which pool a pod goes to."""

from collections.abc import Callable

from ...model import Pod
from .. import scoped
from .layout import DEFAULT, RESERVED, Fill, Layout, Pool

ANNOTATION = "pool.podpools.cri-resource-manager.intel.com"
"""Annotation that names a definition; of the whole pod."""

_SYSTEM = "kube-system"


def definition(layout: Layout, pod: Pod) -> tuple[str, str]:
    """Give the definition that a pod is to be in, and what is wrong with its wish."""
    wish = scoped.of_pod(pod, ANNOTATION)
    if wish is None:
        return (RESERVED if pod.namespace == _SYSTEM else DEFAULT), ""
    if wish in layout.instances:
        return wish, ""
    return DEFAULT, f"annotation {ANNOTATION} names pool {wish[:40]!r}, which is not defined"


def instance(layout: Layout, name: str, pods: Callable[[int], int]) -> tuple[int, str]:
    """Give the position of the instance that gets the next pod, and why it is another than wanted.

    `pods` gives how many pods are in one. Where no instance has room it is the default pool,
    however full that is.
    """
    open_ = [at for at in layout.instances[name] if has_room(layout.pools[at], pods(at))]
    if not open_:
        if name == DEFAULT:
            return 1, f"pool {DEFAULT} has room for no further pod and gets it nevertheless"
        return 1, f"no instance of pool {name} has room for a further pod"
    match layout.fill.get(name, Fill.FIRST_FREE):
        case Fill.BALANCED:
            return min(open_, key=pods), ""
        case Fill.PACKED:
            return max(open_, key=pods), ""
        case Fill.FIRST_FREE:
            return open_[0], ""


def has_room(pool: Pool, pods: int) -> bool:
    """Tell whether one more pod may come to so many."""
    return pool.max_pods == 0 or pods < pool.max_pods
