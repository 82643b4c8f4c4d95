# SPDX-License-Identifier: Apache-2.0
"""What problems carry."""

from resmgr.wire import codes, problems


def test_a_problem_of_a_stream_names_it() -> None:
    """Stream, code and text are kept for the answer."""
    problem = problems.StreamProblem(3, codes.ErrorCode.CANCEL, "why")

    assert (problem.stream_id, problem.code, str(problem)) == (3, codes.ErrorCode.CANCEL, "why")


def test_a_problem_of_a_connection_has_a_code() -> None:
    """Code and text are kept for the answer."""
    problem = problems.ConnectionProblem(codes.ErrorCode.PROTOCOL_ERROR, "why")

    assert (problem.code, str(problem)) == (codes.ErrorCode.PROTOCOL_ERROR, "why")
