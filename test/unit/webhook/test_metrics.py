# SPDX-License-Identifier: Apache-2.0
"""Metrics have the webhook's prefix."""

from webhook import metrics


def test_counters_are_exposed() -> None:
    """In Prometheus' text form."""
    known = metrics.Metrics()
    known.certificates.inc()
    body, content_type = known.expose()

    assert b"cri_resmgr_webhook_certificates_loaded_total 1.0" in body
    assert content_type.startswith("text/plain")
