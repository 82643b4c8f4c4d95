# SPDX-License-Identifier: Apache-2.0
"""The daemon's flags as a table."""

from resmgr.config import flags


def test_no_flag_is_both_allowed_and_refused() -> None:
    """Each flag of the daemon has one answer."""
    assert not set(flags.ALLOWED) & set(flags.REFUSED)


def test_every_flag_of_the_daemon_has_an_answer() -> None:
    """Those of its own (section 2.1, and two beyond), those of its logger (2.2), and help."""
    daemon = (
        "host-root runtime-socket image-socket relay-socket relay-dir allow-untested-runtimes "
        "agent-socket config-socket pid-file fallback-config force-config force-config-signal "
        "reset-config reset-policy disable-policy-switch metrics-interval rebalance-interval "
        "disable-ui print-config list-policies external-visualizers cgroup-mount cgroup-v2-dir "
        "kubelet-cgroup-root cgroup-path bpf-install-path introspection-socket check"
    )
    logger = (
        "add_dir_header alsologtostderr log_backtrace_at log_dir log_file log_file_max_size "
        "logtostderr one_output skip_headers skip_log_headers stderrthreshold v vmodule"
    )

    assert {*flags.ALLOWED, *flags.REFUSED} == {*daemon.split(), *logger.split(), "h", "help"}
