# SPDX-License-Identifier: Apache-2.0
"""Create, reconcile and restore, row by row."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.controller import objects

from controller import cluster, decide, extension, observed
from controller.decide import plan
from controller.extension import OperationState as State
from controller.extension import OperationType as Type

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
CURRENT = {"apiVersion": "cri-resmgr.extensions.gardener.cloud/v1alpha1", "kind": "CriResmgrConfig"}
DOCUMENT = "policy:\n  Active: none\n"


def decided(
    subject: objects.Object, facts: objects.Object | None = None, **world: Any
) -> plan.Plan:
    """Decide about an Extension in an awake shoot, or in the one given."""
    return decide.decide(
        extension.parse(subject),
        cluster.parse(facts or objects.cluster()),
        NOW,
        observed.World(**world),
    )


def applied(what: plan.Plan) -> plan.ApplyNode:
    """Give the one step that applies the node part."""
    (found,) = [step for step in what.steps if isinstance(step, plan.ApplyNode)]
    return found


def status(what: plan.Plan) -> plan.WriteStatus:
    """Give the last status write."""
    return [step for step in what.steps if isinstance(step, plan.WriteStatus)][-1]


def words(what: plan.Plan) -> list[str]:
    """Give the steps in short words."""
    found = []
    for step in what.steps:
        match step:
            case plan.WriteStatus(kind, state):
                found.append(f"{kind.value} {state.value}")
            case plan.PatchMetadata(finalizers, remove):
                found.append(f"{finalizers.value}{', annotation' if remove else ''}")
            case _:
                found.append(type(step).__name__)
    return found


def test_create() -> None:
    """Finalizer and annotation in one patch, Processing, the work, Succeeded (2.5, 2.7)."""
    what = decided(objects.extension(operation="reconcile"))

    assert words(what) == [
        "add own, annotation",
        "Create Processing",
        "ApplyNode",
        "ApplyMonitoring",
        "Create Succeeded",
    ]
    assert what.after == plan.Done()


def test_reconcile() -> None:
    """The finalizer is there already."""
    what = decided(
        objects.extension(
            operation="reconcile", finalizers=(objects.OWN,), last=("Create", "Succeeded")
        )
    )

    assert words(what) == [
        "keep, annotation",
        "Reconcile Processing",
        "ApplyNode",
        "ApplyMonitoring",
        "Reconcile Succeeded",
    ]


def test_restore() -> None:
    """The annotation goes last (2.4)."""
    what = decided(objects.extension(operation="restore", status={"state": {"any": "thing"}}))

    assert words(what) == [
        "add own",
        "Restore Processing",
        "ApplyNode",
        "ApplyMonitoring",
        "Restore Succeeded",
        "keep, annotation",
    ]


def test_a_restore_needs_no_state() -> None:
    """With and without `status.state` it is the same work (EXT-4)."""
    bare = decided(objects.extension(operation="restore"))

    assert bare == decided(objects.extension(operation="restore", status={"state": {"a": "b"}}))


def test_a_restart_in_the_middle_goes_on_with_the_same_operation() -> None:
    """The status says Create, Processing; the annotation has gone already."""
    what = decided(objects.extension(finalizers=(objects.OWN,), last=("Create", "Processing")))

    assert words(what)[0] == "Create Processing"
    assert words(what)[-1] == "Create Succeeded"


def test_progress_is_one_at_the_start_and_hundred_at_the_end() -> None:
    """As the library writes it (2.5)."""
    what = decided(objects.extension(operation="reconcile"))

    assert [s.progress for s in what.steps if isinstance(s, plan.WriteStatus)] == [1, 100]


def test_a_hibernated_shoot_gets_its_resources_and_is_told_when_they_come() -> None:
    """They are applied after wake-up (CLU-1)."""
    what = decided(objects.extension(operation="reconcile"), objects.cluster(hibernation=True))

    assert applied(what).phase is observed.Phase.INSTALL
    assert status(what).state is State.SUCCEEDED
    assert "wakes up" in status(what).description


def test_a_workerless_shoot_gets_nothing_and_loses_what_it_had() -> None:
    """It succeeds without any ManagedResource (CLU-4)."""
    what = decided(
        objects.extension(operation="reconcile", finalizers=(objects.OWN,)),
        objects.cluster(pools=()),
        node=observed.parse(objects.managed_resource()),
        monitoring=observed.parse(objects.managed_resource(objects.MONITORING)),
    )

    assert plan.DeleteManagedResource(objects.NODE) in what.steps
    assert plan.DeleteManagedResource(objects.MONITORING) in what.steps
    assert status(what).state is State.SUCCEEDED


@pytest.mark.parametrize(
    ("purpose", "enabled"), [("testing", True), ("production", False)], ids=["purpose", "setting"]
)
def test_monitoring_that_is_no_longer_wanted_goes(purpose: str, *, enabled: bool) -> None:
    """Testing shoots have none (section 3); an operator can switch it off."""
    what = decided(
        objects.extension(operation="reconcile"),
        objects.cluster(purpose=purpose),
        monitoring=observed.parse(objects.managed_resource(objects.MONITORING)),
        monitoring_enabled=enabled,
    )

    assert plan.ApplyMonitoring() not in what.steps
    assert plan.DeleteManagedResource(objects.MONITORING) in what.steps


def test_the_shoots_text_replaces_the_operators_as_a_whole() -> None:
    """Per TYPE, nothing is merged; an empty text withdraws the operator's."""
    config = CURRENT | {"configs": {"default": DOCUMENT, "fallback": ""}}

    what = decided(
        objects.extension(operation="reconcile", provider_config=config),
        operator_configs={"default": "logger: {}\n", "fallback": DOCUMENT, "force": DOCUMENT},
        operator_configs_checksum="abc",
    )

    assert applied(what).configs == (("default", DOCUMENT), ("force", DOCUMENT))
    assert applied(what).operator_configs == "abc"


def test_selection_and_roll_out_reach_the_node_part() -> None:
    """Labels, pools, canary pools, limits."""
    config = CURRENT | {
        "nodeSelector": {"a": "b"},
        "workerPools": ["pool-1", "pool-2"],
        "rollout": {"maxUnavailable": 2, "canaryPools": ["pool-1"], "maxRolledBack": 3},
    }
    facts = objects.cluster(
        pools=tuple({"name": f"pool-{number}", "labels": {"a": "b"}} for number in (1, 2, 3))
    )

    wanted = applied(
        decided(objects.extension(operation="reconcile", provider_config=config), facts)
    ).provider

    assert wanted.node_selector == {"a": "b"}
    assert wanted.worker_pools == ("pool-1", "pool-2")
    assert wanted.rollout.max_unavailable == 2
    assert wanted.rollout.canary_pools == ("pool-1",)
    assert wanted.rollout.max_rolled_back == 3


def test_a_paused_roll_out_is_said() -> None:
    """Else nobody understands why nothing happens."""
    config = CURRENT | {"rollout": {"paused": True}}

    what = decided(objects.extension(operation="reconcile", provider_config=config))

    assert applied(what).provider.rollout.paused
    assert "paused" in status(what).description


def test_the_legacy_form_is_accepted() -> None:
    """Objects made for the Go extension go on working (case 13)."""
    config = {"configs": {"default": DOCUMENT}, "nodeSelector": {"a": "b"}}

    what = decided(objects.extension(operation="reconcile", provider_config=config))

    assert applied(what).configs == (("default", DOCUMENT),)


def test_an_object_of_the_go_extension_is_taken_over() -> None:
    """Its finalizer is ours, its ManagedResource is an installation."""
    legacy = objects.managed_resource()
    legacy["metadata"] |= {"labels": {"origin": "gardener"}, "annotations": {}}

    what = decided(
        objects.extension(
            operation="reconcile", finalizers=(objects.OWN,), last=("Reconcile", "Succeeded")
        ),
        node=observed.parse(legacy),
    )

    assert applied(what).phase is observed.Phase.INSTALL
    assert not any(isinstance(step, plan.DeleteManagedResource) for step in what.steps)


BROKEN = CURRENT | {
    "configs": {"default": "policy:\n  Actve: x\n", "sneaky/../../etc": "a: b"},
    "workerPools": ["pool-9"],
    "rolout": {},
}


def test_a_wrong_provider_config_is_the_shoot_owners_to_correct() -> None:
    """Error with ERR_CONFIGURATION_PROBLEM and every path at once (case 5)."""
    what = decided(objects.extension(operation="reconcile", provider_config=BROKEN))

    error = status(what)
    assert error.state is State.ERROR
    assert error.progress == 50
    assert error.codes == ("ERR_CONFIGURATION_PROBLEM",)
    prefix = "spec.extensions[0].providerConfig"
    for path in ("configs.default.policy.Actve", "workerPools", "rolout"):
        assert f"{prefix}.{path}" in error.description
    assert "sneaky" in error.description
    assert "rollout" in error.description


def test_a_wrong_provider_config_leaves_everything_else_untouched() -> None:
    """The old ManagedResource stays as it is; only metadata and status are written."""
    what = decided(
        objects.extension(operation="reconcile", provider_config=BROKEN),
        node=observed.parse(objects.managed_resource()),
    )

    assert words(what) == ["add own, annotation", "Create Error", "Announce"]
    assert what.after == plan.Done()


def test_a_known_error_is_not_written_again_without_being_asked() -> None:
    """A restart with broken shoots writes nothing; a new request is answered."""
    error = status(decided(objects.extension(provider_config=BROKEN, finalizers=(objects.OWN,))))
    subject = objects.extension(
        provider_config=BROKEN,
        finalizers=(objects.OWN,),
        last=("Create", "Error"),
        status={"observedGeneration": 3},
    )
    subject["status"]["lastOperation"]["description"] = error.description
    again = objects.extension(operation="reconcile", finalizers=(objects.OWN,))
    again["spec"], again["status"] = subject["spec"], subject["status"]

    assert decided(subject).steps == ()
    assert words(decided(again))[:2] == ["keep, annotation", "Create Error"]


def test_an_error_known_of_another_generation_is_written_again() -> None:
    """The status has to name the current one (2.4)."""
    error = status(decided(objects.extension(provider_config=BROKEN, finalizers=(objects.OWN,))))
    subject = objects.extension(
        provider_config=BROKEN,
        finalizers=(objects.OWN,),
        last=("Create", "Error"),
        status={"observedGeneration": 2},
    )
    subject["status"]["lastOperation"]["description"] = error.description

    assert words(decided(subject))[0] == "Create Error"


DOUBTFUL = CURRENT | {"configs": {"group.gold": DOCUMENT}}
"""No pool sets the label of this group."""


def test_warnings_do_not_stop_anything_but_are_said() -> None:
    """In the status and in an Event, and the plan counts them."""
    what = decided(objects.extension(operation="reconcile", provider_config=DOUBTFUL))

    announced = [step for step in what.steps if isinstance(step, plan.Announce)]
    assert status(what).state is State.SUCCEEDED
    assert "group.gold" in status(what).description
    assert "group.gold" in announced[0].message
    assert what.warnings == 1


def test_a_warning_that_was_told_is_not_told_again() -> None:
    """A reconcile without a change emits no Event."""
    first = decided(objects.extension(operation="reconcile", provider_config=DOUBTFUL))
    subject = objects.extension(
        operation="reconcile",
        provider_config=DOUBTFUL,
        finalizers=(objects.OWN,),
        last=("Create", "Succeeded"),
    )
    subject["status"]["lastOperation"]["description"] = status(first).description

    again = decided(subject)

    assert not any(isinstance(step, plan.Announce) for step in again.steps)
    assert again.warnings == 1


HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
KNOWN = st.fixed_dictionaries(
    {},
    optional={
        "apiVersion": st.just(CURRENT["apiVersion"]) | HOSTILE,
        "kind": st.just("CriResmgrConfig") | HOSTILE,
        "configs": st.dictionaries(st.sampled_from(["default", "force", "node.a"]), HOSTILE)
        | HOSTILE,
        "nodeSelector": HOSTILE,
        "workerPools": HOSTILE,
        "rollout": HOSTILE,
    },
)


@given(HOSTILE | KNOWN)
def test_whatever_a_shoot_owner_writes_it_ends_in_success_or_in_an_error_of_theirs(
    config: Any,
) -> None:
    """Never an exception, never a half way (bad input)."""
    what = decided(objects.extension(operation="reconcile", provider_config=config))

    end = status(what)
    installed = any(isinstance(step, plan.ApplyNode) for step in what.steps)
    assert (end.state, end.codes, installed) in {
        (State.SUCCEEDED, (), True),
        (State.ERROR, ("ERR_CONFIGURATION_PROBLEM",), False),
    }
    assert end.type is Type.CREATE


def test_deciding_twice_gives_the_same() -> None:
    """It is a function: no state is kept between two calls."""
    subject = extension.parse(objects.extension(operation="reconcile"))
    facts = cluster.parse(objects.cluster())
    world = observed.World(operator_configs={"default": DOCUMENT})

    assert decide.decide(subject, facts, NOW, world) == decide.decide(
        replace(subject), replace(facts), NOW, replace(world)
    )
