# SPDX-License-Identifier: Apache-2.0
"""`make docker-images push-images`: all images, at a real registry, and from there as they run."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from chain import images, registry

pytestmark = pytest.mark.timeout(900)

TAG = "v0-pushed"
PROGRAMS = {
    "gardener-extension-cri-resmgr": "65532:65532",
    "gardener-extension-cri-resmgr-installation": "0:0",
    "gardener-extension-cri-resmgr-agent": "0:0",
    "cri-resmgr-webhook": "65534:65534",
}
"""Image -> its user."""

STARTED = """
set -e
mount --bind "$0" "$0"
mount -o remount,bind,ro "$0"
exec env -i PATH="$2" "$(command -v chroot)" --userspec="$1" "$0" "$3" --version
"""


@pytest.fixture(scope="module")
def pushed(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[registry.Registry]:
    """A registry that `make` has pushed to; what was built has gone at the end."""
    if reason := images.why_not():
        pytest.fail(f"cannot build images: {reason}", pytrace=False)
    make("hacks/images", "base", "--if-missing", images.BASE, folder=checkout)
    with registry.running(tmp_path_factory.mktemp("registry")) as made:
        words = (f"REGISTRY={made.address}/cri", f"TAG={TAG}", f"BASE={images.BASE}")
        try:
            make("make", "docker-images", "push-images", *words, folder=checkout)
            yield made
        finally:
            for name in PROGRAMS:
                words = ("buildah", "rmi", f"{made.address}/cri/{name}:{TAG}")
                subprocess.run(words, check=False, capture_output=True)


def make(*words: str, folder: Path) -> None:
    """Run a command in the checkout; a failed one is told with its last words."""
    done = subprocess.run(words, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        pytest.fail(f"{' '.join(words)}:\n{said}", pytrace=False)


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_image_is_pushed_and_runs(
    pushed: registry.Registry, checkout: Path, tmp_path: Path, name: str
) -> None:
    """Pulled again its program starts, as its user and without writing to its root."""
    image = pushed.pull(f"cri/{name}", TAG, tmp_path)
    program = image.config["Entrypoint"][0]
    variables = dict(each.split("=", 1) for each in image.config["Env"])
    started = subprocess.run(
        [
            *("unshare", "--mount", "sh", "-c", STARTED),
            *(image.root, PROGRAMS[name], variables["PATH"], program),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    bill = json.loads((checkout / f"build/sbom/{name}.cdx.json").read_text(encoding="utf-8"))

    assert pushed.tags(f"cri/{name}") == [TAG]
    assert image.config["User"] == PROGRAMS[name]
    assert image.config["Labels"]["org.opencontainers.image.version"] == TAG
    assert started.returncode == 0, started.stderr
    assert "0.1.0" in started.stdout
    assert bill["metadata"]["component"]["version"] == TAG
    assert bill["components"]
