"""Workflow files: which job waits for which, and when a workflow ought to run by itself. Pure functions of YAML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import re2  # type: ignore[import-untyped]
import yaml

from opssight_github.words import Json

EXPRESSION = re2.compile(r"\$\{\{.*?\}\}")
MOST_BYTES = 512_000


@dataclass(frozen=True, slots=True)
class Definition:
    """What a workflow file says of its jobs: names and needs by the job's key; `crons` are when it runs by itself."""

    name: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    crons: tuple[str, ...] = ()


def read_definition(text: bytes) -> Definition:
    """Return what a workflow file says; an empty definition where it is no workflow."""
    body = _yaml(text)
    jobs = {str(key): job for key, job in _dict(body.get("jobs")).items() if isinstance(job, dict)}
    # YAML 1.1 reads the key `on` as true
    events = _dict(body.get("on", body.get(True)))
    entries = events.get("schedule") if isinstance(events.get("schedule"), list) else []
    crons = (str(entry["cron"]) for entry in entries or () if isinstance(entry, dict) and entry.get("cron"))
    return Definition(
        name=str(body.get("name") or ""),
        names={key: str(job.get("name") or key) for key, job in jobs.items()},
        needs={key: _list(job.get("needs")) for key, job in jobs.items()},
        crons=tuple(dict.fromkeys(crons)),
    )


class _NoAliases(yaml.SafeLoader):
    """A safe loader that refuses aliases in number: a small file could grow without bound through them."""

    aliases = 0

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401  the signature is PyYAML's
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > 200:
                raise yaml.YAMLError("more than 200 aliases")
        return super().compose_node(parent, index)


def _yaml(text: bytes) -> dict[Any, Any]:
    if len(text) > MOST_BYTES:
        return {}
    try:
        return _dict(yaml.load(text, Loader=_NoAliases))  # noqa: S506  a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}


def _dict(value: object) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    return [str(value)] if value else []


def needs_of(jobs: Sequence[Json], definition: Definition) -> dict[str, list[str]]:
    """Return job id → names of the jobs that it waits for, for the jobs of one attempt.

    A job is known by its name in the file; a matrix adds its values in brackets, a reusable workflow its jobs behind
    a slash. Jobs that no entry fits are left out.
    """
    keys = {str(job["id"]): key for job in jobs if (key := _key(job["name"], definition.names)) is not None}
    names: dict[str, list[str]] = {}
    for job in jobs:
        if (key := keys.get(str(job["id"]))) is not None:
            names.setdefault(key, []).append(job["name"])
    return {
        identity: [name for needed in definition.needs.get(key, ()) for name in names.get(needed, [])]
        for identity, key in keys.items()
    }


def _key(name: str, names: Mapping[str, str]) -> str | None:
    shown = name.partition(" / ")[0]
    bare = shown.rpartition(" (")[0] if shown.endswith(")") else shown
    for wanted in (name, shown, bare):
        if (found := next((key for key, each in names.items() if wanted == each), None)) is not None:
            return found
    return next((key for key, each in names.items() if "${{" in each and _fits(each, shown)), None)


def _fits(template: str, name: str) -> bool:
    parts = [re2.escape(part) for part in EXPRESSION.split(template)]
    return re2.fullmatch(".*".join(parts), name) is not None
