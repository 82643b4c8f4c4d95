# SPDX-License-Identifier: Apache-2.0
"""The admission webhook: pods get their resources as an annotation, configurations are judged.

Here belongs what an AdmissionReview asks and what is answered: pure functions from the object to
the patch, the warnings and the verdict, and around them a small HTTPS server. It talks to no API
server and keeps nothing. Of ours it imports `resmgr.quantity` and `resmgr.config` alone, so that
a configuration is judged as in the seed and on a node. Policies and nodes do not belong here.
"""
