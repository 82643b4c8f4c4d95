# SPDX-License-Identifier: Apache-2.0
"""The admission webhook: pods get their resources as an annotation, configurations are judged.

What belongs here: what an AdmissionReview asks and what is answered, as pure functions from the
object to the patch, the warnings and the verdict, and around them a small HTTPS server. It must not
talk to an API server or keep anything. Of ours it imports `resmgr.quantity` and `resmgr.config`
alone, so that a configuration is judged as in the seed and on a node.
"""
