# SPDX-License-Identifier: Apache-2.0
"""The node agent: brings ConfigMaps and Adjustments to the daemon of its node, and says what came
of them.

`core` decides and does nothing else: what is known of the cluster and of the daemon goes in, what
is to be pushed and what a status has to say comes out. `kube` talks to the API server, `grpc` to
the daemon, both over `net`; `services` is what the daemon may ask for; `app` puts them together.

What belongs here: all that runs in the agent's pod. What must not: the daemon's and the seed's
code; of ours only `resmgr.wire`, `resmgr.protobuf`, `resmgr.agentapi` and `resmgr.config` are
imported, so that the agent stays small.
"""
