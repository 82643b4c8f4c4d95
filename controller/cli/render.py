# SPDX-License-Identifier: Apache-2.0
"""`render`: what a shoot would get, without any cluster."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import click
import yaml

from resmgr.config import configs, problem

from .. import charts, content, imagevector, managedresource
from ..component import rendering
from ..decide import plan
from ..observed import Phase
from . import inputs, program


@click.command(
    name="render",
    context_settings=dict(program.SETTINGS),
    epilog="""\b
Examples:
  gardener-extension-cri-resmgr render examples/shoot.yaml
  gardener-extension-cri-resmgr render - <providerconfig.yaml
  gardener-extension-cri-resmgr render --phase cleanup -o out/
  gardener-extension-cri-resmgr render shoot.yaml \\
      --image gardener-extension-cri-resmgr-installation=localhost:5000/installation:dev -o out/

\b
Exit status: 0 fine, 1 a problem was found, 2 wrong usage, 3 a file cannot be read.""",
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
    "--agent/--no-agent", default=True, show_default=True, help="With the node agent's manifests."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write one file a manifest to, instead of printing one stream.",
)
@click.option("--force", is_flag=True, help="Write to a folder that has other *.yaml files, too.")
def command(
    file: TextIO | None,
    phase: str,
    images: tuple[str, ...],
    operator_configs: Path | None,
    kubernetes_version: str | None,
    agent: bool,  # noqa: FBT001 - click gives it by name
    output: Path | None,
    force: bool,  # noqa: FBT001 - the same
) -> None:
    """Print what a shoot gets for FILE: a providerConfig, a Shoot, a Cluster or an Extension.

    Without FILE: for the extension enabled without a providerConfig. `-` reads standard input.
    """
    builder = builder_for(images, agent_enabled=agent)
    texts = operator_texts(operator_configs)
    given = given_in(file)
    manifests = manifests_for(builder, given, texts, Phase(phase), kubernetes_version)
    if output is None:
        click.echo(managedresource.stream(manifests).decode(), nl=False)
    else:
        _write(manifests, output, force=force)


def _write(manifests: rendering.Manifests, folder: Path, *, force: bool) -> None:
    """Write a file a manifest; refuse a folder whose other files would be taken for ours."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = sorted({path.name for path in folder.glob("*.yaml")} - manifests.keys())
        if others and not force:
            message = (
                f"cannot write to {folder}: it has other manifests ({', '.join(others)}); "
                "hint: remove them, or keep them with --force"
            )
            raise click.ClickException(message)
        for name, manifest in sorted(manifests.items()):
            (folder / name).write_bytes(manifest)
            click.echo(f"{folder / name}", err=True)
    except OSError as error:
        message = f"cannot write to {folder}: {error}"
        raise click.ClickException(message) from error


def given_in(file: TextIO | None) -> inputs.Given:
    """Read what a shoot wants; nothing means the extension without a providerConfig.

    Raises `click.ClickException`.
    """
    if file is None:
        return inputs.NOTHING
    try:
        return inputs.one(file.read())
    except (OSError, UnicodeDecodeError) as error:
        raise program.Unreachable(f"cannot read {file.name}: {error}") from error
    except inputs.Unreadable as error:
        raise click.ClickException(f"{file.name}: {error}") from error


def builder_for(images: tuple[str, ...], *, agent_enabled: bool = True) -> content.Builder:
    """Make a builder of the charts that came with the program, with some images replaced.

    Raises `click.ClickException` for an image vector that cannot be used.
    """
    try:
        vector = image_vector()
        for warning in vector.warnings:
            program.warn(warning)
        for image in images:
            name, found, reference = image.partition("=")
            if not found or not reference:
                message = f"--image {image}: must be NAME=REF"
                raise click.UsageError(message)
            vector = replaced(vector, name, reference)
    except imagevector.ImageVectorError as error:
        raise program.Refused(f"image vector {error.source}", error.problems) from error
    return builder_of(vector, agent_enabled=agent_enabled)


def image_vector() -> imagevector.ImageVector:
    """Read the image vector that came with the program, with the override of the environment.

    Raises `imagevector.ImageVectorError`.
    """
    overwrite = os.environ.get("IMAGEVECTOR_OVERWRITE")
    return imagevector.load(charts.path("images.yaml"), Path(overwrite) if overwrite else None)


def builder_of(vector: imagevector.ImageVector, *, agent_enabled: bool = True) -> content.Builder:
    """Make a builder of the charts that came with the program."""
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
    text = yaml.safe_dump({"images": [{"name": name, "ref": reference}]})
    entry = imagevector.parse(text, source=f"--image {name}")
    return imagevector.ImageVector(images=(*others, *entry.images))


def manifests_for(
    builder: content.Builder,
    given: inputs.Given,
    operator: Mapping[str, str],
    phase: Phase,
    kubernetes_version: str | None,
) -> rendering.Manifests:
    """Build the node part's manifests for what was handed over; warn of what is doubtful in it.

    Raises `click.ClickException`.
    """
    try:
        wanted = given.parse()
        for warning in wanted.warnings:
            program.warn(warning)
        merged = configs.merge(operator, wanted.configs) if phase is Phase.INSTALL else {}
        step = plan.ApplyNode(phase, wanted, tuple(sorted(merged.items())))
        return builder.node_manifests(step, given.facts(kubernetes_version))
    except problem.ConfigProblems as error:
        raise program.Refused(f"the {given.form}", error.problems) from error
    except content.Unbuildable as error:
        raise click.ClickException(str(error)) from error


def operator_texts(path: Path | None) -> Mapping[str, str]:
    """Read the operator's configs from a file, if one is given. Raises `click.ClickException`."""
    if path is None:
        return {}
    try:
        found = inputs.read(path.read_text(encoding="utf-8")).given
    except (OSError, UnicodeDecodeError) as error:
        raise program.Unreachable(f"cannot read {path}: {error}") from error
    except inputs.Unreadable as error:
        raise click.ClickException(f"{path}: {error}") from error
    named = [each for each in found if each.operator is not None]
    bare = [each for each in found if each.form == inputs.NOTHING.form]
    given = (named or bare or [inputs.NOTHING])[0]
    data = given.operator if named else given.provider_config or {}
    if not isinstance(data, dict) or not (named or bare):
        message = f"cannot read {path}: it holds no mapping of TYPE to text"
        raise click.ClickException(message)
    texts, problems = configs.check(data, given.path if named else "")
    if problems:
        raise program.Refused(str(path), problems)
    return texts
