# SPDX-License-Identifier: Apache-2.0
"""Builders of manifests: values in, file names and YAML bytes out, the same for the same values.

What belongs here: one module a component (`node`, `monitoring`), pure, deterministic.
What must not: requests, clocks, the event loop, and knowledge of ManagedResources.
"""
