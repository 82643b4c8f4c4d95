# SPDX-License-Identifier: Apache-2.0
"""Makes `python -m installer` the program, for checkouts."""

import sys

from .cli import main

sys.exit(main())
