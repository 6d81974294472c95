"""Pipeline files: which job waits for which, where they say so themselves. Pure functions of YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import re2  # type: ignore[import-untyped]
import yaml

MOST_BYTES = 1_000_000
MOST_ALIASES = 1_000
MOST_PARENTS = 12
PARALLEL = re2.compile(r"^(.*?)(?: \d+/\d+|: \[.*\])$")


@dataclass(frozen=True, slots=True)
class Definition:
    """What a pipeline file says of its jobs: the keys of the jobs that each needs, for those that name any."""

    needs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()

    def key_of(self, name: str) -> str:
        """Return the key of a job in the file; one that runs in parallel has its share or values behind it."""
        found = PARALLEL.match(name)
        return name if name in self.keys or found is None else found[1]

    def needs_of(self, name: str) -> frozenset[str] | None:
        """Return the keys of the jobs that a job needs; None where it waits for the stage before."""
        return self.needs.get(self.key_of(name))


class _Loader(yaml.SafeLoader):
    """A safe loader that passes over GitLab's own tags and refuses aliases in number."""

    aliases = 0

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401  the signature is PyYAML's
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > MOST_ALIASES:
                raise yaml.YAMLError(f"more than {MOST_ALIASES} aliases")
        return super().compose_node(parent, index)


_Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)


def read_definition(text: bytes) -> Definition:
    """Return what a pipeline file says; files that it includes are not read, and their jobs wait for stages."""
    body = _yaml(text)
    jobs = {str(key): job for key, job in body.items() if isinstance(job, dict)}
    needs = {key: found for key in jobs if (found := _needs(key, jobs)) is not None}
    return Definition(needs, frozenset(jobs))


def _yaml(text: bytes) -> dict[Any, Any]:
    if len(text) > MOST_BYTES:
        return {}
    try:
        found = yaml.load(text, Loader=_Loader)  # noqa: S506  a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _needs(key: str, jobs: Mapping[str, dict[Any, Any]]) -> frozenset[str] | None:
    """Return what a job or the nearest of those that it extends needs."""
    waiting = [key]
    for _ in range(MOST_PARENTS):
        if not waiting:
            return None
        job = jobs.get(waiting.pop(0), {})
        if isinstance(job.get("needs"), list):
            return frozenset(name for each in job["needs"] if (name := _name(each)))
        parents = job.get("extends") or []
        # of several parents the last one counts
        waiting += [str(each) for each in reversed(parents)] if isinstance(parents, list) else [str(parents)]
    return None


def _name(need: object) -> str:
    """Return the name of a needed job of the same pipeline."""
    if isinstance(need, dict):
        is_elsewhere = "pipeline" in need or "project" in need
        return "" if is_elsewhere else str(need.get("job") or "")
    return str(need)
