# SPDX-License-Identifier: Apache-2.0
"""The providerConfig as a whole, right, legacy and hostile."""

from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest

from resmgr.config import problem, provider

CURRENT: dict[str, Any] = {"apiVersion": provider.API_VERSION, "kind": provider.KIND}


def _problems(raw: object, pools: list[provider.Pool] | None = None) -> list[str]:
    with pytest.raises(problem.ConfigProblems) as caught:
        provider.parse(raw, pools=pools)
    return [str(found) for found in caught.value.problems]


@pytest.mark.parametrize("raw", [None, {}, CURRENT, {**CURRENT, "rollout": None, "configs": None}])
def test_nothing_given_means_the_defaults(raw: object) -> None:
    """Without a providerConfig, and in both forms."""
    assert provider.parse(raw, pools=None) == provider.ProviderConfig()


def test_the_current_form_has_every_part(sample: str) -> None:
    """Texts stay as given; null withdraws the operator's."""
    raw = {
        **CURRENT,
        "configs": {"default": sample, "force": None, "fallback": ""},
        "nodeSelector": {"tier": "gold"},
        "workerPools": ["gold"],
        "rollout": {"maxUnavailable": "20%", "canaryPools": ["gold"], "paused": True},
    }
    pools = [provider.Pool("gold", labels={"tier": "gold"})]

    assert provider.parse(raw, pools=pools) == provider.ProviderConfig(
        configs={"default": sample, "force": None, "fallback": None},
        node_selector={"tier": "gold"},
        worker_pools=("gold",),
        rollout=provider.Rollout("20%", ("gold",), 1, paused=True),
    )


def test_the_legacy_form_has_configs_and_node_selector(sample: str) -> None:
    """As the shoots of the extension before this one have it."""
    raw = {"configs": {"default": sample}, "nodeSelector": {"tier": "gold"}}

    parsed = provider.parse(raw, pools=None)
    assert parsed.configs == {"default": sample}
    assert parsed.node_selector == {"tier": "gold"}


@pytest.mark.parametrize("key", ["workerPools", "rollout"])
def test_the_legacy_form_has_nothing_else(key: str) -> None:
    """The hint says how to get it."""
    (wrong,) = _problems({"configs": {}, key: None})

    assert wrong == (
        f"spec.providerConfig.{key}: only with apiVersion and kind, add apiVersion: "
        "cri-resmgr.extensions.gardener.cloud/v1alpha1 and kind: CriResmgrConfig"
    )


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        ([], ["spec.providerConfig: expected a mapping, got a list"]),
        ("configs: {}", ["spec.providerConfig: expected a mapping, got text"]),
        ({1: 2}, ["spec.providerConfig: expected text as a key, got a number"]),
        ({"cxnfigs": {}}, ["spec.providerConfig.cxnfigs: unknown key, did you mean configs"]),
        (
            {**CURRENT, "apiVersion": "cri-resmgr.extensions.gardener.cloud/v1"},
            [
                (
                    "spec.providerConfig.apiVersion: expected "
                    "cri-resmgr.extensions.gardener.cloud/v1alpha1, got "
                    '"cri-resmgr.extensions.gardener.cloud/v1"'
                )
            ],
        ),
        (
            {"kind": None},
            [
                "spec.providerConfig.kind: expected CriResmgrConfig, got nothing",
                (
                    "spec.providerConfig.apiVersion: missing, add apiVersion: "
                    "cri-resmgr.extensions.gardener.cloud/v1alpha1"
                ),
            ],
        ),
        (
            {"configs": {"default": {"policy": {"Active": "none"}}}},
            [
                (
                    "spec.providerConfig.configs.default: expected text, got a mapping, "
                    "write TYPE: | and the document indented below it"
                )
            ],
        ),
    ],
)
def test_wrong_forms(raw: object, wrong: list[str]) -> None:
    """Wrong types, unknown keys, unknown versions."""
    assert _problems(raw) == wrong


def test_all_problems_come_at_once_in_the_order_of_the_input() -> None:
    """The example of the contract is one of them."""
    raw = {
        **CURRENT,
        "rollout": {"maxUnavailable": 0},
        "configs": {
            "node.A/../b": "policy: {}",
            "default": "policy: {Actve: none}",
            "EXTRA_OPTIONS": 'EXTRA_OPTIONS="--relay-dir=/"',
        },
        "nodeSelector": {"a": 1},
        "workerPools": ["golt"],
    }

    with pytest.raises(problem.ConfigProblems) as caught:
        provider.parse(raw, path="spec.extensions[0].providerConfig", pools=[provider.Pool("gold")])
    before = "spec.extensions[0].providerConfig."
    assert [str(found).removeprefix(before) for found in caught.value.problems] == [
        (
            "rollout.maxUnavailable: has to be at least 1, write a number of at least 1, or a "
            "percentage from 1% to 100%"
        ),
        (
            'configs.node.A/../b: "A/../b" is not the name of a node, it has lower case letters, '
            "digits, dashes and dots"
        ),
        "configs.default.policy.Actve: unknown key, did you mean Active",
        "configs.EXTRA_OPTIONS: flag --relay-dir is refused: the installation sets it",
        "nodeSelector.a: expected text, got a number, put it in quotes",
        "workerPools: the shoot has no pool golt, did you mean gold",
    ]


def test_warnings_do_not_hinder() -> None:
    """Missing reservation, a group that no pool sets, an empty document."""
    raw = {
        "configs": {
            "default": "policy: {Active: balloons}",
            "group.gold": "logger: {LogSource: true}",
            "force": "{}",
        }
    }

    parsed = provider.parse(raw, pools=[provider.Pool("a")])
    assert [warning.path for warning in parsed.warnings] == [
        "spec.providerConfig.configs.default.policy.ReservedResources",
        "spec.providerConfig.configs.force",
        "spec.providerConfig.configs.group.gold",
    ]


def test_nothing_is_said_about_pools_that_are_not_known() -> None:
    """Offline there is no shoot to compare with."""
    raw = {**CURRENT, "workerPools": ["gold"], "configs": {"group.gold": "logger: {Debug: x}"}}

    parsed = provider.parse(raw, pools=None)
    assert parsed.worker_pools == ("gold",)
    assert parsed.warnings == ()


def test_a_shoot_without_pools_has_none_to_name() -> None:
    """An empty list of pools is not an unknown one."""
    (wrong,) = _problems({**CURRENT, "workerPools": ["gold"]}, [])

    assert wrong == "spec.providerConfig.workerPools: the shoot has no pool gold"


def _deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = {"configs": value, "a": [value]}
    return value


@pytest.mark.parametrize(
    "raw",
    [
        _deep(500),
        {"configs": _deep(500)},
        {"configs": {"default": _deep(500)}},
        {"configs": {"default": "x" * 5_000_000}},
        {"configs": {f"default{i}": "x" for i in range(10_000)}},
        {"configs": {"default": "[" * 60_000}},
        {"configs": {"default": "policy: {" + ",".join(f"k{i}" for i in range(9000)) + "}"}},
        {f"key{i}": i for i in range(10_000)},
        {"\x1b[2J" * 1000: 1},
        {"nodeSelector": {"a" * 1_000_000: "b" * 1_000_000}},
        {**CURRENT, "workerPools": [["a"]] * 10_000},
        {**CURRENT, "rollout": {"maxUnavailable": 10**5000, "maxRolledBack": -(10**5000)}},
        {**CURRENT, "rollout": {"canaryPools": ["a" * 1_000_000]}},
    ],
)
def test_hostile_input_gives_a_bounded_message(raw: object) -> None:
    """However big, deep or strange: problems, few and short, in printable characters."""
    with pytest.raises(problem.ConfigProblems) as caught:
        provider.parse(raw, pools=[provider.Pool("a")])

    assert len(caught.value.problems) <= problem.LISTED + 1
    assert len(str(caught.value)) < 25_000
    assert str(caught.value).isprintable()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
)
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "apiVersion": st.just(provider.API_VERSION) | JSON,
        "kind": st.just(provider.KIND) | JSON,
        "configs": st.dictionaries(st.sampled_from(["default", "node.a", "x"]), JSON) | JSON,
        "nodeSelector": st.dictionaries(st.sampled_from(["a", "b/c"]), JSON) | JSON,
        "workerPools": st.lists(st.sampled_from(["a", "b"]) | JSON) | JSON,
        "rollout": JSON
        | st.fixed_dictionaries(
            {},
            optional={
                "maxUnavailable": JSON,
                "canaryPools": st.lists(st.sampled_from(["a", "b"])) | JSON,
                "maxRolledBack": JSON,
                "paused": JSON,
            },
        ),
    },
)
POOLS = st.none() | st.lists(
    st.builds(
        provider.Pool,
        st.sampled_from(["a", "b"]),
        st.sampled_from(["containerd", "docker", ""]),
        st.booleans(),
        st.sampled_from(["", "none", "static"]),
    )
)


@hypothesis.settings(deadline=None, max_examples=300)
@hypothesis.given(JSON | PARTS, POOLS)
def test_any_input_is_parsed_or_refused(raw: Any, pools: list[provider.Pool] | None) -> None:
    """Nothing but ConfigProblems is raised, and twice the same."""
    first, second = _outcome(raw, pools), _outcome(raw, pools)

    assert first == second
    assert first != ()


def _outcome(raw: Any, pools: list[provider.Pool] | None) -> object:
    """What was parsed, or the problems."""
    try:
        return provider.parse(raw, pools=pools)
    except problem.ConfigProblems as error:
        return error.problems
