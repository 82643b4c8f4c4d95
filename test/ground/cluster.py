# SPDX-License-Identifier: Apache-2.0
"""The whole shoot: control plane, registry and nodes, and waiting for what they do."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from garden import binaries
from node import images as archives

from controller import kube
from controller.kube import paths

from . import controlplane, images, keeper, leftovers, machine, network, places, tree

Object = dict[str, Any]

PROGRAMS = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "systemd-nspawn",
    "node-tree",
    "busybox",
)

TOOLS = ("ip", "mount", "nsenter", "openssl", "umount")
"""What this machine has to have by itself."""

READY_TIMEOUT = 150.0
"""Seconds until a node is Ready; two of them take some eight when nothing else runs."""

TWO = (tree.Spec("node-1", pool="blue"), tree.Spec("node-2", pool="green"))
"""Two nodes in a pool each."""

_POLL = 0.1


class Impossible(Exception):
    """No ground can be made here; the text says what is missing and what would help."""


class Late(Exception):
    """Something did not happen in time; the text says what was waited for and what was seen."""


def why_not() -> str:
    """Why no nodes can run here; empty where they can."""
    if os.uname().sysname != "Linux" or os.uname().machine != "x86_64":
        return "nodes run on Linux on x86-64 only"
    if os.geteuid() != 0:
        return "nodes need root, for systemd-nspawn, mounts and a bridge; hint: sudo make e2e-test"
    tools = [name for name in TOOLS if shutil.which(name) is None]
    if tools:
        return (
            f"{', '.join(tools)} missing; hint: apt-get install iproute2 openssl util-linux mount"
        )
    if Path("/sys/fs/cgroup/cgroup.procs").exists():
        return ""
    missing = [name for name in ("cpuset", "memory", "systemd") if not _hierarchy(name)]
    if missing:
        return f"no cgroup hierarchy {', '.join(missing)} is mounted below /sys/fs/cgroup"
    return ""


class Cluster:
    """Everything of one run, see `opened` and `running`."""

    def __init__(self) -> None:
        """Make nothing yet."""
        self.machines: dict[str, machine.Machine] = {}
        self.pools: dict[str, str] = {}
        """Node -> its pool."""
        self._numbers: dict[str, int] = {}
        self._taken: places.Taken | None = None
        self._keeper: subprocess.Popen[bytes] | None = None
        self._control: controlplane.ControlPlane | None = None
        self._registry: images.Registry | None = None
        self._programs: dict[str, Path] = {}

    @property
    def place(self) -> places.Place:
        """Its files, names and addresses."""
        assert self._taken is not None, "the cluster has not been started"
        return self._taken.place

    @property
    def control(self) -> controlplane.ControlPlane:
        """The control plane."""
        assert self._control is not None, "the cluster has not been started"
        return self._control

    @property
    def registry(self) -> images.Registry:
        """Where nodes pull every image from."""
        assert self._registry is not None, "the cluster has not been started"
        return self._registry

    def client(self) -> kube.Client:
        """Open a client as administrator; the caller closes it."""
        return self.control.client(user_agent="ground")

    # -- Beginning and end -------------------------------------------------------------------

    async def start(self, *specs: tree.Spec) -> None:
        """Make the ground, and nodes that are Ready.

        Raises `Impossible`, `binaries.ProgramMissing`, `places.NoPlace`, `servers.NotReady`,
        `machine.MachineProblem`, `Late`.
        """
        if reason := why_not():
            raise Impossible(f"cannot make a shoot with nodes: {reason}")
        self._programs = binaries.find(*PROGRAMS)
        self._taken = places.take()
        self._keeper = keeper.start(self.place)
        try:
            leftovers.remove(self.place)
            self.place.folder.mkdir(mode=0o700)
            network.up(self.place)
            self._registry = images.Registry(self.place.gateway)
            archive = self.place.folder / "busybox.tar"
            archives.busybox(self._programs["busybox"].resolve(), archive)
            self._registry.add(archive)
            self._control = controlplane.ControlPlane(self.place)
            await self._control.start()
            await self.add(*specs)
            await self._accounts()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End everything and remove it, also when a part of that fails. Twice is fine."""
        taken, cleared = self._taken, False

        def clear() -> None:
            nonlocal cleared
            leftovers.remove(self.place)
            cleared = True

        def let_go() -> None:
            if taken is not None and not cleared:
                taken.release()
            if self._keeper is not None:
                keeper.dismiss(self._keeper, cleared=cleared)
            if taken is not None:
                taken.release()

        with contextlib.ExitStack() as last_first:
            last_first.callback(let_go)
            for each in self.machines.values():
                last_first.callback(each.forget)
            if taken is not None:
                last_first.callback(clear)
            if self._registry is not None:
                last_first.callback(self._registry.close)
            if self._control is not None:
                last_first.callback(self._control.stop)
        self._taken = self._keeper = self._control = self._registry = None

    async def add(self, *specs: tree.Spec) -> None:
        """Let nodes join and wait until they are Ready.

        Raises `machine.MachineProblem`, `Late`.
        """
        async with asyncio.TaskGroup() as tasks:
            for spec in specs:
                tasks.create_task(self._add(spec).start(), name=spec.name)
        for spec in specs:
            try:
                await self.until_ready(spec.name)
            except Late as late:
                said = await self.machines[spec.name].journal("kubelet.service", lines=15)
                late.add_note(f"its kubelet says:\n{said}")
                raise

    async def remove(self, name: str) -> None:
        """Take a node away, as a machine that is given back."""
        await self.machines[name].cut_power()
        async with self.client() as client:
            await client.delete(f"{paths.NODES}/{name}")
        del self.machines[name], self.pools[name]

    def _add(self, spec: tree.Spec) -> machine.Machine:
        number = self._numbers.setdefault(spec.name, len(self._numbers) + 1)
        folder = self.place.folder / f"{spec.name}.{time.monotonic_ns()}"
        disk = tree.make(
            folder,
            spec,
            number=number,
            control=self.control,
            registry=self.registry.url,
            base=self._programs["node-tree"],
            kubelet=self._programs["kubelet"],
            version=kubernetes_version(),
        )
        network.route(self.place, number)
        made = machine.Machine(
            self.place,
            spec.name,
            disk,
            nspawn=self._programs["systemd-nspawn"],
            log=folder / "console.log",
        )
        self.machines[spec.name] = made
        self.pools[spec.name] = spec.pool
        return made

    async def _accounts(self) -> None:
        """Wait for the account that pods of the namespace `default` have."""
        path = "/api/v1/namespaces/default/serviceaccounts/default"
        await self.until(path, lambda account: account is not None, what="to be there")

    # -- Waiting -----------------------------------------------------------------------------

    async def until(
        self,
        path: str,
        holds: Callable[[Object | None], bool],
        *,
        what: str,
        timeout: float = READY_TIMEOUT,
    ) -> Object | None:
        """Wait until something holds of an object (`None`: it is not there) and give it.

        Raises `Late`.
        """
        deadline = time.monotonic() + timeout
        async with self.client() as client:
            while True:
                seen: Object | None = None
                answered = True
                try:
                    seen = await client.get(path)
                except kube.NotFound:
                    pass
                except kube.ApiError:
                    answered = False
                if answered and holds(seen):
                    return seen
                if time.monotonic() > deadline:
                    status = seen.get("status", seen) if seen else "nothing"
                    message = f"waited {timeout:.0f} s for {path} {what}; seen: {status}"
                    raise Late(message)
                await asyncio.sleep(_POLL)

    async def until_ready(
        self, name: str, *, since: datetime | None = None, timeout: float = READY_TIMEOUT
    ) -> Object:
        """Wait until a node is Ready and may be used; give it.

        With `since` the kubelet has to have renewed its lease after that time: a node that has
        just lost its power counts as Ready for 40 s. Raises `Late`.
        """
        if since is not None:
            lease = f"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{name}"

            def renewed(obj: Object | None) -> bool:
                assert since is not None
                time = obj and obj["spec"].get("renewTime")
                return bool(time) and datetime.fromisoformat(str(time)) > since

            await self.until(lease, renewed, what=f"to be renewed after {since}", timeout=timeout)
        path = f"{paths.NODES}/{name}"
        found = await self.until(path, is_ready, what="to be Ready", timeout=timeout)
        assert found is not None
        return found

    async def until_running(
        self, name: str, *, namespace: str = "default", timeout: float = READY_TIMEOUT
    ) -> Object:
        """Wait until a pod runs and is Ready; give it. Raises `Late`."""
        path = f"/api/v1/namespaces/{namespace}/pods/{name}"
        found = await self.until(path, is_ready, what="to run", timeout=timeout)
        assert found is not None
        return found

    async def run_pod(self, pod: Object, *, timeout: float = READY_TIMEOUT) -> Object:
        """Create a pod and wait until it runs. Raises `Late`, `kube.ApiError`."""
        namespace = pod["metadata"].get("namespace", "default")
        async with self.client() as client:
            await client.create(f"/api/v1/namespaces/{namespace}/pods", pod)
        name = pod["metadata"]["name"]
        return await self.until_running(name, namespace=namespace, timeout=timeout)

    @asynccontextmanager
    async def pod(self, pod: Object) -> AsyncIterator[Object]:
        """A pod that runs; at the end it has gone. Raises `Late`, `kube.ApiError`."""
        metadata = pod["metadata"]
        try:
            yield await self.run_pod(pod)
        finally:
            await self.delete_pod(metadata["name"], namespace=metadata.get("namespace", "default"))

    async def delete_pod(
        self, name: str, *, namespace: str = "default", timeout: float = READY_TIMEOUT
    ) -> None:
        """Delete a pod and wait until it has gone. Raises `Late`."""
        path = f"/api/v1/namespaces/{namespace}/pods/{name}"
        async with self.client() as client:
            with contextlib.suppress(kube.NotFound):
                await client.delete(path)
        await self.until(path, lambda pod: pod is None, what="to go", timeout=timeout)


def is_ready(obj: Object | None) -> bool:
    """Whether a node or a pod has the condition Ready, and a node no taint for not being it."""
    if obj is None:
        return False
    taints = obj.get("spec", {}).get("taints") or ()
    if any(taint["key"] == "node.kubernetes.io/not-ready" for taint in taints):
        return False
    conditions = obj.get("status", {}).get("conditions") or ()
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def pod(
    name: str,
    *,
    node: str = "",
    image: str = images.BUSYBOX,
    command: tuple[str, ...] = ("sleep", "1000000"),
    resources: Mapping[str, Any] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> Object:
    """Describe a pod of one container `main`; `resources` are limits and requests alike."""
    amounts = {"limits": dict(resources), "requests": dict(resources)} if resources else {}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "annotations": dict(annotations or {})},
        "spec": {
            "nodeSelector": {"kubernetes.io/hostname": node} if node else {},
            # Nothing in the image listens to SIGTERM, see node.images.
            "terminationGracePeriodSeconds": 0,
            "automountServiceAccountToken": False,
            "containers": [
                {
                    "name": "main",
                    "image": image,
                    "command": list(command),
                    "resources": amounts,
                }
            ],
        },
    }


def kubernetes_version() -> str:
    """Read which Kubernetes the programs are built from, such as v1.34.4."""
    text = (binaries.PROJECT / "test/garden/programs/go.mod").read_text(encoding="utf-8")
    line = next(each for each in text.splitlines() if "k8s.io/kubernetes v" in each)
    return next(word for word in line.split() if word.startswith("v1."))


@asynccontextmanager
async def opened(*specs: tree.Spec) -> AsyncIterator[Cluster]:
    """A cluster with nodes that are Ready; at the end everything has gone."""
    made = Cluster()
    await made.start(*specs)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def running(*specs: tree.Spec) -> Iterator[Cluster]:
    """The same for code that is not asynchronous; no loop outlives the start."""
    made = Cluster()
    asyncio.run(made.start(*specs))
    try:
        yield made
    finally:
        made.close()


def _hierarchy(name: str) -> bool:
    return Path("/sys/fs/cgroup", name, "cgroup.procs").exists()
