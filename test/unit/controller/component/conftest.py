# SPDX-License-Identifier: Apache-2.0
"""The real templates of the internal charts."""

from pathlib import Path

import pytest

from controller.component import rendering

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="session")
def renderer() -> rendering.Renderer:
    """Give a renderer over `charts/internal`; it holds nothing but compiled templates."""
    return rendering.Renderer(ROOT / "charts" / "internal")
