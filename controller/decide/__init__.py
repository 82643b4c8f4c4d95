# SPDX-License-Identifier: Apache-2.0
"""What to do about one Extension: a pure function of what has been seen and of the time (EXT-1).

What belongs here: which operation is meant (`operation`), the flows of the Gardener contract,
sections 2.3 to 2.8 (`installation` for create, reconcile and restore, `removal` for delete and
migrate), the steps that they consist of (`plan`). What must not: any request, clock, template
or file; the steps are carried out by `controller.execute`.
"""

from .decision import decide
from .plan import Plan

__all__ = ["Plan", "decide"]
