# SPDX-License-Identifier: Apache-2.0
"""What Prometheus is told of the webhook; no label comes from an object."""

import prometheus_client

PREFIX = "cri_resmgr_webhook"


class Metrics:
    """All metrics of one process, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = prometheus_client.CollectorRegistry()
        self.reviews = prometheus_client.Counter(
            f"{PREFIX}_reviews",
            "Reviews answered, by page and verdict (allowed, refused).",
            ("page", "verdict"),
            registry=self._registry,
        )
        self.warnings = prometheus_client.Counter(
            f"{PREFIX}_warnings",
            "Warnings given with answers, by page.",
            ("page",),
            registry=self._registry,
        )
        self.certificates = prometheus_client.Counter(
            f"{PREFIX}_certificates_loaded",
            "Times that the server's certificate was taken anew.",
            registry=self._registry,
        )

    def expose(self) -> tuple[bytes, str]:
        """Give the page and its content type."""
        return prometheus_client.generate_latest(self._registry), "text/plain; version=0.0.4"
