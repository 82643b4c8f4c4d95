# SPDX-License-Identifier: Apache-2.0
"""What goes into ManagedResources, built from plans with the charts of the checkout."""

from datetime import UTC, datetime

import pytest
import yaml
from unit.controller import objects

from controller import charts, cluster, content, extension, imagevector, managedresource, observed
from controller.component import rendering
from controller.decide import plan
from resmgr.config import provider

FACTS = cluster.parse(objects.cluster())
INSTALL = plan.ApplyNode(observed.Phase.INSTALL, provider.ProviderConfig(), (), "0123")


def make_builder(*, agent: bool = False) -> content.Builder:
    """Build a builder of the charts and images that are shipped."""
    return content.Builder(
        rendering.Renderer(charts.path("internal")),
        imagevector.load(charts.path("images.yaml")),
        agent_enabled=agent,
    )


def test_same_input_gives_same_bytes() -> None:
    """Two builders give the same Secret for the same plan (MR-2)."""
    first = managedresource.build_secret(make_builder().node(INSTALL, FACTS))
    second = managedresource.build_secret(make_builder().node(INSTALL, FACTS))

    assert first == second


@pytest.mark.parametrize(("size", "remembered"), [(1000, True), (400_000, False)])
def test_only_what_is_small_is_remembered(size: int, *, remembered: bool) -> None:
    """Hundreds of shoots with half a megabyte of configs each must not fill the memory."""
    builder = make_builder()
    configs = tuple((f"node.n{index}", "#" * (size // 10)) for index in range(10))
    step = plan.ApplyNode(observed.Phase.INSTALL, provider.ProviderConfig(), configs)

    first, second = builder.node_manifests(step, FACTS), builder.node_manifests(step, FACTS)

    assert first == second
    assert (first is second) is remembered


def test_annotations_tell_phase_and_configs() -> None:
    """The node part's ManagedResource says its phase and which operator configs went in."""
    desired = make_builder().node(INSTALL, FACTS)

    assert desired.annotations == {
        observed.PHASE_ANNOTATION: "install",
        observed.CONFIGS_ANNOTATION: "0123",
    }


def test_cleanup_tells_its_beginning() -> None:
    """In the clean-up phase the ManagedResource says since when, and its pods remove."""
    since = datetime(2026, 8, 1, 12, tzinfo=UTC)
    step = plan.ApplyNode(observed.Phase.CLEANUP, provider.ProviderConfig(), (), since=since)

    desired = make_builder().node(step, FACTS)

    assert desired.annotations[observed.CLEANUP_SINCE_ANNOTATION] == "2026-08-01T12:00:00Z"
    assert b"--remove" in managedresource.stream(desired.manifests)


def test_agent_stands_behind_its_switch() -> None:
    """Without the switch there is one DaemonSet, with it there are two."""

    def daemon_sets(builder: content.Builder) -> int:
        stream = managedresource.stream(builder.node_manifests(INSTALL, FACTS))
        return sum(one["kind"] == "DaemonSet" for one in yaml.safe_load_all(stream))

    assert (daemon_sets(make_builder()), daemon_sets(make_builder(agent=True))) == (1, 2)


def test_control_plane_pools_are_left_out() -> None:
    """Pools of a self-hosted control plane are excluded by name (NODE-5)."""
    raw = objects.cluster(pools=({"name": "work"}, {"name": "heads", "controlPlane": {}}))

    manifests = make_builder().node_manifests(INSTALL, cluster.parse(raw))

    assert b"heads" in managedresource.stream(manifests)


def test_monitoring_is_for_the_seed() -> None:
    """The monitoring ManagedResource has class seed and counts for observability."""
    desired = make_builder().monitoring("shoot--test--a")

    assert desired.klass == "seed"
    assert desired.inject_labels == {}
    assert list(desired.labels.values()) == ["ObservabilityComponentsHealthy"]


def test_missing_image_is_told() -> None:
    """An image vector without a fitting image is a problem of the installation, by name."""
    builder = content.Builder(
        rendering.Renderer(charts.path("internal")), imagevector.parse("images: []")
    )

    with pytest.raises(content.Unbuildable, match="gardener-extension-cri-resmgr-installation"):
        builder.node(INSTALL, FACTS)


def test_every_names_what_a_create_may_have_left() -> None:
    """All contents that a create may have written: monitoring, clean-up, installation."""
    subject = extension.parse(objects.extension())

    found = make_builder().every(subject, FACTS, {})

    phases = [one.annotations.get(observed.PHASE_ANNOTATION) for one in found]
    assert phases == [None, "cleanup", "install"]


def test_every_copes_with_a_wrong_config() -> None:
    """A providerConfig that is wrong leaves the other contents."""
    subject = extension.parse(objects.extension(provider_config={"nonsense": 1}))

    found = make_builder().every(subject, FACTS, {})

    assert len(found) == 2
