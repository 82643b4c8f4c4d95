# SPDX-License-Identifier: Apache-2.0
"""The whole product on this machine, from an Extension object to a pinned container.

What belongs here: how the parts are brought together on a ground with real nodes: the images of the
Dockerfile, the node part of a shoot with or without a seed, and a seed (`garden`) whose shoot is
that ground. What must not: assertions, stand-ins (they are in `garden`), and nodes (in `ground`).
"""
