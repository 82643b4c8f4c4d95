# SPDX-License-Identifier: Apache-2.0
"""The kubelet of this node: where its runtime is, and whether it pins containers itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

_LARGEST: Final = 1024 * 1024
_ENDPOINT: Final = "container-runtime-endpoint"


@dataclass(frozen=True, slots=True)
class Kubelet:
    """One that runs; `flags` have no dashes, `settings` are those of its configuration file."""

    pid: int
    flags: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""
    """Why its configuration could not be read; empty if it was."""

    @property
    def endpoint(self) -> str:
        """Where its runtime listens, as a path; empty where it does not tell."""
        found = self.setting(_ENDPOINT, "containerRuntimeEndpoint")
        return found.removeprefix("unix://")

    def setting(self, flag: str, key: str, default: str = "") -> str:
        """Give what a flag says, else a key of the configuration, else the default."""
        value = self.flags.get(flag, self.settings.get(key))
        return default if value is None else str(value)


def look(root: Path) -> Kubelet | None:
    """Find the kubelet below a root; None where none runs, or nobody may see it."""
    for pid, words in _processes(root / "proc", "kubelet"):
        flags = _flags(words)
        settings: Mapping[str, Any] = {}
        problem = ""
        if path := flags.get("config"):
            # It may see other folders there than whoever asks.
            own = root / f"proc/{pid}/root"
            settings, problem = _settings((own if own.exists() else root) / path.lstrip("/"))
        return Kubelet(pid, flags, settings, problem)
    return None


def running(root: Path, name: str) -> list[int]:
    """Give the process ids of programs of this name below a root."""
    return [pid for pid, _ in _processes(root / "proc", name)]


def _processes(proc: Path, name: str) -> Iterator[tuple[int, list[str]]]:
    try:
        pids = sorted(int(one.name) for one in proc.iterdir() if one.name.isdecimal())
    except OSError:
        return
    for pid in pids:
        try:
            if (proc / f"{pid}/comm").read_text("utf-8", "replace").strip() == name:
                text = (proc / f"{pid}/cmdline").read_bytes().decode("utf-8", "replace")
                yield pid, text.rstrip("\0").split("\0")
        except OSError:
            continue


def _flags(words: list[str]) -> dict[str, str]:
    """Read `--name=value` and `--name value`; of a flag given twice the last one counts."""
    found = {}
    for word, after in zip(words[1:], [*words[2:], ""], strict=True):
        if word.startswith("-"):
            name, equals, value = word.lstrip("-").partition("=")
            found[name] = value if equals else after
    return found


def _settings(path: Path) -> tuple[Mapping[str, Any], str]:
    import yaml  # noqa: PLC0415 - for a kubelet that runs

    try:
        with path.open("rb") as file:
            loaded = yaml.load(file.read(_LARGEST), Loader=yaml.CSafeLoader)
    except OSError as error:
        return {}, f"cannot read {path}: {error.strerror}"
    except (yaml.YAMLError, ValueError):
        return {}, f"cannot read {path}: it is no YAML"
    return (loaded, "") if isinstance(loaded, dict) else ({}, f"cannot read {path}: no mapping")
