# SPDX-License-Identifier: Apache-2.0
"""From texts to the configuration that counts: where they come from, what they say, what is wrong.

What belongs here: sources and their order, the judgement of a whole configuration, typed settings,
the policy and the controllers that they ask for. What must not: carrying a configuration out while
the daemon runs (`reconfigure` above does), the schemas of modules (`resmgr.config`).
"""
