# SPDX-License-Identifier: Apache-2.0
"""A runtime behind NRI, small enough to see through (NRI, part D).

It takes updates as the real one does: of a container that it does not yet know they are lost
without a word, and one of the container that is being created is an error.
"""

import dataclasses
from collections.abc import Iterable

from unit.resmgr.engine import nri


@dataclasses.dataclass
class Held:
    """A container, and whether updates reach it."""

    container: nri.Container
    stored: bool = False


class Runtime:
    """Pods and containers by id; a `plugin` may be there or not."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.pods: dict[str, nri.PodSandbox] = {}
        self.containers: dict[str, Held] = {}
        self.plugin: nri.FrontEnd | None = None
        self.updated: list[str] = []
        """Containers that updates have reached, in order."""

    def connect(self, plugin: nri.FrontEnd) -> None:
        """A plugin comes; it learns everything."""
        self.plugin = plugin
        listed = [one.container for one in self.containers.values() if one.stored]
        self.apply(plugin.synchronize(self.pods.values(), listed))

    def run_pod(self, pod: nri.PodSandbox) -> None:
        """Run a pod."""
        self.pods[pod.id] = pod
        if self.plugin is not None:
            self.apply(self.plugin.run_pod_sandbox(pod))

    def remove_pod(self, pod_id: str) -> None:
        """Stop and remove a pod; its containers have to be gone."""
        del self.pods[pod_id]
        if self.plugin is not None:
            self.apply(self.plugin.stop_pod_sandbox(pod_id))
            self.apply(self.plugin.remove_pod_sandbox(pod_id))

    def create(self, container: nri.Container) -> bool:
        """Create a container up to the reply; `store` makes it known. False: it was refused."""
        if self.plugin is not None:
            pod = self.pods[container.pod_sandbox_id]
            try:
                adjustment, updates = self.plugin.create_container(pod, container)
            except nri.Refused:
                self._forget(container.id)
                return False
            assert container.id not in {one.container_id for one in updates}
            self.apply(updates)
            container = dataclasses.replace(
                container,
                resources=adjustment.resources.over(container.resources),
                env=(*container.env, *(f"{key}={value}" for key, value in adjustment.env)),
                args=adjustment.args or container.args,
            )
        self.containers[container.id] = Held(container)
        return True

    def store(self, container_id: str) -> None:
        """A container that was created can be updated from now on."""
        self.containers[container_id].stored = True
        if self.plugin is not None:
            self.apply(self.plugin.post_create_container(container_id))

    def fail(self, container_id: str) -> None:
        """A container could not be created after all."""
        del self.containers[container_id]
        self._forget(container_id)

    def start(self, container_id: str) -> None:
        """Start a container."""
        held = self.containers[container_id]
        held.container = dataclasses.replace(held.container, running=True)
        if self.plugin is not None:
            self.plugin.post_start_container(container_id)

    def update(self, container_id: str, asked: nri.Resources) -> bool:
        """Change resources as a kubelet asks for it. False: it was refused."""
        held = self.containers[container_id]
        updates: tuple[nri.Update, ...] = ()
        if self.plugin is not None:
            try:
                updates = tuple(self.plugin.update_container(container_id, asked))
            except nri.Refused:
                return False
        own = [one.resources for one in updates if one.container_id == container_id]
        self.apply(one for one in updates if one.container_id != container_id)
        wanted = own[0].over(asked) if own else asked
        held.container = dataclasses.replace(
            held.container, resources=wanted.over(held.container.resources)
        )
        return True

    def remove(self, container_id: str) -> None:
        """A container ends and goes."""
        del self.containers[container_id]
        self._forget(container_id)

    def apply(self, updates: Iterable[nri.Update]) -> None:
        """Carry updates out, one after the other."""
        for one in updates:
            held = self.containers.get(one.container_id)
            if held is not None and held.stored:
                self.updated.append(one.container_id)
                held.container = dataclasses.replace(
                    held.container, resources=one.resources.over(held.container.resources)
                )

    def _forget(self, container_id: str) -> None:
        if self.plugin is not None:
            self.apply(self.plugin.stop_container(container_id))
            self.plugin.remove_container(container_id)
