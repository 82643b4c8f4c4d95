# SPDX-License-Identifier: Apache-2.0
"""`diff`: compare what a shoot would get with what is there, in a folder or in a seed."""

import asyncio
import base64
import difflib
import os
import time
from pathlib import Path
from typing import TextIO

import brotli
import click
import yaml

from resmgr.config import problem

from .. import content, kube, managedresource, names, operator_configs
from ..kube import connection, paths
from ..observed import Phase
from . import inputs, program, render


class Unreachable(click.ClickException):
    """What should be compared with cannot be read."""

    exit_code = program.UNREACHABLE


@click.command(
    name="diff",
    epilog="""\b
Examples:
  gardener-extension-cri-resmgr diff --namespace shoot--garden--one
  gardener-extension-cri-resmgr diff shoot.yaml --namespace shoot--garden--one
  gardener-extension-cri-resmgr diff shoot.yaml --against out/

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
    kubeconfig: Path | None,
    against: Path | None,
    images: tuple[str, ...],
) -> None:
    """Show the change that FILE would bring; without FILE, that of the Extension that is there."""
    if (namespace is None) == (against is None):
        message = "give either --namespace (of a seed) or --against (a folder)"
        raise click.UsageError(message)
    builder = render.builder_for(images)
    try:
        given = inputs.read(file.read())[0] if file else None
        if against is not None:
            before = _folder(against)
            after = render.manifests_for(
                builder, given or inputs.read("")[0], {}, Phase.INSTALL, None
            )
        else:
            before, after = asyncio.run(
                _seed(kubeconfig, namespace or "", operator_namespace, given, builder)
            )
    except (problem.ConfigProblems, inputs.Unreadable, content.Unbuildable) as error:
        raise click.ClickException(str(error)) from error
    except (kube.ApiError, connection.ConnectionProblem) as error:
        raise Unreachable(str(error)) from error
    different = _show(
        objects(managedresource.stream(before)), objects(managedresource.stream(after))
    )
    if different:
        raise SystemExit(program.PROBLEM)
    click.echo("no difference", err=True)


def objects(stream: bytes) -> dict[str, str]:
    """Split a YAML stream by object: kind and name -> YAML, keys sorted."""
    found = {}
    for document in yaml.load_all(stream, Loader=yaml.CSafeLoader):
        if document:
            key = f"{document['kind']}/{document['metadata']['name']}"
            found[key] = yaml.safe_dump(document, sort_keys=True)
    return found


def _folder(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.yaml"))}


async def _seed(
    kubeconfig: Path | None,
    namespace: str,
    operator_namespace: str | None,
    given: inputs.Given | None,
    builder: content.Builder,
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Give the manifests that are in the ManagedResource and those that would be."""
    link = connection.load(kubeconfig, os.environ)
    async with kube.Client(link, clock=time.monotonic) as client:
        texts = operator_configs.OperatorConfigs()
        if operator_namespace:
            texts.accept(await operator_configs.read(client, operator_namespace))
        if given is None:
            path = paths.extension(namespace, names.EXTENSION_TYPE)
            [given] = inputs.read(yaml.safe_dump(await client.get(path)))
        cluster = await client.get(paths.cluster(namespace))
        [shoot] = inputs.read(yaml.safe_dump(cluster))
        given = inputs.Given(given.form, given.path, given.provider_config, shoot.cluster)
        after = render.manifests_for(builder, given, texts.texts(), Phase.INSTALL, None)
        return await _present(client, namespace), after


async def _present(client: kube.Client, namespace: str) -> dict[str, bytes]:
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
