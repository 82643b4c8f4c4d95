# SPDX-License-Identifier: Apache-2.0
"""The controller's real parts around a small API server, without watches and queue.

What watches would deliver, `Stage.learn` delivers, so that a test says when the controller learns
what.
"""

from datetime import UTC, datetime, timedelta

from unit.controller import api_server, objects

from controller import (
    charts,
    cluster,
    content,
    execute,
    extension,
    imagevector,
    kube,
    managedresource,
    observed,
    operator_configs,
    queue,
    reconcile,
    store,
)
from controller.component import rendering
from controller.kube import paths

KEY = (objects.NAMESPACE, objects.NAME)
EXTENSION = paths.extension(*KEY)
CLUSTER = paths.cluster(objects.NAMESPACE)
NODE = paths.managed_resource(objects.NAMESPACE, objects.NODE)
MONITORING = paths.managed_resource(objects.NAMESPACE, objects.MONITORING)
SECRETS = paths.secrets(objects.NAMESPACE)


class Stage:
    """One shoot on one server and everything that works on it."""

    def __init__(self, server: api_server.ApiServer, client: kube.Client) -> None:
        self.server = server
        self.now = datetime(2026, 8, 1, 12, tzinfo=UTC)
        self.known = store.Store()
        self.configs = operator_configs.OperatorConfigs()
        self.nodes_left: tuple[str, ...] = ()
        self.warnings: dict[str, int] = {}
        self.writer = managedresource.Writer(client, self.known.put_managed)
        self.builder = content.Builder(
            rendering.Renderer(charts.path("internal")),
            imagevector.load(charts.path("images.yaml")),
        )
        self.executor = execute.Executor(
            client, self.writer, self.builder, self.known, lambda: self.now
        )
        self.reconciler = reconcile.Reconciler(
            client,
            self.writer,
            self.executor,
            self.known,
            limits=reconcile.Limits(monitoring_enabled=True, cleanup_timeout=timedelta(minutes=30)),
            configs=self.configs,
            nodes_left=self._nodes_left,
            warnings=self.warnings.__setitem__,
            now=lambda: self.now,
        )
        server.put(CLUSTER, objects.cluster())

    async def _nodes_left(self, _: cluster.Cluster) -> tuple[str, ...]:
        return self.nodes_left

    def put(self, **facts: object) -> None:
        """Put the Extension on the server with these facts."""
        self.server.put(EXTENSION, objects.extension(**facts))  # type: ignore[arg-type]

    def ask(self, operation: str, *, at: str = "2026-08-01T11:59:59.5Z") -> None:
        """Ask for an operation as gardenlet does: annotation and timestamp in one patch."""
        annotations = {objects.ANNOTATION: operation, objects.TIMESTAMP: at}
        self.server.change(EXTENSION, {"metadata": {"annotations": annotations}})

    def learn(self) -> None:
        """Let the store learn what is there, as watches do."""
        found = self.server.get(EXTENSION)
        if found is not None:
            self.known.put_extension(extension.parse(found))
        for path in (NODE, MONITORING):
            managed = self.server.get(path)
            if managed is not None:
                self.known.put_managed(observed.parse(managed))
            else:
                self.known.forget_managed((objects.NAMESPACE, path.rsplit("/", 1)[1]))

    async def look(self) -> queue.Result:
        """Learn what is there and look at the object once."""
        self.learn()
        return await self.reconciler(KEY)

    @property
    def extension(self) -> objects.Object:
        """The Extension as it is on the server."""
        found = self.server.get(EXTENSION)
        assert found is not None
        return found

    @property
    def last(self) -> objects.Object:
        """The last operation as it is on the server."""
        return dict(self.extension["status"]["lastOperation"])

    def resource_manager(self, state: str = "rolled out") -> None:
        """Let the resource manager observe what is there and remove what is being deleted."""
        for path in (NODE, MONITORING):
            raw = self.server.get(path)
            if raw is None:
                continue
            if "deletionTimestamp" in raw["metadata"]:
                self.server.remove(path)
                continue
            status = objects.managed_resource(state=state)["status"]
            status["observedGeneration"] = raw["metadata"]["generation"]
            self.server.change(path, {"status": status})


def desired(
    text: str = "kind: ConfigMap", name: str = objects.NODE, **more: object
) -> managedresource.Desired:
    """Build what a ManagedResource should be."""
    return managedresource.Desired(
        namespace=objects.NAMESPACE,
        name=name,
        manifests={"a.yaml": text.encode()},
        **more,  # type: ignore[arg-type]
    )
