# SPDX-License-Identifier: Apache-2.0
"""`render`: what a shoot would get, without any cluster."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import click

from resmgr.config import configs, problem

from .. import charts, content, imagevector, managedresource
from ..component import rendering
from ..decide import plan
from ..observed import Phase
from . import inputs


@click.command(
    name="render",
    epilog="""\b
Examples:
  gardener-extension-cri-resmgr render examples/shoot.yaml
  gardener-extension-cri-resmgr render - <providerconfig.yaml
  gardener-extension-cri-resmgr render --phase cleanup -o out/
  gardener-extension-cri-resmgr render shoot.yaml \\
      --image gardener-extension-cri-resmgr-installation=localhost:5000/installation:dev -o out/""",
)
@click.argument("file", type=click.File(encoding="utf-8"), required=False)
@click.option(
    "--phase",
    type=click.Choice(["install", "cleanup"]),
    default="install",
    show_default=True,
    help="What the nodes are to do: what a shoot has, or has while the extension leaves.",
)
@click.option(
    "--image",
    "images",
    multiple=True,
    metavar="NAME=REF",
    help="Image to use instead of the image vector's; may be repeated.",
)
@click.option(
    "--operator-configs",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the operator's configs: TYPE: text, their ConfigMap or a ControllerDeployment.",
)
@click.option(
    "--kubernetes-version", help=f"When FILE does not tell. [default: {inputs.DEFAULT_VERSION}]"
)
@click.option(
    "--agent/--no-agent", default=False, show_default=True, help="With the node agent's manifests."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write one file a manifest to, instead of printing one stream.",
)
def command(
    file: TextIO | None,
    phase: str,
    images: tuple[str, ...],
    operator_configs: Path | None,
    kubernetes_version: str | None,
    agent: bool,
    output: Path | None,
) -> None:
    """Print what a shoot gets for FILE: a providerConfig, a Shoot or an Extension.

    Without FILE: for the extension enabled without a providerConfig. `-` reads standard input.
    """
    texts = _operator(operator_configs)
    try:
        given = inputs.read(file.read())[0] if file else inputs.read("")[0]
        builder = builder_for(images, agent_enabled=agent)
        manifests = manifests_for(builder, given, texts, Phase(phase), kubernetes_version)
    except (problem.ConfigProblems, inputs.Unreadable, content.Unbuildable) as error:
        raise click.ClickException(str(error)) from error
    if output is None:
        click.echo(managedresource.stream(manifests).decode(), nl=False)
        return
    output.mkdir(parents=True, exist_ok=True)
    for name, manifest in sorted(manifests.items()):
        (output / name).write_bytes(manifest)
        click.echo(f"{output / name}", err=True)


def builder_for(images: tuple[str, ...], *, agent_enabled: bool = False) -> content.Builder:
    """Make a builder of the charts that came with the program, with some images replaced.

    Raises `click.ClickException` for an image vector that cannot be used.
    """
    overwrite = os.environ.get("IMAGEVECTOR_OVERWRITE")
    try:
        vector = imagevector.load(
            charts.path("images.yaml"), Path(overwrite) if overwrite else None
        )
        for image in images:
            name, found, reference = image.partition("=")
            if not found or not reference:
                message = f"--image {image}: must be NAME=REF"
                raise click.UsageError(message)
            vector = replaced(vector, name, reference)
    except (imagevector.ImageVectorError, OSError) as error:
        raise click.ClickException(str(error)) from error
    return content.Builder(
        rendering.Renderer(charts.path("internal")), vector, agent_enabled=agent_enabled
    )


def replaced(vector: imagevector.ImageVector, name: str, reference: str) -> imagevector.ImageVector:
    """Give the vector with one image for every version and architecture.

    Raises `click.UsageError` for a name that the vector does not have.
    """
    known = sorted({image.name for image in vector.images})
    if name not in known:
        message = f"--image {name}: not in the image vector; it has {', '.join(known)}"
        raise click.UsageError(message)
    others = tuple(image for image in vector.images if image.name != name)
    entry = imagevector.parse(f"images:\n- name: {name}\n  ref: {reference!r}\n")
    return imagevector.ImageVector(images=(*others, *entry.images))


def manifests_for(
    builder: content.Builder,
    given: inputs.Given,
    operator: Mapping[str, str],
    phase: Phase,
    kubernetes_version: str | None,
) -> rendering.Manifests:
    """Build the node part's manifests for what was handed over.

    Raises `problem.ConfigProblems`, `content.Unbuildable`.
    """
    wanted = given.parse()
    merged = configs.merge(operator, wanted.configs) if phase is Phase.INSTALL else {}
    step = plan.ApplyNode(phase, wanted, tuple(sorted(merged.items())))
    return builder.node_manifests(step, given.facts(kubernetes_version))


def _operator(path: Path | None) -> Mapping[str, str]:
    if path is None:
        return {}
    try:
        given = inputs.read(path.read_text(encoding="utf-8"))[0]
    except (OSError, inputs.Unreadable) as error:
        raise click.ClickException(f"cannot read {path}: {error}") from error
    data = given.operator if given.operator is not None else given.provider_config
    if not isinstance(data, dict):
        raise click.ClickException(f"cannot read {path}: it is no mapping of TYPE to text")
    texts, problems = configs.check(data, str(path))
    if problems:
        raise click.ClickException(str(problem.ConfigProblems(problems)))
    return texts
