# SPDX-License-Identifier: Apache-2.0
"""`diff`: compare what a shoot would get with what is there, in a folder or in a seed."""

import asyncio
import base64
import dataclasses
import difflib
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import brotli
import click
import yaml

from resmgr.config import problem

from .. import cluster as clusters
from .. import kube, managedresource, names, operator_configs
from ..component import rendering
from ..kube import connection, paths
from ..observed import Phase
from . import inputs, program, render


@click.command(
    name="diff",
    context_settings=dict(program.SETTINGS),
    epilog="""\b
Examples:
  gardener-extension-cri-resmgr diff --namespace shoot--garden--one
  gardener-extension-cri-resmgr diff shoot.yaml --namespace shoot--garden--one
  gardener-extension-cri-resmgr diff shoot.yaml --against out/

\b
Exit status: 0 no difference, 1 differences or a problem, 2 wrong usage, 3 cannot be reached.""",
)
@click.argument("file", type=click.File(encoding="utf-8"), required=False)
@click.option("--namespace", "-n", help="The shoot's namespace in the seed.")
@click.option(
    "--operator-namespace",
    envvar="EXTENSION_CONFIGMAP_NAMESPACE",
    help="Namespace of the operator's configs in the seed; without it they count as empty.",
)
@click.option(
    "--operator-configs",
    "operator_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="As for render; counts instead of those in the seed.",
)
@click.option(
    "--kubeconfig",
    envvar="KUBECONFIG",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Of the seed.",
)
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that `render -o` wrote, instead of a seed.",
)
@click.option("--image", "images", multiple=True, metavar="NAME=REF", help="As for render.")
def command(
    file: TextIO | None,
    namespace: str | None,
    operator_namespace: str | None,
    operator_file: Path | None,
    kubeconfig: Path | None,
    against: Path | None,
    images: tuple[str, ...],
) -> None:
    """Show the change that FILE would bring; without FILE, that of the Extension that is there."""
    if (namespace is None) == (against is None):
        message = "give either --namespace (of a seed) or --against (a folder)"
        raise click.UsageError(message)
    builder = render.builder_for(images)
    given = render.given_in(file) if file else None
    texts = render.operator_texts(operator_file)
    if namespace is None:
        before = _folder(against or Path())
        given = given or inputs.NOTHING
    else:
        operators = operator_namespace if operator_file is None else None
        before, given, found = _seed(kubeconfig, namespace, operators, given)
        texts = texts or found
    after = render.manifests_for(builder, given, texts, Phase.INSTALL, None)
    if _show(before, objects(managedresource.stream(after))):
        raise SystemExit(program.PROBLEM)
    click.echo("no difference", err=True)


class _Dumper(yaml.CSafeDumper):
    """Writes texts of several lines as such, so that their lines can be compared."""

    def represent_scalar(self, tag: str, value: Any, style: str | None = None) -> yaml.ScalarNode:
        """Choose the literal style for them."""
        lines = isinstance(value, str) and "\n" in value
        return super().represent_scalar(tag, value, "|" if lines else style)


def objects(stream: bytes) -> dict[str, str]:
    """Split a YAML stream by object: kind and name -> YAML, keys sorted.

    Raises `ValueError` when it is no stream of objects.
    """
    found = {}
    try:
        for document in yaml.load_all(stream, Loader=yaml.CSafeLoader):
            if document:
                key = f"{document['kind']}/{document['metadata']['name']}"
                found[key] = yaml.dump(document, Dumper=_Dumper, sort_keys=True)
    except (yaml.YAMLError, TypeError, LookupError) as error:
        message = f"no stream of Kubernetes objects: {' '.join(str(error).split())}"
        raise ValueError(message) from error
    return found


def _folder(folder: Path) -> dict[str, str]:
    try:
        found = {path.name: path.read_bytes() for path in sorted(folder.glob("*.yaml"))}
        return objects(managedresource.stream(found))
    except (OSError, ValueError) as error:
        message = f"cannot read {folder}: {error}; hint: write it by render -o"
        raise program.Unreachable(message) from error


def _seed(
    kubeconfig: Path | None,
    namespace: str,
    operator_namespace: str | None,
    given: inputs.Given | None,
) -> tuple[dict[str, str], inputs.Given, Mapping[str, str]]:
    """Read from a seed what is there, what the shoot wants, and the operator's configs."""
    try:
        link = connection.load(kubeconfig, os.environ)
        return asyncio.run(_read(link, namespace, operator_namespace, given))
    except (kube.ApiError, connection.ConnectionProblem) as error:
        raise program.Unreachable(str(error)) from error
    except problem.ConfigProblems as error:
        what = f"configmap {operator_namespace}/{names.OPERATOR_CONFIGS}"
        raise program.Refused(what, error.problems) from error
    except (inputs.Unreadable, clusters.IncompleteCluster, ValueError) as error:
        raise click.ClickException(str(error)) from error


async def _read(
    link: kube.Connection,
    namespace: str,
    operator_namespace: str | None,
    given: inputs.Given | None,
) -> tuple[dict[str, str], inputs.Given, Mapping[str, str]]:
    async with kube.Client(link, clock=time.monotonic) as client:
        texts = operator_configs.OperatorConfigs()
        if operator_namespace:
            texts.accept(await operator_configs.read(client, operator_namespace))
        if given is None:
            given = inputs.form(await client.get(paths.extension(namespace, names.EXTENSION_TYPE)))
        facts = clusters.parse(await client.get(paths.cluster(namespace)))
        present = objects(managedresource.stream(await _present(client, namespace)))
        return present, dataclasses.replace(given or inputs.NOTHING, cluster=facts), texts.texts()


async def _present(client: kube.Client, namespace: str) -> rendering.Manifests:
    """Read the manifests of the node part, none if there is no ManagedResource."""
    try:
        resource = await client.get(paths.managed_resource(namespace, names.NODE_MANAGED_RESOURCE))
    except kube.NotFound:
        return {}
    found = {}
    for reference in resource["spec"]["secretRefs"]:
        secret = await client.get(paths.secret(namespace, reference["name"]))
        for key, value in (secret.get("data") or {}).items():
            data = base64.b64decode(value)
            found[key] = brotli.decompress(data) if key.endswith(".br") else data
    return found


def _show(before: dict[str, str], after: dict[str, str]) -> bool:
    """Print the differences, object by object; tell whether there are any."""
    different = False
    for key in sorted(before.keys() | after.keys()):
        lines = difflib.unified_diff(
            before.get(key, "").splitlines(),
            after.get(key, "").splitlines(),
            f"there: {key}" if key in before else "/dev/null",
            f"wanted: {key}" if key in after else "/dev/null",
            lineterm="",
        )
        for line in lines:
            different = True
            colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
            click.echo(click.style(line, fg=colour) if colour else line)
    return different
