# SPDX-License-Identifier: Apache-2.0
"""The way to a cluster's API server: a person's kubeconfig, read as kubectl reads it.

The package `kubernetes` follows it, credential plug-ins included; it is in no image and not on
nodes, so it is loaded here and only when it is needed.
"""

import argparse
import contextlib
import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from .. import exits, problem

GROUP: Final = "criresmgr.intel.com"
VERSION: Final = "v1alpha1"
REPORTS: Final = "noderesourcemanagers"
TIMEOUT: Final = 15.0
"""Seconds for an answer."""

_INSTALL: Final = "pip install 'gardener-extension-cri-resmgr[cluster]', beside this program"
_METADATA: Final = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_HINTS: Final[Mapping[int, str]] = {
    401: "log in anew, or name another kubeconfig; `kubectl auth whoami` tells who asks",
    403: f"somebody has to allow it: `kubectl auth can-i list {REPORTS}.{GROUP}`",
    410: "try again",
}


class Expired(Exception):
    """Changes since then are not known any more: list anew."""


def add_cluster(command: argparse.ArgumentParser) -> None:
    """Add what says which cluster is asked."""
    command.add_argument(
        "--kubeconfig", metavar="FILE", help="the way to the cluster (default: as kubectl)"
    )
    command.add_argument("--context", metavar="NAME", help="another context of that file")


class Cluster:
    """One API server."""

    def __init__(self, kubeconfig: str | None = None, context: str | None = None) -> None:
        """Read the kubeconfig, that of kubectl where none is named. Raises `problem.Problem`."""
        client, config = _load("kubernetes.client"), _load("kubernetes.config")
        settings = client.Configuration()
        try:
            config.load_kube_config(kubeconfig, context, settings, persist_config=False)
        except Exception as error:  # the package stumbles in any way over a wrong file
            message = f"cannot read the kubeconfig: {_line(error)}"
            hint = "name one with --kubeconfig FILE or KUBECONFIG; `kubectl config view` shows it"
            raise problem.Problem(message, hint, exits.USAGE) from error
        settings.retries = False
        self._client = client
        self._watch = _load("kubernetes.watch")
        self._broken = (_load("urllib3").exceptions.HTTPError, OSError)
        self._api = client.ApiClient(settings)
        self._objects = client.CustomObjectsApi(self._api)
        # Of ConfigMaps and Nodes the names are enough, which is a hundredth of what they hold.
        lean = client.ApiClient(settings)
        lean.set_default_header("Accept", _METADATA)
        self._core = client.CoreV1Api(lean)

    def reports(self) -> tuple[list[dict[str, Any]], str]:
        """Give all NodeResourceManagers, and up to where that is. Raises `problem.Problem`."""
        with self._told("list NodeResourceManagers"):
            found = self._objects.list_cluster_custom_object(
                GROUP, VERSION, REPORTS, _request_timeout=TIMEOUT
            )
            return list(found["items"]), str(found["metadata"]["resourceVersion"])

    def changes(self, version: str, seconds: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give changes of NodeResourceManagers since then, each as its type and the object.

        It ends after so many seconds. Raises `Expired`, `problem.Problem`.
        """
        with self._told("watch NodeResourceManagers"):
            watch = self._watch.Watch()
            for event in watch.stream(
                self._objects.list_cluster_custom_object,
                GROUP,
                VERSION,
                REPORTS,
                resource_version=version,
                timeout_seconds=seconds,
                _request_timeout=seconds + TIMEOUT,
            ):
                yield event["type"], event["object"]

    def config_maps(self, namespace: str) -> dict[str, str]:
        """Give resourceVersions of a namespace's ConfigMaps by name. Raises `problem.Problem`."""
        with self._told(f"list ConfigMaps of {namespace}"):
            found = self._core.list_namespaced_config_map(namespace, _request_timeout=TIMEOUT)
            return {one.metadata.name: one.metadata.resource_version for one in found.items}

    def nodes(self, selector: str) -> set[str]:
        """Give the names of the Nodes with these labels. Raises `problem.Problem`."""
        with self._told(f"list Nodes with labels {selector}"):
            found = self._core.list_node(label_selector=selector, _request_timeout=TIMEOUT)
            return {one.metadata.name for one in found.items}

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Tell what fails in a sentence, with what helps."""
        try:
            yield
        except self._client.ApiException as error:
            raise refusal(what, error.status or 0, _message(error)) from error
        except self._broken as error:
            where = self._api.configuration.host
            message = f"cannot {what}: {where} does not answer: {_line(error)}"
            hint = "`kubectl cluster-info` tells whether it is there"
            raise problem.Problem(message, hint, exits.UNREACHABLE) from error


def refusal(what: str, status: int, message: str) -> Exception:
    """Make the error of an answer that is none."""
    if status == 410:
        return Expired(message)
    if status == 404:
        return problem.Problem(
            f"cannot {what}: this cluster does not know them",
            "nodes report where the extension's agent is enabled;"
            f" `kubectl get crd {REPORTS}.{GROUP}` tells",
        )
    return problem.Problem(f"cannot {what}: {message}", _HINTS.get(status, ""))


def _message(error: Any) -> str:
    """Give the server's own words out of an answer."""
    try:
        found = json.loads(error.body)["message"]
    except (LookupError, TypeError, ValueError):
        found = error.reason or f"HTTP status {error.status}"
    return _line(found)


def _line(error: object) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def _load(name: str) -> Any:
    """Import what is only there with the extra. Raises `problem.Problem`."""
    if sys.modules.get("ssl", sys) is None:
        # The program keeps it out, since a node's commands need none.
        del sys.modules["ssl"]
    try:
        return importlib.import_module(name)
    except ImportError as error:
        message = f"cannot ask the cluster: the Python package {name.partition('.')[0]} is not here"
        raise problem.Problem(message, f"on a machine with a kubeconfig: {_INSTALL}") from error
