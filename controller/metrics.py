# SPDX-License-Identifier: Apache-2.0
"""What Prometheus is told; names as operators know them from controller-runtime.

Labels are bounded: controllers, results, HTTP methods and codes are few, and what is labelled by a
shoot goes away with it (Gardener contract, section 5.6). The label `shoot` holds the namespace of
the shoot in the seed; `namespace` is what a scrape of pods fills with the pod's own.
"""

import http
import platform
from collections.abc import Iterator, Mapping

import prometheus_client
from prometheus_client import core, registry

CONTROLLER = "extension"
"""Value of the label `controller` for reconciles of Extension objects."""

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0)
_PREFIX = "cri_resmgr_extension"


class Metrics:
    """All metrics of one process, in a registry of its own."""

    def __init__(self, *, version: str, leader_lease: str) -> None:
        self._registry = _Registry()
        own = self._registry
        by = ("controller",)
        self._reconciles = prometheus_client.Counter(
            "controller_runtime_reconcile",
            "Reconciles, by result.",
            ("controller", "result"),
            registry=own,
        )
        self._errors = prometheus_client.Counter(
            "controller_runtime_reconcile_errors",
            "Reconciles that ended with an error.",
            by,
            registry=own,
        ).labels(CONTROLLER)
        self._time = prometheus_client.Histogram(
            "controller_runtime_reconcile_time_seconds",
            "How long a reconcile took.",
            by,
            registry=own,
            buckets=_SECONDS,
        ).labels(CONTROLLER)
        self._active = prometheus_client.Gauge(
            "controller_runtime_active_workers", "Workers at work.", by, registry=own
        ).labels(CONTROLLER)
        self._workers = prometheus_client.Gauge(
            "controller_runtime_max_concurrent_reconciles", "Workers.", by, registry=own
        ).labels(CONTROLLER)
        self._depth = prometheus_client.Gauge(
            "workqueue_depth", "Objects that wait for a worker.", ("name",), registry=own
        ).labels(CONTROLLER)
        self._adds = prometheus_client.Counter(
            "workqueue_adds", "Objects that were put into the queue.", ("name",), registry=own
        ).labels(CONTROLLER)
        self._retries = prometheus_client.Counter(
            "workqueue_retries", "Objects that wait for a further try.", ("name",), registry=own
        ).labels(CONTROLLER)
        self._queued = prometheus_client.Histogram(
            "workqueue_queue_duration_seconds",
            "How long an object waited for a worker.",
            ("name",),
            registry=own,
            buckets=_SECONDS,
        ).labels(CONTROLLER)
        self._requests = prometheus_client.Counter(
            "rest_client_requests",
            "Requests to API servers, by status code and method.",
            ("code", "method"),
            registry=own,
        )
        self._leading = prometheus_client.Gauge(
            "leader_election_master_status",
            "Whether this process leads.",
            ("name",),
            registry=own,
        ).labels(leader_lease)
        prometheus_client.Gauge(
            f"{_PREFIX}_build_info",
            "Always 1; the labels say what is running.",
            ("version", "python"),
            registry=own,
        ).labels(version, platform.python_version()).set(1)
        self._configs_valid = prometheus_client.Gauge(
            f"{_PREFIX}_operator_configs_valid",
            "Whether the newest configs of the operator could be used.",
            registry=own,
        )
        self._shoots = _Shoots()
        own.register(self._shoots)
        for word in ("success", "requeue", "error"):
            self._reconciles.labels(CONTROLLER, word)
        prometheus_client.ProcessCollector(registry=own)

    def expose(self) -> tuple[bytes, str]:
        """Give the page for Prometheus and its content type."""
        return (
            prometheus_client.generate_latest(self._registry),
            prometheus_client.CONTENT_TYPE_LATEST,
        )

    def workers(self, count: int) -> None:
        """Tell how many workers there are."""
        self._workers.set(count)

    def added(self, depth: int) -> None:
        """Tell that an object was put into the queue, in which `depth` wait now."""
        self._adds.inc()
        self._depth.set(depth)

    def started(self, waited: float, active: int, depth: int) -> None:
        """Tell that a worker took an object after so many seconds."""
        self._queued.observe(waited)
        self._active.set(active)
        self._depth.set(depth)

    def ended(self, took: float, result: str, active: int) -> None:
        """Tell that a reconcile is over: `success`, `requeue` or `error`."""
        self._reconciles.labels(CONTROLLER, result).inc()
        self._time.observe(took)
        self._active.set(active)
        if result == "error":
            self._errors.inc()
            self._retries.inc()

    def request(self, method: str, status: int) -> None:
        """Tell of a request to an API server; status 0 means that no answer came."""
        known = method if method in http.HTTPMethod.__members__ else "other"
        self._requests.labels(str(status) if status else "<error>", known).inc()

    def leading(self, now: bool) -> None:  # noqa: FBT001 - the callback of leader election
        """Tell whether this process leads."""
        self._leading.set(now)

    def operator_configs(self, *, valid: bool) -> None:
        """Tell whether the newest configs of the operator could be used."""
        self._configs_valid.set(valid)

    def health(self, shoot: str, statuses: Mapping[str, str]) -> None:
        """Tell the status of each health condition of a shoot."""
        self._shoots.health[shoot] = dict(statuses)

    def rolled_back(self, shoot: str, count: int | None) -> None:
        """Tell how many nodes of a shoot were given back to containerd; `None`: not known."""
        if count is None:
            self._shoots.rolled_back.pop(shoot, None)
        else:
            self._shoots.rolled_back[shoot] = count

    def warnings(self, shoot: str, count: int) -> None:
        """Tell how many warnings there were about a shoot's providerConfig when last judged."""
        self._shoots.warnings[shoot] = count

    def gone(self, shoot: str) -> None:
        """Forget a shoot."""
        self._shoots.health.pop(shoot, None)
        self._shoots.rolled_back.pop(shoot, None)
        self._shoots.warnings.pop(shoot, None)


class _Shoots(registry.Collector):
    """Gauges by shoot, made when they are asked for: a dictionary costs less than live gauges."""

    def __init__(self) -> None:
        self.health: dict[str, dict[str, str]] = {}
        self.rolled_back: dict[str, int] = {}
        self.warnings: dict[str, int] = {}

    def collect(self) -> Iterator[core.Metric]:
        health = core.GaugeMetricFamily(
            f"{_PREFIX}_health",
            "Whether a health condition of a shoot's Extension is True.",
            labels=("shoot", "condition"),
        )
        for shoot, statuses in self.health.items():
            for condition, status in statuses.items():
                health.add_metric((shoot, condition), float(status == "True"))
        rolled_back = core.GaugeMetricFamily(
            f"{_PREFIX}_rolled_back_nodes",
            "Nodes of a shoot that were given back to containerd after a failure.",
            labels=("shoot",),
        )
        for shoot, count in self.rolled_back.items():
            rolled_back.add_metric((shoot,), count)
        warnings = core.GaugeMetricFamily(
            f"{_PREFIX}_config_warnings",
            "Warnings about a shoot's providerConfig when it was last judged.",
            labels=("shoot",),
        )
        for shoot, count in self.warnings.items():
            warnings.add_metric((shoot,), count)
        yield health
        yield rolled_back
        yield warnings


class _Registry(prometheus_client.CollectorRegistry):
    """A registry without the creation times that the library adds to each counter."""

    def collect(self) -> Iterator[core.Metric]:
        for family in super().collect():
            family.samples = [s for s in family.samples if not s.name.endswith("_created")]
            if family.samples or not family.name.endswith("_created"):
                yield family
