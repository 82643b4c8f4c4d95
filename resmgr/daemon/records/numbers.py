# SPDX-License-Identifier: Apache-2.0
"""The daemon's metrics by name. Those with `grpc_io` have the names that the original has."""

from collections import Counter as Tally
from collections.abc import Callable

from ...engine.engine import Engine
from ...state.store import Store
from .metrics import Counter, Family, Gauge, Histogram, Labels, Total

_MILLISECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 5000.0, 30000.0)


class Numbers:
    """All families; what is counted elsewhere is read when the page is."""

    def __init__(self) -> None:
        """Begin with those that need nothing."""
        self.completed = Counter(
            "cri_rm_grpc_io_server_completed_rpcs",
            "Intercepted calls by method and status.",
            ("grpc_server_method", "grpc_server_status"),
        )
        self.latency = Histogram(
            "cri_rm_grpc_io_server_server_latency",
            "Milliseconds that intercepted calls took, the runtime's time included.",
            _MILLISECONDS,
            ("grpc_server_method",),
        )
        self.troubles = Counter(
            "cri_resmgr_troubles_total",
            "What went wrong without stopping a call, by kind and method.",
            ("kind", "method"),
        )
        self.configurations = Counter(
            "cri_resmgr_configurations_total",
            "Configurations that came at run time, by result.",
            ("result",),
        )
        self.warnings = Counter(
            "cri_resmgr_agent_warnings_total",
            "Warnings for the node agent, which makes Events of them, by what became of them.",
            ("result",),
        )
        self.collector_failures = Counter(
            "cri_resmgr_collector_failures_total",
            "Readings of metrics that failed, by collector.",
            ("collector",),
        )
        self.families: list[Family] = [
            self.completed,
            self.latency,
            self.troubles,
            self.configurations,
            self.warnings,
            self.collector_failures,
        ]

    def watch_engine(self, engine: Engine) -> None:
        """Add what the engine knows."""
        ledger = engine.ledger

        def containers() -> dict[Labels, float]:
            states = Tally(one.state.name.lower() for one in ledger.containers.values())
            return {(state,): count for state, count in states.items()}

        self.families += [
            Gauge("cri_resmgr_pods", "Pods that are known.", lambda: {(): len(ledger.pods)}),
            Gauge(
                "cri_resmgr_containers",
                "Containers that are known, by state.",
                containers,
                ("state",),
            ),
            Gauge(
                "cri_resmgr_policy_info",
                "The active policy.",
                lambda: {(engine.policy.name,): 1},
                ("policy",),
            ),
        ]

    def watch_store(self, store: Store) -> None:
        """Add what the store counts."""
        self.families += [
            Total(
                "cri_resmgr_state_writes_total",
                "Transactions that were written.",
                lambda: {(): store.counters.writes},
            ),
            Total(
                "cri_resmgr_state_write_failures_total",
                "Transactions that could not be written.",
                lambda: {(): store.counters.failures},
            ),
            Gauge(
                "cri_resmgr_state_pending_changes",
                "Changes that wait in memory until they can be written.",
                lambda: {(): store.counters.pending},
            ),
        ]

    def watch_sockets(self, clients: Callable[[], int], runtime: Callable[[], bool]) -> None:
        """Add what sockets tell: how many clients there are, and whether the runtime is there."""
        self.families += [
            Gauge("cri_resmgr_connections", "Connections of clients.", lambda: {(): clients()}),
            Gauge(
                "cri_resmgr_runtime_connected",
                "Whether there is a connection to the runtime.",
                lambda: {(): int(runtime())},
            ),
        ]

    def add(self, *families: Family) -> None:
        """Add more."""
        self.families += families
